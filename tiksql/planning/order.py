"""The order of rows as far as a statement says none: that in which the rows of the scans came.

DuckDB gives the rows of a join or a group in whatever order they fell out of its tables. Here the
numbers of the rows that they were made of are written at the end of its ORDER BY, so that a result,
what a LIMIT keeps of equals, and the keys that a cap may cut, are the same each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.planning.plan import scan_number
from tiksql.planning.trees import joined_tables, nodes
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    Aggregates = Callable[[], Collection[str]]

ROW = "_row"
"""The column that numbers the rows of a scan, in a query that was put in order."""

MULTIPLYING = frozenset({"unnest", "generate_subscripts"})
"""Functions that make several rows of one, whose order is their own."""


def in_order(query: ast.Query, aggregates: Aggregates) -> ast.Query:
    """Sort a SELECT by the rows that its own are made of, as far as it says no order itself."""
    select = query.body
    if not isinstance(select, ast.Select) or select.distinct:
        return query
    return structs.replace(query, order=(*query.order, *_first_rows(select, aggregates)))


def keys_in_order(query: ast.Query, aggregates: Aggregates) -> ast.Query:
    """Ask for keys in the order in which their rows first came, unless the query has an order.

    A key that comes again is asked for once, so nothing needs to be DISTINCT.
    """
    if query.order or query.limit is not None or query.offset is not None:
        return in_order(query, aggregates)
    match query.body:
        case ast.Query() as inner:
            return structs.replace(query, body=keys_in_order(inner, aggregates))
        case ast.Compound(operator="union", left=left, right=right) as both:
            parts = [keys_in_order(_alone(part), aggregates) for part in (left, right)]
            return structs.replace(
                query, body=structs.replace(both, left=parts[0], right=parts[1], all=True)
            )
        case ast.Select() as select:
            return in_order(
                structs.replace(query, body=structs.replace(select, distinct=False)), aggregates
            )
    return query


def _alone(body: ast.Body) -> ast.Query:
    return body if isinstance(body, ast.Query) else ast.Query(body)


def _first_rows(select: ast.Select, aggregates: Aggregates) -> tuple[ast.SortKey, ...]:
    """List the numbers of the rows of all scans that are joined, the leftmost first."""
    tables = [node for node in joined_tables(select.source) if isinstance(node, ast.TableRef)]
    names = [table.parts[0] for table in tables if scan_number(table.parts[0].text) is not None]
    rows: list[ast.Expression] = [ast.Column((name, ast.Name(ROW))) for name in names]
    calls = [node for item in select.items for node in nodes(item) if isinstance(node, ast.Call)]
    functions = {call.function.text.lower() for call in calls if call.over is None}
    if not functions.isdisjoint(MULTIPLYING):
        return ()
    if select.group:
        rows = [ast.Call(ast.Name("min"), (row,)) for row in rows]
    elif select.having or (functions and not functions.isdisjoint(aggregates())):
        return ()
    return tuple(map(ast.SortKey, rows))
