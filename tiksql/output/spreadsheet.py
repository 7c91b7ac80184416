"""csv for somebody who opens it in a spreadsheet by a double click: ``PROFILE excel``.

A spreadsheet runs a field that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, and keeps
only 15 digits of a number. What it would change gets an apostrophe in front: such texts, every id,
and any number that is too long. A text that begins with an apostrophe gets another, so taking away
the first one gives the value back. Where a separator or a line end stands before such a sign within
a text, an apostrophe parts those two for good: a spreadsheet that splits at semicolons would begin
a cell there. The file begins with a byte order mark, without which Excel guesses the encoding.

For programs, the plain csv is the one to read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiksql.output.separated import CsvWriter
from tiksql.output.values import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.output.writer import Sink, Style
    from tiksql.rows import Head

MARK = "'"
DIGITS = 15
"""Digits of a number that a spreadsheet keeps."""

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # the last four are the full-width forms
_BLANK = r"[\s\ufeff\u200b-\u200f\u2060]"
_LONG_NUMBER = rf"\s*-?[0-9.,]{{{DIGITS + 1},}}\s*$"
_BEGINS = re.compile(rf"{_BLANK}*[{_SIGNS}]|[\t\r\n']|{_LONG_NUMBER}").match
_WITHIN = re.compile(rf"([;,|\t\r\n]{_BLANK}{{0,9}}\"?)(?=[{_SIGNS}])")
_LONG = re.compile(rf"-?[0-9.]{{{DIGITS + 1},}}").match


class ExcelCsvWriter(CsvWriter):
    """csv that a spreadsheet neither runs nor rounds."""

    def __init__(self, sink: Sink, heads: Sequence[Head], style: Style) -> None:
        super().__init__(_MarkedSink(sink), heads, style)

    def _column(self, head: Head, values: Sequence[object]) -> list[str]:
        written = texts(head.type, values)
        if head.type == "id":
            return self._fields([v if v is None else MARK + v for v in written])
        if head.type in {"integer", "number"}:
            return self._fields([MARK + v if v and _LONG(v) else v for v in written])
        return self._fields([v if v is None else disarmed(v) for v in written])


class _MarkedSink:
    """A sink that gets a byte order mark first."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._before = "\ufeff"

    def write(self, text: str) -> None:
        self._sink.write(self._before + text)
        self._before = ""


def disarmed(text: str) -> str:
    """Mark what a spreadsheet would take for a formula or round as a number."""
    parted = _WITHIN.sub(rf"\1{MARK}", text)
    return MARK + parted if _BEGINS(parted) else parted
