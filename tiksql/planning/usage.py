"""What is used of a rewritten query: the scans of a WITH only if something names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.planning.binding import children
from tiksql.planning.plan import scan_number
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def scans_read(
    query: ast.Query, around: Mapping[str, frozenset[int]] | None = None
) -> frozenset[int]:
    """Find the scans whose rows can matter to a query; ``around`` are those of each known WITH."""
    known = dict(around or {})
    for each in query.common:
        known[each.name.text.lower()] = scans_read(each.query, known)
    found: set[int] = set()
    waiting: list[ast.Node] = [query.body, *query.order]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Query):
            found |= scans_read(node, known)
        elif isinstance(node, ast.TableRef):
            found |= _named(node.parts[0].text, known)
        else:
            waiting += children(node)
    return frozenset(found)


def _named(name: str, known: Mapping[str, frozenset[int]]) -> frozenset[int]:
    number = scan_number(name)
    return known.get(name.lower(), frozenset()) if number is None else frozenset({number})


def definitions(query: ast.Query) -> Iterator[ast.Query]:
    """Go through what each WITH defines, used or not, as queries that stand by themselves."""
    waiting: list[tuple[ast.Node, tuple[ast.CommonTable, ...]]] = [(query, ())]
    while waiting:
        node, around = waiting.pop()
        if isinstance(node, ast.Query):
            for each in node.common:
                yield ast.Query(each.query, common=around, span=each.span)
                waiting.append((each.query, around))
                around = (*around, each)
        below = children(node)
        waiting += [(each, around) for each in below if not isinstance(each, ast.CommonTable)]
