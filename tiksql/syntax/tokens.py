"""The smallest pieces of a text that mean something."""

from __future__ import annotations

from tiksql.source import Span

END = "$END"
"""The kind of the token behind the last one, as the parse table calls it."""


LONGEST_WORD = 40
"""Letters that a word may have to be taken for a misspelt or foreign keyword."""


class Token:
    """A word, number, string or sign, and where it stands.

    ``kind`` is a terminal of the grammar. Not a dataclass: thousands are made, and the
    plain class is made in half the time.
    """

    __slots__ = ("end", "kind", "start", "text")

    def __init__(self, kind: str, text: str, start: int, end: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end

    @property
    def type(self) -> str:
        """The kind, under the name that lark's parse table asks for."""
        return self.kind

    @property
    def span(self) -> Span:
        """The place of the token."""
        return Span(self.start, self.end)

    @property
    def word(self) -> str:
        """The text in upper case, as keywords are written; empty for what can be none."""
        text = self.text
        return text.upper() if text[:1].isalpha() and len(text) <= LONGEST_WORD else ""
