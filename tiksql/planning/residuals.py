"""What is left of a WHERE for DuckDB, once the API has judged its part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.planning import formulas as p
from tiksql.planning.trees import together
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiksql.catalog import Column, Table
    from tiksql.planning.formulas import Formula
    from tiksql.planning.query import TableQuery

BRANCH = "_branch"
"""The column that says by which branch a row came."""


def residual_of(query: TableQuery, residuals: Sequence[Formula]) -> ast.Expression | None:
    """Make the condition that rows of all branches have to meet; None where they all do.

    ``residuals`` are those of branches 1, 2, …; each applies to the rows of its branch alone.
    """
    if all(residual == p.TRUE for residual in residuals):
        return None
    if len(set(residuals)) == 1:
        return _expression(query, residuals[0])
    return ast.Or(
        tuple(
            ast.And((_is_branch(query, number), _expression(query, residual)))
            for number, residual in enumerate(residuals, 1)
        )
    )


def _is_branch(query: TableQuery, number: int) -> ast.Expression:
    column = ast.Column((ast.Name(query.name), ast.Name(BRANCH)))
    return ast.Comparison("=", column, ast.Integer(number))


def _expression(query: TableQuery, formula: Formula) -> ast.Expression:
    match formula:
        case p.Local(number):
            return query.local[number]
        case p.Negation(part):
            return ast.Not(_expression(query, part))
        case p.All(parts):
            made = together([_expression(query, part) for part in parts])
            return made or ast.Boolean(value=True)
        case p.Some(()):
            return ast.Boolean(value=False)
        case p.Some(parts):
            return ast.Or(tuple(_expression(query, part) for part in parts))
        case p.Atom():
            return _two_valued(query, formula)
        case p.Days():
            return _on_days(query, formula)


def _two_valued(query: TableQuery, atom: p.Atom) -> ast.Expression:
    """Judge an exact predicate as the API does: what has no value does not match."""
    column = _column(query.table, atom)
    values = tuple(
        ast.Integer(int(value)) if column.type == "id" else ast.String(value)
        for value in atom.values
    )
    name = ast.Column((ast.Name(query.name), ast.Name(column.name)))
    return ast.Call(ast.Name("coalesce"), (ast.In(name, values), ast.Boolean(value=False)))


def _on_days(query: TableQuery, days: p.Days) -> ast.Expression:
    """Judge the day of a record; one whose day is not known came for the days that were asked."""
    day = ast.Column((ast.Name(query.name), ast.Name(_column(query.table, days).name)))
    parts: list[ast.Expression] = []
    if days.low:
        parts.append(ast.Comparison(">=", day, ast.DateText(days.low.isoformat())))
    if days.high:
        parts.append(ast.Comparison("<=", day, ast.DateText(days.high.isoformat())))
    known = together(parts) or ast.Boolean(value=True)
    return ast.Call(ast.Name("coalesce"), (known, ast.Boolean(value=True)))


def columns_of(query: TableQuery, residuals: Iterable[Formula]) -> tuple[Column, ...]:
    """List the columns that anything here reads; at least one, so that rows can be counted."""
    judged = [
        _column(query.table, predicate)
        for residual in residuals
        for predicate in p.predicates(residual)
        if isinstance(predicate, p.Atom | p.Days)
    ]
    names = {column.name for column in query.columns}
    extra = {column.name: column for column in judged if column.name not in names}
    if query.columns or extra:
        return (*query.columns, *extra.values())
    name = query.table.record_key or next(iter(query.table.columns))
    return (query.table.columns[name],)


def _column(table: Table, predicate: p.Atom | p.Days) -> Column:
    if isinstance(predicate, p.Days):
        return next(c for c in table.columns.values() if c.derived and c.derived.rule == "day")
    return next(
        column
        for column in table.columns.values()
        if predicate.field in (column.key, column.filter.field if column.filter else "")
    )
