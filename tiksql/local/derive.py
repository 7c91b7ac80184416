"""Columns that are made here, by the rules that the catalog names."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiksql.catalog import Derived

EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - times are naive and mean UTC throughout
LENGTHS = ((15, "SHORT"), (61, "MID"), (301, "LONG"))
"""The first second that no longer belongs to a class; HERE for the edges at 60 and 300."""


def derive(rule: Derived, sources: list[list[Any]]) -> list[Any]:
    """Make a column from the columns that its rule names, value by value; NULL makes NULL."""
    match rule.rule:
        case "day":
            return [moment and moment.date() for moment in sources[0]]
        case "length_class":
            return [length_class(seconds) for seconds in sources[0]]
        case "template":
            rows = zip(*sources, strict=True)
            return [_filled(rule, row) for row in rows]


def length_class(seconds: int | None) -> str | None:
    """Name the class of a video's length."""
    if seconds is None:
        return None
    return next((name for end, name in LENGTHS if seconds < end), "EXTRA_LONG")


def moments(values: list[int | None], unit: str) -> list[dt.datetime | None]:
    """Turn epoch numbers into naive UTC times; one outside the calendar becomes NULL."""
    return [moment(value, unit) for value in values]


def moment(value: int | None, unit: str = "seconds") -> dt.datetime | None:
    """Turn one epoch number into a naive UTC time."""
    if value is None:
        return None
    try:
        return EPOCH + (
            dt.timedelta(milliseconds=value)
            if unit == "milliseconds"
            else dt.timedelta(seconds=value)
        )
    except OverflowError:
        return None


def _filled(rule: Derived, row: tuple[Any, ...]) -> str | None:
    if None in row:
        return None
    return rule.template.format(**dict(zip(rule.sources, row, strict=True)))
