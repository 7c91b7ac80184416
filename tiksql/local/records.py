"""Records of a page as rows of canonical values.

A page is decoded in one call into structures made for the columns that are wanted. Where a record
does not have the shape that the catalog says (a number as text, a broken character), that page is
read again value by value: what can be read without loss is, what cannot becomes NULL and is
counted as drift, and a rounded id is an error, because an id is exact or it is nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from tiksql.errors import ConnectionFailedError
from tiksql.local.derive import derive, moments
from tiksql.local.structures import Structures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.catalog import Column, Table
    from tiksql.rows import Row

TYPES: dict[str, Any] = {
    "id": int | None,
    "integer": int | None,
    "text": str | None,
    "boolean": bool | None,
    "timestamp": int | None,
    "text[]": list[str] | None,
    "id[]": list[int] | None,
    "struct": dict[str, Any] | None,
    "struct[]": list[dict[str, Any]] | None,
    "json": Any,
}
MAX_ID = 2**64 - 1
NO_KEYS = frozenset({None, 0, ""})
"""What names no record: two of them need not be the same one."""
LONGEST_NUMBER = 400
"""Digits of a whole number that is read as one; Python refuses to read some thousands."""


class Reader:
    """Reads the pages of one scan; remembers which records it has seen, and what did not fit."""

    def __init__(
        self, table: Table, output: Sequence[Column], asked_by: Column | None = None
    ) -> None:
        self.table = table
        self.asked_by = asked_by
        self.output = tuple(output)
        self.fields = _fields(table, self.output)
        self.duplicates = 0
        self.drift: Counter[str] = Counter()
        self.kept = 0
        self.keys: list[Any] = []
        """The keys of the records of the latest page, those that came before too."""
        self.seen: set[object] = set()
        self._seen_of: dict[object, set[object]] = {None: self.seen}
        self._key: str | int | None = None
        self._in_parts = not table.list_keys and table.paging.kind != "none"
        self._parts: list[Row] = []
        self._decoder = msgspec.json.Decoder(list[_structure(self.fields)])  # type: ignore[misc]

    @property
    def counts_by_list(self) -> bool:
        """Whether records cannot be told apart, so that only whole lists can be compared."""
        key = self.table.columns.get(self.table.record_key or "")
        return self._in_parts or key is None or not key.is_field

    def rows(self, records: bytes, key: str | int | None, *, more: bool = False) -> list[Row]:
        """Read the records of a page, a JSON array, as rows without those already seen.

        ``key`` is the value of ``asked_by`` that was asked for. A record may come again for another
        key: two accounts can like the same video. ``more`` says that another page follows.
        """
        if key != self._key:
            self.seen = self._seen_of.setdefault(key, set())
            self._key, self._parts = key, []
        values = self._values(records)
        self.keys = values.get(self.table.record_key, [])
        if self.keys and not self._in_parts:
            self._drop_seen(values, self.keys)
        size = len(next(iter(values.values()), []))
        self.kept += size
        columns = [self._column(column, values, key, size) for column in self.output]
        rows: list[Row] = list(zip(*columns, strict=True))
        return self._put_together(rows, more=more) if self._in_parts else rows

    def peek(self, records: bytes) -> list[Any]:
        """Return the keys of a page and remember nothing of it; [] where they are not as usual."""
        key = self.table.columns.get(self.table.record_key or "")
        if key is None or not key.is_field:
            return []
        try:
            return _first_given(self._decoder.decode(records), _attributes(key))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return []

    def _put_together(self, rows: list[Row], *, more: bool) -> list[Row]:
        """Make one row of a record that comes over several pages, with more of its list on each."""
        self._parts += rows
        if more or not self._parts:
            return []
        parts, self._parts = self._parts, []
        return [tuple(map(_joined, zip(*parts, strict=True)))]

    def _values(self, records: bytes) -> dict[str, list[Any]]:
        try:
            found = self._decoder.decode(records)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._mended(records)
        values = {column.name: _first_given(found, _attributes(column)) for column in self.fields}
        self._check_ids(values)
        return values

    def _mended(self, records: bytes) -> dict[str, list[Any]]:
        found = json.loads(bytes(records).decode("utf-8", "replace"), parse_int=_number)
        rows = [record if isinstance(record, dict) else {} for record in found]
        if lost := sum(not isinstance(record, dict) for record in found):
            self.drift.update({column.name: lost for column in self.fields})
        values = {
            column.name: [self._mend(column, record) for record in rows] for column in self.fields
        }
        self._check_ids(values)
        return values

    def _mend(self, column: Column, record: dict[str, Any]) -> Any:
        given = next((record[s] for s in column.spellings if record.get(s) is not None), None)
        if given is None:
            return None
        if column.type == "id" and isinstance(given, float):
            raise ConnectionFailedError(
                "TS517", f"the API sent {column.field} as a rounded number: {given!r}"
            )
        try:
            return msgspec.convert(_plain(column, given), TYPES[column.type], strict=False)
        except msgspec.ValidationError:
            self.drift[column.name] += 1
            return None

    def _check_ids(self, values: dict[str, list[Any]]) -> None:
        for column in self.fields:
            if column.type != "id":
                continue
            given = [value for value in values[column.name] if value is not None]
            if given and not 0 <= min(given) <= max(given) <= MAX_ID:
                odd = next(value for value in given if not 0 <= value <= MAX_ID)
                why = "below zero" if odd < 0 else "with more than 64 bits"
                raise ConnectionFailedError("TS517", f"the API sent {column.field} {why}: {odd}")

    def _drop_seen(self, values: dict[str, list[Any]], keys: list[Any]) -> None:
        """Take out the records whose key came before, in this page or in another."""
        new = set(keys) - NO_KEYS
        if len(new) < len(keys) or not new.isdisjoint(self.seen):
            keep = [self._is_new(key) for key in keys]
            self.duplicates += keep.count(False)
            for name, column in values.items():
                values[name] = [v for v, kept in zip(column, keep, strict=True) if kept]
        self.seen |= new

    def _is_new(self, key: object) -> bool:
        known = key in self.seen
        if key not in NO_KEYS:
            self.seen.add(key)
        return not known

    def _column(
        self, column: Column, values: dict[str, list[Any]], key: str | int | None, size: int
    ) -> list[Any]:
        if column.derived:
            sources = [
                self._column(self.table.columns[name], values, key, size)
                for name in column.derived.sources
            ]
            return derive(column.derived, sources)
        given = values.get(column.name, [None] * size)
        if column == self.asked_by:  # the API does not always repeat it
            return [key if value is None else value for value in given]
        if column.type == "timestamp":
            return self._moments(column, given)
        if column.upper:
            return [value and value.upper() for value in given]
        if column.renamed:
            given = [_renamed(column, value) for value in given]
        return self._structured(column, given) if column.members else given

    def _moments(self, column: Column, given: list[Any]) -> list[Any]:
        read = moments(given, column.unit)
        if unfit := read.count(None) - given.count(None):
            self.drift[column.name] += unfit
        return read

    def _structured(self, column: Column, given: list[Any]) -> list[Any]:
        structures = Structures(column.members)
        read = [structures.read(value) for value in given]
        if structures.unfit:
            self.drift[column.name] += structures.unfit
        return read


def _fields(table: Table, output: Sequence[Column]) -> tuple[Column, ...]:
    """Choose the columns that records carry, of those that the output is made from."""
    names: dict[str, None] = {}
    for column in output:
        names.update(dict.fromkeys(column.derived.sources if column.derived else (column.name,)))
    if table.record_key:
        names[table.record_key] = None
    chosen = [table.columns[name] for name in names if table.columns[name].is_field]
    return tuple(chosen) or tuple(c for c in table.columns.values() if c.is_field)[:1]


def _attributes(column: Column) -> list[str]:
    return [f"{column.name}_{number}" for number in range(len(column.spellings))]


def _structure(columns: tuple[Column, ...]) -> type[msgspec.Struct]:
    """Make the structure of a record: one attribute for each spelling of each field."""
    fields = [
        (attribute, TYPES[column.type], None)
        for column in columns
        for attribute in _attributes(column)
    ]
    spelled = {
        attribute: spelling
        for column in columns
        for attribute, spelling in zip(_attributes(column), column.spellings, strict=True)
    }
    return msgspec.defstruct("Record", fields, rename=spelled, gc=False)


def _first_given(found: list[Any], attributes: list[str]) -> list[Any]:
    values = [getattr(record, attributes[0]) for record in found]
    for attribute in attributes[1:]:
        if None in values:
            pairs = zip(values, found, strict=True)
            values = [v if v is not None else getattr(record, attribute) for v, record in pairs]
    return values


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


def _joined(values: tuple[Any, ...]) -> Any:
    """Join lists; of other values the first is as good as any."""
    lists = [value for value in values if isinstance(value, list)]
    return [each for part in lists for each in part] if lists else values[0]


def _plain(column: Column, given: Any) -> Any:
    """Undo what makes a value look odd without changing it: 12.0 for 12, a number for a text."""
    if isinstance(given, list) and column.type == "text[]":
        return [_plain(column, each) for each in given]
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if column.type.startswith("text") and isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    return given


def _renamed(column: Column, value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(column, each) for each in value]
    if isinstance(value, dict):
        return {column.renamed.get(name, name): each for name, each in value.items()}
    return value
