"""Values of a statement, checked against their column and written as the API takes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from tiksql.errors import ResolveError
from tiksql.planning.constants import Interval, Value, parse_day
from tiksql.spelling import nearest

if TYPE_CHECKING:
    from tiksql.catalog import Catalog, Column, Enumeration
    from tiksql.syntax import ast

MAX_ID = 2**64 - 1

EXAMPLES = {
    "id": "7302470379501604128",
    "integer": "100",
    "text": "'a text'",
    "boolean": "TRUE",
    "timestamp": "TIMESTAMP '2024-01-31 18:30:00'",
    "date": "'2024-01-31'",
}


def to_text(column: Column, value: Value, node: ast.Node) -> str:
    """Write a value as ``field_values`` take it; raise ``ResolveError`` if it does not fit.

    All values are strings there, numbers and days included (REF: list<string>).
    """
    check(column, value, node)
    if column.type == "date":
        return to_day(value, node).strftime("%Y%m%d")
    if column.type in {"id", "integer"}:
        return str(_whole(value, 0))
    text = str(value)
    _check_readable(column, text, node)
    _check_mark(column, text, node)
    return text


def check(column: Column, value: Value, node: ast.Node) -> None:
    """Raise ``ResolveError`` unless a value could be in a column."""
    if value is None:
        raise ResolveError(
            "TS209",
            "nothing is equal to NULL",
            span=node.span,
            hint=f"{column.name} IS NULL finds the rows without a value",
        )
    if not _fits(column.type, value):
        raise ResolveError(
            "TS205",
            f"{column.name} is {_article(column.type)} and cannot be compared with {_shown(value)}",
            span=node.span,
            hint=f"for example {column.name} = {_example(column, value)}",
        )


def _example(column: Column, value: Value) -> str:
    if column.type == "text" and _is_int(value):
        return f"'{value}'"
    return EXAMPLES[column.type]


def _fits(type_: str, value: Value) -> bool:
    match type_:
        case "id":
            return 0 <= _whole(value, -1) <= MAX_ID
        case "integer":
            return -MAX_ID <= _whole(value, MAX_ID + 1) <= MAX_ID
        case "boolean":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str | dt.date) or _is_int(value)
        case "timestamp":
            return isinstance(value, str | dt.date) or _is_int(value)
        case "text":
            return isinstance(value, str)
        case _:
            return False


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(value: Value, otherwise: int) -> int:
    """Read a whole number, given as number or text; ``otherwise`` where it is none."""
    if isinstance(value, str):
        digits = value.removeprefix("-")
        is_number = digits.isascii() and digits.isdigit() and len(digits) <= 20  # noqa: PLR2004 - digits of 2**64
        return int(value) if is_number else otherwise
    if isinstance(value, Decimal):
        is_whole = abs(value) <= MAX_ID and value == value.to_integral_value()
        return int(value) if is_whole else otherwise
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def to_day(value: Value, node: ast.Node) -> dt.date:
    """Read a day given as DATE, text or number such as 20240131."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    return parse_day(str(value), node)


def in_enumeration(catalog: Catalog, column: Column, text: str, node: ast.Node) -> str:
    """Find a value in its column's enumeration, whatever its case, as the API spells it.

    Raise ``ResolveError`` for an unknown one, with the value that was probably meant.
    """
    enumeration = catalog.enumerations[column.values]
    folded = text.upper()
    if folded in enumeration.values:
        return folded
    meant = _meant(enumeration, folded)
    raise ResolveError(
        "TS206",
        f"there is no {column.name} {_shown(text)}",
        span=node.span,
        hint=f"did you mean '{meant}' ({enumeration.values[meant]})?"
        if meant
        else _choices(enumeration),
    )


def _meant(enumeration: Enumeration, folded: str) -> str | None:
    if folded in enumeration.mistaken:
        return enumeration.mistaken[folded]
    names = {name.upper(): code for code, name in enumeration.values.items()}
    if folded in names:
        return names[folded]
    near = nearest(folded, enumeration.values) if len(folded) > 2 else None  # noqa: PLR2004 - two letters are near to all others
    return near or names.get(nearest(folded, names) or "")


def _choices(enumeration: Enumeration) -> str:
    values = list(enumeration.values)
    few = ", ".join(f"'{value}'" for value in values[:8])
    return f"it is one of {few}" + (f" … ({len(values)} in all)" if len(values) > 8 else "")  # noqa: PLR2004 - a hint is one line


def _check_readable(column: Column, text: str, node: ast.Node) -> None:
    """Refuse a text that is blank or that no request can carry."""
    if not text.strip():
        raise ResolveError(
            "TS205",
            f"{column.name} cannot be compared with a text that says nothing",
            span=node.span,
            hint=f"for example {column.name} = {EXAMPLES['text']}",
        )
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ResolveError(
            "TS205",
            f"this text for {column.name} holds bytes that are not UTF-8",
            span=node.span,
            hint="give it in UTF-8",
        )


def _check_mark(column: Column, text: str, node: ast.Node) -> None:
    """Refuse the marks that people write before names and that the API does not want."""
    name = column.filter.field if column.filter else column.key
    if name == "hashtag_name" and text.startswith("#"):
        raise ResolveError(
            "TS212",
            "hashtag_name takes a hashtag without its #",
            span=node.span,
            hint=f"hashtag_name = '{text.lstrip('#')}', or keyword = '{text}'",
        )
    if name == "username" and text.startswith("@"):
        raise ResolveError(
            "TS212",
            f"{column.name} takes a handle without its @",
            span=node.span,
            hint=f"{column.name} = '{text.lstrip('@')}'",
        )


def _shown(value: Value) -> str:
    if isinstance(value, Interval):
        return "an interval"
    if isinstance(value, bool):
        return str(value).upper()
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - excerpts are short


def _article(type_: str) -> str:
    return {
        "id": "a number of 64 bits",
        "integer": "a whole number",
        "text": "a text",
        "boolean": "TRUE or FALSE",
        "timestamp": "a time",
        "date": "a day",
    }.get(type_, "a list or structure")
