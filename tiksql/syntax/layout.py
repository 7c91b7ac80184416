"""Pieces of text that are put on one line where they fit, and on several where they do not.

After Wadler, "A prettier printer" (2003): a ``Group`` is written flat if it fits into what is left
of the line, and otherwise its lines are broken; the groups within it decide for themselves. A
comment that ends a line can never be flat, so neither can any group around it.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

WIDTH = 80
"""Code points of a line."""


class Break(Struct, frozen=True):
    """A line end, or ``flat`` within a group that is written flat."""

    flat: str = " "


class Group(Struct, frozen=True):
    """Pieces that stand on one line if they fit; ``forced`` says that they never do."""

    pieces: tuple[Piece, ...]
    forced: bool = False


class Nest(Struct, frozen=True):
    """Pieces whose lines begin further right: by ``by``, or where they started with None."""

    by: int | None
    pieces: tuple[Piece, ...]


class Remark(Struct, frozen=True):
    """A comment behind which the line ends; ``own`` says that it has lines of its own."""

    lines: tuple[str, ...]
    own: bool


Piece: TypeAlias = "str | Break | Group | Nest | Remark"

LINE = Break(" ")
SOFT = Break("")


def group(*pieces: Piece) -> Group:
    """Make a group; it is forced if anything in it is."""
    return Group(pieces, any(is_forced(piece) for piece in pieces))


def is_forced(piece: Piece) -> bool:
    """Say whether a piece can never be flat."""
    match piece:
        case Remark():
            return True
        case Group(forced=forced):
            return forced
        case Nest(pieces=pieces):
            return any(is_forced(each) for each in pieces)
        case str():
            return "\n" in piece
    return False


class _Page:
    """The text so far; blanks and indents are only written before a word."""

    def __init__(self, newline: str) -> None:
        self.pieces: list[str] = []
        self._newline = newline
        self.column = 0
        self._blanks = ""
        self._at_start = True
        self._ended = False

    def word(self, text: str, indent: int) -> None:
        blank = not text.strip()
        if self._ended:
            self.line(indent)
            if blank:
                return
        if blank:
            self._blanks += text
            self.column += len(text)
            return
        self.pieces += [self._blanks, text]
        self._blanks, self._at_start = "", False
        _, line, last = text.rpartition("\n")
        self.column = len(last) if line else self.column + len(text)

    def line(self, indent: int) -> None:
        if not self._at_start:
            self.pieces.append(self._newline)
        self._blanks = " " * indent
        self.column = indent
        self._at_start, self._ended = True, False

    def remark(self, remark: Remark, indent: int) -> None:
        if remark.own and not self._at_start:
            self.line(indent)
        for number, text in enumerate(remark.lines):
            if number:
                self.line(indent)
            if not remark.own:
                self._blanks = "  "
            self.word(text, indent)
        self._ended = True


def rendered(piece: Piece, newline: str = "\n") -> str:
    """Write a piece."""
    page = _Page(newline)
    todo: list[tuple[int, bool, Piece]] = [(0, False, piece)]
    while todo:
        indent, flat, piece = todo.pop()
        match piece:
            case str():
                page.word(piece, indent)
            case Break(flat=text) if flat:
                page.word(text, indent)
            case Break():
                page.line(indent)
            case Remark():
                page.remark(piece, indent)
            case Nest(by=by, pieces=pieces):
                inner = page.column if by is None else indent + by
                todo += [(inner, flat, each) for each in reversed(pieces)]
            case Group(pieces=pieces, forced=forced):
                fits = flat or (not forced and _fits(WIDTH - page.column, pieces, todo))
                todo += [(indent, fits, each) for each in reversed(pieces)]
    return "".join(page.pieces)


def _fits(room: int, pieces: tuple[Piece, ...], behind: list[tuple[int, bool, Piece]]) -> bool:
    """Say whether pieces, and what follows them up to the next line end, fit into some room."""
    todo: list[tuple[bool, Piece]] = [(True, piece) for piece in reversed(pieces)]
    rest = len(behind)
    while room >= 0:
        if not todo:
            if not rest:
                return True
            rest -= 1
            _, flat, piece = behind[rest]
        else:
            flat, piece = todo.pop()
        match piece:
            case str():
                room -= len(piece)
            case Break(flat=text):
                if not flat:
                    return True
                room -= len(text)
            case Remark():
                return True
            case Nest(pieces=inner):
                todo += [(flat, each) for each in reversed(inner)]
            case Group(pieces=inner):
                todo += [(flat, each) for each in reversed(inner)]
    return False
