"""Expressions, built from what was read."""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec import structs

from tiksql.source import Span
from tiksql.syntax import ast
from tiksql.syntax.nesting import check_chain
from tiksql.syntax.tokens import Token
from tiksql.syntax.tree_places import Pieces, clause, listed, place

expressions = listed
partition = otherwise = filter = type_size = type_array = clause  # noqa: A001 - a rule's own name


def disjunction(pieces: Pieces) -> ast.Or:
    """Join any number of expressions by OR; one in brackets stays a node of its own."""
    return ast.Or(tuple(pieces[::2]), span=place(pieces))


def conjunction(pieces: Pieces) -> ast.And:
    """Join any number of expressions by AND; one in brackets stays a node of its own."""
    return ast.And(tuple(pieces[::2]), span=place(pieces))


def negation(pieces: Pieces) -> ast.Not:
    """Read NOT and an expression."""
    return ast.Not(pieces[1], span=place(pieces))


def is_null(pieces: Pieces) -> ast.IsNull:
    """Read IS NULL and IS NOT NULL."""
    operand, operator, negated, _ = pieces
    node = ast.IsNull(operand, negated is not None, span=place(pieces))
    check_chain(node, operator.span)
    return node


def comparison(pieces: Pieces) -> ast.Comparison:
    """Read two expressions and the sign between them."""
    left, operator, right = pieces
    sign: Any = "<>" if operator.text == "!=" else operator.text
    return ast.Comparison(sign, left, right, span=place(pieces))


def in_values(pieces: Pieces) -> ast.In | ast.InQuery:
    """Read IN and a list; a lone query in doubled brackets is a query, as PostgreSQL has it."""
    operand, negated, _, _, values, _ = pieces
    if len(values) == 1 and isinstance(values[0], ast.Scalar):
        query = values[0].query
        return ast.InQuery(operand, query, negated is not None, span=place(pieces))
    return ast.In(operand, values, negated is not None, span=place(pieces))


def in_query(pieces: Pieces) -> ast.InQuery:
    """Read IN and a query."""
    operand, negated, _, _, query, _ = pieces
    return ast.InQuery(operand, query, negated is not None, span=place(pieces))


def between(pieces: Pieces) -> ast.Between:
    """Read BETWEEN and its two ends."""
    operand, negated, _, low, _, high = pieces
    return ast.Between(operand, low, high, negated is not None, span=place(pieces))


def like(pieces: Pieces) -> ast.Like:
    """Read LIKE and ILIKE."""
    operand, negated, operator, pattern = pieces
    insensitive = operator.kind == "ILIKE"
    return ast.Like(operand, pattern, negated is not None, insensitive, span=place(pieces))


def contains(pieces: Pieces) -> ast.Contains | ast.Not:
    """Read CONTAINS; ``x NOT CONTAINS y`` is the contrary of the whole."""
    operand, negated, _, value = pieces
    found = ast.Contains(operand, value, span=place(pieces))
    return ast.Not(found, span=found.span) if negated else found


def binary(pieces: Pieces) -> ast.Binary:
    """Read two expressions and the arithmetic sign between them."""
    left, operator, right = pieces
    node = ast.Binary(operator.text, left, right, span=place(pieces))
    check_chain(node, operator.span)
    return node


def unary(pieces: Pieces) -> ast.Unary:
    """Read a sign and an expression."""
    operator, operand = pieces
    return ast.Unary(operator.text, operand, span=place(pieces))


def short_cast(pieces: Pieces) -> ast.Cast:
    """Read ``x::type``."""
    operand, operator, wanted = pieces
    node = ast.Cast(operand, wanted, span=place(pieces))
    check_chain(node, operator.span)
    return node


def long_cast(pieces: Pieces) -> ast.Cast:
    """Read CAST(x AS type)."""
    return ast.Cast(pieces[2], pieces[4], span=place(pieces))


def subscript(pieces: Pieces) -> ast.Subscript:
    """Read ``list[index]``."""
    operand, bracket, index, _ = pieces
    node = ast.Subscript(operand, index, span=place(pieces))
    check_chain(node, bracket.span)
    return node


def member(pieces: Pieces) -> ast.Member:
    """Read ``value.name``."""
    operand, dot, name = pieces
    node = ast.Member(operand, name, span=place(pieces))
    check_chain(node, dot.span)
    return node


def group_of(pieces: Pieces) -> ast.Node:
    """Widen an expression by the brackets around it."""
    inner: ast.Node = pieces[1]
    return structs.replace(inner, span=place(pieces))


