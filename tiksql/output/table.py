r"""A table between lines, as wide as it has to be or as the terminal is.

``layout`` decides the widths. A table that is too wide gives up, in this order: the ends of its
widest cells, down to eight cells, but never a digit of an id, a number or a time; then its last
columns, which a line below the table counts and names; then, on a terminal a few cells wide,
everything that does not fit. ``…`` marks each cut. Without a width nothing is cut.

tabulate draws the table. It is told to leave numbers alone, because it would turn the id
7302470000000000000 into 7.30247e+18.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from tiksql.output.layout import Column, layout
from tiksql.output.sanitize import fit, visible, width
from tiksql.output.values import grouped, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.output.writer import Sink, Style
    from tiksql.rows import Head, Row

RIGHT: Final = frozenset({"id", "integer"})
"""The types whose values stand at the right of their column."""

_WHOLE: Final = frozenset({"id", "integer", "boolean", "timestamp", "date"})
_TINY: Final = 5
"""The cells of the narrowest table there is; on less, its lines are cut."""

_DIM, _RESET = "\x1b[2m", "\x1b[0m"


class TableWriter:
    """Every row as text until the widths are known."""

    def __init__(self, sink: Sink, heads: Sequence[Head], style: Style) -> None:
        self._sink = sink
        self._heads = heads
        self._null = visible(style.null)
        # A terminal that says it has no cells does not know how many it has.
        self._width = style.width or None
        self._groups = style.terminal
        self._wraps = style.wraps
        self._dims = style.color and (self._width is None or self._width >= _TINY)
        self._names = [visible(head.name) for head in heads]
        self._cells: list[list[str | None]] = [[] for _ in heads]

    def write(self, rows: Sequence[Row]) -> None:
        """Keep the rows as text."""
        if rows:
            columns = zip(*rows, strict=True)
            for head, column, cells in zip(self._heads, columns, self._cells, strict=True):
                cells += [v if v is None else visible(v) for v in texts(head.type, column)]

    def fits(self) -> bool:
        """Say whether there is room for every column."""
        return len(self._widths()) == len(self._heads)

    def close(self, footer: str | None = None) -> None:
        """Draw the table, the line about hidden columns, and the footer."""
        widths = self._widths()
        lines = self._draw(widths).split("\n") if widths else []
        if self._width is not None and self._width < _TINY:
            lines = [fit(line, self._width) for line in lines]
        if len(widths) < len(self._names):
            lines.append(self._hidden(self._names[len(widths) :]))
        if footer is not None:
            lines.append(visible(footer))
        self._sink.write("".join(f"{line}\n" for line in lines))

    def _widths(self) -> list[int]:
        if self._groups:
            self._groups = False
            for head, cells in zip(self._heads, self._cells, strict=True):
                if head.type == "integer":
                    cells[:] = grouped(cells)
        return layout([self._measure(i) for i in range(len(self._heads))], self._width)

    def _measure(self, index: int) -> Column:
        null = width(self._null)
        cells = max((null if c is None else width(c) for c in self._cells[index]), default=0)
        whole = self._heads[index].type in _WHOLE or (self._wraps and index == 0)
        return Column(width(self._names[index]), cells, whole)

    def _draw(self, widths: Sequence[int]) -> str:
        from tabulate import tabulate  # noqa: PLC0415 - 50 ms that only a table has to pay

        if self._wraps:
            self._wrap(widths)
        columns = [self._shown(i, cells) for i, cells in enumerate(widths)]
        sides = ["right" if head.type in RIGHT else "left" for head in self._heads[: len(widths)]]
        return tabulate(
            list(zip(*columns, strict=True)),
            headers=[fit(name, cells) for name, cells in zip(self._names, widths, strict=False)],
            # The one format that does not widen a column by two cells for its name.
            tablefmt="pretty",
            disable_numparse=True,
            preserve_whitespace=True,
            colalign=sides,
            headersalign=sides,
        )

    def _wrap(self, widths: Sequence[int]) -> None:
        """Part rows into lines, so that nothing of a cell is cut."""
        from tiksql.output.wrapping import wrapped  # noqa: PLC0415 - for lists only

        kept = self._cells[: len(widths)]
        lines: list[list[str | None]] = []
        for row in zip(*kept, strict=True):
            parts = [
                wrapped(self._null if c is None else c, w) for c, w in zip(row, widths, strict=True)
            ]
            lines += [list(line) for line in zip_longest(*parts, fillvalue="")]
        self._cells[: len(widths)] = [list(column) for column in zip(*lines, strict=True)] or kept

    def _shown(self, index: int, cells: int) -> list[str]:
        null = fit(self._null, cells)
        if self._dims:
            null = f"{_DIM}{null}{_RESET}"
        return [null if c is None else fit(c, cells) for c in self._cells[index]]

    def _hidden(self, names: Sequence[str]) -> str:
        count = f"… {len(names)} column{'s' if len(names) > 1 else ''} hidden"
        where = r" (\x or --format vertical shows them)"
        line = f"{count}: {', '.join(names)}{where}"
        limit = self._width
        if limit is None or width(line) <= limit:
            return line
        room = limit - width(count) - 2 - width(where)
        return f"{count}: {fit(', '.join(names), room)}{where}" if room > 1 else fit(count, limit)
