"""How wide the columns of a table are when the terminal is narrower than they would like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

NARROWEST: Final = 8
"""A cell with text is not cut to less than this, as long as other columns can go."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column would like: cells for its name, cells for its values, whether those are whole.

    Values that are whole (ids, numbers, times) mean something else when their end is missing.
    """

    name: int
    values: int
    whole: bool

    @property
    def wish(self) -> int:
        """The width at which nothing is cut."""
        return max(self.name, self.values, 1)

    @property
    def least(self) -> int:
        """The width under which the column had better be hidden."""
        return max(self.values if self.whole else 0, min(self.wish, NARROWEST))


def layout(columns: Sequence[Column], width: int | None) -> list[int]:
    """Give each column its width; columns that do not fit are missing at the end."""
    if width is None:
        return [column.wish for column in columns]
    for count in range(len(columns), 0, -1):
        room = width - _lines(count)
        if sum(column.least for column in columns[:count]) <= room:
            return _share(columns[:count], room)
    return [min(column.wish, max(width - _lines(1), 1)) for column in columns[:1]]


def _lines(count: int) -> int:
    """Count the cells that the lines between columns, and the blanks beside them, take."""
    return 3 * count + 1


def _share(columns: Sequence[Column], room: int) -> list[int]:
    """Find the highest limit for all columns with which they fit, and give what is left in order.

    Halving the interval keeps this fast for a cell of a million characters.
    """
    low, high = NARROWEST, max(column.wish for column in columns)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(_width(column, middle) for column in columns) <= room:
            low = middle
        else:
            high = middle - 1
    widths = [_width(column, low) for column in columns]
    left = max(room - sum(widths), 0)
    for index, column in enumerate(columns):
        more = min(left, max(column.wish - widths[index], 0), 1)
        widths[index] += more
        left -= more
    return widths


def _width(column: Column, limit: int) -> int:
    return max(column.least, min(column.wish, limit))
