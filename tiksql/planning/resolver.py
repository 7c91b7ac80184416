"""Statement to query: names found, values checked, and who judges what decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.errors import PlanError, ResolveError
from tiksql.planning import formulas
from tiksql.planning.constants import fold, is_constant
from tiksql.planning.names import table_of
from tiksql.planning.query import Query, TableQuery
from tiksql.planning.trees import nodes
from tiksql.planning.usage import scans_read
from tiksql.planning.walk import Walk
from tiksql.rows import Head
from tiksql.syntax import ast

if TYPE_CHECKING:
    from tiksql.catalog import Catalog, Column, Table
    from tiksql.planning.blocks import Draft
    from tiksql.planning.query import Keys, Scope


def resolve(statement: ast.Query, scope: Scope) -> Query:
    """Look up everything that a query names; raise ``LanguageError`` at the first that fails."""
    statement = _unwrapped(statement)
    limit = _count(statement.limit, "LIMIT", scope)
    offset = _count(statement.offset, "OFFSET", scope) or 0
    walk = Walk(scope)
    rest, _ = walk.query(statement)
    tables = tuple(_table(*each, statement, scope) for each in _in_order(walk.drafts))
    output = _plain_output(rest, tables)
    return Query(
        statement=statement,
        tables=tables,
        rest=rest,
        heads=tuple(_heads(rest, output)) if output is not None else (),
        output=output,
        row_by_row=output is not None or (bool(tables) and _is_row_by_row(rest, scope)),
        limit=limit,
        offset=offset,
        stored=tuple(walk.stored.values()),
        read=scans_read(rest),
    )


def _unwrapped(statement: ast.Query) -> ast.Query:
    """Take off brackets around the whole statement."""
    while isinstance(statement.body, ast.Query) and statement == ast.Query(statement.body):
        statement = statement.body
    return statement


def _table(draft: Draft, keys: Keys | None, statement: ast.Query, scope: Scope) -> TableQuery:
    assert draft.relation.table is not None
    conditions = draft.conditions
    where = formulas.conjunction(draft.parts)
    sample = _count(draft.node.sample, "TABLESAMPLE", scope)
    return TableQuery(
        statement=statement,
        select=draft.select,
        place=draft.node,
        number=draft.number,
        table=draft.relation.table,
        columns=tuple(draft.relation.needed.values()),
        where=where,
        places=conditions.places,
        local=tuple(conditions.local),
        reasons=tuple(dict.fromkeys(conditions.reasons)),
        keys=keys,
        sample=sample,
        notes=tuple(dict.fromkeys(conditions.notes)),
    )


def _names_keys(draft: Draft) -> bool:
    """Say whether the statement itself gives the keys of a table."""
    assert draft.relation.table is not None
    keys = {column.key for column in draft.relation.table.keys}
    parts = formulas.conjuncts(formulas.conjunction(draft.parts))
    return any(isinstance(part, formulas.Atom) and part.field in keys for part in parts)


def _in_order(drafts: list[Draft]) -> list[tuple[Draft, Keys | None]]:
    """Put the scans that give keys before those that take them; choose whose keys each takes."""
    done: set[int] = set()
    ordered: list[tuple[Draft, Keys | None]] = []
    waiting = [(draft, [] if _names_keys(draft) else draft.keys) for draft in drafts]
    while waiting:
        ready = [
            (draft, next((k for k in keys if k.after <= done), None))
            for draft, keys in waiting
            if not keys or any(k.after <= done for k in keys)
        ]
        if not ready:
            raise PlanError(
                "TS306",
                "these tables wait for each other's keys: one has to be given them",
                span=waiting[0][0].node.span,
                hint="name the keys of one table in the WHERE",
            )
        ordered += ready
        done |= {draft.number for draft, _ in ready}
        waiting = [each for each in waiting if each[0].number not in done]
    return ordered


# --- statements that only select columns ----------------------------------------------------------


def _plain_output(rest: ast.Query, tables: tuple[TableQuery, ...]) -> tuple[Column, ...] | None:
    """List the columns of a result that is nothing but columns of one table, unsorted."""
    select = rest.body
    if rest.common or rest.order or len(tables) != 1 or not isinstance(select, ast.Select):
        return None
    if select != ast.Select(select.items, select.source):
        return None
    if not isinstance(select.source, ast.TableRef):
        return None
    columns = [_plain_column(item, tables[0].table) for item in select.items]
    found = tuple(column for column in columns if column is not None)
    return found if len(found) == len(columns) else None


def _plain_column(item: ast.Item | ast.Star, table: Table) -> Column | None:
    if isinstance(item, ast.Item) and isinstance(item.expression, ast.Column):
        _, *names = item.expression.parts
        if len(names) == 1:
            return table.column(names[0].text)
    return None


def _heads(rest: ast.Query, output: tuple[Column, ...]) -> list[Head]:
    assert isinstance(rest.body, ast.Select)
    names = [item.alias if isinstance(item, ast.Item) else None for item in rest.body.items]
    return [
        Head(alias.text if alias else column.name, column.type)
        for alias, column in zip(names, output, strict=True)
    ]


def _is_row_by_row(rest: ast.Query, scope: Scope) -> bool:
    """Say whether each row of the result comes from one record alone."""
    select = rest.body
    if rest.common or not isinstance(select, ast.Select):
        return False
    if select.group or select.having or select.distinct:
        return False
    if not isinstance(select.source, ast.TableRef):
        return False
    calls = [n for n in nodes(select) if isinstance(n, ast.Call)]
    if any(isinstance(n, ast.Query) for n in nodes(select)):
        return False
    aggregates = scope.aggregates() if calls else frozenset()
    return not any(c.over or c.function.text.lower() in aggregates for c in calls)


def _count(node: ast.Expression | None, clause: str, scope: Scope) -> int | None:
    if node is None:
        return None
    value = fold(node, scope.now) if is_constant(node) else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:  # noqa: PLR2004 - a value given with -v
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ResolveError(
            "TS216",
            f"{clause} takes a whole number that is not negative",
            span=node.span,
            hint=f"{clause} 100",
        )
    return value


def describe(catalog: Catalog, name: ast.Name) -> Table:
    """Find the table of a ``DESCRIBE``."""
    return table_of(catalog, ast.TableRef((name,), span=name.span))
