"""A query: a statement whose names are columns of the catalog and whose values are checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from msgspec import Struct

from tiksql.catalog import Catalog, Column, Table
from tiksql.planning.formulas import Formula
from tiksql.planning.plan import StoredTable, scan_name
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
    extra_day: bool = False


class Scope(Struct, frozen=True):
    """What a statement can refer to; ``now`` is UTC and stands still while it is worked on.

    ``stored`` are the collections by their names in lower case, as ``hello.observations``, too.
    """

    catalog: Catalog
    now: dt.datetime
    options: Options
    base_url: str
    functions: Callable[[], Collection[str]]
    aggregates: Callable[[], Collection[str]]
    stored: Mapping[str, StoredTable] = {}

    @property
    def today(self) -> dt.date:
        """The day of ``now``."""
        return self.now.date()


class Keys(Struct, frozen=True):
    """Where the keys of a scan come from: a query over scans that run before it."""

    query: ast.Query
    after: frozenset[int]
    column: Column


class TableQuery(Struct, frozen=True):
    """One table of the API as a statement reads it: which records, and which of their columns.

    ``where`` is what was asked of this table alone; ``local`` holds the predicates in it that
    DuckDB judges. For errors that the planner finds, ``select`` and ``place`` are the SELECT and
    the name in its FROM that this was made of, and ``places`` says where each predicate stands.
    """

    statement: ast.Query
    select: ast.Select
    place: ast.TableRef
    number: int
    table: Table
    columns: tuple[Column, ...]
    where: Formula
    places: Mapping[Formula, Span]
    local: tuple[ast.Expression, ...] = ()
    reasons: tuple[str, ...] = ()
    keys: Keys | None = None
    sample: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of its rows in DuckDB."""
        return scan_name(self.number)


class Query(Struct, frozen=True):
    """A statement, taken apart into tables of the API and what DuckDB does with their rows.

    ``rest`` is the statement over the scans. ``output`` are its columns where it only selects
    columns of one table, so that nothing is left for DuckDB unless a residual is; otherwise None.
    ``row_by_row`` says that each row of the result comes from one record, whatever the others are.
    ``read`` are the tables whose rows can matter: not those of a WITH that nothing names.
    """

    statement: ast.Query
    tables: tuple[TableQuery, ...]
    rest: ast.Query
    heads: tuple[Head, ...] = ()
    output: tuple[Column, ...] | None = None
    row_by_row: bool = False
    limit: int | None = None
    offset: int = 0
    stored: tuple[StoredTable, ...] = ()
    read: frozenset[int] = frozenset()

    def wants(self, table: TableQuery) -> bool:
        """Say whether rows of a table are wanted at all."""
        return self.limit != 0 and table.number in self.read

    @property
    def streams(self) -> bool:
        """Whether the rows of a record can be shown before the next record is known."""
        return self.row_by_row and not self.rest.order
