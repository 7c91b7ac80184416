"""How a value is written, by the type of its column.

Everything here takes the values of one column at once: a list comprehension over a column is
several times faster than a call for each cell. None stays None; what stands for NULL is the
affair of the format.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Final

import msgspec

from tiksql.output.sanitize import utf8

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.catalog import ColumnType

_EXACT_IN_JSON: Final = 2**53
"""Readers that take every number for a double lose digits from here on."""

_FEWEST_GROUPED: Final = 5
_MOST_GROUPED: Final = 15

_AS_THEY_ARE: Final = frozenset({"text", "boolean", "date", "text[]"})
"""The types whose values JSON writes rightly without being told."""


def texts(kind: ColumnType, values: Sequence[object]) -> list[str | None]:
    """Write the values of a column as plain text, for every format but JSON."""
    if kind == "text":
        return [v if type(v) is str else _text(v) for v in values]
    if kind in {"id", "integer"}:
        return [str(v) if type(v) is int else _text(v) for v in values]
    return [_text(v) for v in (jsonable(kind, values) if kind == "id[]" else values)]


def grouped(digits: Sequence[str | None]) -> list[str | None]:
    """Part the digits of counts into threes, if one of them has five digits or more.

    So a column of years stays as it is. What has sixteen digits counts nothing, and is left alone.
    """
    lengths = [len(d.lstrip("-")) for d in digits if d is not None]
    if not lengths or not _FEWEST_GROUPED <= max(lengths) <= _MOST_GROUPED:
        return list(digits)
    return [d if d is None else f"{int(d):,}" for d in digits]


def jsonable(kind: ColumnType, values: Sequence[object]) -> Sequence[object]:
    """Change the values of a column into what the JSON encoder writes as it should be written.

    Ids become strings, and so does any number inside a struct that a double cannot hold; counts
    stay numbers. NaN and the infinities become null, because JSON has no word for them.
    """
    if kind == "id":
        return [str(v) if type(v) is int else _exact(v) for v in values]
    if kind == "id[]":
        return [[_name(i) for i in v] if isinstance(v, list) else _exact(v) for v in values]
    if kind == "integer":
        return [v if type(v) is int else _number(v) for v in values]
    if kind == "timestamp":
        return [_moment(v) if isinstance(v, dt.datetime) else v for v in values]
    return values if kind in _AS_THEY_ARE else [_exact(v) for v in values]


def encode(value: object) -> str:
    r"""Write a value as JSON that UTF-8 can hold: a lone surrogate becomes ``\udXXX``."""
    try:
        return encoder().encode(value).decode()
    except UnicodeEncodeError:
        return _encode_surrogates(value)


@cache
def encoder() -> msgspec.json.Encoder:
    """Return the one encoder: decimals are numbers, what JSON does not know is a string."""
    return msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def _encode_surrogates(value: object) -> str:
    if isinstance(value, dict):
        members = (f"{encode(str(name))}:{encode(member)}" for name, member in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(encode, value)) + "]"
    # The text is escaped as JSON before its surrogates are, so no backslash is doubled.
    return utf8(json.dumps(value, ensure_ascii=False))


def _text(value: object) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _float(value)
        case Decimal():
            return f"{value:f}"
        case dt.datetime():
            return _moment(value)
        case dt.date():
            return value.isoformat()
        case list() | tuple() | dict():
            return encode(_exact(value))
        case _:
            return str(value)


def _float(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _moment(moment: dt.datetime) -> str:
    """Write a time as ISO 8601 in UTC; a naive one already is."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return moment.isoformat() + "Z"


def _exact(value: object) -> object:
    """Prepare a value, and everything inside it, for a JSON reader that knows only doubles."""
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -_EXACT_IN_JSON <= value <= _EXACT_IN_JSON else str(value)
        case dict():
            return {str(name): _exact(member) for name, member in value.items()}
        case list() | tuple():
            return [_exact(item) for item in value]
        case dt.datetime():
            return _moment(value)
        case _:
            return _number(value)


def _number(value: object) -> object:
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    if type(value) is Decimal and value == value.to_integral_value():
        return int(value)
    return value


def _name(identifier: object) -> object:
    return str(identifier) if type(identifier) is int else _exact(identifier)
