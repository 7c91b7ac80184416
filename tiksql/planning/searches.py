"""The plan of a table that is searched: branches, their days, a request for each window."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.planning import refusals
from tiksql.planning.chunks import chunked
from tiksql.planning.formulas import Days, conjunction, disjunction
from tiksql.planning.ids import LATER, day_of_id, ids_of, is_of_ids_alone, strange
from tiksql.planning.plan import Branch, FirstPages, Scan, SecondLook, Window
from tiksql.planning.predicates import Cover, TooManyBranchesError, cover, overlapping
from tiksql.planning.requests import fields_of, of_window
from tiksql.planning.residuals import columns_of, residual_of
from tiksql.planning.windows import Piece, around, merged, on_piece, pieces, shared, tile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.planning.formulas import Formula
    from tiksql.planning.plan import Request
    from tiksql.planning.query import Options, Scope, TableQuery

MOST_DAYS = 31
"""Days of one request, both ends included (API: at most 30 days from the first to the last)."""


def search(query: TableQuery, scope: Scope, size: int | None) -> Scan:
    """Plan a search; ``size`` is the page size wanted if there is one request, 0 asks nothing."""
    cutting = _Cutting(query, scope)
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
    first = FirstPages(
        query.table, scope.base_url, fields, page, query.number, scope.options.extra_day
    )
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
        second=tuple(cutting.second_looks(found, branches)),
        notes=tuple(cutting.notes),
    )


def _branches(found: dict[Cover, list[Piece]], scope: Scope) -> Iterator[Branch]:
    for number, (cover_, when) in enumerate(found.items(), 1):
        windows = [w for piece in when for w in tile(piece, width_of(scope.options))]
        newest_first = sorted(windows, key=lambda w: w.start, reverse=True)
        yield Branch(number, cover_.conditions, tuple(newest_first))


def width_of(options: Options) -> int:
    """Return the days of a window, of which one more may be asked for: 31 at most."""
    return min(options.window_days, MOST_DAYS - options.extra_day)


@dataclass(slots=True)
class _Cutting:
    """The work on one WHERE: its requests, the days of each, and what is to be noted.

    ``by_ids`` are the requests whose days follow from ids, with the days that the WHERE allows.
    """

    query: TableQuery
    scope: Scope
    notes: dict[str, None] = field(default_factory=dict)
    by_ids: dict[Cover, list[Piece]] = field(default_factory=dict)

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
                found.setdefault(each, []).append(Piece(piece.low, high))
        if future and not found:
            raise refusals.in_the_future(query, today)
        by_days = [(self._to_the_day(each, merged(when)), when) for each, when in found.items()]
        return {each: self._bounded(each, merged(when)) for each, when in by_days}

    def _to_the_day(self, found: Cover, when: list[Piece]) -> Cover:
        """Have days judged here, where more of them are asked for than are wanted."""
        if not self.scope.options.extra_day:
            return found
        self.notes[
            "each window is asked for one day more than is wanted, and what that brings too much"
            " is dropped (SET extra_day = off does without)"
        ] = None
        days = disjunction(Days(*piece) for piece in when)
        return structs.replace(found, residual=conjunction((found.residual, days)))

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

    def _bounded(self, found: Cover, when: list[Piece]) -> list[Piece]:
        """Bound days that are open below by the numbers of the records, which hold their time."""
        if when[0].low is not None:
            return when
        ids = ids_of(self.query.table, found.conditions)
        unlikely = strange(self.query.table, ids, self.scope.today)
        if not ids or unlikely is not None:
            raise refusals.without_range(self.query, self.scope.today, unlikely)
        width = width_of(self.scope.options)
        self.by_ids[found] = when
        self.notes[
            f"each id is looked for from its own day to {LATER} days later,"
            f" and what does not come once more, up to {width - 1} days later"
        ] = None
        days = LATER + 1
        return shared(around(map(day_of_id, ids), days, max(days, width)), when)

    def second_looks(
        self, covers: Iterable[Cover], branches: tuple[Branch, ...]
    ) -> Iterator[SecondLook]:
        """Say how to ask again for ids that do not come in the days that they name."""
        whole = [Piece(None, self.scope.today)]
        for found, branch in zip(covers, branches, strict=True):
            if (when := self.by_ids.get(found)) is not None:
                alone = when == whole and is_of_ids_alone(self.query.table, branch.conditions)
                yield SecondLook(
                    branch.number,
                    tuple(ids_of(self.query.table, branch.conditions)),
                    branch.conditions,
                    width_of(self.scope.options),
                    tuple(Window(p.low or dt.date.min, p.high or dt.date.max) for p in when),
                    alone,
                )


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
