"""One writer for each format of an export, alike to whoever fills it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tiksql.output.formats import open_writer
from tiksql.output.writer import Style

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiksql.exporting.order import Order
    from tiksql.exporting.origins import Origin
    from tiksql.output.writer import Writer
    from tiksql.rows import Head, Row


class FileWriter(Protocol):
    """Rows on their way into a file that is whole after ``close`` and useless without it."""

    @property
    def notes(self) -> list[str]:
        """What the user should know about what was written."""

    def write(self, rows: Sequence[Row]) -> None:
        """Take the next rows."""

    def close(self) -> None:
        """Finish the file."""

    def abandon(self) -> None:
        """Let go of the file if it is not closed, whatever is in it."""


class TextFile:
    """A file of one of the text formats."""

    def __init__(self, path: Path, order: Order, heads: Sequence[Head]) -> None:
        self.notes: list[str] = []
        self._stream = path.open("w", encoding="utf-8", newline="\n")
        self._writer: Writer
        style = Style(header=order.header)
        if order.profile == "excel":
            from tiksql.output.spreadsheet import ExcelCsvWriter  # noqa: PLC0415 - one of many

            self._writer = ExcelCsvWriter(self._stream, heads, style)
        else:
            self._writer = open_writer(order.format, self._stream, heads, style)

    def write(self, rows: Sequence[Row]) -> None:
        """Take the next rows."""
        self._writer.write(rows)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
        self._stream.close()

    def abandon(self) -> None:
        """Let go of the file."""
        self._stream.close()


def opened(
    order: Order, path: Path, heads: Sequence[Head], sources: Sequence[Origin]
) -> FileWriter:
    """Open the writer of an order; its file is made under ``path``, at the latest when closed."""
    match order.format:
        case "parquet":
            from tiksql.local.parquet import ParquetWriter  # noqa: PLC0415 - one of many
            from tiksql.local.relations import LocalColumn  # noqa: PLC0415 - see above

            columns = [
                LocalColumn(head.name, head.type, origin.members)
                for head, origin in zip(heads, sources, strict=True)
            ]
            place = order.time_column(heads)
            return ParquetWriter(path, columns, None if place is None else (place, order.partition))
        case "xlsx":
            from tiksql.output.workbook import WorkbookWriter  # noqa: PLC0415 - one of many

            return WorkbookWriter(path, heads, header=order.header)
        case _:
            return TextFile(path, order, heads)
