"""A query: a statement whose names are columns of the catalog and whose values are checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from msgspec import Struct

from tiksql.catalog import Catalog, Column, Table
from tiksql.planning.formulas import Formula
from tiksql.rows import Head
from tiksql.source import Span
from tiksql.syntax import ast


class Options(Struct, frozen=True):
    """The settings that change what a statement means or becomes."""

    window_days: int = 30
    max_branches: int = 8
    page_size: int = 100
    allow_full_scan: bool = False
    strict_catalog: bool = True


class Scope(Struct, frozen=True):
    """What a statement can refer to; ``now`` is UTC and stands still while it is worked on."""

    catalog: Catalog
    now: dt.datetime
    options: Options
    base_url: str
    functions: Callable[[], Collection[str]]

    @property
    def today(self) -> dt.date:
        """The day of ``now``."""
        return self.now.date()


class Query(Struct, frozen=True):
    """One table read through the API: its output, its conditions, and how many rows are wanted.

    ``places`` says where in the text each predicate stands, for errors that the planner finds.
    """

    statement: ast.Query
    table: Table
    heads: tuple[Head, ...]
    output: tuple[Column, ...]
    where: Formula
    places: Mapping[Formula, Span]
    table_span: Span
    limit: int | None = None
    offset: int = 0
    notes: tuple[str, ...] = ()
