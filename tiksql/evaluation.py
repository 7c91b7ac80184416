"""From a plan to the rows of its result: read, judge, cut.

Three ways, from the cheapest: a plain plan selects columns, and pages become rows as they come; a
streaming plan has DuckDB judge each page by itself; any other needs all rows before the first.
"""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from itertools import chain
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tiksql.api.pages import Page
from tiksql.cuts import holds
from tiksql.errors import (
    EvaluationError,
    IncompleteError,
    InterruptError,
    LanguageError,
    TikSQLError,
)
from tiksql.local.engine import Engine
from tiksql.local.relations import LocalQuery
from tiksql.reading import Reading, requests_of_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiksql.planning.plan import Plan, Request, Scan
    from tiksql.rows import Row

PAGES_TOGETHER = 10
"""Pages that DuckDB judges at once, where no limit makes each page count."""


class Judge(Struct):
    """DuckDB, prepared for one plan: its queries are checked, its tables are empty.

    ``answer`` is the result; ``keys`` gives the keys of the scans that take them from others;
    ``stop`` counts the rows that a limit would keep of what has been read, and gives the last of
    their sort keys; each of ``dropped`` counts the records of a scan that its filter turns away.
    """

    engine: Engine
    answer: LocalQuery
    keys: dict[int, LocalQuery]
    stop: LocalQuery | None = None
    dropped: tuple[LocalQuery, ...] = ()

    def value(self, query: LocalQuery) -> Row:
        """Return the only row of a query."""
        return next(row for batch in self.engine.run(query) for row in batch)


def requests_of(judge: Judge, scan: Scan) -> tuple[Request, ...]:
    """Return the requests of a scan, whose keys may come from scans that have been read."""
    if scan.keys is None:
        return scan.requests
    found = chain.from_iterable(judge.engine.run(judge.keys[scan.number]))
    return tuple(requests_of_keys(scan, [row[0] for row in found]))


