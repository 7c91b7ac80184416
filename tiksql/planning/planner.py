"""Query to plan: a scan for each table of the API, and what DuckDB does with their rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.planning.lookups import lookup
from tiksql.planning.plan import Condition, Plan, Scan
from tiksql.planning.searches import search
from tiksql.planning.trees import nodes
from tiksql.syntax import ast
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from tiksql.planning.plan import Window
    from tiksql.planning.query import Query, Scope, TableQuery


def plan(query: Query, scope: Scope, *, judged: bool = False) -> Plan:
    """Work out every request of a query; raise ``PlanError`` where none can mean it.

    With ``judged`` DuckDB makes the result, even where it only has to select columns.
    """
    plain = () if judged else _plain(query, scope)
    scans = plain or tuple(_scan(query, table, scope) for table in query.tables)
    return Plan(
        statement=to_sql(query.statement),
        scans=scans,
        heads=query.heads if plain else (),
        output=query.output or () if plain else (),
        local=None if plain else query.rest,
        streams=query.streams,
        limit=query.limit,
        offset=query.offset,
        stop="" if plain else _stop(query),
        sort=tuple(to_sql(key) for key in query.statement.order),
        reasons=() if plain else tuple(_reasons(query, scans)),
        notes=tuple(dict.fromkeys(_notes(query, scans, scope))),
        stored=query.stored,
    )


def _plain(query: Query, scope: Scope) -> tuple[Scan, ...]:
    """Plan a statement that only selects columns; nothing if DuckDB has to judge its records."""
    if query.output is None:
        return ()
    scan = _scan(query, structs.replace(query.tables[0], columns=query.output), scope)
    return (scan,) if scan.residual is None else ()


def _scan(query: Query, table: TableQuery, scope: Scope) -> Scan:
    if table.table.needs == "key":
        return lookup(table, scope, wanted=query.wants(table))
    size = None if query.wants(table) else 0
    if query.limit and query.output is not None:
        size = query.limit + query.offset
    return search(table, scope, size)


def _stop(query: Query) -> Literal["", "page", "window"]:
    """Say after what a sorted and limited reading of one search may stop.

    A page comes in falling ids, and the second in an id is never later than the record's own time
    (C4D). So behind a window nothing has a later time, and behind a page nothing in its window has
    a higher id. Every record has an id; one may come without its time, and then stands first unless
    NULLS LAST is said.
    """
    if query.limit is None or not query.row_by_row or not query.rest.order:
        return ""
    (scan,) = query.tables
    key = query.rest.order[0]
    if scan.table.needs == "key" or scan.sample is not None or _multiplies(query.rest.body):
        return ""
    if not key.descending or not isinstance(key.expression, ast.Column):
        return ""
    relation, *names = [part.text for part in key.expression.parts]
    if relation != scan.name:
        return ""
    if names == [scan.table.record_key]:
        return "page"
    return "window" if names == ["create_time"] and not key.starts_with_null else ""


def _way_to_stop(query: Query) -> str:
    """Say what would let a reading stop early, if it is only where NULL stands."""
    first, *others = query.rest.order
    known = structs.replace(first, nulls_first=False)
    rest = structs.replace(query.rest, order=(known, *others))
    if _stop(query) or not _stop(structs.replace(query, rest=rest)):
        return ""
    return "; with NULLS LAST, the newest could do"


def _multiplies(body: ast.Body) -> bool:
    """Say whether a record may become any number of rows."""
    return any(isinstance(n, ast.Call) and n.function.text.lower() == "unnest" for n in nodes(body))


def _reasons(query: Query, scans: tuple[Scan, ...]) -> Iterator[str]:
    """Say what DuckDB does, and why the API does not."""
    for table, scan in zip(query.tables, scans, strict=True):
        if scan.residual is not None and table.number in query.read:
            yield from table.reasons
    select = query.rest.body
    if len(query.read) > 1:
        yield "tables are put together here: each endpoint answers by itself"
    if query.streams or not scans or not isinstance(select, ast.Select):
        return
    if query.rest.order:
        rest = "" if _stop(query) else ", so every matching record is read"
        yield f"ORDER BY: the API sorts by nothing but falling id{rest}{_way_to_stop(query)}"
    if select.group or select.distinct or not query.rest.order:
        yield "the result is made of many records, so every matching record is read"


def _notes(query: Query, scans: tuple[Scan, ...], scope: Scope) -> Iterator[str]:
    for table, scan in zip(query.tables, scans, strict=True):
        if table.number not in query.read:
            yield f"no row of {table.table.name} in a WITH that nothing uses is asked for"
            continue
        yield from table.notes
        yield from scan.notes
        windows = [request.window for request in scan.requests if request.window]
        hours = scan.table.lag_hours
        if windows and _is_recent(windows, hours, scope.today):
            yield f"the range ends within {hours} hours of now: records can still arrive"
        codes = [c for c in _all_conditions(scan) if c.field_name == "region_code"]
        if any("CA" in c.field_values for c in codes):
            yield "the documentation says that content from Canada (CA) is not available"


def _is_recent(windows: list[Window], hours: int, today: dt.date) -> bool:
    return max(window.end for window in windows) > today - dt.timedelta(hours=hours)


def _all_conditions(scan: Scan) -> Iterator[Condition]:
    for branch in scan.branches:
        yield from branch.conditions.all_of
        yield from branch.conditions.any_of
