"""How an emulator is set up: size, seed, clock, quota and credentials.

Importing this costs nothing: the server's libraries are loaded by ``app`` alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tiksql.emulator.faults import Fault, last_value

FIRST_DAY = dt.date(2022, 1, 1)
EARLIEST_NOW = dt.datetime(2022, 2, 1, tzinfo=dt.UTC)
LATEST_NOW = dt.datetime(2038, 1, 1, tzinfo=dt.UTC)
"""Ids hold the Unix second in their upper half and must stay below 2**63."""
MOST_VIDEOS = 10_000_000
DEFAULT_NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Settings:
    """What can be chosen about an emulator; raises ``ValueError`` for what cannot be.

    Two emulators with equal settings hold equal data and answer equal requests alike.
    ``now`` is the clock's value at the start. ``token_ttl`` and ``search_ttl`` are in seconds.
    A ``key`` or ``secret`` of ``None`` takes any that is not empty. So many comments of a video,
    and replies to a comment, can be reached as ``comment_cap`` says; all if it is ``None``.
    ``faults`` are what goes wrong; the lasting ones among them change the lives of tokens and
    searches, and what is left of a quota (``spent``).
    """

    videos: int = 100_000
    accounts: int = 5_000
    seed: int = 1
    now: dt.datetime = DEFAULT_NOW
    quota: int = 1000
    follows_quota: int = 20_000
    key: str | None = None
    secret: str | None = None
    token_ttl: int = 7200
    search_ttl: int = 3600
    comment_cap: int | None = 1000
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        """Refuse values with which the data set could not keep its promises."""
        if not 1 <= self.videos <= MOST_VIDEOS:
            raise ValueError(f"videos must be from 1 to {MOST_VIDEOS:,}, not {self.videos}")
        if not 1 <= self.accounts <= MOST_VIDEOS:
            raise ValueError(f"accounts must be from 1 to {MOST_VIDEOS:,}, not {self.accounts}")
        if self.now.tzinfo is None:
            raise ValueError("now must say its time zone")
        if not EARLIEST_NOW <= self.now < LATEST_NOW:
            raise ValueError(f"now must be from {EARLIEST_NOW:%Y-%m-%d} to before 2038")
        if self.quota < 0 or self.follows_quota < 0:
            raise ValueError("a quota cannot be negative")
        if self.comment_cap is not None and self.comment_cap < 1:
            raise ValueError("comment_cap must be at least 1, or None")
        if self.key == "" or self.secret == "":
            raise ValueError("the key and the secret cannot be empty")

    @property
    def spent(self) -> int:
        """How much of each day's quota others have used."""
        return last_value(self.faults, "spent") or 0

    @property
    def token_life(self) -> int:
        """How long tokens live, in seconds."""
        told = last_value(self.faults, "token-ttl")
        return self.token_ttl if told is None else told

    @property
    def search_life(self) -> int:
        """How long searches live, in seconds."""
        told = last_value(self.faults, "search-ttl")
        return self.search_ttl if told is None else told
