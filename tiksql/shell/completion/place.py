"""Where the cursor is: in which statement, in which word, and what the parser waits for there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from tiksql.source import Span
from tiksql.syntax import ast
from tiksql.syntax.mending import MARK, mend
from tiksql.syntax.parser import language
from tiksql.syntax.pieces import Piece, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiksql.syntax.mending import Mended

SILENT = frozenset({"LINE_COMMENT", "OPEN_COMMENT", "INTEGER", "DECIMAL", "WRONG_NUMBER", "STRING"})
SILENT |= {"QUOTED", "WRONG_QUOTE", "WRONG_OPERATOR", "STRAY"}
"""What a word that ends at the cursor may be, for nothing to be offered."""

QUOTES = {"OPEN_STRING": "'", "OPEN_QUOTED": '"'}
WORD = re.compile(r"\w")


class Step(NamedTuple):
    """One step down a tree: from a node, through a field of it."""

    node: ast.Node
    field: str


@dataclass(frozen=True)
class Place:
    """A cursor in a statement.

    The word at the cursor is ``typed``, without its ``quote``; everything from ``start`` on is to
    be replaced. ``closed`` says whether the closing quote is there already.
    """

    text: str
    statement: Span
    start: int
    cursor: int
    quote: str = ""

    @property
    def typed(self) -> str:
        """The letters of the word that stand before the cursor."""
        return self.text[self.start + len(self.quote) : self.cursor]

    @property
    def closed(self) -> bool:
        """Whether the closing quote follows at once."""
        return bool(self.quote) and self.text.startswith(self.quote, self.cursor)

    @cached_property
    def mended(self) -> Mended:
        """The statement, with a mark for the word."""
        kinds = {"'": ("STRING",), '"': ("QUOTED",)}.get(self.quote, ("NAME", "STRING"))
        before = self.text[self.statement.start : self.start]
        return mend(before, self.text[self.cursor + self.closed : self.statement.end], kinds)

    @cached_property
    def path(self) -> list[Step]:
        """The way from the statement down to the mark; empty where there is none."""
        place = self.start - self.statement.start
        return way(self.mended.tree, place, lambda node: MARK in _texts(node))

    @cached_property
    def path_before(self) -> list[Step]:
        """The way to the innermost node that ends right before the word; empty without one."""
        if not self.mended.before:
            return []
        end = self.mended.before[-1].end
        return way(self.mended.tree, end, lambda node: _ends(node, end))

    @property
    def column_before(self) -> ast.Column | None:
        """The column that the word follows, if it follows one."""
        node = self.path_before[-1].node if self.path_before else None
        return node if isinstance(node, ast.Column) else None


def _ends(node: ast.Node, end: int) -> bool:
    """Say whether a node ends at a place, and nothing in it but the names of a column does.

    A column in brackets has the span of the brackets, which may not be closed yet.
    """
    if isinstance(node, ast.Column):
        return node.parts[-1].span.end == end
    return node.span.end == end and all(child.span.end != end for _, child in children(node))


def find(text: str, cursor: int) -> Place | Piece | None:
    """Find the place of a cursor; a piece is a command line; None is where nothing is offered."""
    if WORD.match(text, cursor):
        return None
    piece = _piece(text, cursor)
    if piece.is_command:
        return piece
    return _word(text, piece, cursor)


def _piece(text: str, cursor: int) -> Piece:
    """Return the piece that a cursor is in; between two of them a new one begins."""
    start = 0
    for piece in pieces(text):
        if cursor < piece.start:
            break
        if cursor < piece.end or (
            cursor == piece.end and not (piece.ended and not piece.is_command)
        ):
            return _dotted(text, piece, cursor)
        start = piece.end
    return Piece(start, cursor, is_command=False, ended=False)


def _dotted(text: str, piece: Piece, cursor: int) -> Piece:
    """Take a lone dot for the beginning of a command."""
    if text[piece.start : cursor] == ".":
        return Piece(piece.start, cursor, is_command=True, ended=True)
    return piece


def _word(text: str, piece: Piece, cursor: int) -> Place | None:
    """Find the word that ends at a cursor."""
    statement = Span(piece.start, max(piece.end, cursor))
    kind, start = None, cursor
    for match in language().lexer.scan(text, piece.start, cursor):
        kind, start = match.lastgroup, match.start()
        if kind in QUOTES:
            return Place(text, statement, start, cursor, QUOTES[kind])
        if kind == "OPEN_COMMENT":
            return None
    if kind in {"NAME", "PARAMETER"} or (kind == "STRAY" and text[start:cursor] == ":"):
        return Place(text, statement, start, cursor)
    return None if kind in SILENT else Place(text, statement, cursor, cursor)


# --- ways down a tree -----------------------------------------------------------------------------


def way(tree: ast.Node | None, place: int, wanted: Callable[[ast.Node], bool]) -> list[Step]:
    """Return the way down to the first wanted node at a place, its own step being the last."""
    ahead: list[tuple[ast.Node, int, str]] = [(tree, 0, "")] if tree else []
    names: list[Step] = []
    while ahead:
        node, depth, field = ahead.pop()
        del names[depth:]
        if depth:
            names[depth - 1] = Step(names[depth - 1].node, field)
        names.append(Step(node, ""))
        if wanted(node):
            return names
        ahead += [
            (child, depth + 1, name)
            for name, child in children(node)
            if child.span.start <= place <= child.span.end
        ]
    return []


def children(node: ast.Node) -> Iterator[tuple[str, ast.Node]]:
    """Yield the nodes directly below a node, each with the name of the field that holds it."""
    names: tuple[str, ...] = type(node).__match_args__
    for name in names:
        value: Any = getattr(node, name)
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, ast.Node):
                yield name, child


def _texts(node: ast.Node) -> tuple[object, ...]:
    """Return what a node says as text, types folded back to lower case."""
    match node:
        case ast.TypeName(text):
            return (text.lower(),)
        case ast.Name() | ast.String() | ast.DateText() | ast.TimestampText():
            return node.says
    return ()
