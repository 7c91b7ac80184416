"""Queries as DuckDB's SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.local.sql_parts import clause, clauses, joined, prints, quoted
from tiksql.planning.order import ROW
from tiksql.syntax import ast
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.local.relations import Bindings, Relation
    from tiksql.local.sql_parts import Part

_JOINS = {"inner": " JOIN ", "left": " LEFT JOIN ", "cross": " CROSS JOIN "}
_LONGEST_NAME = 60
_MARK = "_branch"


@prints(ast.Query)
def _query(node: ast.Query, _: Bindings) -> Iterator[Part]:
    yield from clauses("WITH ", node.common)
    yield " " if node.common else ""
    yield from _operand(node.body)
    yield from clauses(" ORDER BY ", node.order)
    yield from clause(" LIMIT ", node.limit)
    yield from clause(" OFFSET ", node.offset)


def _operand(body: ast.Body) -> Iterable[Part]:
    return (body,) if isinstance(body, ast.Select) else ("(", body, ")")


@prints(ast.CommonTable)
def _common(node: ast.CommonTable, _: Bindings) -> Iterable[Part]:
    return (node.name, " AS (", node.query, ")")


@prints(ast.Compound)
def _compound(node: ast.Compound, _: Bindings) -> Iterator[Part]:
    yield from _operand(node.left)
    yield f" {node.operator.upper()}{' ALL' if node.all else ''} "
    yield from _operand(node.right)


@prints(ast.Select)
def _select(node: ast.Select, _: Bindings) -> Iterator[Part]:
    yield "SELECT DISTINCT " if node.distinct else "SELECT "
    yield from joined(node.items)
    yield from clause(" FROM ", node.source)
    yield from clause(" WHERE ", node.where)
    yield from clauses(" GROUP BY ", node.group)
    yield from clause(" HAVING ", node.having)


@prints(ast.Star)
def _star(node: ast.Star, _: Bindings) -> Iterable[Part]:
    return (node.table, ".*") if node.table else ("*",)


@prints(ast.Item)
def _item(node: ast.Item, _: Bindings) -> Iterator[Part]:
    yield node.expression
    if node.alias:
        yield from (" AS ", node.alias)
    elif not isinstance(node.expression, ast.Column):
        yield f" AS {quoted(_title(node.expression))}"


def _title(expression: ast.Expression) -> str:
    """Name a column as its expression is written, so that nothing shows how it was printed."""
    text = to_sql(expression)
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


@prints(ast.TableRef)
def _table(node: ast.TableRef, bindings: Bindings) -> Iterator[Part]:
    relation = bindings.relation_of(node)
    if relation:
        alias = node.alias or node.parts[-1]
        yield from (*_rows(relation, alias), " AS ", alias)
        return
    # It is the name of a WITH, or ``to_duckdb`` refuses it.
    yield from joined(node.parts, ".")
    yield from clause(" AS ", node.alias)


def _rows(relation: Relation, alias: ast.Name) -> Iterator[Part]:
    columns = ", ".join(map(quoted, relation.columns or (_MARK,)))
    columns += f', rowid AS "{ROW}"' if relation.numbered else ""
    table = f"{quoted(relation.table)} AS {quoted(alias.text)}"
    yield f"(SELECT {columns} FROM {table}"  # noqa: S608 - names are quoted
    yield from clause(" WHERE ", relation.residual)
    yield ")"


@prints(ast.Derived)
def _derived(node: ast.Derived, _: Bindings) -> Iterator[Part]:
    yield from ("(", node.query, ")")
    yield from clause(" AS ", node.alias)


@prints(ast.Join)
def _join(node: ast.Join, _: Bindings) -> Iterator[Part]:
    yield from (node.left, _JOINS[node.kind], node.right)
    yield from clause(" ON ", node.on)
    yield from clauses(" USING (", node.using)
    yield ")" if node.using else ""


@prints(ast.SortKey)
def _sort_key(node: ast.SortKey, _: Bindings) -> Iterable[Part]:
    direction = " DESC" if node.descending else ""
    # DuckDB puts NULL last in both directions.
    return (node.expression, direction, " NULLS FIRST" if node.starts_with_null else "")
