"""Queries, built from what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs

from tiksql.syntax import ast
from tiksql.syntax.nesting import check_chain
from tiksql.syntax.tree_places import Pieces, clause, listed, place
from tiksql.syntax.tree_values import integer, parameter

if TYPE_CHECKING:
    from tiksql.syntax.tokens import Token

names = items = relation_name = listed
common = alias = sample = source = where = group = having = limit = on = clause


def query(pieces: Pieces) -> ast.Query:
    """Read a body with what stands around it.

    A query in brackets with nothing around the brackets is that query itself.
    """
    tables, body, keys, bounds = pieces
    if isinstance(body, ast.Query) and not (tables or keys or bounds):
        return body
    limit_, offset_ = (bounds[1], bounds[-1]) if bounds else (None, None)
    return ast.Query(
        body if not _is_bare(body) else body.body,
        keys or (),
        limit_,
        offset_,
        tables[1::2] if tables else (),
        span=place(pieces),
    )


def _is_bare(body: ast.Body) -> bool:
    if not isinstance(body, ast.Query):
        return False
    return not (body.order or body.limit or body.offset or body.common)


def offset(pieces: Pieces) -> tuple[Any, ...]:
    """Read an OFFSET without a LIMIT, in the shape of both."""
    return (None, None, *pieces)


def common_table(pieces: Pieces) -> ast.CommonTable:
    """Read one table of a WITH."""
    return ast.CommonTable(pieces[0], pieces[3], span=place(pieces))


def compound(pieces: Pieces) -> ast.Compound:
    """Read two bodies with UNION, EXCEPT or INTERSECT between them."""
    left, operator, kind, right = pieces
    node = ast.Compound(
        operator.text.lower(),
        left.body if _is_bare(left) else left,
        right.body if _is_bare(right) else right,
        all=kind is not None and kind.kind == "ALL",
        span=place(pieces),
    )
    check_chain(node, operator.span)
    return node


def nested(pieces: Pieces) -> ast.Query:
    """Widen a query by the brackets around it."""
    inner: ast.Query = pieces[1]
    return structs.replace(inner, span=place(pieces))


def select(pieces: Pieces) -> ast.Select:
    """Read SELECT … FROM … WHERE … GROUP BY … HAVING …."""
    _, distinct, chosen, origin, condition, groups, having_ = pieces
    return ast.Select(
        chosen,
        origin and origin[1],
        condition and condition[1],
        groups[2] if groups else (),
        having_ and having_[1],
        distinct is not None,
        span=place(pieces),
    )


def star(pieces: Pieces) -> ast.Star:
    """Read the star of SELECT *."""
    return ast.Star(span=place(pieces))


def star_of(pieces: Pieces) -> ast.Star:
    """Read ``t.*``."""
    return ast.Star(pieces[0], span=place(pieces))


def item(pieces: Pieces) -> ast.Item:
    """Read one expression of a SELECT."""
    expression, named = pieces
    return ast.Item(expression, named and named[1], span=place(pieces))


# --- tables ---------------------------------------------------------------------------------------


def table(pieces: Pieces) -> ast.TableRef:
    """Read a table, perhaps renamed, perhaps sampled."""
    parts, named, rows = pieces
    return ast.TableRef(parts, named and named[1], _rows(rows), span=place(pieces))


def sampled(pieces: Pieces) -> ast.TableRef:
    """Read a table that is sampled before it is renamed."""
    parts, rows, named = pieces
    return ast.TableRef(parts, named[1], _rows(rows), span=place(pieces))


def _rows(pieces: Pieces | None) -> ast.Integer | ast.Parameter | None:
    if pieces is None:
        return None
    count: Token = pieces[2]
    return integer([count]) if count.kind == "INTEGER" else parameter([count])


def derived(pieces: Pieces) -> ast.Derived:
    """Read a query in FROM."""
    _, inner, _, named = pieces
    return ast.Derived(inner, named and named[1], span=place(pieces))


def using(pieces: Pieces) -> tuple[Any, ...]:
    """Keep the pieces of USING for the join around it."""
    return tuple(pieces)


def comma_join(pieces: Pieces) -> ast.Join:
    """Read a comma between tables, which is a CROSS JOIN."""
    left, comma, right = pieces
    return _join(ast.Join(left, "cross", right, span=place(pieces)), comma)


def cross_join(pieces: Pieces) -> ast.Join:
    """Read CROSS JOIN."""
    left, word, _, right = pieces
    return _join(ast.Join(left, "cross", right, span=place(pieces)), word)


def inner_join(pieces: Pieces) -> ast.Join:
    """Read JOIN and INNER JOIN."""
    left, _, word, right, condition = pieces
    on_, using_ = _condition(condition)
    return _join(ast.Join(left, "inner", right, on_, using_, span=place(pieces)), word)


def left_join(pieces: Pieces) -> ast.Join:
    """Read LEFT JOIN and LEFT OUTER JOIN."""
    left, _, _, word, right, condition = pieces
    on_, using_ = _condition(condition)
    return _join(ast.Join(left, "left", right, on_, using_, span=place(pieces)), word)


def _condition(pieces: Pieces) -> tuple[ast.Expression | None, tuple[ast.Name, ...]]:
    if pieces[0].kind == "ON":
        return pieces[1], ()
    return None, pieces[2]


def _join(join: ast.Join, word: Token) -> ast.Join:
    check_chain(join, word.span)
    return join
