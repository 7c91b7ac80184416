"""What no request can mean, refused at its place and with a way out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.errors import PlanError
from tiksql.planning.formulas import Atom, Days, conjuncts, predicates
from tiksql.planning.ids import day_of_id
from tiksql.planning.trees import exchanged
from tiksql.syntax import ast
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from tiksql.catalog import Column
    from tiksql.planning.plan import Condition, Conditions
    from tiksql.planning.predicates import Cover
    from tiksql.planning.query import TableQuery
    from tiksql.source import Span

DATE = "create_date"
DAY = dt.timedelta(days=1)
SOME_IDS = (ast.Integer(7302470379501604128), ast.Integer(7114435010179905604))
SOME_NAMES = (ast.String("name_one"), ast.String("name_two"))


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
    message = f"{query.table.name} are asked for one by one: "
    if isinstance(query.select.source, ast.Join):
        return PlanError(
            "TS306",
            message + "the WHERE or an ON has to name them",
            span=query.place.span,
            hint=f"ON {names} = a column of another table, or IN ('…', '…')",
        )
    keys = {column.key for column in query.table.keys}
    given = {p.field for p in predicates(query.where) if isinstance(p, Atom)} & keys
    if len(given) > 1:
        hint = f"one of {names}, with = or IN, as a condition of its own"
        return PlanError("TS306", f"{message}by one key", span=_where_span(query), hint=hint)
    key = query.table.keys[0]
    some = SOME_IDS if key.type == "id" else SOME_NAMES
    named = ast.In(ast.Column((ast.Name(key.name),)), some)
    return PlanError(
        "TS306",
        f"{message}the WHERE has to name {names}",
        span=_where_span(query),
        hint=f"for example:\n{_fixed(query, named)}",
    )


def spelt_twice(query: TableQuery, key: Column) -> PlanError:
    """Refuse a key that two branches spell differently: its rows would come twice."""
    return PlanError(
        "TS226",
        f"one {key.name} is written in two ways, under different conditions",
        span=_where_span(query),
        hint="upper and lower case are the same in it: write it alike everywhere",
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
    return [part for part in conjuncts(query.where) if isinstance(part, Days)]


def in_the_future(query: TableQuery, today: dt.date) -> PlanError:
    """Refuse a search in days that have not begun."""
    return PlanError(
        "TS304",
        f"the range starts in the future: today is {today} (UTC)",
        span=_days_span(query),
        hint=f"the last thirty days: {DATE} BETWEEN '{today - 29 * DAY}' AND '{today}'",
    )


def without_range(query: TableQuery, today: dt.date, unlikely: int | None = None) -> PlanError:
    """Show the statement with a range of thirty days added, the last that it leaves open.

    ``unlikely`` is an id that holds no day on which a record can have been made.
    """
    last = min([today - DAY, *(day.high for day in _required_days(query) if day.high)])
    first = last - 29 * DAY
    parts: tuple[ast.Name, ...] = (ast.Name(DATE),)
    if isinstance(query.select.source, ast.Join):
        parts = (query.place.alias or query.place.parts[-1], *parts)
    range_ = ast.Between(ast.Column(parts), ast.String(str(first)), ast.String(str(last)))
    return PlanError(
        "TS301",
        f"a search in {query.table.name} needs a range of days{_why(unlikely)}",
        span=_days_span(query),
        hint=f"for example:\n{_fixed(query, range_)}",
    )


def _why(unlikely: int | None) -> str:
    if unlikely is None:
        return ""
    return f": {unlikely} holds the day {day_of_id(unlikely)}, which is that of no record"


def _fixed(query: TableQuery, condition: ast.Expression) -> str:
    """Print the statement with a condition added where it filters a table."""
    join, select = _left_join(query), query.select
    if join is None:
        where = _with(select.where, condition)
        return to_sql(exchanged(query.statement, select, structs.replace(select, where=where)))
    return to_sql(
        exchanged(query.statement, join, structs.replace(join, on=_with(join.on, condition)))
    )


def _with(where: ast.Expression | None, condition: ast.Expression) -> ast.Expression:
    if where is None:
        return condition
    return ast.And((*(where.operands if isinstance(where, ast.And) else (where,)), condition))


def _where_span(query: TableQuery) -> Span:
    join = _left_join(query)
    where = query.select.where if join is None else join.on
    return where.span if where else query.place.span


def _left_join(query: TableQuery) -> ast.Join | None:
    """Find the LEFT JOIN that a table is on the right side of: its ON is asked, not the WHERE."""
    node = query.select.source
    while isinstance(node, ast.Join):
        if node.right is query.place:
            return node if node.kind == "left" else None
        node = node.left
    return None


def _days_span(query: TableQuery) -> Span:
    for predicate in predicates(query.where):
        if isinstance(predicate, Days):
            return query.places[predicate]
    return _where_span(query)
