r"""Values between separators: csv and tsv.

csv is RFC 4180 in UTF-8 with ``\n`` as line end: a header, NULL as nothing, an empty text as
``""``, quotes where a comma, a quote, CR or LF asks for them, every character kept. tsv has no
quotes: a tab, LF, CR and backslash are written ``\t``, ``\n``, ``\r`` and ``\\``, NULL and an
empty text are both nothing. Lists and structs are JSON in both. UTF-8 cannot hold a lone
surrogate: it is written as ``\udXXX``.

The module ``csv`` of Python 3.11 writes NULL and an empty text alike, so it is not used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiksql.output.sanitize import utf8
from tiksql.output.values import texts
from tiksql.rows import Head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.output.writer import Sink, Style
    from tiksql.rows import Row

NAME = Head("name", "text")
"""The names of columns are texts themselves."""

_NEEDS_QUOTES = re.compile('[,"\r\n]').search
_NEEDS_ESCAPES = re.compile(r"[\\\t\n\r]").search
_TSV_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class SeparatedWriter:
    """Lines of fields, with the names of the columns as the first line."""

    separator = ","

    def __init__(self, sink: Sink, heads: Sequence[Head], style: Style) -> None:
        self._sink = sink
        self._heads = heads
        self._opened = not style.header

    def write(self, rows: Sequence[Row]) -> None:
        """Write the rows, and the header before the first of them."""
        self._open()
        if rows and self._heads:
            columns = zip(*rows, strict=True)
            self._write_lines(list(map(self._column, self._heads, columns)))

    def close(self, footer: str | None = None) -> None:  # noqa: ARG002 - it is no data
        """Write the header if there were no rows."""
        self._open()

    def _open(self) -> None:
        if not self._opened:
            self._opened = True
            self._write_lines([self._column(NAME, [head.name]) for head in self._heads])

    def _write_lines(self, columns: Sequence[Sequence[str]]) -> None:
        lines = map(self.separator.join, zip(*columns, strict=True))
        self._sink.write(utf8("\n".join(lines) + "\n"))

    def _column(self, head: Head, values: Sequence[object]) -> list[str]:
        return self._fields(texts(head.type, values))

    def _fields(self, values: list[str | None]) -> list[str]:
        return ["" if v is None else _quote(v) if not v or _NEEDS_QUOTES(v) else v for v in values]


class CsvWriter(SeparatedWriter):
    """RFC 4180, with NULL and the empty text told apart."""


class TsvWriter(SeparatedWriter):
    """Fields between tabs, with backslash escapes."""

    separator = "\t"

    def _fields(self, values: list[str | None]) -> list[str]:
        return [
            "" if v is None else v.translate(_TSV_ESCAPES) if _NEEDS_ESCAPES(v) else v
            for v in values
        ]


def _quote(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
