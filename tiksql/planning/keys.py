"""Where the keys of a scan come from, if another relation of the statement gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.planning.blocks import NO_JOINS
from tiksql.planning.plan import scan_number
from tiksql.planning.query import Keys
from tiksql.planning.trees import joined_tables, nodes
from tiksql.syntax import ast

if TYPE_CHECKING:
    from tiksql.catalog import Column
    from tiksql.planning.blocks import Common, Draft, Select
    from tiksql.planning.scopes import Found, Relation


def find_keys(select: Select) -> None:
    """Give every scan of a SELECT that is asked by key the possible sources of its keys.

    A source is ``key IN (SELECT …)`` or ``key = column of another relation``, in a place where it
    filters the scan: the WHERE, or the ON by which the scan is joined. The other relation may be
    one of the SELECT around.
    """
    for node in select.where:
        _look_at(select, node, NO_JOINS)
    for on in select.ons.values():
        for node in on.conjuncts:
            _look_at(select, node, on.inside)


def _look_at(select: Select, node: ast.Expression, inside: frozenset[int]) -> None:
    match node:
        case ast.Comparison(operator="=", left=left, right=right):
            _from_relation(select, left, right, inside)
            _from_relation(select, right, left, inside)
        case ast.InQuery(operand=operand, query=query, negated=False):
            key = _key_of(select, operand, inside)
            if key is not None:
                inner, refers = select.subquery(query)
                if not refers:
                    key[0].keys.append(_keys(select, inner, key[1]))


def _from_relation(
    select: Select, key: ast.Expression, other: ast.Expression, inside: frozenset[int]
) -> None:
    """Take the keys of one relation from a column of another that it is joined to."""
    found = _key_of(select, key, inside)
    if found is None:
        return
    draft, column = found
    origin = _origin(select, other)
    if origin is None or origin[1] is draft.relation:
        return
    owner, relation = origin
    source = owner.source(_place_of(owner, relation))
    made = ast.Select((ast.Item(owner.expression(other)),), source, distinct=True)
    draft.keys.append(_keys(owner, ast.Query(made), column))


def _key_of(
    select: Select, node: ast.Expression, inside: frozenset[int]
) -> tuple[Draft, Column] | None:
    """Find the scan whose key column an expression is, and that column."""
    if not isinstance(node, ast.Column):
        return None
    found = select.block.find(node)
    if found is None or found.outer or found.column is None or not found.column.key:
        return None
    draft = select.draft(found.relation.scan)
    return (draft, found.column) if draft is not None and draft.optional == inside else None


def _keys(select: Select, query: ast.Query, column: Column) -> Keys:
    """Make a query for keys stand by itself, with every WITH that it may use."""
    after = scans_of(query) | scans_of_common(query, select.tables)
    common = tuple(each.node for each in select.tables.values())
    return Keys(structs.replace(query, common=(*common, *query.common)), after, column)


def _origin(select: Select, node: ast.Expression) -> tuple[Select, Relation] | None:
    """Find the one relation that an expression names, and its SELECT: this one or that around."""
    found: dict[int, Found] = {}
    for part in nodes(node):
        if isinstance(part, ast.Query):
            return None
        if isinstance(part, ast.Column):
            hit = select.block.find(part)
            if hit is None:
                return None
            found[id(hit.relation)] = hit
    if len(found) != 1:
        return None
    (hit,) = found.values()
    owner = select.around if hit.outer else select
    if owner is None or owner.node.source is None or hit.relation not in owner.block.relations:
        return None
    return owner, hit.relation


def _place_of(select: Select, relation: Relation) -> ast.From:
    """Find a relation in the FROM."""
    return next(node for node in joined_tables(select.node.source) if node is relation.node)


def scans_of(node: ast.Node) -> frozenset[int]:
    """Find the scans that a rewritten tree reads."""
    names = [part.parts[0].text for part in nodes(node) if isinstance(part, ast.TableRef)]
    return frozenset(number for name in names if (number := scan_number(name)) is not None)


def scans_of_common(node: ast.Node, tables: dict[str, Common]) -> frozenset[int]:
    """Find the scans of the WITHs that a rewritten tree uses."""
    names = {part.parts[0].text.lower() for part in nodes(node) if isinstance(part, ast.TableRef)}
    return frozenset(scan for name in names & tables.keys() for scan in tables[name].scans)
