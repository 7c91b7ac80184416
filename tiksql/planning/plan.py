"""A plan: everything that will be sent, and everything that will be done with the answers.

A plan is plain data. EXPLAIN, JSON, curl and prose are ways to print one, and the executor sends
exactly the requests that are printed.

  Plan
    scans       one for each table that is read
      branches  the disjoint requests that its WHERE became
        windows the stretches of days that each branch is asked for
      requests  one for each branch and window, or for each key: the first page as it is sent
    heads       the columns of the result
    limit       rows wanted, None for all
  used_today  requests of the pool that were counted today, None where nobody counts
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from msgspec import Struct

from tiksql.catalog import Column, Operation, Table
from tiksql.rows import Head, StoredColumn
from tiksql.syntax import ast


def scan_name(number: int) -> str:
    """Name the rows of a scan in DuckDB: so that no name of a statement is like it."""
    return f"scan {number}"


def scan_number(name: str) -> int | None:
    """Return the number of the scan that a name stands for; None for any other name."""
    digits = name.removeprefix("scan ")
    return int(digits) if digits != name and digits.isascii() and digits.isdigit() else None


def is_own(name: str) -> bool:
    """Say whether a name, in lower case, is one that only rows of the API or of a study have."""
    return scan_number(name) is not None or name.startswith(("collection ", "observations of "))


class Window(Struct, frozen=True):
    """Days of UTC, both ends included."""

    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        """How many days it holds."""
        return (self.end - self.start).days + 1


class Condition(Struct, frozen=True):
    """One condition as the API has it."""

    operation: Operation
    field_name: str
    field_values: tuple[str, ...]


class Conditions(Struct, frozen=True):
    """What one request asks for: all of ``all_of``, some of ``any_of``, none of ``none_of``.

    An empty ``any_of`` asks for nothing (API: the groups are and, or, not).
    """

    all_of: tuple[Condition, ...] = ()
    any_of: tuple[Condition, ...] = ()
    none_of: tuple[Condition, ...] = ()


class Branch(Struct, frozen=True):
    """One way for a record to match, and the days to look for it."""

    number: int
    conditions: Conditions
    windows: tuple[Window, ...]


class Request(Struct, frozen=True):
    """The request of one first page; the pages behind it follow from the answers.

    ``url`` is absolute and without a query string; ``fields`` are the API's names, sent in the
    query string where the table's ``fields_in`` says so and otherwise already in the body.
    """

    table: Table
    url: str
    fields: tuple[str, ...]
    body: dict[str, Any]
    scan: int = 1
    branch: int = 1
    window: Window | None = None
    key: str | int | None = None


class FirstPages(Struct, frozen=True):
    """What the first requests of one scan have in common."""

    table: Table
    base_url: str
    fields: tuple[str, ...]
    size: int
    scan: int = 1
    extra_day: bool = False

    @property
    def url(self) -> str:
        """The address, absolute and without a query string."""
        return self.base_url + self.table.path


class SecondLook(Struct, frozen=True):
    """What of a branch is asked again, in wider windows, if ids that it asks for do not come.

    A scheduled post has an id that is older than the post itself (C4D: by 2.5 days in one case).
    ``days`` is the width of a window, and ``within`` are the days that the statement allows, the
    first of them perhaps long before any record. ``alone`` says that nothing but the ids was asked
    for, so that an id which does not come is not there; any other may only not match.
    """

    branch: int
    ids: tuple[int, ...]
    conditions: Conditions
    days: int
    within: tuple[Window, ...]
    alone: bool


class Scan(Struct, frozen=True):
    """One table that is read, with all columns that anything needs of it.

    ``residual`` is what rows have to meet besides, judged by DuckDB over columns of ``name``.
    ``sample`` is the number of records to draw at random. Where ``keys`` is given, the keys are
    its rows, once the scans in ``after`` have run; then ``first`` makes the requests.
    ``definition`` and ``keys_text`` are DuckDB's SQL of its table and of ``keys``.
    """

    number: int
    table: Table
    columns: tuple[Column, ...]
    requests: tuple[Request, ...]
    branches: tuple[Branch, ...] = ()
    key: Column | None = None
    keys: ast.Query | None = None
    after: tuple[int, ...] = ()
    first: FirstPages | None = None
    residual: ast.Expression | None = None
    sample: int | None = None
    second: tuple[SecondLook, ...] = ()
    notes: tuple[str, ...] = ()
    definition: str = ""
    keys_text: str | None = None

    @property
    def name(self) -> str:
        """The name of its rows in DuckDB."""
        return scan_name(self.number)


class StoredTable(Struct, frozen=True):
    """A collection as a statement reads it; ``observations`` are all that was seen of its records.

    ``key`` is the name of its rows in DuckDB, so that no name of a statement is like it.
    """

    collection: str
    columns: tuple[StoredColumn, ...]
    observations: bool = False

    @property
    def key(self) -> str:
        """The name of its rows in DuckDB."""
        return f"{'observations of' if self.observations else 'collection'} {self.collection}"


class Plan(Struct, frozen=True):
    """A statement, ready to run or to print.

    ``local`` is the query over the scans that DuckDB answers, None where there is nothing for it
    to do; ``output`` are then the columns of the result. ``stop`` says after what an ORDER BY with
    a LIMIT may stop reading. ``reasons`` say what stays here and why. ``stored`` are the
    collections that are read besides.
    """

    statement: str
    scans: tuple[Scan, ...]
    heads: tuple[Head, ...]
    output: tuple[Column, ...] = ()
    local: ast.Query | None = None
    local_text: str | None = None
    streams: bool = True
    limit: int | None = None
    offset: int = 0
    stop: Literal["", "page", "window"] = ""
    sort: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    used_today: int | None = None
    stored: tuple[StoredTable, ...] = ()

    @property
    def requests(self) -> tuple[Request, ...]:
        """The requests that are known before anything is asked, in the order of their rows."""
        return tuple(request for scan in self.scans for request in scan.requests)

    @property
    def pool(self) -> str | None:
        """The quota that it draws from first."""
        asking = [scan for scan in self.scans if scan.requests or scan.keys is not None]
        return next((scan.table.pool for scan in asking or self.scans), None)
