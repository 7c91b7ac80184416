"""The time as the server has it: this computer's clock, put right by the Date of each answer.

The quota ends at midnight of the server (FAQ), and a clock that is a day off would book requests to
the wrong day. What only measures time (waits, tokens, deadlines) never asks a clock.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EXACT = dt.timedelta(seconds=5)
"""A difference up to this may be the way of the answer, and the fraction that Date leaves out."""

RIGHT = dt.timedelta(minutes=1)
"""A difference up to this is nothing that a person needs to hear of."""


def _local() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class ServerClock:
    """A clock of UTC; ``warn`` is told once that this computer's is wrong."""

    def __init__(self, local: Callable[[], dt.datetime] = _local) -> None:
        self._local = local
        self._behind = dt.timedelta()
        self._has_warned = False
        self.warn: Callable[[str], None] = lambda _: None

    def now(self) -> dt.datetime:
        """Return the time, aware, as far as it is known."""
        return self._local() + self._behind

    def hear(self, date: str | None) -> None:
        """Learn from the Date header of an answer; one that makes no sense is ignored."""
        there = read_date(date)
        if there is None:
            return
        behind = there - self._local()
        self._behind = behind if abs(behind) > EXACT else dt.timedelta()
        if abs(behind) > RIGHT and not self._has_warned:
            self._has_warned = True
            self.warn(
                f"this computer's clock is {_shown(behind)} the server's;"
                " requests are booked by the server's"
            )


def read_date(date: str | None) -> dt.datetime | None:
    """Read a Date header as aware UTC; None for none, or for nonsense.

    A leap second, which no time here can hold, is the second before it, and so of the same day.
    """
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - only an answer needs it

    try:
        there = parsedate_to_datetime((date or "").replace(":60 ", ":59 "))
    except (ValueError, TypeError, OverflowError):
        return None
    return there.replace(tzinfo=dt.UTC) if there.tzinfo is None else there.astimezone(dt.UTC)


def _shown(behind: dt.timedelta) -> str:
    minutes = round(abs(behind).total_seconds() / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"))
    size = " ".join(f"{count} {unit}" for count, unit in parts if count)
    return f"{size} {'behind' if behind > dt.timedelta() else 'ahead of'}"
