"""What may be said of a reading that was cut: which rows would be rows of the whole result, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.local import functions
from tiksql.planning.trees import conjuncts, nodes
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterable


def holds(node: ast.Node | None, cut: frozenset[str]) -> bool:
    """Say whether more rows of the tables in ``cut`` could only add rows to what a query gives.

    Then what it gives is right as far as it goes. Sorting, grouping, counting, limits and all that
    asks whether something is missing (LEFT JOIN, NOT IN) need every row.
    """
    if node is None or not _reads(node, cut):
        return True
    match node:
        case ast.Query(common=(), order=(), limit=None, offset=None, body=body):
            return holds(body, cut)
        case ast.Compound(operator="union", all=True, left=left, right=right):
            return holds(left, cut) and holds(right, cut)
        case ast.Select(group=(), having=None, distinct=False, source=source, where=where):
            made_of_one = not any(_is_of_many(each) for item in node.items for each in nodes(item))
            return made_of_one and holds(source, cut) and _all_hold(where, cut)
        case ast.Join(kind="left", left=left, right=right, on=on):
            return holds(left, cut) and not _reads(right, cut) and not (on and _reads(on, cut))
        case ast.Join(left=left, right=right, on=on):
            return holds(left, cut) and holds(right, cut) and _all_hold(on, cut)
        case ast.Derived(query=query) | ast.InQuery(query=query, negated=False):
            return holds(query, cut)
    return isinstance(node, ast.TableRef)


def _all_hold(condition: ast.Expression | None, cut: frozenset[str]) -> bool:
    return condition is None or all(holds(each, cut) for each in conjuncts(condition))


def _reads(node: ast.Node, cut: Iterable[str]) -> bool:
    tables = (each for each in nodes(node) if isinstance(each, ast.TableRef))
    return any(table.parts[0].text in cut for table in tables)


def _is_of_many(node: ast.Node) -> bool:
    """Say whether an expression can depend on other rows than its own."""
    if isinstance(node, ast.Call):
        return node.over is not None or node.function.text.lower() in functions.aggregates()
    return isinstance(node, ast.Query)
