"""What every format offers, and what it is told about the place it writes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tiksql.output.sanitize import visible_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.rows import Row


@dataclass(frozen=True, slots=True)
class Style:
    """How rows are to look.

    ``width`` is the number of cells of the terminal, None for a file or a pipe, where nothing is
    ever cut. ``terminal`` makes the formats that keep every character show symbols instead.
    ``null`` is what the formats made for reading write for NULL. ``header`` is whether csv and tsv
    begin with the names of the columns. ``wraps`` is for lists that are read and not compared: what
    is too wide goes on in the next line, and the first column, which names things, is never cut.
    """

    width: int | None = None
    color: bool = False
    null: str = "NULL"
    terminal: bool = False
    header: bool = True
    wraps: bool = False


class Sink(Protocol):
    """Anything that text can be written to."""

    def write(self, text: str, /) -> object:
        """Take a text."""


class Writer(Protocol):
    """The rows of one result on their way to a sink, batch by batch."""

    def write(self, rows: Sequence[Row]) -> None:
        """Take the next rows; the more at once, the faster."""

    def close(self, footer: str | None = None) -> None:
        """Finish the result; the footer is shown only by the formats made for reading."""


class VisibleSink:
    """A terminal behind a format that would pass on every character."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, text: str) -> None:
        """Show a text, its line ends kept."""
        self._sink.write(visible_lines(text))
