"""A text inside a text, such as the body within the quotes of a curl command, and its places.

Whatever is read keeps where it stood in the file that somebody gave, so that an error can show it
there, however it was quoted.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from tiksql.errors import ForeignError
from tiksql.source import Span


class Text(Struct, frozen=True):
    """A text, and for each of its characters the offset in the file; None if it is the file.

    ``offsets`` has one entry more than the text, for its end.
    """

    text: str
    offsets: Sequence[int] | None = None

    def place(self, start: int, end: int) -> Span:
        """Say where in the file a part of the text stands."""
        if self.offsets is None:
            return Span(start, end)
        first = self.offsets[start]
        last = self.offsets[end - 1] + 1 if end > start else first
        return Span(first, last)

    def part(self, start: int, end: int) -> Text:
        """Cut a part out."""
        offsets = range(start, end + 1) if self.offsets is None else self.offsets[start : end + 1]
        return Text(self.text[start:end], offsets)


class Named(Struct, frozen=True):
    """A word of the file and its place."""

    text: str
    span: Span


class Notes(Struct):
    """What was mended or left out while reading; equal ones are told once."""

    found: dict[str, list[Span]] = field(default_factory=dict)

    def add(self, text: str, span: Span) -> None:
        """Remember something, and where it was."""
        self.found.setdefault(text, []).append(span)


def wrong(code: str, message: str, span: Span, hint: str | None = None) -> ForeignError:
    """Make the error that says what is wrong at a place of the file."""
    return ForeignError(code, message, span=span, hint=hint)


def shown(text: str) -> str:
    """Quote a word of the file in a message, cut where it is long."""
    most = 40
    return f'"{text}"' if len(text) <= most else f'"{text[: most - 1]}…"'
