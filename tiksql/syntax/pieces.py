"""Cut what somebody types into statements and the command lines between them.

A statement ends with its semicolon. Where none is open, a line that starts with a backslash, or
with a dot and a letter, is a command of the prompt and ends with its line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tiksql.syntax.lexer import IGNORED
from tiksql.syntax.parser import language

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = re.compile(r"(?:\\|\.(?=[^\W\d]|\?))[^\r\n]*")
OPEN = frozenset({"OPEN_STRING", "OPEN_QUOTED", "OPEN_COMMENT"})
"""Terminals behind which everything belongs to something that has no end yet."""


class Piece(NamedTuple):
    """The code points ``start`` to ``end`` of a text: a command line, or a statement.

    ``ended`` says whether a statement has its semicolon; a command line always ends. ``opened``
    is the place of a quote or comment that is never closed.
    """

    start: int
    end: int
    is_command: bool
    ended: bool
    opened: int | None = None


def pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of a text in order; blanks and comments alone are none."""
    start = 0
    while (begin := _first(text, start)) is not None:
        command = COMMAND.match(text, begin) if _begins_line(text, begin) else None
        if command:
            piece = Piece(begin, command.end(), is_command=True, ended=True)
        else:
            piece = _statement(text, begin)
        yield piece
        start = piece.end


def _first(text: str, start: int) -> int | None:
    """Return the place of the first token from ``start`` on."""
    matches = language().lexer.scan(text, start)
    return next((m.start() for m in matches if m.lastgroup not in IGNORED), None)


def _begins_line(text: str, place: int) -> bool:
    return not text[text.rfind("\n", 0, place) + 1 : place].strip()


def _statement(text: str, begin: int) -> Piece:
    """Read from a first token to the end of its statement, or to the end of the text."""
    for match in language().lexer.scan(text, begin):
        if match.lastgroup in OPEN:
            end, opened = len(text), match.start()
            return Piece(begin, end, is_command=False, ended=False, opened=opened)
        if match.lastgroup == "SEMICOLON":
            return Piece(begin, match.end(), is_command=False, ended=True)
    return Piece(begin, len(text), is_command=False, ended=False)
