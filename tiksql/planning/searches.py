"""The plan of a table that is searched: branches, their days, a request for each window."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.planning import refusals
from tiksql.planning.chunks import chunked
from tiksql.planning.plan import Branch, Condition, Conditions, FirstPages, Scan, SecondLook
from tiksql.planning.predicates import Cover, TooManyBranchesError, cover, overlapping
from tiksql.planning.requests import fields_of, of_window
from tiksql.planning.residuals import columns_of, residual_of
from tiksql.planning.windows import Piece, around, merged, on_piece, pieces, tile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.catalog import Table
    from tiksql.planning.formulas import Formula
    from tiksql.planning.plan import Request
    from tiksql.planning.query import Scope, TableQuery


EPOCH = dt.date(1970, 1, 1)
LATER = 3
"""Days after its id's day on which a record is looked for first; a scheduled one came 2.5 later."""


def search(query: TableQuery, scope: Scope, size: int | None) -> Scan:
    """Plan a search; ``size`` is the page size wanted if there is one request, 0 asks nothing."""
    cutting = _Cutting(query, scope, LATER)
    found = cutting.covers_by_days()
    if cutting.ids and len(found) > 1:
        # A second look is for one branch; several look as wide at once.
        cutting = _Cutting(query, scope, scope.options.window_days - 1)
        found = cutting.covers_by_days()
    branches = tuple(_branches(found, scope))
    asked = sorted(
        ((branch, window) for branch in branches for window in branch.windows),
        key=lambda pair: (-pair[1].start.toordinal(), pair[0].number),
    )
    residuals = [c.residual for c in found]
    columns = columns_of(query, residuals)
    residual = residual_of(query, residuals)
    page = scope.options.page_size
    if size is not None and len(asked) == 1 and residual is None:
        page = max(1, min(page, size))
    fields = fields_of(query.table, columns)
    first = FirstPages(query.table, scope.base_url, fields, page, query.number)
    made = [of_window(first, *pair) for pair in asked] if size != 0 else []
    if query.sample is not None:
        made = list(drawn(made, query.sample))
    return Scan(
        query.number,
        query.table,
        columns,
        tuple(made),
        branches,
        first=first,
        residual=residual,
        sample=query.sample,
        second=cutting.second_look(branches),
        notes=tuple(cutting.notes),
    )


def _branches(found: dict[Cover, list[Piece]], scope: Scope) -> Iterator[Branch]:
    for number, (cover_, when) in enumerate(found.items(), 1):
        windows = [w for piece in when for w in tile(piece, scope.options.window_days)]
        newest_first = sorted(windows, key=lambda w: w.start, reverse=True)
        yield Branch(number, cover_.conditions, tuple(newest_first))


@dataclass(slots=True)
class _Cutting:
    """The work on one WHERE: its requests, the days of each, and what is to be noted."""

    query: TableQuery
    scope: Scope
    later: int
    notes: dict[str, None] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)
    until: dt.date = dt.date.max

    def covers_by_days(self) -> dict[Cover, list[Piece]]:
        """Find the requests of each piece of the time line, and the days of each request."""
        query, today = self.query, self.scope.today
        refusals.check_order(query)
        found: dict[Cover, list[Piece]] = {}
        future = False
        for piece in pieces(query.where):
            covers = self._cover(on_piece(query.where, piece))
            if not (self.scope.options.allow_full_scan or all(c.restricted for c in covers)):
                raise refusals.unrestricted(query)
            if covers and piece.low is not None and piece.low > today:
                future = True
                continue
            high = today if piece.high is None else min(piece.high, today)
            for each in self._chunked(covers):
                days = self._days(each.conditions, Piece(piece.low, high))
                found.setdefault(each, []).extend(days)
        if future and not found:
            raise refusals.in_the_future(query, today)
        return {each: merged(when) for each, when in found.items()}

    def _cover(self, formula: Formula) -> tuple[Cover, ...]:
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

    def _chunked(self, covers: tuple[Cover, ...]) -> Iterator[Cover]:
        """Cut lists of values that are too long for one condition."""
        for each in covers:
            for conditions in chunked(self.query.table, each.conditions):
                yield structs.replace(each, conditions=conditions)

    def _days(self, conditions: Conditions, piece: Piece) -> list[Piece]:
        """Bound a piece that is open below by the numbers of the records, which hold their time."""
        if piece.low is not None:
            return [piece]
        ids = _ids(self.query.table, conditions, self.scope.today)
        if not ids:
            raise refusals.without_range(self.query, self.scope.today)
        assert piece.high is not None
        self.ids += ids
        self.until = piece.high
        self.notes[f"each id is looked for from its own day to {self.later} days later"] = None
        return around(map(day_of_id, ids), self.later + 1, piece.high)

    def second_look(self, branches: tuple[Branch, ...]) -> SecondLook | None:
        """Say how to ask again for ids that do not come in the days that they name."""
        if not self.ids or len(branches) != 1:
            return None
        return SecondLook(
            tuple(self.ids),
            branches[0].conditions,
            self.scope.options.window_days,
            self.until,
        )


def looked_again(scan: Scan, missing: set[int]) -> list[Request]:
    """Make the requests of a second look for ids, as wide as one window each."""
    look, first = scan.second, scan.first
    assert look is not None
    assert first is not None
    conditions = [_only(scan.table, c, missing) for c in look.conditions.all_of]
    narrowed = structs.replace(look.conditions, all_of=tuple(conditions))
    days = around(map(day_of_id, missing), look.days, look.until)
    windows = [window for piece in days for window in tile(piece, look.days)]
    return [of_window(first, Branch(1, narrowed, ()), window) for window in reversed(windows)]


def _only(table: Table, condition: Condition, ids: set[int]) -> Condition:
    key = table.columns[table.record_key].filter
    if key is None or condition.field_name != key.field:
        return condition
    kept = tuple(value for value in condition.field_values if int(value) in ids)
    return Condition("EQ" if len(kept) == 1 else "IN", condition.field_name, kept)


def drawn(requests: list[Request], rows: int) -> Iterator[Request]:
    """Turn requests into random draws that share a number of rows evenly, as large as they may be.

    REF: is_random returns 1 to 100 matching records; a search is drawn anew each time.
    """
    each, over = divmod(rows, len(requests)) if requests else (0, 0)
    for number, request in enumerate(requests):
        left = each + (number < over)
        size = request.table.paging.max_size
        name = request.table.paging.size_field
        while left > 0:
            body = {**request.body, name: min(left, size), "is_random": True}
            yield structs.replace(request, body=body)
            left -= size


def day_of_id(id_: int) -> dt.date:
    """Read the day on which an id was made: its upper half is a second (C4D)."""
    return EPOCH + dt.timedelta(seconds=id_ >> 32)


def _ids(table: Table, conditions: Conditions, today: dt.date) -> list[int]:
    """List the ids that are asked for; none where one cannot be the id of a record."""
    key = table.columns[table.record_key].filter
    ids = [
        int(value)
        for condition in conditions.all_of
        if key and condition.field_name == key.field and condition.operation in {"EQ", "IN"}
        for value in condition.field_values
    ]
    first = table.first_date or EPOCH
    return ids if all(first <= day_of_id(id_) <= today for id_ in ids) else []
