"""What is sent, byte for byte: the body and the address of each first page.

REF and GS for the shape of the body; unused groups are left out, because empty lists were
reported to fail in 2026.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from msgspec import structs

from tiksql.planning.plan import Condition, Conditions, Request

if TYPE_CHECKING:
    from tiksql.catalog import Column, Table
    from tiksql.planning.plan import Branch, FirstPages, Window

DAY = dt.timedelta(days=1)


def fields_of(table: Table, columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Name the API's fields that columns need: in the order written, then the hidden ones.

    The key of a record is always among them, so that a record that comes twice is seen once.
    """
    wanted: dict[str, None] = {}
    for column in columns:
        for source in column.derived.sources if column.derived else (column.name,):
            if table.columns[source].is_field:
                wanted[table.columns[source].field] = None
    if table.record_key and table.columns[table.record_key].is_field:
        wanted[table.columns[table.record_key].field] = None
    if not wanted:
        wanted[next(c.field for c in table.columns.values() if c.is_field)] = None
    return tuple(wanted)


def of_window(first: FirstPages, branch: Branch, window: Window) -> Request:
    """Make the request of one branch and one window."""
    body: dict[str, Any] = {
        "query": _groups(branch.conditions) or _everything(window),
        "start_date": _date(window.start),
        "end_date": _date(window.end + first.extra_day * DAY),
        first.table.paging.size_field: first.size,
    }
    return Request(
        first.table, first.url, first.fields, body, first.scan, branch.number, window=window
    )


def in_window(request: Request, window: Window) -> Request:
    """Make the request of another window out of that of one."""
    assert request.window
    more = last_day(request) - request.window.end
    days = {"start_date": _date(window.start), "end_date": _date(window.end + more)}
    return structs.replace(request, body={**request.body, **days}, window=window)


def last_day(request: Request) -> dt.date:
    """Return the last day that a search is asked for, which may be the one behind its window."""
    return dt.date.fromisoformat(request.body["end_date"])


def of_key(first: FirstPages, column: Column, value: str, branch: int = 1) -> Request:
    """Make the request for one value of a key column."""
    key: str | int = int(value) if column.type == "id" else value
    body: dict[str, Any] = {column.key: key}
    if first.table.paging.kind != "none":
        body[first.table.paging.size_field] = first.size
    if first.table.fields_in == "body":
        body["fields"] = ",".join(first.fields)
    fields = first.fields if first.table.fields_in == "url" else ()
    return Request(first.table, first.url, fields, body, first.scan, branch, key=key)


def _everything(window: Window) -> dict[str, list[dict[str, Any]]]:
    """Make a condition that every record of a window meets: the API wants at least one."""
    condition = Condition("GTE", "create_date", (_date(window.start),))
    return _groups(Conditions(all_of=(condition,)))


def _date(day: dt.date) -> str:
    return day.isoformat().replace("-", "")


def _groups(conditions: Conditions) -> dict[str, list[dict[str, Any]]]:
    groups = {
        "and": conditions.all_of,
        "or": conditions.any_of,
        "not": conditions.none_of,
    }
    return {name: [_json(c) for c in group] for name, group in groups.items() if group}


def _json(condition: Condition) -> dict[str, Any]:
    return {
        "operation": condition.operation,
        "field_name": condition.field_name,
        "field_values": list(condition.field_values),
    }
