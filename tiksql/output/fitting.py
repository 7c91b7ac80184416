"""A table where all its columns fit, otherwise one block for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.output.table import TableWriter
from tiksql.output.vertical import VerticalWriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.output.writer import Sink, Style
    from tiksql.rows import Head, Row


class FittingWriter:
    """Every row until it is known whether a table has room for them."""

    def __init__(self, sink: Sink, heads: Sequence[Head], style: Style) -> None:
        self._table = TableWriter(sink, heads, style)
        self._blocks = VerticalWriter(sink, heads, style)
        self._rows: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
        """Keep the rows."""
        self._rows += rows
        self._table.write(rows)

    def close(self, footer: str | None = None) -> None:
        """Write whichever shows every column."""
        if self._table.fits():
            self._table.close(footer)
        else:
            self._blocks.write(self._rows)
            self._blocks.close(footer)
