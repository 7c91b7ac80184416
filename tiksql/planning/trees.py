"""Going through syntax trees: their nodes, and the parts of a conjunction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs

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


def copied(statement: ast.Copy) -> ast.Query:
    """Return the query whose rows are copied; a name stands for everything in it."""
    source = statement.source
    if isinstance(source, ast.Query):
        return source
    select = ast.Select((ast.Star(),), ast.TableRef((source,), span=source.span))
    return ast.Query(select, span=source.span)


def query_of(statement: ast.Statement) -> ast.Statement:
    """Find the query that a statement is about, or return the statement itself."""
    match statement:
        case ast.Copy() as copy:
            return copied(copy)
        case ast.Explain(query=query) | ast.CreateCollection(query=query):
            return query
    return statement


def harmless(statement: ast.Statement) -> ast.Statement:
    """Take from a statement what would ask or write: its query is only explained."""
    if isinstance(statement, ast.Explain):
        return structs.replace(statement, analyze=False)
    query = query_of(statement)
    return ast.Explain(query, span=statement.span) if isinstance(query, ast.Query) else statement


def exchanged(node: Any, old: ast.Node, new: ast.Node) -> Any:
    """Put one node in the place of another, which is found by what it is, not by what it says."""
    if node is old:
        return new
    if isinstance(node, tuple):
        return tuple(exchanged(part, old, new) for part in node)
    if not isinstance(node, ast.Node):
        return node
    names = node.__struct_fields__
    says = {name: exchanged(getattr(node, name), old, new) for name in names}
    return structs.replace(node, **says)
