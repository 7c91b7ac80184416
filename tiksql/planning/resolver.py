"""Statement to query: names found, values checked, what cannot run yet refused at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.errors import ResolveError, UnavailableError
from tiksql.planning import formulas
from tiksql.planning.conditions import Conditions
from tiksql.planning.constants import fold, is_constant
from tiksql.planning.names import Names, column_of, is_whole, table_of
from tiksql.planning.query import Query
from tiksql.rows import Head
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.catalog import Catalog, Column, Table
    from tiksql.planning.query import Scope

EXECUTABLE = ("videos", "users")


def resolve(statement: ast.Query, scope: Scope) -> Query:
    """Look up everything that a query names; raise ``LanguageError`` at the first that fails."""
    select = _select(statement)
    source = _source(select)
    table = table_of(scope.catalog, source)
    _check_executable(table, source)
    names = Names(table, _alias(source), scope.functions)
    _check_clauses(statement, select, names)
    output = list(_output(select, names))
    conditions = Conditions(scope, names)
    where = conditions.resolve(select.where) if select.where else formulas.TRUE
    return Query(
        statement=statement,
        table=table,
        heads=tuple(head for head, _ in output),
        output=tuple(column for _, column in output),
        where=where,
        places=conditions.places,
        table_span=source.span,
        limit=_count(statement.limit, "LIMIT", scope),
        offset=_count(statement.offset, "OFFSET", scope) or 0,
        notes=tuple(dict.fromkeys(conditions.notes)),
    )


def _alias(source: ast.TableRef) -> str:
    return (source.alias or source.parts[-1]).text.lower()


def _select(statement: ast.Query) -> ast.Select:
    if statement.common:
        raise _later("WITH", statement.common[0])
    body = statement.body
    while isinstance(body, ast.Query) and body == ast.Query(body.body):
        body = body.body
    if isinstance(body, ast.Select):
        return body
    what = body.operator.upper() if isinstance(body, ast.Compound) else "a query in brackets"
    raise _later(what, body)


def _source(select: ast.Select) -> ast.TableRef:
    match select.source:
        case None:
            raise _later("SELECT without FROM", select)
        case ast.TableRef() as table:
            return table
        case ast.Derived() as derived:
            raise _later("a query in FROM", derived)
        case ast.Join() as join:
            raise _later("JOIN", join)


def _check_executable(table: Table, source: ast.TableRef) -> None:
    if source.sample is not None:
        raise _later("TABLESAMPLE", source.sample)
    if table.name not in EXECUTABLE:
        raise UnavailableError(
            "TS403",
            f"{table.name} cannot be read yet",
            span=source.span,
            hint=f"the tables that can: {', '.join(EXECUTABLE)}",
        )


def _check_clauses(statement: ast.Query, select: ast.Select, names: Names) -> None:
    """Refuse the clauses that need all rows at hand, after their names were checked."""
    clauses: list[tuple[str, tuple[ast.Node, ...]]] = [
        ("GROUP BY", select.group),
        ("HAVING", (select.having,) if select.having else ()),
        ("ORDER BY", statement.order),
    ]
    aliases = {item.alias.text for item in _items(select) if item.alias}
    for what, nodes in clauses:
        for node in nodes:
            if not _is_alias(node, aliases):
                names.check(node)
        if nodes:
            raise _later(what, nodes[0])
    if select.distinct:
        for item in _items(select):
            names.check(item.expression)
        raise _later("DISTINCT", select.items[0])


def _items(select: ast.Select) -> Iterator[ast.Item]:
    yield from (item for item in select.items if isinstance(item, ast.Item))


def _is_alias(node: ast.Node, aliases: set[str]) -> bool:
    key = node.expression if isinstance(node, ast.SortKey) else node
    return isinstance(key, ast.Column) and key.parts[0].text in aliases


def _output(select: ast.Select, names: Names) -> Iterator[tuple[Head, Column]]:
    for item in select.items:
        if isinstance(item, ast.Star):
            if item.table:
                _check_table(item.table, names)
            yield from ((Head(c.name, c.type), c) for c in names.table.selectable)
        else:
            yield _item(item, names)


def _check_table(name: ast.Name, names: Names) -> None:
    if name.text.lower() not in {names.alias, names.table.name, *names.table.aliases}:
        raise ResolveError(
            "TS202",
            f'there is no table "{name.text}" in this statement',
            span=name.span,
            hint=f'did you mean "{names.alias}"?',
        )


def _item(item: ast.Item, names: Names) -> tuple[Head, Column]:
    expression = item.expression
    names.check(expression)
    if not isinstance(expression, ast.Column):
        raise _later("an expression in SELECT", expression)
    column = column_of(names, expression)
    if not column.selectable:
        raise ResolveError(
            "TS207",
            f"{column.name} can only be searched by: the API never returns it",
            span=expression.span,
            hint=f"{column.instead} is what comes back" if column.instead else None,
        )
    if not is_whole(column, expression):
        raise _later("a member of a structure", expression)
    return Head(item.alias.text if item.alias else column.name, column.type), column


def _count(node: ast.Expression | None, clause: str, scope: Scope) -> int | None:
    if node is None:
        return None
    if not is_constant(node):
        raise ResolveError(
            "TS216", f"{clause} takes a whole number", span=node.span, hint=f"{clause} 100"
        )
    value = fold(node, scope.now)
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


def _later(what: str, node: ast.Node) -> UnavailableError:
    return UnavailableError(
        "TS402",
        f"{what} cannot be run yet",
        span=node.span,
        hint="this version reads columns of one table, with conditions that the API judges",
    )


def describe(catalog: Catalog, name: ast.Name) -> Table:
    """Find the table of a ``DESCRIBE``."""
    return table_of(catalog, ast.TableRef((name,), span=name.span))
