"""Going through syntax trees: their nodes, and the parts of a conjunction."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from tiksql.planning.binding import children
from tiksql.planning.constants import is_constant
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterator


def is_fixed(node: ast.Expression) -> bool:
    """Say whether a condition holds constants alone, so that it is true or false for all."""
    return all(
        isinstance(part, ast.Comparison | ast.And | ast.Or | ast.Not) or is_constant(part)  # type: ignore[arg-type]
        for part in nodes(node)
    )


def conjuncts(node: ast.Expression) -> Iterator[ast.Expression]:
    """Go through the parts of a conjunction."""
    if isinstance(node, ast.And):
        for operand in node.operands:
            yield from conjuncts(operand)
    else:
        yield node


def together(parts: list[ast.Expression]) -> ast.Expression | None:
    """Join conjuncts again."""
    if len(parts) < 2:  # noqa: PLR2004 - an AND has two operands at least
        return parts[0] if parts else None
    return ast.And(tuple(parts), span=parts[0].span.to(parts[-1].span))


def nodes(node: ast.Node) -> Iterator[ast.Node]:
    """Go through a node and everything below it."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(children(node))


def joined_tables(source: ast.From | None) -> list[ast.From]:
    """List what a FROM joins, from left to right."""
    found: list[ast.From] = []
    while isinstance(source, ast.Join):
        found.append(source.right)
        source = source.left
    return [*([source] if source else []), *reversed(found)]


def exchanged(node: Any, old: ast.Node, new: ast.Node) -> Any:
    """Put one node in the place of another, which is found by what it is, not by what it says."""
    if node is old:
        return new
    if isinstance(node, tuple):
        return tuple(exchanged(part, old, new) for part in node)
    if not isinstance(node, ast.Node):
        return node
    says = {each.name: exchanged(getattr(node, each.name), old, new) for each in fields(node)}
    return replace(node, **says)
