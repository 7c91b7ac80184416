"""Names of a statement, looked up in the catalog, with the name that was probably meant."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.catalog import Table
from tiksql.errors import ResolveError
from tiksql.planning.binding import children
from tiksql.spelling import nearest
from tiksql.syntax import ast

if TYPE_CHECKING:
    from tiksql.catalog import Catalog, Column


class Names(Struct, frozen=True):
    """What an expression may name: the columns of one table, and functions."""

    table: Table
    alias: str
    functions: Callable[[], Collection[str]]

    def check(self, node: ast.Node) -> None:
        """Raise ``ResolveError`` at the first name in an expression that does not exist."""
        if isinstance(node, ast.Query):
            return
        if isinstance(node, ast.Column):
            column_of(self, node)
        if isinstance(node, ast.Call):
            self._check_function(node)
        for child in children(node):
            self.check(child)

    def _check_function(self, node: ast.Call) -> None:
        name = node.function.text.lower()
        known = self.functions()
        if name in known:
            return
        near = nearest(name, known)
        raise ResolveError(
            "TS203",
            f'unknown function "{node.function.text}"',
            span=node.function.span,
            hint=f'did you mean "{near}"?' if near else "the functions are those of DuckDB",
        )


def table_of(catalog: Catalog, node: ast.TableRef) -> Table:
    """Find the table that is named, or suggest the one that was probably meant."""
    written = ".".join(part.text for part in node.parts)
    if found := catalog.table(written):
        return found
    names = [name for table in catalog.tables.values() for name in (table.name, *table.aliases)]
    near = nearest(written, names)
    raise ResolveError(
        "TS202",
        f'unknown table "{written}"',
        span=node.parts[0].span.to(node.parts[-1].span),
        hint=f'did you mean "{near}"?' if near else f"the tables are {', '.join(catalog.tables)}",
    )


def column_of(names: Names, node: ast.Column) -> Column:
    """Find the column that is named, or suggest the one that was probably meant."""
    head, *rest = node.parts
    table = names.table
    if rest and head.text.lower() in {names.alias, table.name, *table.aliases}:
        head, *rest = rest
    elif rest and table.column(head.text) is None:
        raise ResolveError(
            "TS202",
            f'there is no table "{head.text}" in this statement',
            span=head.span,
            hint=f'did you mean "{names.alias}"?',
        )
    if found := table.column(head.text):
        return found
    raise _unknown(table, head, node)


def is_whole(column: Column, node: ast.Column) -> bool:
    """Say whether a column is named, and not a member of its structure."""
    return node.parts[-1].text.lower() in {column.name, *column.names}


def _unknown(table: Table, name: ast.Name, node: ast.Column) -> ResolveError:
    is_quoted = name.span.end - name.span.start > len(name.text)
    if is_quoted and len(node.parts) == 1:
        text = name.text.replace("'", "''")
        return ResolveError(
            "TS214",
            f'"{name.text}" in double quotes is the name of a column, and {table.name} has none',
            span=name.span,
            hint=f"a text stands in single quotes: '{text}'",
        )
    known = [each for c in table.columns.values() for each in (c.name, *c.names)]
    near = nearest(name.text, known)
    return ResolveError(
        "TS201",
        f'unknown column "{name.text}" in table {table.name}',
        span=name.span,
        hint=f'did you mean "{near}"?' if near else f"DESCRIBE {table.name} lists the columns",
    )
