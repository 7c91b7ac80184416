"""A table in GitHub's Markdown, in which no cell can be anything but text.

Control characters become symbols as on a terminal, line ends ``⏎``; characters that mean something
in Markdown get a backslash, those that mean something in HTML become entities.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiksql.output.sanitize import visible
from tiksql.output.table import RIGHT
from tiksql.output.values import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.output.writer import Sink, Style
    from tiksql.rows import Head, Row

_SIGNS = r"\`*_[]|~$"
_NEEDS_ESCAPES = re.compile(rf"[{re.escape(_SIGNS)}<>&]").search
_ESCAPES = str.maketrans(
    {sign: f"\\{sign}" for sign in _SIGNS} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
)


class MarkdownWriter:
    """A line for each row, between pipes."""

    def __init__(self, sink: Sink, heads: Sequence[Head], style: Style) -> None:
        self._sink = sink
        self._heads = heads
        self._null = style.null
        self._opened = False

    def write(self, rows: Sequence[Row]) -> None:
        """Write the rows, and the two lines of the header before the first of them."""
        self._open()
        if rows:
            columns = [
                self._cells(texts(head.type, column))
                for head, column in zip(self._heads, zip(*rows, strict=True), strict=True)
            ]
            self._sink.write("".join(map(_line, zip(*columns, strict=True))))

    def close(self, footer: str | None = None) -> None:  # noqa: ARG002 - it is no data
        """Write the header if there were no rows."""
        self._open()

    def _open(self) -> None:
        if not self._opened:
            self._opened = True
            self._sink.write(_line(self._cells([head.name for head in self._heads])))
            rules = ["---:" if head.type in RIGHT else "---" for head in self._heads]
            self._sink.write(_line(rules))

    def _cells(self, values: Sequence[str | None]) -> list[str]:
        return [escape(self._null if v is None else v) for v in values]


def escape(text: str) -> str:
    """Write a text so that Markdown shows exactly it."""
    shown = visible(text)
    return shown.translate(_ESCAPES) if _NEEDS_ESCAPES(shown) else shown


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"