def exists(pieces: Pieces) -> ast.Exists:
    """Read EXISTS and a query."""
    return ast.Exists(pieces[2], span=place(pieces))


def scalar(pieces: Pieces) -> ast.Scalar:
    """Read a query in brackets where a value belongs."""
    return ast.Scalar(pieces[1], span=place(pieces))


def column(pieces: Pieces) -> ast.Column:
    """Read a name, perhaps with more behind dots."""
    return ast.Column(tuple(pieces[::2]), span=place(pieces))


def case(pieces: Pieces) -> ast.Case:
    """Read CASE, its arms and its END."""
    _, operand, *whens, otherwise_, _ = pieces
    final = otherwise_[1] if otherwise_ else None
    return ast.Case(operand, tuple(whens), final, span=place(pieces))


def when(pieces: Pieces) -> ast.When:
    """Read one arm of a CASE."""
    return ast.When(pieces[1], pieces[3], span=place(pieces))


# "type" is the rule's own name.
def type(pieces: Pieces) -> ast.TypeName:  # noqa: A001
    """Read a type as DuckDB writes it."""
    word, precision, size, *arrays = pieces
    text = word.text.upper() + (" PRECISION" if precision else "")
    if size:
        text += f"({','.join(token.text for token in size[1::2])})"
    for array in arrays:
        text += f"[{array[1].text if array[1] else ''}]"
    return ast.TypeName(text, span=place(pieces))


# --- calls ----------------------------------------------------------------------------------------


class Arguments(NamedTuple):
    """What stands between the brackets of a call."""

    expressions: tuple[ast.Expression, ...] = ()
    star: bool = False
    distinct: bool = False
    order: tuple[ast.SortKey, ...] = ()


def every_row(_: Pieces) -> Arguments:
    """Read the star of ``count(*)``."""
    return Arguments(star=True)


def arguments(pieces: Pieces) -> Arguments:
    """Read the arguments of a call."""
    distinct, values, keys = pieces
    return Arguments(values, distinct=distinct is not None, order=keys or ())


def call(pieces: Pieces) -> ast.Call:
    """Read a function, its arguments, and what an aggregate may have behind them."""
    function, _, given, bracket, chosen, over_ = pieces
    given = given or Arguments()
    end = (over_ and over_.span.end) or (chosen and chosen[-1].end) or bracket.end
    return ast.Call(
        function,
        given.expressions,
        star=given.star,
        distinct=given.distinct,
        order=given.order,
        filter=chosen[3] if chosen else None,
        over=over_,
        span=Span(function.span.start, end),
    )


def order(pieces: Pieces) -> tuple[Any, ...]:
    """Read the keys of an ORDER BY."""
    return tuple(pieces[2::2])


def sort_key(pieces: Pieces) -> ast.SortKey:
    """Read one key of an ORDER BY."""
    expression, direction, _, nulls = pieces
    descending = direction is not None and direction.kind == "DESC"
    first = None if nulls is None else nulls.kind == "FIRST"
    return ast.SortKey(expression, descending, first, span=place(pieces))


def over(pieces: Pieces) -> ast.Over:
    """Read OVER and its brackets."""
    _, _, parted, keys, limits, _ = pieces
    return ast.Over(parted[2] if parted else (), keys or (), limits, span=place(pieces))


def frame(pieces: Pieces) -> ast.Frame:
    """Read ROWS BETWEEN two ends."""
    unit, _, start, _, end = pieces
    return ast.Frame(unit.text.lower(), start, end, span=place(pieces))


def frame_from(pieces: Pieces) -> ast.Frame:
    """Read ROWS and a start; the end is the current row."""
    unit, start = pieces
    end = ast.Bound("current row", span=start.span)
    return ast.Frame(unit.text.lower(), start, end, span=place(pieces))


_UNBOUNDED: dict[str, Any] = {
    "preceding": "unbounded preceding",
    "following": "unbounded following",
}


def bound(pieces: Pieces) -> ast.Bound:
    """Read UNBOUNDED or a number, and PRECEDING or FOLLOWING."""
    reach, direction = pieces
    kind: Any = direction.text.lower()
    if isinstance(reach, Token):
        return ast.Bound(_UNBOUNDED[kind], span=place(pieces))
    return ast.Bound(kind, reach, span=place(pieces))


def current_row(pieces: Pieces) -> ast.Bound:
    """Read CURRENT ROW."""
    return ast.Bound("current row", span=place(pieces))
