"""A text that cannot be read as a whole, cut into what may be its statements.

So that one look finds the mistakes of all of them. Semicolons within texts, names and comments cut
nothing. Lines that begin with a backslash are commands of the prompt, and stand alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = re.compile(
    r"'[^']*(?:''[^']*)*'"
    r'|"[^"]*"'
    r"|--[^\r\n]*"
    r"|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/"
    r"|(?P<end>;)"
    r"|(?P<command>^[ \t]*\\[^\r\n]*)",
    re.MULTILINE,
)
SAYS = re.compile(r"\s*(?:--[^\r\n]*\s*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/\s*)*(?=\S)")


class Part(NamedTuple):
    """A statement, without its semicolon, or a command of the prompt; and where it begins."""

    text: str
    start: int
    is_command: bool = False


def parts(text: str) -> Iterator[Part]:
    """Cut a text; parts that say nothing are left out."""
    start = 0
    for match in PIECE.finditer(text):
        if match.lastgroup is None:
            continue
        yield from _saying(text, start, match.start())
        if match["command"]:
            line = match["command"]
            yield Part(line.strip(), match.end() - len(line.lstrip(" \t")), is_command=True)
        start = match.end()
    yield from _saying(text, start, len(text))


def _saying(text: str, start: int, end: int) -> Iterator[Part]:
    if SAYS.match(text, start, end):
        yield Part(text[start:end], start)
