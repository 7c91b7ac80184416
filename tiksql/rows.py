"""Rows on their way from the stages that make them to the output that shows them.

A row is a tuple with one value for each head. What a value is follows from the head's type:
``id`` and ``integer`` are int, ``number`` is float or Decimal, ``text`` is str, ``boolean`` is bool
and ``timestamp`` is a naive datetime in UTC, ``date`` is a date, ``text[]`` and ``id[]`` are lists,
``struct`` is a dict and ``struct[]`` a list of them, each with all members that the catalog names;
``json`` is what JSON makes of it. A missing value is None, and so is a missing member.
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
