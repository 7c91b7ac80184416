"""Expressions as DuckDB's SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.errors import ResolveError
from tiksql.local.sql_calls import check_over, printed_call
from tiksql.local.sql_parts import clause, clauses, joined, literal, prints, quoted
from tiksql.local.sql_values import agreed
from tiksql.planning.constants import parse_day, parse_timestamp
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.local.relations import Bindings
    from tiksql.local.sql_parts import Part

GROUP = 64

BOUNDS = ("unbounded preceding", "preceding", "current row", "following", "unbounded following")
"""The ends of a window frame, from the first row to the last."""


# --- names and literals ---------------------------------------------------------------------------


@prints(ast.Name)
def _name(node: ast.Name, _: Bindings) -> Iterable[Part]:
    return (quoted(node.text),)


@prints(ast.Column)
def _column(node: ast.Column, _: Bindings) -> Iterable[Part]:
    return joined(node.parts, ".")


@prints(ast.Integer)
def _integer(node: ast.Integer, _: Bindings) -> Iterable[Part]:
    return (str(node.value),)


@prints(ast.Number)
def _number(node: ast.Number, _: Bindings) -> Iterable[Part]:
    text = str(node.value)
    return (text if set(text) & set(".E") else text + ".0",)


@prints(ast.String)
def _string(node: ast.String, _: Bindings) -> Iterable[Part]:
    return (literal(node.value),)


@prints(ast.Boolean)
def _boolean(node: ast.Boolean, _: Bindings) -> Iterable[Part]:
    return ("TRUE" if node.value else "FALSE",)


@prints(ast.Null)
def _null(_: ast.Null, __: Bindings) -> Iterable[Part]:
    return ("NULL",)


@prints(ast.DateText)
def _date(node: ast.DateText, _: Bindings) -> Iterable[Part]:
    return (f"DATE {literal(parse_day(node.text, node).isoformat())}",)


@prints(ast.TimestampText)
def _timestamp(node: ast.TimestampText, _: Bindings) -> Iterable[Part]:
    # DuckDB would drop an offset such as +02:00 without a word; here it is worked in.
    return (f"TIMESTAMP {literal(parse_timestamp(node.text, node).isoformat(' '))}",)


@prints(ast.Now)
def _now(node: ast.Now, bindings: Bindings) -> Iterable[Part]:
    if node.what == "date":
        return (f"DATE {literal(bindings.now.date().isoformat())}",)
    return (f"TIMESTAMP {literal(bindings.now.isoformat(' '))}",)


@prints(ast.Interval)
def _interval(node: ast.Interval, _: Bindings) -> Iterable[Part]:
    if isinstance(node.amount, ast.Number):
        raise ResolveError("TS205", "an INTERVAL takes a whole number", span=node.amount.span)
    return ("INTERVAL (", node.amount, f") {node.unit.upper()}")


@prints(ast.Parameter)
def _parameter(node: ast.Parameter, _: Bindings) -> Iterable[Part]:
    raise ResolveError(
        "TS210",
        f"no value was given for :{node.name}",
        span=node.span,
        hint=f"give it with -v {node.name}=VALUE",
    )


# --- truth ----------------------------------------------------------------------------------------


@prints(ast.And)
def _and(node: ast.And, _: Bindings) -> Iterator[Part]:
    yield from ("(", *_chain(node.operands, " AND "), ")")


@prints(ast.Or)
def _or(node: ast.Or, _: Bindings) -> Iterator[Part]:
    yield from ("(", *_chain(node.operands, " OR "), ")")


def _chain(operands: tuple[ast.Expression, ...], word: str) -> Iterator[Part]:
    """Join the members of an AND or OR, in groups where there are many and they are no atoms.

    DuckDB compares each composite member with every other: 4,000 took 30 s, in groups 0.3 s. A
    group is held against TRUE, which changes no value and keeps DuckDB from undoing the groups.
    """
    composite = any(isinstance(operand, ast.And | ast.Or) for operand in operands)
    if len(operands) <= GROUP or not composite:
        yield from joined(operands, word)
        return
    for start in range(0, len(operands), GROUP):
        yield f"{word}((" if start else "(("
        yield from joined(operands[start : start + GROUP], word)
        yield ") = TRUE)"


@prints(ast.Not)
def _not(node: ast.Not, _: Bindings) -> Iterable[Part]:
    return ("(NOT ", node.operand, ")")


@prints(ast.IsNull)
def _is_null(node: ast.IsNull, _: Bindings) -> Iterable[Part]:
    return ("(", node.operand, " IS NOT NULL)" if node.negated else " IS NULL)")


@prints(ast.Comparison)
def _comparison(node: ast.Comparison, bindings: Bindings) -> Iterable[Part]:
    left, right = agreed((node.left, node.right), bindings)
    if node.operator in {"=", "<>"} and _is_caseless((node.left, node.right), bindings):
        return ("(", *_lower(left), f" {node.operator} ", *_lower(right), ")")
    return ("(", left, f" {node.operator} ", right, ")")


@prints(ast.In)
def _in(node: ast.In, bindings: Bindings) -> Iterator[Part]:
    operand, *values = agreed((node.operand, *node.values), bindings)
    caseless = _is_caseless((operand, *values), bindings)
    yield "("
    yield from _lower(operand) if caseless else (operand,)
    yield _word(" IN (", negated=node.negated)
    for number, value in enumerate(values):
        yield ", " if number else ""
        yield from _lower(value) if caseless else (value,)
    yield "))"


@prints(ast.InQuery)
def _in_query(node: ast.InQuery, bindings: Bindings) -> Iterable[Part]:
    word = _word(" IN (", negated=node.negated)
    if _is_caseless((node.operand,), bindings):
        values = ('SELECT lower("one") FROM (', node.query, ') AS "many"("one")')
        return ("(", *_lower(node.operand), word, *values, "))")
    return ("(", node.operand, word, node.query, "))")


@prints(ast.Between)
def _between(node: ast.Between, bindings: Bindings) -> Iterable[Part]:
    operand, low, high = agreed((node.operand, node.low, node.high), bindings)
    return ("(", operand, _word(" BETWEEN ", negated=node.negated), low, " AND ", high, ")")


@prints(ast.Like)
def _like(node: ast.Like, _: Bindings) -> Iterable[Part]:
    word = " ILIKE " if node.insensitive else " LIKE "
    return ("(", node.operand, _word(word, negated=node.negated), node.pattern, ")")


@prints(ast.Contains)
def _contains(node: ast.Contains, bindings: Bindings) -> Iterable[Part]:
    operand, value = agreed((node.operand, node.value), bindings)
    return ("list_contains(", operand, ", ", value, ")")


def _word(word: str, *, negated: bool) -> str:
    return f" NOT{word}" if negated else word


def _is_caseless(nodes: Iterable[ast.Expression], bindings: Bindings) -> bool:
    return any(
        isinstance(node, ast.Column) and node.parts[-1].text.lower() in bindings.caseless
        for node in nodes
    )


def _lower(node: ast.Expression) -> Iterable[Part]:
    if isinstance(node, ast.String) and node.value.isascii():
        return (ast.String(node.value.lower(), span=node.span),)
    return ("lower(", node, ")")


# --- values ---------------------------------------------------------------------------------------


@prints(ast.Unary)
def _unary(node: ast.Unary, _: Bindings) -> Iterable[Part]:
    return (f"({node.operator}", node.operand, ")")


@prints(ast.Binary)
def _binary(node: ast.Binary, _: Bindings) -> Iterable[Part]:
    return ("(", node.left, f" {node.operator} ", node.right, ")")


@prints(ast.Cast)
def _cast(node: ast.Cast, _: Bindings) -> Iterable[Part]:
    return ("CAST(", node.operand, " AS ", node.type, ")")


@prints(ast.TypeName)
def _type(node: ast.TypeName, _: Bindings) -> Iterable[Part]:
    return (node.text,)


@prints(ast.Subscript)
def _subscript(node: ast.Subscript, _: Bindings) -> Iterable[Part]:
    return ("(", node.operand, ")[", node.index, "]")


@prints(ast.Member)
def _member(node: ast.Member, _: Bindings) -> Iterable[Part]:
    return ("(", node.operand, ").", node.name)


@prints(ast.Case)
def _case(node: ast.Case, _: Bindings) -> Iterator[Part]:
    yield "CASE"
    yield from clause(" ", node.operand)
    for when in node.whens:
        yield from (" ", when)
    yield from clause(" ELSE ", node.otherwise)
    yield " END"


@prints(ast.When)
def _when(node: ast.When, _: Bindings) -> Iterable[Part]:
    return ("WHEN ", node.condition, " THEN ", node.result)


@prints(ast.Exists)
def _exists(node: ast.Exists, _: Bindings) -> Iterable[Part]:
    return ("EXISTS (", node.query, ")")


@prints(ast.Scalar)
def _scalar(node: ast.Scalar, _: Bindings) -> Iterable[Part]:
    return ("(", node.query, ")")


# --- calls ----------------------------------------------------------------------------------------


@prints(ast.Call)
def _call(node: ast.Call, bindings: Bindings) -> Iterator[Part]:
    yield from printed_call(node, bindings)
    yield from clause(" FILTER (WHERE ", node.filter, ")")
    yield from clause(" ", node.over)


@prints(ast.Over)
def _over(node: ast.Over, _: Bindings) -> Iterator[Part]:
    check_over(node)
    yield "OVER ("
    yield from clauses(" PARTITION BY ", node.partition)
    yield from clauses(" ORDER BY ", node.order)
    yield from clause(" ", node.frame)
    yield ")"


@prints(ast.Frame)
def _frame(node: ast.Frame, _: Bindings) -> Iterable[Part]:
    start, end = BOUNDS.index(node.start.kind), BOUNDS.index(node.end.kind)
    if start > end or start == len(BOUNDS) - 1 or end == 0:
        raise ResolveError(
            "TS227", "this frame ends before it starts", span=node.span, hint="ROWS 3 PRECEDING"
        )
    return (f"{node.unit.upper()} BETWEEN ", node.start, " AND ", node.end)


@prints(ast.Bound)
def _bound(node: ast.Bound, _: Bindings) -> Iterator[Part]:
    yield from clause("", node.offset, " ")
    yield node.kind.upper()
