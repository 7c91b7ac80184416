"""Results that need no request: what ``SHOW`` and ``DESCRIBE`` list."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tiksql.rows import Head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.catalog import Catalog, Column, Pool, Table
    from tiksql.rows import Row
    from tiksql.settings import Settings


class Listing(NamedTuple):
    """A whole result."""

    heads: tuple[Head, ...]
    rows: Sequence[Row]


def _texts(*names: str) -> tuple[Head, ...]:
    return tuple(Head(name, "text") for name in names)


def tables(catalog: Catalog) -> Listing:
    """List the tables: what each one needs, and what it is."""
    heads = _texts("table", "needs", "quota", "description")
    rows = [(t.name, needs(t), t.pool, t.description) for t in catalog.tables.values()]
    return Listing(heads, rows)


def needs(table: Table) -> str:
    """Say what a statement has to give."""
    if table.needs == "conditions":
        return "a condition and a range of days"
    return " or ".join(column.name for column in table.keys)


def columns(table: Table) -> Listing:
    """List the columns of a table: what can be selected, what can be filtered and how."""
    heads = _texts("column", "type", "selected", "filtered by the API", "description")
    rows = [
        (
            column.name,
            column.type,
            "yes" if column.selectable else "no",
            filtered(column),
            column.description,
        )
        for column in table.columns.values()
    ]
    return Listing(heads, rows)


SIGNS = {"EQ": "=", "IN": "IN", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<="}


def filtered(column: Column) -> str:
    """Say how the API filters by a column."""
    if column.key:
        return "= IN (key)"
    if column.filter is None:
        return "no"
    signs = " ".join(SIGNS[operation] for operation in column.filter.operations)
    return f"{signs} ({column.filter.match})"


def settings(current: Settings) -> Listing:
    """List the settings: value, where it came from, what it does."""
    from tiksql.settings import TABLE  # noqa: PLC0415 - listing needs the table, passing it does not

    heads = _texts("setting", "value", "from", "description")
    rows = [
        (name, shown(current[name]), current.values[name][1], setting.description)
        for name, setting in TABLE.items()
    ]
    return Listing(heads, rows)


def shown(value: object) -> str:
    """Write a setting as ``SET`` takes it."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def quota(pools: dict[str, Pool], used: dict[str, int | None]) -> Listing:
    """List today's quota of each pool; what nobody counted is NULL."""
    heads = (
        Head("pool", "text"),
        Head("used_today", "integer"),
        Head("requests_a_day", "integer"),
        Head("description", "text"),
    )
    rows = [(name, used[name], p.requests_a_day, p.description) for name, p in pools.items()]
    return Listing(heads, rows)
