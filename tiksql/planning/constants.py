"""Expressions without columns, folded to one value before anything is planned."""

from __future__ import annotations

import calendar
import datetime as dt
import operator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from tiksql.errors import ResolveError, UnavailableError
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Callable

Value: TypeAlias = (
    "int | Decimal | str | bool | dt.datetime | dt.date | Interval | None"  # datetime is a date
)


class Interval(Struct, frozen=True):
    """A stretch of time: calendar months, and an exact rest."""

    months: int
    rest: dt.timedelta

    def __neg__(self) -> Interval:
        """Turn it round."""
        return Interval(-self.months, -self.rest)


COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

UNITS: dict[str, Interval] = {
    "year": Interval(12, dt.timedelta()),
    "month": Interval(1, dt.timedelta()),
    "week": Interval(0, dt.timedelta(weeks=1)),
    "day": Interval(0, dt.timedelta(days=1)),
    "hour": Interval(0, dt.timedelta(hours=1)),
    "minute": Interval(0, dt.timedelta(minutes=1)),
    "second": Interval(0, dt.timedelta(seconds=1)),
}


def is_constant(node: ast.Expression) -> bool:
    """Say whether an expression can be folded here: literals, signs and arithmetic on them."""
    match node:
        case ast.Unary(operand=operand):
            return is_constant(operand)
        case ast.Binary(left=left, right=right):
            return is_constant(left) and is_constant(right)
        case ast.Interval(amount=amount):
            return is_constant(amount)
        case _:
            return isinstance(node, LITERALS)


LITERALS = (
    ast.Integer
    | ast.Number
    | ast.String
    | ast.Boolean
    | ast.Null
    | ast.DateText
    | ast.TimestampText
    | ast.Now
)


def fold(node: ast.Expression, now: dt.datetime) -> Value:
    """Work out a constant expression; ``now`` is a naive time of UTC."""
    match node:
        case (
            ast.Integer(value=value)
            | ast.Number(value=value)
            | ast.String(value=value)
            | ast.Boolean(value=value)
        ):
            return value
        case ast.Null():
            return None
        case ast.DateText(text=text):
            return parse_day(text, node)
        case ast.TimestampText(text=text):
            return parse_timestamp(text, node)
        case ast.Now(what=what):
            return now.date() if what == "date" else now
        case ast.Interval(amount=amount, unit=unit):
            return _interval(fold(amount, now), unit, node)
        case ast.Unary(operator=operator, operand=operand):
            return _signed(operator, fold(operand, now), node)
        case ast.Binary(operator=operator, left=left, right=right):
            return _arithmetic(operator, fold(left, now), fold(right, now), node)
        case _:
            raise UnavailableError(
                "TS402", "this expression cannot be worked out here yet", span=node.span
            )


def holds(node: ast.Comparison, now: dt.datetime) -> bool:
    """Compare two constants."""
    left, right = fold(node.left, now), fold(node.right, now)
    if left is None or right is None:
        raise ResolveError(
            "TS209", "nothing is equal to NULL", span=node.span, hint="TRUE or FALSE"
        )
    alike = isinstance(left, str) is isinstance(right, str)
    try:
        if alike:
            return COMPARED[node.operator](left, right)
    except TypeError:
        pass
    raise ResolveError(
        "TS205",
        "these two values cannot be compared",
        span=node.span,
        hint="a column stands on one side: region_code = 'US'",
    )


def parse_day(text: str, node: ast.Node) -> dt.date:
    """Read ``2024-01-31`` or ``20240131``; raise ``ResolveError`` for a day that does not exist."""
    digits = text.replace("-", "")
    shape = text if "-" not in text else "".join("-" if c == "-" else "0" for c in text)
    if not (digits.isascii() and digits.isdigit()) or shape not in {digits, "0000-00-00"}:
        raise ResolveError(
            "TS213",
            f"{_quoted(text)} is not a day",
            span=node.span,
            hint="days are written '2024-01-31' or '20240131'",
        )
    return _day(digits, text, node)


def _day(digits: str, text: str, node: ast.Node) -> dt.date:
    if len(digits) != 8:  # noqa: PLR2004 - YYYYMMDD
        raise ResolveError(
            "TS213",
            f"{_quoted(text)} is not a day",
            span=node.span,
            hint="days have eight digits: '2024-01-31' or '20240131'",
        )
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ResolveError(
            "TS213", f"there is no day {_quoted(text)}", span=node.span, hint=_last(year, month)
        ) from None


def _last(year: int, month: int) -> str:
    if not (1 <= month <= 12 and year):  # noqa: PLR2004 - months of a year
        return "days are written year, month, day: '2024-01-31'"
    last = calendar.monthrange(year, month)[1]
    return f"the last day of that month is '{year:04}-{month:02}-{last}'"


def parse_timestamp(text: str, node: ast.Node) -> dt.datetime:
    """Read an ISO 8601 time as naive UTC; an offset is worked in."""
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise ResolveError(
            "TS213",
            f"{_quoted(text)} is not a time",
            span=node.span,
            hint="times are written '2024-01-31 18:30:00', in UTC",
        ) from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return moment


def _interval(amount: Value, unit: str, node: ast.Node) -> Interval:
    if isinstance(amount, str) and amount.lstrip("-").isdecimal():
        amount = int(amount)
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise ResolveError("TS205", "an INTERVAL takes a whole number", span=node.span)
    one = UNITS[unit]
    try:
        return Interval(one.months * amount, one.rest * amount)
    except OverflowError:
        raise ResolveError("TS205", "the INTERVAL is too long", span=node.span) from None


def _signed(operator: str, value: Value, node: ast.Node) -> Value:
    if isinstance(value, int | Decimal | Interval) and not isinstance(value, bool):
        return -value if operator == "-" else value
    raise ResolveError("TS205", f"{_kind(value)} takes no sign", span=node.span)


def _arithmetic(operator: str, left: Value, right: Value, node: ast.Binary) -> Value:
    match operator, left, right:
        case "+", dt.date(), Interval():
            return _shifted(left, right, node)
        case "-", dt.date(), Interval():
            return _shifted(left, -right, node)
        case "+" | "-", dt.date(), int() if not isinstance(left, dt.datetime):
            days = Interval(0, dt.timedelta(days=min(right, 10**7)))
            return _shifted(left, days if operator == "+" else -days, node)
        case "||", str(), str():
            return left + right
        case "+", int() | Decimal(), int() | Decimal():
            return left + right
        case "-", int() | Decimal(), int() | Decimal():
            return left - right
        case "*", int() | Decimal(), int() | Decimal():
            return left * right
    raise UnavailableError(
        "TS402",
        f"{_kind(left)} {operator} {_kind(right)} cannot be worked out here yet",
        span=node.span,
    )


def _shifted(day: dt.date, by: Interval, node: ast.Node) -> dt.date:
    months = day.year * 12 + day.month - 1 + by.months
    try:
        last = calendar.monthrange(months // 12, months % 12 + 1)[1]
        moved = day.replace(year=months // 12, month=months % 12 + 1, day=min(day.day, last))
        whole = isinstance(moved, dt.datetime) or by.rest % dt.timedelta(days=1) == dt.timedelta()
        start = moved if whole else dt.datetime.combine(moved, dt.time())
        return start + by.rest
    except (ValueError, OverflowError, calendar.IllegalMonthError):
        raise ResolveError("TS213", "this day is outside the calendar", span=node.span) from None


def _kind(value: Value) -> str:
    names = {int: "a number", Decimal: "a number", str: "a text", dt.date: "a day"}
    return names.get(type(value), "this value")


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")  # noqa: PLR2004 - excerpts are short
