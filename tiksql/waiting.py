"""Waiting for the quota of the next day, on a computer that may sleep or have its clock set."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiksql.midnight import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.api.patience import Wait

STEP_SECONDS = 30.0
"""How long is slept before the clocks are read again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Waits some seconds: until the clock of the day or the one that only counts says so.

    The first knows of a computer that slept, which the second may not; the second does not mind
    that the first is set back. ``told`` hears of the wait as it begins.
    """

    now: Callable[[], dt.datetime]
    told: Callable[[Wait], None]
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, seconds: float) -> None:
        """Sleep in short steps until they are over."""
        from tiksql.api.patience import Wait  # noqa: PLC0415 - few runs wait

        self.told(Wait(seconds, f"the day's quota is used up until {named(self.now())}"))
        until, latest = self.now() + dt.timedelta(seconds=seconds), self.monotonic() + seconds
        while (left := min((until - self.now()).total_seconds(), latest - self.monotonic())) > 0:
            self.sleep(min(left, STEP_SECONDS))
