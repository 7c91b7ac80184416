"""A statement taken apart: what is asked of the API, table by table, and what is left to DuckDB.

Every table of the API in the statement becomes a scan. A conjunct of a WHERE or ON that names
nothing but one scan's columns is given to that scan, which sends what the API can judge of it and
keeps the rest as its residual. What is left is a query over the scans, which DuckDB answers.

A conjunct may be given away only where removing its rows early cannot change the answer: of a
WHERE, if the table is on no right side of a LEFT JOIN; of an ON, if it filters exactly the rows
that this ON joins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.planning.blocks import NO_JOINS, Common, Draft, Select
from tiksql.planning.keys import find_keys, scans_of, scans_of_common
from tiksql.planning.scopes import Relation, check_name
from tiksql.planning.trees import is_fixed, nodes, together
from tiksql.syntax import ast

if TYPE_CHECKING:
    from tiksql.planning.plan import StoredTable
    from tiksql.planning.query import Scope
    from tiksql.planning.scopes import Block


class Walk:
    """The taking apart of one statement."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.drafts: list[Draft] = []
        self.stored: dict[str, StoredTable] = {}
        self.outer = False

    def query(
        self, node: ast.Query, parent: Block | None = None, known: dict[str, Common] | None = None
    ) -> tuple[ast.Query, tuple[str, ...] | None]:
        """Rewrite a query over scans; return it and the names of its columns, if they are known."""
        tables = dict(known or {})
        common = []
        for each in node.common:
            check_name(each.name.text.lower(), each.name)
            inner, names = self.query(each.query, None, tables)
            made = structs.replace(each, query=inner)
            scans = scans_of(inner) | scans_of_common(inner, tables)
            tables[each.name.text.lower()] = Common(made, names, scans)
            common.append(made)
        body, order, names = self._body(node.body, node.order, parent, tables)
        return structs.replace(node, body=body, order=order, common=tuple(common)), names

    def _body(
        self,
        node: ast.Body,
        order: tuple[ast.SortKey, ...],
        parent: Block | None,
        tables: dict[str, Common],
    ) -> tuple[ast.Body, tuple[ast.SortKey, ...], tuple[str, ...] | None]:
        match node:
            case ast.Select():
                select = Select(self, node, parent, tables)
                return rewritten(select), select.order(order), select.names()
            case ast.Compound(left=left, right=right):
                first, _, names = self._body(left, (), parent, tables)
                second, _, _ = self._body(right, (), parent, tables)
                keys = self._order(order, names, parent, tables)
                return structs.replace(node, left=first, right=second), keys, names
            case _:
                inner, names = self.query(node, parent, tables)
                return inner, self._order(order, names, parent, tables), names

    def _order(
        self,
        order: tuple[ast.SortKey, ...],
        names: tuple[str, ...] | None,
        parent: Block | None,
        tables: dict[str, Common],
    ) -> tuple[ast.SortKey, ...]:
        """Rewrite the ORDER BY of what is no SELECT: its columns are those of the result."""
        result = ast.Derived(ast.Query(ast.Select(())))
        select = Select(self, ast.Select(()), parent, tables)
        select.block.add(Relation("", result, columns=names))
        return select.order(order)


def rewritten(select: Select) -> ast.Select:
    """Give conjuncts to scans, and rewrite what is left."""
    node = select.node
    items = select.rewritten_items
    find_keys(select)
    kept = [e for e in select.where if not _given(select, e, NO_JOINS)]
    for on in select.ons.values():
        on.conjuncts = [e for e in on.conjuncts if not _given(select, e, on.inside)]
    aliases = select.weak_aliases()
    return structs.replace(
        node,
        items=items,
        source=select.source(node.source) if node.source is not None else None,
        where=together([select.expression(e) for e in kept]),
        group=tuple(select.expression(e, aliases=aliases) for e in node.group),
        having=select.expression(node.having, aliases=aliases) if node.having else None,
    )


def _given(select: Select, node: ast.Expression, inside: frozenset[int]) -> bool:
    """Give a conjunct to the one scan that it is about, if there is one."""
    draft = _owner(select, node)
    if draft is None and is_fixed(node):
        draft = next((d for d in select.drafts if d.optional == inside), None)
    if draft is None or draft.optional != inside:
        return False
    draft.parts.append(draft.conditions.resolve(node))
    return True


def _owner(select: Select, node: ast.Expression) -> Draft | None:
    """Find the one scan whose columns a conjunct names, if it names nothing else."""
    owners: set[int] = set()
    for part in nodes(node):
        if isinstance(part, ast.Query | ast.Over):
            return None
        if isinstance(part, ast.Column):
            found = select.block.find(part)
            if found is None or found.outer or found.relation.table is None:
                return None
            owners.add(found.relation.scan)
    return select.draft(owners.pop()) if len(owners) == 1 else None
