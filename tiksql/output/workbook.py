"""Rows as an Excel workbook; the owner of xlsxwriter.

No cell is ever a formula or a link. Ids, and whole numbers of more than 15 digits, are texts,
because a spreadsheet would round them. Times to the second are dates of UTC, others texts. A
worksheet holds 1,048,576 rows, and more is an error: a second sheet would be overlooked. A cell
holds 32,767 characters, and a longer text is cut, marked and counted in ``notes``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from tiksql.errors import OutputError, UsageError
from tiksql.output.sanitize import utf8
from tiksql.output.values import texts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiksql.rows import Head, Row

ROWS: Final = 1_048_576
COLUMNS: Final = 16_384
CHARACTERS: Final = 32_767
EXACT: Final = 10**15
CUT: Final = " … [cut]"

_SAFE: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
_EARLIEST: Final = dt.date(1900, 3, 1)
"""Excel counts a 29 February 1900, which never was; from here on its dates are right."""


class WorkbookWriter:
    """A workbook with one sheet of rows, written row by row."""

    def __init__(self, path: Path, heads: Sequence[Head], *, header: bool = True) -> None:
        workbook = _library().Workbook(str(path), {**_SAFE, "tmpdir": str(path.parent)})
        self._workbook: Any = workbook
        self._heads = heads
        self._sheet = workbook.add_worksheet("rows")
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._empty = workbook.add_format({"num_format": "@"})
        self._row = 0
        self._cut: Counter[str] = Counter()
        if header:
            bold = workbook.add_format({"bold": True})
            for column, head in enumerate(heads):
                self._text(column, head.name, bold)
            self._sheet.freeze_panes(1, 0)
            self._row = 1

    def write(self, rows: Sequence[Row]) -> None:
        """Write the rows; raise ``OutputError`` (TS704) when the sheet is full."""
        if self._row + len(rows) > ROWS:
            raise OutputError(
                "TS704",
                f"an Excel sheet has {ROWS:,} rows, and there are more",
                hint="csv and parquet take any number",
            )
        written = [
            texts(head.type, values)
            for head, values in zip(self._heads, zip(*rows, strict=True), strict=True)
        ]
        for number, row in enumerate(rows):
            if not any(value is not None for value in row):  # it would not be there at all
                self._sheet.write_blank(self._row, 0, None, self._empty)
            for column, value in enumerate(row):
                if value is not None:
                    self._cell(column, value, written[column][number])
            self._row += 1

    def close(self) -> None:
        """Write the file."""
        try:
            self._workbook.close()
        except _library().exceptions.XlsxFileError as error:
            raise OutputError("TS703", f"the workbook cannot be written: {error}") from None

    def abandon(self) -> None:
        """Leave the file unwritten if it is not closed."""
        self._sheet.row_data_fh.close()
        self._workbook.fileclosed = True

    @property
    def notes(self) -> list[str]:
        """What had to be changed, column by column."""
        return [
            f"{count:,} texts of {name} are longer than the {CHARACTERS:,} characters of a cell"
            " and were cut"
            for name, count in self._cut.items()
        ]

    def _cell(self, column: int, value: Any, text: str | None) -> None:
        kind = self._heads[column].type
        if isinstance(value, bool):
            self._sheet.write_boolean(self._row, column, value)
        elif kind in {"integer", "number"} and abs(value) < EXACT:
            self._sheet.write_number(self._row, column, value)
        elif isinstance(value, dt.date) and (form := self._form(value)):
            self._sheet.write_datetime(self._row, column, value, form)
        else:
            self._text(column, text or "")

    def _form(self, value: dt.date) -> Any:
        """Choose how a time is shown, None for one that a spreadsheet cannot hold."""
        if not isinstance(value, dt.datetime):
            return self._day if value >= _EARLIEST else None
        exact = value.tzinfo is None and not value.microsecond and value.date() >= _EARLIEST
        return self._moment if exact else None

    def _text(self, column: int, text: str, form: Any = None) -> None:
        text = utf8(text)
        if len(text.encode("utf-16-le")) > 2 * CHARACTERS:
            self._cut[self._heads[column].name] += 1
            kept = text.encode("utf-16-le")[: 2 * (CHARACTERS - len(CUT))]
            text = kept.decode("utf-16-le", errors="ignore") + CUT
        self._sheet.write_string(self._row, column, text, form)


def check_library(heads: Sequence[Head]) -> None:
    """Raise ``UsageError`` where a workbook cannot be made, before anything is fetched."""
    _library()
    if len(heads) > COLUMNS:
        raise UsageError("TS631", f"an Excel sheet has {COLUMNS:,} columns, and there are more")


def _library() -> Any:
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(
            "TS631",
            "xlsx needs xlsxwriter, which is not installed",
            hint="pip install 'tiksql[xlsx]'",
        ) from None
    return xlsxwriter
