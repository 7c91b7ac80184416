"""Texts that people wrote, and places in them.

A ``Span`` counts code points from the start of its source. Lines and columns are worked out only
when somebody wants to see them.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Span:
    """The code points ``start`` (included) to ``end`` (excluded) of a source."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Cover everything from the start of this span to the end of the other."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)
"""The span of syntax that no text gave, such as a tree built in a test."""


@dataclass(frozen=True)
class Source:
    """A text, the name that messages call it by, and why somebody else may have written it."""

    text: str
    name: str = "<statement>"
    doubt: str = ""

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(i + 1 for i, character in enumerate(self.text) if character == "\n")]

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Say on which line and column an offset lies, both counted from 1 in code points."""
        line = bisect_right(self._line_starts, min(offset, len(self.text)))
        return line, min(offset, len(self.text)) - self._line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return a line, counted from 1, without its line end."""
        start = self._line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : None if end < 0 else end].rstrip("\r")

    def __getitem__(self, span: Span) -> str:
        """Return the text of a span."""
        return self.text[span.start : span.end]
