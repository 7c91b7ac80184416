"""Constants, written so that they agree with the column that they are held against."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from tiksql.errors import ResolveError
from tiksql.planning.constants import parse_day, parse_timestamp
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.local.relations import Bindings, Type

EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - times are naive and mean UTC throughout

_WHOLE = re.compile(r"\s*-?[0-9]{1,38}\s*")
_NUMBER = re.compile(r"\s*-?[0-9]{1,38}(?:\.[0-9]{1,38})?\s*")
_SHOWN = {"id": "a number of 64 bits", "integer": "a number", "text": "a text"}


def agreed(peers: Sequence[ast.Expression], bindings: Bindings) -> list[ast.Expression]:
    """Rewrite the constants among expressions that are held against each other.

    The first column whose type is known decides: beside a time a whole number counts epoch
    seconds, beside a day it is one such as 20240131, and digits in quotes are a number beside an
    id. Raise ``ResolveError`` for what could never be equal.
    """
    for peer in peers:
        kind = bindings.type_of(peer) if isinstance(peer, ast.Column) else None
        if kind and isinstance(peer, ast.Column):
            column = peer.parts[-1].text
            element = kind.removesuffix("[]")
            return [_agreeing(element, each, column) for each in peers]
    return list(peers)


def _agreeing(kind: Type, node: ast.Expression, column: str) -> ast.Expression:
    match kind:
        case "timestamp":
            return _moment(node)
        case "date":
            return _day(node)
        case "id" | "integer" if isinstance(node, ast.String):
            pattern = _WHOLE if kind == "id" else _NUMBER
            if not pattern.fullmatch(node.value):
                raise _unlike(kind, node, column)
            return _digits(node)
        case "text" if isinstance(node, ast.Integer | ast.Number | ast.Boolean):
            raise _unlike(kind, node, column)
    return node


def _moment(node: ast.Expression) -> ast.Expression:
    if isinstance(node, ast.String):
        text = parse_timestamp(node.value, node).isoformat(" ")
        return ast.TimestampText(text, span=node.span)
    seconds = _signed(node)
    if seconds is None:
        return node
    try:
        moment = EPOCH + dt.timedelta(seconds=seconds)
    except OverflowError:
        # No record is that old or young, but the comparison still has an answer.
        text = "infinity" if seconds > 0 else "-infinity"
        return ast.Cast(ast.String(text), ast.TypeName("TIMESTAMP"), span=node.span)
    return ast.TimestampText(moment.isoformat(" "), span=node.span)


def _signed(node: ast.Expression) -> int | None:
    if isinstance(node, ast.Unary) and isinstance(node.operand, ast.Integer):
        return -node.operand.value if node.operator == "-" else node.operand.value
    return node.value if isinstance(node, ast.Integer) else None


def _day(node: ast.Expression) -> ast.Expression:
    if isinstance(node, ast.String):
        # A text may also be a whole time; only what has the length of a day is read as one.
        if len(node.value.strip()) > len("2024-01-31"):
            return _moment(node)
        return ast.DateText(parse_day(node.value.strip(), node).isoformat(), span=node.span)
    if isinstance(node, ast.Integer):
        return ast.DateText(parse_day(str(node.value), node).isoformat(), span=node.span)
    return node


def _digits(node: ast.String) -> ast.Expression:
    text = node.value.strip()
    if "." in text:
        return node
    number = ast.Integer(abs(int(text)), span=node.span)
    return ast.Unary("-", number, span=node.span) if text.startswith("-") else number


def _unlike(kind: Type, node: ast.Node, column: str) -> ResolveError:
    value = getattr(node, "value", "")
    shown = repr(value) if isinstance(value, str) else str(value).upper()
    shown = shown if len(shown) <= 40 else f"{shown[:39]}…"  # noqa: PLR2004 - excerpts are short
    return ResolveError(
        "TS205",
        f"{column} is {_SHOWN[kind]} and cannot be compared with {shown}",
        span=node.span,
        hint=f"{column} = '{value}'" if kind == "text" else None,
    )
