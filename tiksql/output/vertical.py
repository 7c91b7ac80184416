"""One block for each row, one line for each value: for rows too wide for a table.

Nothing is cut. A line end inside a value is a line end here, and the lines that follow it stand
behind the same bar, so that no value can look like the next column or row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.output.sanitize import visible, width
from tiksql.output.values import grouped, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiksql.catalog import ColumnType
    from tiksql.output.writer import Sink, Style
    from tiksql.rows import Head, Row

_DIM, _RESET = "\x1b[2m", "\x1b[0m"


class VerticalWriter:
    """Blocks, numbered from 1 through the whole result."""

    def __init__(self, sink: Sink, heads: Sequence[Head], style: Style) -> None:
        self._sink = sink
        self._heads = heads
        names = [visible(head.name) for head in heads]
        longest = max(map(width, names), default=0)
        self._labels = [name + " " * (longest - width(name)) + " | " for name in names]
        self._margin = "\n" + " " * longest + " | "
        self._null = f"{_DIM}{visible(style.null)}{_RESET}" if style.color else visible(style.null)
        self._groups = style.terminal
        self._count = 0

    def write(self, rows: Sequence[Row]) -> None:
        """Write a block for each row."""
        columns = [
            self._lines(label, self._texts(head.type, column))
            for label, head, column in zip(
                self._labels, self._heads, zip(*rows, strict=True), strict=False
            )
        ]
        self._sink.write("".join(self._blocks(zip(*columns, strict=True))))

    def close(self, footer: str | None = None) -> None:
        """Write the footer."""
        if footer is not None:
            self._sink.write(visible(footer) + "\n")

    def _blocks(self, rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
        for row in rows:
            self._count += 1
            yield "\n".join((f"*** row {self._count} ***", *row)) + "\n"

    def _texts(self, kind: ColumnType, column: Sequence[object]) -> list[str | None]:
        found = texts(kind, column)
        return [grouped([v])[0] for v in found] if self._groups and kind == "integer" else found

    def _lines(self, label: str, values: Sequence[str | None]) -> list[str]:
        return [label + (self._null if v is None else self._value(v)) for v in values]

    def _value(self, text: str) -> str:
        if "\n" not in text:
            return visible(text)
        return self._margin.join(map(visible, text.replace("\r\n", "\n").split("\n")))
