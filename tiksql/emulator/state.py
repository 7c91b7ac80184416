"""Everything that an emulator remembers: its clock, data, tokens and counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, NamedTuple

from tiksql.catalog import load
from tiksql.emulator import envelope
from tiksql.emulator.comments import Comments
from tiksql.emulator.dataset import Dataset
from tiksql.emulator.faults import Faults
from tiksql.emulator.follows import Follows
from tiksql.emulator.playlists import Playlists
from tiksql.emulator.shops import Shops
from tiksql.emulator.tokens import Tokens
from tiksql.emulator.user_videos import UserVideos
from tiksql.emulator.users import Users
from tiksql.emulator.videos import Videos

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.emulator.settings import Settings

LOGGED = 10_000
LOGGED_CHARACTERS = 20_000_000
"""The latest API requests are remembered, up to so many, and so much text of their bodies."""


class Logged(NamedTuple):
    """One request to the API, whether it was refused or not."""

    path: str
    body: str


class Emulator:
    """One imitation of the API, with the counts that tests compare with the client's own.

    ``requests[pool][day]`` counts the requests that used quota, by UTC day as YYYY-MM-DD.
    ``api_requests`` counts all to research endpoints, refused ones too, ``token_requests`` those
    for tokens. ``log`` has the path and the body of the latest API requests, ``faults`` counts
    the requests that each fault has met.
    """

    def __init__(self, settings: Settings, elapsed: Callable[[], float]) -> None:
        self.settings = settings
        self._elapsed = elapsed
        self._begin = elapsed()
        self.dataset = Dataset(settings)
        self.tokens = Tokens(settings, self.now)
        self.playlists = Playlists(self.dataset)
        self.videos = Videos(self.dataset, self.playlists, self.now)
        self.comments = Comments(self.dataset)
        self.user_videos = UserVideos(self.dataset)
        self.users = Users(self.dataset.accounts)
        self.follows = Follows(self.dataset.accounts)
        self.shops = Shops(settings)
        self.requests: dict[str, Counter[str]] = {pool: Counter() for pool in load().pools}
        self.faults = Faults(settings.faults)
        self.pages_before: dict[str, list[dict[str, Any]]] = {}
        self.aliases: dict[str, str] = {}
        self.api_requests = 0
        self.token_requests = 0
        self.log: deque[Logged] = deque()
        self._logged = 0
        self._answers = 0

    def now(self) -> dt.datetime:
        """Tell the emulator's time: the one it was set to, and what has passed since, in UTC."""
        passed = dt.timedelta(seconds=self._elapsed() - self._begin)
        return self.settings.now.astimezone(dt.UTC) + passed

    def note(self, path: str, raw: bytes) -> None:
        """Remember a request to the API, before anything is decided about it."""
        self.api_requests += 1
        self.log.append(Logged(path, raw.decode(errors="replace")))
        self._logged += len(self.log[-1].body)
        while len(self.log) > LOGGED or self._logged > LOGGED_CHARACTERS:
            self._logged -= len(self.log.popleft().body)

    def spend(self, pool: str) -> None:
        """Take one request from the day's quota of a pool, or refuse.

        Called for every request with a valid token: what is refused later for its parameters is
        counted too (api notes 4.1: failed requests also use quota); 401 and 429 are not.
        """
        quota = self.settings.follows_quota if pool == "follows" else self.settings.quota
        counts, today = self.requests[pool], self.now().date().isoformat()
        if counts[today] + self.settings.spent >= quota:
            message = "The API daily quota limit is exceeded, please try again later."
            raise envelope.ApiError(
                envelope.TOO_MANY_REQUESTS, "daily_quota_limit_exceeded", message
            )
        counts[today] += 1

    def log_id(self) -> str:
        """Make the mark of the next answer."""
        self._answers += 1
        return envelope.log_id(self.settings.seed, self._answers, self.now())

    def told(self) -> dict[str, Any]:
        """Tell the counts as JSON, for whoever is on the other side of a socket."""
        return {
            "now": self.now().isoformat(),
            "requests": self.requests,
            "api_requests": self.api_requests,
            "token_requests": self.token_requests,
            "faults": self.faults.met,
            "log": list(self.log),
        }
