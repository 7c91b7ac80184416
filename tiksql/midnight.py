"""When a day of UTC ends, which the quota of the API ends with (FAQ), also as the clock here says.

The zone of this computer is asked for in this place alone, so that whoever needs another gives it.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Here = Callable[[dt.datetime], dt.datetime]

UNTIL_MIDNIGHT = frozenset({"TS532", "TS535"})
"""Codes of errors that end with the day: its quota is used up, or half of it was lost."""

AFTER_MIDNIGHT = (5.0, 60.0)
"""Seconds that are waited besides: clocks differ, and others wait for midnight, too."""


def after_midnight() -> float:
    """Choose the seconds that are waited besides, by chance."""
    return random.uniform(*AFTER_MIDNIGHT)  # noqa: S311 - no secret


def until_midnight(now: dt.datetime) -> float:
    """Return the seconds until the next day of UTC begins; ``now`` is a naive time of UTC."""
    return (_next(now) - now).total_seconds()


def _next(now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time())


def shown(seconds: float) -> str:
    """Write a time that has to be waited."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def named(now: dt.datetime, here: Here = dt.datetime.astimezone) -> str:
    """Name the next midnight of UTC, with the time that clocks show then where ``here`` is."""
    local = here(_next(now).replace(tzinfo=dt.UTC))
    return f"00:00 UTC ({local:%H:%M} local time)" if local.utcoffset() else "00:00 UTC"


def renewal(now: dt.datetime, here: Here = dt.datetime.astimezone) -> str:
    """Name the next midnight of UTC, and how long it is until then."""
    name, left = named(now, here), shown(until_midnight(now))
    return f"{name[:-1]}, in {left})" if name.endswith(")") else f"{name} (in {left})"
