"""What can be said of the values of a column while its rows go by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiksql.output.values import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.rows import Head, Row

FEW: Final = 1000
"""Different values of a column that are counted; more are only called more."""

ORDERED: Final = frozenset({"id", "integer", "number", "timestamp", "date"})
COUNTED: Final = frozenset({"text", "boolean"})


class Measure:
    """The values of one column: how many are missing, and their range or their number."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.rows = 0
        self.missing = 0
        self._low: Any = None
        self._high: Any = None
        self._different: set[object] | None = set() if head.type in COUNTED else None

    def add(self, values: Sequence[Any]) -> None:
        """Take the next values."""
        present = [value for value in values if value is not None]
        self.rows += len(values)
        self.missing += len(values) - len(present)
        if present and self.head.type in ORDERED:
            self._low = min(present) if self._low is None else min(self._low, *present)
            self._high = max(present) if self._high is None else max(self._high, *present)
        if self._different is not None:
            self._different.update(present)
            if len(self._different) > FEW:
                self._different = None

    @property
    def share_missing(self) -> str:
        """The part of the rows without a value, in per cent."""
        if not self.rows:
            return "no rows"
        share = 100 * self.missing / self.rows
        shown = f"{share:.1f} %"
        return f"{shown} ({self.missing:,} of {self.rows:,})" if self.missing else shown

    @property
    def range(self) -> str:
        """The least and the greatest value, or the number of different ones."""
        if self._low is not None:
            low, high = texts(self.head.type, [self._low, self._high])
            return f"{low} to {high}"
        if self.head.type not in COUNTED or self.missing == self.rows:
            return ""
        if self._different is None:
            return f"more than {FEW:,} different"
        return f"{len(self._different):,} different"


class Measures:
    """The measures of all columns of a result."""

    def __init__(self, heads: Sequence[Head]) -> None:
        self.columns = [Measure(head) for head in heads]

    def add(self, rows: Sequence[Row]) -> None:
        """Take the next rows."""
        if rows:
            for measure, values in zip(self.columns, zip(*rows, strict=True), strict=True):
                measure.add(values)
