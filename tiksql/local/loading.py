"""Rows of a page on their way into the engine: one JSON text that DuckDB reads in one statement.

Measured for 14 columns: 1.1 ms for 100 rows as JSON in batches of 1,000 (2.6 ms in batches of
100), 1.8 ms as one list for each column, 14 ms as a long VALUES, 90 ms row by row.

Text keeps every character, NUL included, but for half characters (lone surrogates), which no
UTF-8 can hold: each becomes U+FFFD.
"""

from __future__ import annotations

import json
import math
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from tiksql.errors import EvaluationError
from tiksql.local.types import STORED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tiksql.local.relations import LocalColumn, Type
    from tiksql.rows import Row

LEAST, MOST = -(2**63), 2**63 - 1

_SURROGATES = re.compile("[\ud800-\udfff]")


class Shaper:
    """Brings the rows of one table into the form that DuckDB reads without a loss.

    The members of structures are as the API sent them: what is missing or of another type
    becomes NULL, what is only spelt differently (a number as text) is read.
    """

    def __init__(self, columns: Sequence[LocalColumn]) -> None:
        self.columns = tuple(columns)
        self.names = [f"c{number}" for number in range(len(columns) + 1)]
        self._numeric = [i for i, c in enumerate(columns) if c.type in {"id", "integer", "id[]"}]
        self._structs = [i for i, c in enumerate(columns) if c.members]

    @property
    def structure(self) -> str:
        """Describe a batch for DuckDB; the last column is the number of the branch."""
        types: list[Any] = [_structure(column) for column in self.columns]
        return json.dumps([dict(zip(self.names, [*types, "INTEGER"], strict=True))])

    def shaped(self, rows: Sequence[Row], branch: int) -> list[dict[str, object]]:
        """Name the values of rows; raise ``EvaluationError`` for a number beyond 64 bits."""
        self._check(rows)
        ready: Iterable[Sequence[object]] = map(self._row, rows) if self._structs else rows
        return [dict(zip(self.names, (*row, branch), strict=True)) for row in ready]

    def _check(self, rows: Sequence[Row]) -> None:
        for index in self._numeric:
            values = [row[index] for row in rows if row[index] is not None]
            numbers: list[Any] = values
            if self.columns[index].type == "id[]":
                numbers = [n for value in values for n in value if n is not None]  # type: ignore[attr-defined]
            if numbers and not LEAST <= min(numbers) <= max(numbers) <= MOST:
                raise _too_large(self.columns[index].name, max(numbers, key=abs))

    def _row(self, row: Row) -> list[object]:
        values = list(row)
        for index in self._structs:
            column, value = self.columns[index], values[index]
            if isinstance(value, list):
                values[index] = [_struct(column, each) for each in value]
            else:
                values[index] = _struct(column, value)
        return values


def encode(batch: Sequence[Mapping[str, object]]) -> str:
    """Write rows as JSON; what only JSON's own forms lack is mended on the way."""
    try:
        return msgspec.json.encode(batch).decode()
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(_mended(batch), ensure_ascii=False)


def _mended(value: Any) -> Any:
    match value:
        case str():
            return _SURROGATES.sub("\ufffd", value)
        case dict():
            return {_mended(name): _mended(each) for name, each in value.items()}
        case list() | tuple():
            return [_mended(each) for each in value]
        case date():
            return value.isoformat()
        case float() if not math.isfinite(value):
            return None
    return value


def _structure(column: LocalColumn) -> Any:
    if not column.members:
        return {"text[]": ["VARCHAR"], "id[]": ["BIGINT"]}.get(
            column.type, STORED.get(column.type, "JSON")
        )
    members = {name: STORED[kind] for name, kind in column.members.items()}
    return [members] if column.type.endswith("[]") else members


def _struct(column: LocalColumn, value: Any) -> dict[str, object] | None:
    if not isinstance(value, dict):
        return None
    return {
        name: None if (given := value.get(name)) is None else _member(column, kind, given)
        for name, kind in column.members.items()
    }


def _member(column: LocalColumn, kind: Type, given: Any) -> object:
    match kind:
        case "text":
            return given if isinstance(given, str) else json.dumps(given)
        case "id" | "integer":
            number = _whole(given)
            if number is not None and not LEAST <= number <= MOST:
                raise _too_large(column.name, number)
            return number
        case "boolean":
            return given if isinstance(given, bool) else None
    return given


def _whole(given: Any) -> int | None:
    if isinstance(given, str) and re.fullmatch(r"-?[0-9]{1,40}", given):
        return int(given)
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _too_large(column: str, number: int) -> EvaluationError:
    return EvaluationError(
        "TS542",
        f"{column} holds {number}, and numbers go up to {MOST} here",
        hint="the page is kept as it came; leave the column out",
    )
