"""Rows as JSON objects: one array of them, or one a line.

Both are UTF-8 without NaN and Infinity, ids are strings, counts are numbers. An array stands on
one line and is written batch by batch. Columns of one name are told apart: ``n``, ``n_2``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiksql.output.values import encode, encoder, jsonable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiksql.output.writer import Sink, Style
    from tiksql.rows import Head, Row


class ObjectWriter:
    """What the two forms share: objects from columns."""

    def __init__(self, sink: Sink, heads: Sequence[Head], _style: Style) -> None:
        self._sink = sink
        self._heads = heads
        self._names = distinct(head.name for head in heads)

    def _objects(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        columns = [
            jsonable(head.type, column)
            for head, column in zip(self._heads, zip(*rows, strict=True), strict=True)
        ]
        names = self._names
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


class JsonlWriter(ObjectWriter):
    """One object a line."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write a line for each row."""
        if not rows:
            return
        objects = self._objects(rows)
        try:
            lines = encoder().encode_lines(objects).decode()
        except UnicodeEncodeError:
            lines = "".join(f"{encode(row)}\n" for row in objects)
        self._sink.write(lines)

    def close(self, footer: str | None = None) -> None:
        """Write nothing more: a line is whole when it is written."""


class JsonWriter(ObjectWriter):
    """One array, on one line."""

    def __init__(self, sink: Sink, heads: Sequence[Head], style: Style) -> None:
        super().__init__(sink, heads, style)
        self._before = "["

    def write(self, rows: Sequence[Row]) -> None:
        """Write the rows as the next elements."""
        if rows:
            elements = encode(self._objects(rows))[1:-1]
            self._sink.write(self._before + elements)
            self._before = ","

    def close(self, footer: str | None = None) -> None:  # noqa: ARG002 - it is no data
        """End the array, which is ``[]`` if there were no rows."""
        self._sink.write("[]\n" if self._before == "[" else "]\n")


def distinct(names: Iterable[str]) -> list[str]:
    """Give a number to each name that comes again, never one that makes it another column's."""
    given = list(names)
    taken: set[str] = set()
    unique = []
    for name in given:
        candidate, number = name, 2
        while candidate in taken or (candidate != name and candidate in given):
            candidate, number = f"{name}_{number}", number + 1
        taken.add(candidate)
        unique.append(candidate)
    return unique