class Evaluation:
    """The evaluation of one plan."""

    def __init__(
        self, plan: Plan, reading: Reading, judge: Judge | None, *, allow_partial: bool
    ) -> None:
        self._plan = plan
        self._reading = reading
        self._judge = judge
        self._partial = allow_partial

    def rows(self) -> Iterator[list[Row]]:
        """Yield the rows of the result; raise where a failure leaves no answer."""
        stats = self._reading.stream.stats
        if self._plan.limit == 0:
            return
        try:
            with self._judge.engine if self._judge else nullcontext():
                yield from self._cut(self._found())
            self._reading.note_caps()
        except (TikSQLError, KeyboardInterrupt) as error:
            if not stats.rows:
                raise _as_error(error) from None
            self._reading.fail(error)
        finally:
            self._reading.account()

    def _found(self) -> Iterator[list[Row]]:
        if self._judge is None:
            scan = self._plan.scans[0]
            return (rows for _, rows in self._reading.pages(scan, scan.requests))
        if self._plan.streams:
            return self._streamed(self._judge, self._plan.scans[0])
        return self._whole(self._judge)

    def _cut(self, batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
        """Pass over the offset and stop at the limit, asking for nothing behind it."""
        skip, left = self._plan.offset, self._plan.limit
        if self._judge is not None and not self._plan.streams:
            skip, left = 0, None  # DuckDB has cut them
        for batch in batches:
            rows = batch[skip:]
            skip -= len(batch) - len(rows)
            if left is not None:
                rows = rows[:left]
                left -= len(rows)
            if rows:
                yield rows
            if left == 0:
                self._reading.capped.clear()  # what lies behind the limit is not missed
                return

    # --- with DuckDB

    def _streamed(self, judge: Judge, scan: Scan) -> Iterator[list[Row]]:
        together = 1 if self._plan.limit is not None else PAGES_TOGETHER
        waiting = 0
        try:
            for page, rows in self._reading.pages(scan, scan.requests):
                judge.engine.load(scan.name, rows, page.request.branch)
                waiting += 1
                if waiting == together:
                    yield from self._judged(judge, scan)
                    waiting = 0
        except (TikSQLError, KeyboardInterrupt):
            if waiting:  # these pages have been paid for
                yield from self._judged(judge, scan)
            raise
        yield from self._judged(judge, scan)

    def _judged(self, judge: Judge, scan: Scan) -> Iterator[list[Row]]:
        self._count_dropped(judge)
        yield from judge.engine.run(judge.answer)
        judge.engine.clear(scan.name)

    def _whole(self, judge: Judge) -> Iterator[list[Row]]:
        """Read everything, then ask DuckDB; a cut reading may have no answer."""
        whole: set[str] = set()
        failed: TikSQLError | KeyboardInterrupt | None = None
        try:
            for scan in self._plan.scans:
                self._read(judge, scan)
                whole.add(scan.name)
        except (LanguageError, EvaluationError):
            raise
        except (TikSQLError, KeyboardInterrupt) as error:
            failed = error
        if failed and not self._reading.stream.stats.records:
            raise failed
        if not self._partial:
            self._check_cut(whole, failed)
        self._count_dropped(judge)
        yield from judge.engine.run(judge.answer)
        if failed and not self._partial:
            raise failed
        if failed:
            self._reading.fail(failed)

    def _check_cut(self, whole: set[str], failed: TikSQLError | KeyboardInterrupt | None) -> None:
        """Raise where rows of a cut reading would be no rows of the whole result."""
        capped = self._reading.capped
        cut = {scan.name for scan in self._plan.scans} - whole | capped.keys()
        if not holds(self._plan.local, frozenset(cut)):
            raise _without_answer(failed or IncompleteError("TS540", next(iter(capped.values()))))

    def _count_dropped(self, judge: Judge) -> None:
        counts: list[Any] = [judge.value(query)[0] for query in judge.dropped]
        self._reading.stream.stats.dropped += sum(counts)

    def _read(self, judge: Judge, scan: Scan) -> None:
        requests = requests_of(judge, scan)
        order = [id(request) for request in requests]
        for page, rows in self._reading.pages(scan, requests):
            judge.engine.load(scan.name, rows, page.request.branch)
            if judge.stop is not None and isinstance(page, Page):
                behind = requests[order.index(id(page.request)) + 1 :]
                if self._is_enough(judge, page, rows, behind):
                    return

    def _is_enough(
        self, judge: Judge, page: Page, rows: list[Row], behind: Sequence[Request]
    ) -> bool:
        """Say whether nothing that is still to come can belong to a sorted and limited result.

        A page comes in falling ids, or proves nothing; and an id's second is never later than its
        record's time (C4D).
        """
        assert judge.stop is not None
        kept: Any
        last: Any
        kept, last = judge.value(judge.stop)
        if kept < (self._plan.limit or 0) + self._plan.offset:
            return False
        ends = [request.window.end for request in behind if request.window]
        if self._plan.stop == "window" and page.has_more is not False and page.request.window:
            ends.append(page.request.window.end)
        day = _day_of(last)
        if self._plan.stop == "page" and page.has_more is not False:
            ids: list[Any] = [row[self._place_of_key()] for row in rows]
            falling = ids == sorted(ids, reverse=True)
            return bool(ids) and falling and last >= min(ids) and all(end < day for end in ends)
        return all(end < day for end in ends)

    def _place_of_key(self) -> int:
        scan = self._plan.scans[0]
        return [column.name for column in scan.columns].index(scan.table.record_key)


def _day_of(value: object) -> dt.date:
    """Read the day of a time, or of the second that an id holds."""
    if isinstance(value, dt.datetime):
        return value.date()
    assert isinstance(value, int)
    return dt.datetime.fromtimestamp(value >> 32, dt.UTC).date()


def _as_error(error: TikSQLError | KeyboardInterrupt) -> TikSQLError:
    return error if isinstance(error, TikSQLError) else InterruptError("TS801", "interrupted")


def _without_answer(error: TikSQLError | KeyboardInterrupt) -> TikSQLError:
    """Say why there is no answer although rows have come."""
    cause = _as_error(error)
    cause.hint = (
        "the rows are not all here, and sums or orders of a part would be wrong; "
        "SET allow_partial = on shows them, labelled"
    )
    return cause
