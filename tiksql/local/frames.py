"""Rows as the tables of other libraries, without losing a digit of an id."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tiksql.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.rows import Head, Row

MAX_INT64 = 2**63 - 1


def to_pandas(heads: Sequence[Head], rows: Sequence[Row]) -> Any:
    """Make a pandas DataFrame; NULL does not turn integers into floats."""
    pandas = _library("pandas", "df")
    frame = pandas.DataFrame(index=range(len(rows)))
    for number, (head, values) in enumerate(_columns(heads, rows)):
        column = pandas.Series(values, dtype=_pandas_type(head, values))
        frame.insert(number, head.name, column, allow_duplicates=True)
    return frame


def _pandas_type(head: Head, values: list[Any]) -> str:
    match head.type:
        case "id" | "integer":
            return "Int64" if _fits(values) else "object"
        case "number":
            return "Float64"
        case "boolean":
            return "boolean"
        case "timestamp":
            return "datetime64[us]"
        case _:
            return "object"


def to_polars(heads: Sequence[Head], rows: Sequence[Row]) -> Any:
    """Make a polars DataFrame."""
    polars = _library("polars", "pl")
    types = {
        "id": polars.Int64,
        "integer": polars.Int64,
        "number": polars.Float64,
        "text": polars.String,
        "boolean": polars.Boolean,
        "timestamp": polars.Datetime("us"),
        "date": polars.Date,
        "text[]": polars.List(polars.String),
        "id[]": polars.List(polars.Int64),
        "json": polars.String,
    }
    return polars.DataFrame(
        [
            polars.Series(name, values, dtype=types.get(head.type), strict=True)
            for name, (head, values) in zip(_distinct(heads), _columns(heads, rows), strict=True)
        ]
    )


def to_arrow(heads: Sequence[Head], rows: Sequence[Row]) -> Any:
    """Make a pyarrow Table."""
    arrow = _library("pyarrow", "arrow")
    types = {
        "id": arrow.int64(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "text": arrow.string(),
        "boolean": arrow.bool_(),
        "timestamp": arrow.timestamp("us"),
        "date": arrow.date32(),
        "text[]": arrow.list_(arrow.string()),
        "id[]": arrow.list_(arrow.int64()),
        "json": arrow.string(),
    }
    arrays = [
        arrow.array(values, type=types.get(head.type)) for head, values in _columns(heads, rows)
    ]
    return arrow.table(arrays, names=_distinct(heads))


def _columns(heads: Sequence[Head], rows: Sequence[Row]) -> list[tuple[Head, list[Any]]]:
    """Turn rows into columns; what has no documented shape becomes JSON text."""
    values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in heads]
    return [
        (
            head,
            [v if v is None else json.dumps(v) for v in column] if head.type == "json" else column,
        )
        for head, column in zip(heads, values, strict=True)
    ]


def _distinct(heads: Sequence[Head]) -> list[str]:
    names: list[str] = []
    for head in heads:
        number, name = 1, head.name
        while name in names:
            number += 1
            name = f"{head.name}_{number}"
        names.append(name)
    return names


def _fits(values: list[Any]) -> bool:
    return all(value is None or value <= MAX_INT64 for value in values)


def _library(name: str, method: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise UsageError(
            "TS609", f"{method}() needs {name}, which is not installed", hint=f"pip install {name}"
        ) from None
