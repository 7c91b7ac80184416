"""The plan of a table that is asked by key: one request for each value of its key column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.planning import refusals
from tiksql.planning.formulas import FALSE
from tiksql.planning.order import keys_in_order
from tiksql.planning.plan import Branch, Conditions, FirstPages, Scan
from tiksql.planning.predicates import Cover, TooManyBranchesError, cover
from tiksql.planning.requests import fields_of, of_key
from tiksql.planning.residuals import columns_of, residual_of

if TYPE_CHECKING:
    from tiksql.catalog import Column
    from tiksql.planning.plan import Request
    from tiksql.planning.query import Scope, TableQuery


def lookup(query: TableQuery, scope: Scope, *, wanted: bool) -> Scan:
    """Plan the requests of a key table; those of keys that another scan gives come later."""
    keys = query.keys if query.where != FALSE else None
    covers = (Cover(residual=query.where),) if keys else _covers(query)
    residuals = [each.residual for each in covers]
    chosen = columns_of(query, residuals)
    table = query.table
    size = min(scope.options.page_size, table.paging.max_size) or table.paging.max_size
    first = FirstPages(table, scope.base_url, fields_of(table, chosen), size, query.number)
    key, made = (keys.column, []) if keys else _requests(query, covers, first)
    return Scan(
        query.number,
        table,
        chosen,
        tuple(made) if wanted else (),
        tuple(Branch(n, Conditions(), ()) for n, _ in enumerate(covers, 1)),
        key=key,
        keys=keys_in_order(keys.query, scope.aggregates) if keys and wanted else None,
        after=tuple(sorted(keys.after)) if keys else (),
        first=first,
        residual=residual_of(query, residuals),
    )


def _covers(query: TableQuery) -> tuple[Cover, ...]:
    try:
        return cover(query.where, at_most=8)
    except TooManyBranchesError:
        raise refusals.without_key(query) from None


def _requests(
    query: TableQuery, covers: tuple[Cover, ...], first: FirstPages
) -> tuple[Column, list[Request]]:
    """Make a request for each value that the WHERE names; the key column is that which it names."""
    named = {c.field_name for each in covers for c in each.conditions.all_of}
    if covers and len(named) != 1:
        raise refusals.without_key(query)
    columns = {column.key: column for column in query.table.keys}
    key = columns[named.pop()] if named else query.table.keys[0]
    asked = [
        (value, number)
        for number, each in enumerate(covers, 1)
        for value in _values(query, each.conditions)
    ]
    if len({value.lower() for value, _ in asked}) < len(asked):
        raise refusals.spelt_twice(query, key)
    return key, [of_key(first, key, value, number) for value, number in asked]


def _values(query: TableQuery, conditions: Conditions) -> list[str]:
    """List the keys that a branch asks for, each once, whatever its case."""
    if len(conditions.all_of) != 1 or conditions.any_of:
        raise refusals.without_key(query)
    excluded = {value.lower() for each in conditions.none_of for value in each.field_values}
    values: dict[str, str] = {}
    for value in conditions.all_of[0].field_values:
        if value.lower() not in excluded:
            values.setdefault(value.lower(), value)
    return list(values.values())
