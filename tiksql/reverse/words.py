"""Words of a shell, character by character with their places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from tiksql.reverse.text import Text
from tiksql.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSI = re.compile(
    r"\\(?:x(?P<hex>[0-9a-fA-F]{1,2})|u(?P<u>[0-9a-fA-F]{1,4})|U(?P<U>[0-9a-fA-F]{1,8})"
    r"|(?P<octal>[0-7]{1,3})|c(?P<control>.)|(?P<one>.))",
    re.DOTALL,
)
LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
LETTERS |= {"e": "\x1b", "E": "\x1b"}


class Word(Struct):
    """A word of a command; ``unknown`` are the variables in it whose values nobody can know."""

    characters: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    unknown: list[Span] = field(default_factory=list)
    end: int = 0

    @property
    def text(self) -> Text:
        """Return what the word says."""
        return Text("".join(self.characters), [*self.offsets, self.end])

    def add(self, character: str, offset: int) -> None:
        """Append a character."""
        self.characters.append(character)
        self.offsets.append(offset)


class Command(Struct):
    """The words of one command, and what its here-document feeds it."""

    words: list[Word] = field(default_factory=list)
    fed: Word | None = None


def ansi_character(found: re.Match[str]) -> Iterator[str]:
    """Read an escape within ``$'…'``."""
    code = found["hex"] or found["u"] or found["U"]
    if code:
        yield chr(min(int(code, 16), 0x10FFFF))
    elif found["octal"]:
        yield chr(int(found["octal"], 8) & 0xFF)
    elif found["control"]:
        yield chr(ord(found["control"].upper()) & 0x1F)
    else:
        yield LETTERS.get(found["one"], found["one"])
