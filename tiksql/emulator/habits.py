"""What accounts like, repost and pin: videos that exist, found without making all of them.

Likes and reposts come in sittings, each on the day after a day whose videos were looked through;
so a page of them needs the videos of a few days. Pins are the best among an account's latest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tiksql.emulator.accounts import EXAMPLE
from tiksql.emulator.chance import chance, stream
from tiksql.emulator.dataset import DAY, FIRST_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.emulator.accounts import Account
    from tiksql.emulator.dataset import Dataset, Video

    Kept = tuple[int, Video]

Habit = Literal["liked", "reposted"]

SHARES_PUBLIC: dict[Habit, float] = {"liked": 0.05, "reposted": 0.6}
"""Likes are private unless an account chose otherwise (REF); reposts of some are (api notes 5)."""
SITTINGS: dict[Habit, int] = {"liked": 30, "reposted": 15}
"""How many sittings an account has at most; the example account has all of them."""
MOST_AT_ONCE: dict[Habit, int] = {"liked": 12, "reposted": 6}
LATEST_DAYS = 3
"""Nobody has looked through these days yet: no like is of the future."""
SITTING_BEGINS_BY = 0.95
"""Of a day, so that a sitting is over before the next can begin."""
SHARE_PINNING = 0.5
MOST_PINS = 3
LOOKED_THROUGH = 20_000
"""Among so many of the data set's latest videos, at least, an account's pins are looked for."""


class Habits:
    """The likes, reposts and pins of the accounts of a data set."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._seed = dataset.settings.seed

    def shows(self, habit: Habit, account: Account) -> bool:
        """Tell whether an account lets others see what it liked or reposted."""
        draw = chance(self._seed, habit, "public", account.username)
        return draw < SHARES_PUBLIC[habit] or account.username == EXAMPLE

    def kept(self, habit: Habit, account: Account, until: int) -> Iterator[Kept]:
        """Yield what an account liked or reposted, the latest first, with its millisecond.

        Nothing is later than ``until``, and no two are of one millisecond.
        """
        for day in self._days(habit, account):
            if _morning(day) * 1000 <= until:
                sitting = self._sitting(habit, account, day)
                yield from ((moment, video) for moment, video in sitting if moment <= until)

    def pinned(self, account: Account) -> list[Video]:
        """List the videos that an account pinned: at most three, the most liked first."""
        r = stream(self._seed, "pinned", account.username)
        if r() >= SHARE_PINNING and account.username != EXAMPLE:
            return []
        own = [
            video
            for day in self._latest_days()
            for video in self._dataset.day(day)
            if video.author.rank == account.rank and not video.removed
        ]
        own.sort(key=lambda video: (-video.likes, video.id))
        return own[: 1 + int(MOST_PINS * r())]

    def _days(self, habit: Habit, account: Account) -> list[int]:
        """List the days that an account looked through, the latest first."""
        r = stream(self._seed, habit, account.username)
        most, days = SITTINGS[habit], self._dataset.volume.days - LATEST_DAYS
        count = most if account.username == EXAMPLE else 1 + int(most * r() ** 2)
        # The latest days are looked through the most.
        return sorted({days - 1 - int(days * r() ** 1.5) for _ in range(count)}, reverse=True)

    def _sitting(self, habit: Habit, account: Account, day: int) -> list[Kept]:
        """Choose among the videos of a day, the much liked ones more often; the latest first."""
        r = stream(self._seed, habit, account.username, day)
        seen = [v for v in self._dataset.day(day) if _can_be_kept(v, account)]
        seen.sort(key=lambda video: (-video.likes, video.id))
        count = 1 + int(MOST_AT_ONCE[habit] * r())
        chosen = dict.fromkeys(int(len(seen) * r() ** 2) for _ in range(count)) if seen else {}
        moment = 1000 * _morning(day) + int(1000 * DAY * SITTING_BEGINS_BY * r())
        kept = []
        for index in chosen:
            moment += 3000 + int(87_000 * r())
            kept.append((moment, seen[index]))
        return kept[::-1]

    def _latest_days(self) -> Iterator[int]:
        """Yield the latest days, until their videos are enough to look through."""
        volume, seen = self._dataset.volume, 0
        for day in reversed(range(volume.days)):
            yield day
            seen += volume.usual[day] + volume.trend[day]
            if seen >= LOOKED_THROUGH:
                return


def _morning(day: int) -> int:
    """Give the second at which the day after a day begins."""
    return FIRST_SECOND + (day + 1) * DAY


def _can_be_kept(video: Video, account: Account) -> bool:
    return bool(video.likes) and not video.removed and video.author.rank != account.rank
