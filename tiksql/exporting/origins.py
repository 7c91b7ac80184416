"""Where each column of a result is from: a column of the catalog, or an expression over some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.catalog import Column, load
from tiksql.planning.plan import scan_name
from tiksql.planning.trees import nodes
from tiksql.syntax import ast
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiksql.planning.plan import Plan
    from tiksql.rows import Head


class Origin(Struct, frozen=True):
    """A column of a table, or how a column was made; all empty where nobody can say."""

    table: str = ""
    column: Column | None = None
    made: str = ""

    @property
    def members(self) -> Mapping[str, str]:
        """The members of a struct, by name, with their types."""
        return self.column.members if self.column else {}

    @property
    def name(self) -> str:
        """The catalog's name, table first; '' where it has none."""
        return f"{self.table}.{self.column.name}" if self.column else ""


UNKNOWN = Origin()


def origins(heads: Sequence[Head], plan: Plan | None) -> tuple[Origin, ...]:
    """Find the origin of each column of a result."""
    found = _found(plan) if plan else []
    return tuple(found) if len(found) == len(heads) else (UNKNOWN,) * len(heads)


def _found(plan: Plan) -> list[Origin]:
    if plan.local is None:
        return [_of_table(plan.scans[0].table.name, column) for column in plan.output]
    body = plan.local.body
    if not isinstance(body, ast.Select):
        return []
    return [_of_item(plan, item.expression) for item in body.items if isinstance(item, ast.Item)]


def _of_item(plan: Plan, expression: ast.Expression) -> Origin:
    if isinstance(expression, ast.Column) and len(expression.parts) == 2:  # noqa: PLR2004 - scan and column
        scan, name = (part.text for part in expression.parts)
        for each in plan.scans:
            if each.name == scan and (column := each.table.columns.get(name)):
                return _of_table(each.table.name, column)
        if source := _kept(plan, scan, name):
            return _of_source(source)
    return Origin(made=_written(plan, expression))


def _kept(plan: Plan, alias: str, name: str) -> str:
    """Find what a column of a collection was made from, '' where it is of no collection."""
    assert plan.local is not None
    tables = {table.key: table for table in plan.stored}
    for node in nodes(plan.local.body):
        if isinstance(node, ast.TableRef) and (table := tables.get(node.parts[0].text)):
            called = node.alias.text if node.alias else node.parts[0].text
            found = [each.source for each in table.columns if each.name.lower() == name.lower()]
            if called == alias and found:
                return found[0]
    return ""


def _of_source(source: str) -> Origin:
    """Read what a collection says about a column: the catalog's name, or an expression."""
    first, _, second = source.partition(".")
    table = load().tables.get(first)
    column = table.columns.get(second) if table else None
    return _of_table(first, column) if column else Origin(made=source)


def _of_table(table: str, column: Column) -> Origin:
    made = f"made from {', '.join(column.derived.sources)}" if column.derived else ""
    return Origin(table, column, made)


def _written(plan: Plan, expression: ast.Expression) -> str:
    """Write an expression with the names of tables in the place of those of scans."""
    text = to_sql(expression)
    for scan in plan.scans:
        table = f"{scan.table.name}." if len(plan.scans) > 1 else ""
        text = text.replace(f'"{scan_name(scan.number)}".', table)
    return text
