"""The rows of the last result, kept so that it can be shown again without asking anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tiksql.errors import UsageError
from tiksql.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.rows import Row

MOST_ROWS = 20_000
"""Rows that are kept at most."""


class Kept:
    """Keeps what is read from a stream, unless that is too much."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._source = stream.source
        self._rows: list[Row] | None = []
        stream.source = self._reading

    def _reading(self, stream: Stream) -> Iterator[list[Row]]:
        for rows in self._source(stream):
            if self._rows is not None:
                self._rows += rows
                if len(self._rows) > MOST_ROWS:
                    self._rows = None
            yield rows

    def again(self) -> Stream:
        """Make a stream of the same rows; raise ``UsageError`` where there were too many."""
        if self._rows is None:
            raise UsageError(
                "TS623",
                f"the last result has more than {MOST_ROWS:,} rows, which are not kept",
                hint=r"\g runs the statement again, \o FILE keeps its rows in a file",
            )
        rows = self._rows
        stats = replace(self._stream.stats, rows=0, elapsed_ms=0)
        return Stream(self._stream.heads, lambda _: iter([rows]), stats)
