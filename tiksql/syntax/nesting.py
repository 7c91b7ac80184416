"""How deep a statement may go.

Everything behind the parser may walk a tree by recursion, and so do comparing, hashing and
printing one. A level of the tree takes up to four calls and Python allows 1,000 inside each other,
so a statement that is really deep is given more room.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tiksql.errors import ParseError
from tiksql.source import Span
from tiksql.syntax import ast
from tiksql.syntax.codes import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.syntax.tokens import Token

MAX_DEPTH = 500
"""Levels of brackets, of prefixes and of nodes."""

DEEP = 100
"""Levels that the calls which Python allows of itself are enough for, whoever calls."""

CALLS = 8
"""Calls that a level may take, with a good reserve."""

SHALLOW = DEEP * 2 // 3
"""Tokens that cannot make a tree too deep: three, ``(SELECT …)``, make four levels at most."""

MAX_LENGTH = 1_048_576
"""Code points of a text. Longer lists of values belong in a parameter that is read from a file."""

_OPENING = frozenset({"LPAR", "LSQB", "CASE"})
_CLOSING = frozenset({"RPAR", "RSQB", "END"})
_PREFIXES = frozenset({"NOT", "PLUS", "MINUS"})
NESTING = _OPENING | _CLOSING | _PREFIXES
"""The kinds of token that can begin or end a level."""


def check_length(text: str) -> None:
    """Refuse a text that is too long, at the place where it gets so."""
    if len(text) > MAX_LENGTH:
        raise ParseError(
            Code.TOO_LONG,
            f"the text has more than the {MAX_LENGTH:,} characters that are allowed",
            span=Span(MAX_LENGTH, MAX_LENGTH + 1),
            hint="give long lists of values as a parameter: IN (:list) with -v list=@file",
        )


class Nesting:
    """Counts what is open, and how many prefixes such as NOT stand in a row."""

    __slots__ = ("_last", "_open", "_prefixes")

    def __init__(self) -> None:
        self._open = 0
        self._prefixes = 0
        self._last = -1

    def see(self, token: Token, position: int) -> None:
        """Take note of the token at a position, and refuse the one that goes too deep.

        Only tokens of the kinds in ``NESTING`` need to be seen.
        """
        kind = token.kind
        self._open += (kind in _OPENING) - (kind in _CLOSING)
        if kind in _PREFIXES:
            self._prefixes = self._prefixes + 1 if position == self._last + 1 else 1
            self._last = position
        else:
            self._prefixes = 0
        if self._open + self._prefixes > MAX_DEPTH:
            raise too_deep(token.span)


def too_deep(span: Span) -> ParseError:
    """Say that a place is one level too deep."""
    return ParseError(
        Code.TOO_DEEP,
        f"this is nested more than {MAX_DEPTH} levels deep",
        span=span,
        hint="a flat list is no nesting: AND, OR and IN (…) take thousands of values",
    )


def check_chain(node: ast.Node, place: Span) -> None:
    """Refuse a chain of operators such as ``1 + 1 + 1 + …`` as soon as it is too long.

    Such chains nest to the left without brackets, so no token shows how deep they are.
    """
    length = 0
    inner: ast.Node | None = node
    while inner is not None:
        length += 1
        inner = getattr(inner, "left", None) or getattr(inner, "operand", None)
    if length > MAX_DEPTH:
        raise too_deep(place)


def check_tree(root: ast.Node) -> None:
    """Refuse a tree with a node below the deepest level; make room for walking a deep one."""
    waiting = [(root, 0)]
    deepest = 0
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth > MAX_DEPTH:
            raise too_deep(node.span)
        waiting += [(child, depth + 1) for child in _children(node)]
    make_room(deepest)


def make_room(depth: int) -> None:
    """Let Python call as deep as walking something of a depth needs."""
    if depth > DEEP:
        sys.setrecursionlimit(max(sys.getrecursionlimit(), CALLS * MAX_DEPTH))


def _children(node: ast.Node) -> Iterator[ast.Node]:
    for value in node.says:
        if isinstance(value, ast.Node):
            yield value
        elif isinstance(value, tuple):
            yield from value
