"""Query to plan: branches, windows and finished requests, or an error that says what is missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiksql.planning import refusals
from tiksql.planning.plan import Branch, Condition, Conditions, Plan, Scan
from tiksql.planning.predicates import TooManyBranchesError, cover, overlapping
from tiksql.planning.requests import FirstPages, fields_of
from tiksql.planning.windows import Piece, around, merged, on_piece, pieces, tile
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.catalog import Table
    from tiksql.planning.formulas import Formula
    from tiksql.planning.plan import Window
    from tiksql.planning.query import Query, Scope

EPOCH = dt.date(1970, 1, 1)


def plan(query: Query, scope: Scope) -> Plan:
    """Work out every request of a query; raise ``PlanError`` where none can mean it."""
    scan = _by_key(query, scope) if query.table.needs == "key" else _by_conditions(query, scope)
    return Plan(
        statement=to_sql(query.statement),
        scans=(scan,),
        heads=query.heads,
        output=query.output,
        limit=query.limit,
        offset=query.offset,
        notes=(*query.notes, *_notes(query, scan, scope)),
    )


# --- a table that is searched ---------------------------------------------------------------------


def _by_conditions(query: Query, scope: Scope) -> Scan:
    table, options = query.table, scope.options
    cutting = _Cutting(query, scope)
    branches = tuple(_branches(cutting.conditions_by_days(), scope))
    asked = sorted(
        ((branch, window) for branch in branches for window in branch.windows),
        key=lambda pair: (-pair[1].start.toordinal(), pair[0].number),
    )
    size = options.page_size
    if query.limit is not None and len(asked) == 1:
        size = max(1, min(size, query.limit + query.offset))
    first = FirstPages(table, scope.base_url, fields_of(table, query.output), size)
    made = [first.of_window(*pair) for pair in asked] if query.limit != 0 else []
    return Scan(1, table, query.output, tuple(made), branches, notes=tuple(cutting.notes))


def _branches(found: dict[Conditions, list[Piece]], scope: Scope) -> Iterator[Branch]:
    for number, (conditions, when) in enumerate(found.items(), 1):
        windows = [w for piece in when for w in tile(piece, scope.options.window_days)]
        newest_first = sorted(windows, key=lambda w: w.start, reverse=True)
        yield Branch(number, conditions, tuple(newest_first))


@dataclass(slots=True)
class _Cutting:
    """The work on one WHERE: its requests, the days of each, and what is to be noted."""

    query: Query
    scope: Scope
    notes: dict[str, None] = field(default_factory=dict)

    def conditions_by_days(self) -> dict[Conditions, list[Piece]]:
        """Find the requests of each piece of the time line, and the days of each request."""
        query, today = self.query, self.scope.today
        refusals.check_order(query)
        found: dict[Conditions, list[Piece]] = {}
        future = False
        for piece in pieces(query.where):
            conditions = self._cover(on_piece(query.where, piece))
            if Conditions() in conditions and not self.scope.options.allow_full_scan:
                raise refusals.unrestricted(query)
            if conditions and piece.low is not None and piece.low > today:
                future = True
                continue
            high = today if piece.high is None else min(piece.high, today)
            for each in conditions:
                found.setdefault(each, []).extend(self._days(each, piece.low, high))
        if future and not found:
            raise refusals.in_the_future(query, today)
        return {conditions: merged(when) for conditions, when in found.items()}

    def _cover(self, formula: Formula) -> tuple[Conditions, ...]:
        most = self.scope.options.max_branches
        try:
            return cover(formula, at_most=most)
        except TooManyBranchesError:
            pass
        try:
            found = overlapping(formula, at_most=most)
        except TooManyBranchesError as error:
            raise refusals.too_many_branches(self.query, error.found, most) from None
        self.notes["the branches overlap: a record that matches two is paid for twice"] = None
        return found

    def _days(self, conditions: Conditions, low: dt.date | None, high: dt.date) -> list[Piece]:
        """Bound days that are open below by the ids that are asked for, which hold their time."""
        if low is not None:
            return [Piece(low, high)]
        days = _days_of_ids(self.query.table, conditions, self.scope.today)
        if not days:
            raise refusals.without_range(self.query, self.scope.today)
        width = self.scope.options.window_days
        self.notes[f"each id is looked for from its own day on, for {width} days"] = None
        return around(days, width, high)


def _days_of_ids(table: Table, conditions: Conditions, today: dt.date) -> list[dt.date]:
    """Read the days out of the ids that are asked for; none where one cannot be an id of a record.

    The upper half of an id is the second in which it was made, never later than the record's own
    time (C4D).
    """
    key = table.columns[table.record_key].filter
    ids = [
        int(value)
        for condition in conditions.all_of
        if key and condition.field_name == key.field and condition.operation in {"EQ", "IN"}
        for value in condition.field_values
    ]
    days = [EPOCH + dt.timedelta(seconds=id_ >> 32) for id_ in ids]
    first = table.first_date or EPOCH
    return days if all(first <= day <= today for day in days) else []


# --- a table that is asked by key -----------------------------------------------------------------


def _by_key(query: Query, scope: Scope) -> Scan:
    table = query.table
    key = table.keys[0]
    values: dict[str, str] = {}
    for value in _keys(query):
        values.setdefault(value.lower(), value)
    size = min(scope.options.page_size, table.paging.max_size)
    first = FirstPages(table, scope.base_url, fields_of(table, query.output), size)
    made = [first.of_key(key, value) for value in values.values()]
    return Scan(1, table, query.output, tuple(made) if query.limit != 0 else (), key=key)


def _keys(query: Query) -> tuple[str, ...]:
    try:
        conditions = cover(query.where, at_most=1)
    except TooManyBranchesError:
        conditions = (Conditions(),)
    match conditions:
        case ():
            return ()
        case (Conditions(all_of=(one,), any_of=(), none_of=()),):
            return one.field_values
    raise refusals.without_key(query)


# --- notes ----------------------------------------------------------------------------------------


def _notes(query: Query, scan: Scan, scope: Scope) -> Iterator[str]:
    windows = [request.window for request in scan.requests if request.window]
    table = query.table
    yield from scan.notes
    if windows and _is_recent(windows, table.lag_hours, scope.today):
        yield f"the range ends within {table.lag_hours} hours of now: records can still arrive"
    if any("CA" in c.field_values for c in _all_conditions(scan) if c.field_name == "region_code"):
        yield "the documentation says that content from Canada (CA) is not available"


def _is_recent(windows: list[Window], hours: int, today: dt.date) -> bool:
    return max(window.end for window in windows) > today - dt.timedelta(hours=hours)


def _all_conditions(scan: Scan) -> Iterator[Condition]:
    for branch in scan.branches:
        yield from branch.conditions.all_of
        yield from branch.conditions.any_of
