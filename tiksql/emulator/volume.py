"""How many videos were posted on which day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from tiksql.emulator import words
from tiksql.emulator.settings import FIRST_DAY

if TYPE_CHECKING:
    from tiksql.emulator.settings import Settings

GROWTH = 0.8
"""The last day has this share more videos than the first."""
WEEKEND = 1.15
SATURDAY = 5
FULL_TREND = 20_000
"""A data set of fewer videos has a smaller trend, in proportion."""


@dataclass(frozen=True)
class Volume:
    """Counts by day, the first being ``FIRST_DAY`` and the last that of the clock's start."""

    usual: tuple[int, ...]
    trend: tuple[int, ...]

    @property
    def days(self) -> int:
        """The number of days that have videos."""
        return len(self.usual)


def volume(settings: Settings) -> Volume:
    """Spread the videos over the days: growing, more at weekends, and the trend where it was."""
    now = settings.now.astimezone(dt.UTC)
    days = (now.date() - FIRST_DAY).days + 1
    trend = _trend(settings.videos, days)
    weights = [_weight(n, days) for n in range(days)]
    weights[-1] *= max(1, now.hour * 3600 + now.minute * 60 + now.second) / 86400
    total = sum(weights)
    usual = settings.videos - sum(trend)
    bounds = [0, *(round(usual * part / total) for part in accumulate(weights))]
    return Volume(tuple(after - before for before, after in pairwise(bounds)), trend)


def _weight(number: int, days: int) -> float:
    weekend = (FIRST_DAY + dt.timedelta(number)).weekday() >= SATURDAY
    return (1 + GROWTH * number / days) * (WEEKEND if weekend else 1)


def _trend(videos: int, days: int) -> tuple[int, ...]:
    """Place the trend's counts; the clock's own day has none, as it is not over."""
    trend, counts = words.load().trend, [0] * days
    first = (trend.first - FIRST_DAY).days
    for number, count in enumerate(trend.counts, first):
        if number < days - 1:
            counts[number] = count * min(videos, FULL_TREND) // FULL_TREND
    return tuple(counts)
