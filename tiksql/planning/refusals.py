"""What no request can mean, refused at its place and with a way out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from tiksql.errors import PlanError
from tiksql.planning.formulas import All, Days, predicates
from tiksql.syntax import ast
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from tiksql.planning.plan import Condition, Conditions
    from tiksql.planning.predicates import Cover
    from tiksql.planning.query import TableQuery
    from tiksql.source import Span

DATE = "create_date"
DAY = dt.timedelta(days=1)


def unrestricted(query: TableQuery) -> PlanError:
    """Refuse a branch that the API could not restrict."""
    offered = [c.name for c in query.table.columns.values() if c.filter and c.name != DATE]
    return PlanError(
        "TS302",
        f"every record of {query.table.name} in these days would match",
        span=_where_span(query),
        hint=f"add a condition on one of {', '.join(offered)}; or SET allow_full_scan = on",
    )


def without_key(query: TableQuery) -> PlanError:
    """Refuse a table that is asked by key, where the keys are not given."""
    names = " or ".join(column.name for column in query.table.keys)
    return PlanError(
        "TS306",
        f"{query.table.name} are asked for one by one: the WHERE has to name them",
        span=_where_span(query),
        hint=f"WHERE {names} IN ('…', '…')",
    )


def too_many_branches(query: TableQuery, found: tuple[Cover, ...], most: int) -> PlanError:
    """Show some of the branches that were found."""
    shown = "\n".join(f"  {_shown(branch.conditions)}" for branch in found[:6])
    return PlanError(
        "TS305",
        f"this WHERE needs more than {most} separate requests a window",
        span=_where_span(query),
        hint=f"SET max_branches = {2 * most} allows more; the first of them:\n{shown}",
    )


def _shown(conditions: Conditions) -> str:
    def listed(word: str, group: tuple[Condition, ...]) -> list[str]:
        return [f"{word} {c.field_name} {c.operation} {', '.join(c.field_values)}" for c in group]

    parts = [
        *listed("and", conditions.all_of),
        *listed("or", conditions.any_of),
        *listed("not", conditions.none_of),
    ]
    text = "; ".join(parts)
    return text if len(text) <= 100 else text[:99] + "…"  # noqa: PLR2004 - a line of a terminal


def check_order(query: TableQuery) -> None:
    """Refuse a range that ends before it starts, where both bounds are required."""
    days = _required_days(query)
    lows = [day for day in days if day.low]
    highs = [day for day in days if day.high]
    for low in lows:
        for high in highs:
            if low.low and high.high and low.low > high.high:
                raise PlanError(
                    "TS303",
                    f"the range ends ({high.high}) before it starts ({low.low})",
                    span=query.places[low].to(query.places[high]),
                    hint=f"{DATE} BETWEEN '{high.high}' AND '{low.low}'",
                )


def _required_days(query: TableQuery) -> list[Days]:
    parts = query.where.parts if isinstance(query.where, All) else (query.where,)
    return [part for part in parts if isinstance(part, Days)]


def in_the_future(query: TableQuery, today: dt.date) -> PlanError:
    """Refuse a search in days that have not begun."""
    return PlanError(
        "TS304",
        f"the range starts in the future: today is {today} (UTC)",
        span=_days_span(query),
        hint=f"the last thirty days: {DATE} BETWEEN '{today - 29 * DAY}' AND '{today}'",
    )


def without_range(query: TableQuery, today: dt.date) -> PlanError:
    """Show the statement with a range of thirty days added, the last that it leaves open."""
    last = min([today - DAY, *(day.high for day in _required_days(query) if day.high)])
    first = last - 29 * DAY
    range_ = ast.Between(
        ast.Column((ast.Name(DATE),)), ast.String(str(first)), ast.String(str(last))
    )
    select = _select(query)
    where = range_ if select.where is None else ast.And((*_conjuncts(select.where), range_))
    fixed = replace(query.statement, body=replace(select, where=where))
    return PlanError(
        "TS301",
        f"a search in {query.table.name} needs a range of days",
        span=_days_span(query),
        hint=f"for example:\n{to_sql(fixed)}",
    )


def _conjuncts(where: ast.Expression) -> tuple[ast.Expression, ...]:
    return where.operands if isinstance(where, ast.And) else (where,)


def _where_span(query: TableQuery) -> Span:
    where = _select(query).where
    return where.span if where else query.table_span


def _select(query: TableQuery) -> ast.Select:
    """Take the brackets off a statement."""
    body: ast.Node = query.statement
    while isinstance(body, ast.Query):
        body = body.body
    assert isinstance(body, ast.Select)
    return body


def _days_span(query: TableQuery) -> Span:
    for predicate in predicates(query.where):
        if isinstance(predicate, Days):
            return query.places[predicate]
    return _where_span(query)
