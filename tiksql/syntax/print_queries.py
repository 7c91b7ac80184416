"""Queries to text."""

from __future__ import annotations

from tiksql.syntax import ast
from tiksql.syntax.printing import alias, listed, prints, quoted, to_sql

_JOINS = {"inner": "JOIN", "left": "LEFT JOIN", "cross": "CROSS JOIN"}


@prints(ast.Query)
def _query(node: ast.Query) -> str:
    text = f"WITH {listed(node.common)} " if node.common else ""
    text += _part(node.body, plain=not isinstance(node.body, ast.Query))
    text += f" ORDER BY {listed(node.order)}" if node.order else ""
    text += f" LIMIT {to_sql(node.limit)}" if node.limit else ""
    return text + (f" OFFSET {to_sql(node.offset)}" if node.offset else "")


@prints(ast.CommonTable)
def _common(node: ast.CommonTable) -> str:
    return f"{quoted(node.name)} AS ({to_sql(node.query)})"


@prints(ast.Compound)
def _compound(node: ast.Compound) -> str:
    own = _level(node)
    left = _part(node.left, plain=_level(node.left) >= own)
    right = _part(node.right, plain=_level(node.right) > own)
    return f"{left} {node.operator.upper()}{' ALL' if node.all else ''} {right}"


def _part(body: ast.Body, *, plain: bool) -> str:
    return to_sql(body) if plain else f"({to_sql(body)})"


def _level(body: ast.Body) -> int:
    """Say how tightly a body holds together, loosest first."""
    if isinstance(body, ast.Query):
        return 0
    if isinstance(body, ast.Select):
        return 3
    return 2 if body.operator == "intersect" else 1


@prints(ast.Select)
def _select(node: ast.Select) -> str:
    text = "SELECT " + ("DISTINCT " if node.distinct else "") + listed(node.items)
    text += f" FROM {to_sql(node.source)}" if node.source else ""
    text += f" WHERE {to_sql(node.where)}" if node.where else ""
    text += f" GROUP BY {listed(node.group)}" if node.group else ""
    return text + (f" HAVING {to_sql(node.having)}" if node.having else "")


@prints(ast.Star)
def _star(node: ast.Star) -> str:
    return f"{quoted(node.table)}.*" if node.table else "*"


@prints(ast.Item)
def _item(node: ast.Item) -> str:
    return to_sql(node.expression) + alias(node.alias)


@prints(ast.TableRef)
def _table(node: ast.TableRef) -> str:
    rows = f" TABLESAMPLE ({to_sql(node.sample)} ROWS)" if node.sample else ""
    return ".".join(map(quoted, node.parts)) + alias(node.alias) + rows


@prints(ast.Derived)
def _derived(node: ast.Derived) -> str:
    return f"({to_sql(node.query)}){alias(node.alias)}"


@prints(ast.Join)
def _join(node: ast.Join) -> str:
    text = f"{to_sql(node.left)} {_JOINS[node.kind]} {to_sql(node.right)}"
    if node.on:
        return f"{text} ON {to_sql(node.on)}"
    return f"{text} USING ({listed(node.using)})" if node.using else text
