"""Rows on their way from the stages that make them to the output that shows them.

A row is a tuple with one value for each head. What a value is follows from the head's type:
``id`` and ``integer`` are int, ``number`` is float or Decimal, ``text`` is str, ``boolean`` is bool
and ``timestamp`` is a naive datetime in UTC, ``date`` is a date, ``text[]`` and ``id[]`` are lists,
``struct``, ``struct[]`` and ``json`` are what JSON makes of them. A missing value is None.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from tiksql.catalog import ColumnType

Row: TypeAlias = tuple[object, ...]


class StoredColumn(Struct, frozen=True):
    """One column of rows that are kept: its type for us, and its type in DuckDB.

    ``source`` is the column of the API that it is, as ``table.column``; '' where it was made here.
    """

    name: str
    type: ColumnType
    stored: str
    source: str = ""


class Head(Struct, frozen=True):
    """The name and the type of one column of a result."""

    name: str
    type: ColumnType
