"""Predicates that the API can only judge coarsely: what may be asked without losing a record.

The column of the API that narrows another is named in the catalog (``narrowed_by``); how wide it
has to be is worked out here. Whatever it brings too much is judged again by DuckDB.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tiksql.planning import formulas as p
from tiksql.planning.constants import parse_timestamp
from tiksql.planning.values import to_day

if TYPE_CHECKING:
    from tiksql.catalog import Column, Table
    from tiksql.planning.constants import Value
    from tiksql.planning.formulas import Formula
    from tiksql.syntax import ast

DAY = dt.timedelta(days=1)
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive times mean UTC throughout
FAR = 6 * 10**10
"""Seconds before and after 1970 that the calendar surely holds."""

LENGTHS = {
    "SHORT": (-1, 15),
    "MID": (14, 61),
    "LONG": (59, 301),
    "EXTRA_LONG": (299, 10**12),
}
"""Seconds of each class, wider by one at each edge: no source says where an edge belongs."""


def days(sign: str, values: list[tuple[Value, ast.Expression]]) -> Formula:
    """Make the days that a comparison of days with constants means."""
    return p.disjunction([_compared(sign, value, to_day(value, place)) for value, place in values])


def _compared(sign: str, value: Value, day: dt.date) -> Formula:
    """Say which days, each of which begins at midnight, stand so to a day or a time."""
    if isinstance(value, dt.datetime) and value.time() != dt.time():
        if sign == "=":
            return p.FALSE
        sign = {"<": "<=", ">=": ">"}.get(sign, sign)
    return _days(sign, day)


def _days(sign: str, day: dt.date) -> Formula:
    match sign:
        case "=":
            return p.Days(day, day)
        case ">=":
            return p.Days(day, None)
        case "<=":
            return p.Days(None, day)
        case ">":
            return p.FALSE if day == dt.date.max else p.Days(day + DAY, None)
        case _:
            return p.FALSE if day == dt.date.min else p.Days(None, day - DAY)


def comparison(
    table: Table | None, column: Column, sign: str, value: Value, place: ast.Expression
) -> Formula:
    """Narrow a comparison that the API does not offer; true where nothing narrows it."""
    if table is None or not column.narrowed_by or sign == "<>":
        return p.TRUE
    narrow = table.columns[column.narrowed_by]
    rule = narrow.derived.rule if narrow.derived else ""
    if rule == "day":
        return _whole_days(sign, value, place)
    if rule == "length_class" and isinstance(value, int) and narrow.filter:
        return _classes(narrow.filter.field, sign, value)
    return p.TRUE


def _whole_days(sign: str, value: Value, place: ast.Expression) -> Formula:
    moment = _moment(value, place)
    if moment is None:
        return p.TRUE
    if sign == "<" and moment.time() == dt.time():
        return _days(sign, moment.date())
    return _days({"<": "<=", ">": ">="}.get(sign, sign), moment.date())


def _moment(value: Value, place: ast.Expression) -> dt.datetime | None:
    """Read a time, which may be given as seconds since 1970; None for one outside the calendar."""
    match value:
        case dt.datetime():
            return value
        case dt.date():
            return dt.datetime.combine(value, dt.time())
        case str():
            return parse_timestamp(value, place)
        case int() if abs(value) <= FAR:
            return EPOCH + dt.timedelta(seconds=value)
    return None


def _classes(field: str, sign: str, seconds: int) -> Formula:
    matching = tuple(
        name for name, (low, high) in LENGTHS.items() if _meets(sign, seconds, low, high)
    )
    if len(matching) == len(LENGTHS):
        return p.TRUE
    if not matching:
        return p.FALSE
    return p.Atom(field, "EQ" if len(matching) == 1 else "IN", matching)


def _meets(sign: str, seconds: int, low: int, high: int) -> bool:
    match sign:
        case "=":
            return low <= seconds <= high
        case ">":
            return high > seconds
        case ">=":
            return high >= seconds
        case "<":
            return low < seconds
        case _:
            return low <= seconds
