"""Where the pieces that a rule was read from begin and end.

The functions of all ``tree_*`` modules are the rules of the grammar, by name: each takes what was
read (tokens, finished nodes, tuples of both, and None for what was left out) and gives a node, or
a tuple for a rule that is only a part of one. The parser calls them from the inside out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tiksql.source import Span
from tiksql.syntax.ast import Node
from tiksql.syntax.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Sequence

Pieces: TypeAlias = "Sequence[Any]"


def place(pieces: Pieces) -> Span:
    """Return the place from the first to the last piece that is there."""
    return Span(_start(pieces), _end(pieces))


def _start(pieces: Pieces) -> int:
    for piece in pieces:
        if piece is not None:
            if isinstance(piece, Node):
                return piece.span.start
            return piece.start if isinstance(piece, Token) else _start(piece)
    raise AssertionError("a rule was read from nothing")


def _end(pieces: Pieces) -> int:
    for piece in reversed(pieces):
        if piece is not None:
            if isinstance(piece, Node):
                return piece.span.end
            return piece.end if isinstance(piece, Token) else _end(piece)
    raise AssertionError("a rule was read from nothing")


def clause(pieces: Pieces) -> tuple[Any, ...]:
    """Keep the pieces of a clause for the rule around it."""
    return tuple(pieces)


def listed(pieces: Pieces) -> tuple[Any, ...]:
    """Keep every second piece: what stands between commas."""
    return tuple(pieces[::2])
