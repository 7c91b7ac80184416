"""Types of the catalog as DuckDB's, and DuckDB's as those of the catalog."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tiksql.local.relations import Type
from tiksql.local.sql_parts import quoted

if TYPE_CHECKING:
    from tiksql.local.relations import LocalColumn

STORED = {
    "id": "BIGINT",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "text": "VARCHAR",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "text[]": "VARCHAR[]",
    "id[]": "BIGINT[]",
    "json": "JSON",
}
MARKED = {"id": "UBIGINT", "id[]": "UBIGINT[]"}
"""Ids where only types are asked for: no other column is unsigned, so ids can be told apart."""

_WHOLE = frozenset(
    f"{sign}{size}"
    for sign in ("", "U")
    for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
)
_PLAIN_WORDS = frozenset({"STRUCT", "VARCHAR", "BOOLEAN", *_WHOLE})
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_WORD = re.compile(r"\b[A-Z][A-Z0-9_]*\b")
_SIZED = re.compile(r"\[[0-9]")


def stored_type(column: LocalColumn, *, marked: bool = False) -> str:
    """Say as which type of DuckDB a column is kept; a struct without known members is JSON."""
    if column.stored:
        return MARKED.get(column.type, column.stored) if marked else column.stored
    if column.type.startswith("struct"):
        known = STORED | MARKED if marked else STORED
        members = [f"{quoted(name)} {known[kind]}" for name, kind in column.members.items()]
        text = f"STRUCT({', '.join(members)})" if members else "JSON"
        return text + column.type.removeprefix("struct")
    return (MARKED if marked else {}).get(column.type, STORED[column.type])


class Shape(Struct, frozen=True):
    """How a column of a result comes back: its type, and what makes its values canonical.

    ``select`` is the SQL that fetches it, with ``{}`` for the column; ``convert`` is for values
    that are not None, and None itself where nothing needs to be done.
    """

    type: Type
    select: str = "{}"
    convert: Callable[[Any], object] | None = None


def shape_of(described: str, *, is_id: bool = False) -> Shape:
    """Say what becomes of a column, from the name of its type in DuckDB.

    What rows cannot hold (a time of day, an interval, a UUID, bytes) becomes text as DuckDB
    writes it; lists and structures with anything but texts, numbers and truths become JSON.
    """
    if described in _WHOLE:
        return Shape("id" if is_id else "integer")
    if described in _SCALARS:
        return _SCALARS[described]
    if described.startswith("DECIMAL") and described.endswith(")"):
        return Shape("integer", convert=int) if described.endswith(",0)") else _NUMBER
    if described.endswith("[]") and described[:-2] in {"VARCHAR", *_WHOLE}:
        return Shape("text[]" if described == "VARCHAR[]" else "id[]" if is_id else "json")
    if described.endswith(("]", ")")) and not described.startswith("ENUM"):
        return _nested(described)
    return Shape("text", "CAST({} AS VARCHAR)")


def _nested(described: str) -> Shape:
    words = set(_WORD.findall(_QUOTED.sub("", described)))
    kind = "json"
    if described.startswith("STRUCT("):
        kind = "struct" if described.endswith(")") else kind
        kind = "struct[]" if described.endswith(")[]") else kind
    if words <= _PLAIN_WORDS and not _SIZED.search(described):
        return Shape(kind)
    return Shape(kind, "to_json({})", json.loads)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _within_calendar(value: object) -> object:
    return None if isinstance(value, str) else value


_NUMBER = Shape("number", convert=_finite)
_SCALARS = {
    "VARCHAR": Shape("text"),
    '"NULL"': Shape("text"),
    "NULL": Shape("text"),
    "BOOLEAN": Shape("boolean"),
    "TIMESTAMP": Shape("timestamp", convert=_within_calendar),
    "TIMESTAMP WITH TIME ZONE": Shape("timestamp", "CAST({} AS TIMESTAMP)", _within_calendar),
    "TIMESTAMP_S": Shape("timestamp", "CAST({} AS TIMESTAMP)", _within_calendar),
    "TIMESTAMP_MS": Shape("timestamp", "CAST({} AS TIMESTAMP)", _within_calendar),
    "TIMESTAMP_NS": Shape("timestamp", "CAST({} AS TIMESTAMP)", _within_calendar),
    "DATE": Shape("date", convert=_within_calendar),
    "DOUBLE": _NUMBER,
    "FLOAT": _NUMBER,
    "JSON": Shape("json", convert=json.loads),
}
