"""From a plan to the rows of its result: read, judge, cut.

Three ways, from the cheapest: a plain plan selects columns, and pages become rows as they come; a
streaming plan has DuckDB judge each page by itself; any other needs all rows before the first.
"""

from __future__ import annotations

import datetime as dt
from itertools import chain
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tiksql.api.pages import Page
from tiksql.errors import InterruptError, TikSQLError
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
    ``stop`` gives the sort keys that a limit would keep of what has been read.
    """

    engine: Engine
    answer: LocalQuery
    keys: dict[int, LocalQuery]
    stop: LocalQuery | None = None


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
            yield from self._cut(self._found())
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
                return

    # --- with DuckDB

    def _streamed(self, judge: Judge, scan: Scan) -> Iterator[list[Row]]:
        together = 1 if self._plan.limit is not None else PAGES_TOGETHER
        waiting = 0
        for page, rows in self._reading.pages(scan, scan.requests):
            judge.engine.load(scan.name, rows, page.request.branch)
            waiting += 1
            if waiting == together:
                yield from self._judged(judge, scan)
                waiting = 0
        yield from self._judged(judge, scan)

    def _judged(self, judge: Judge, scan: Scan) -> Iterator[list[Row]]:
        yield from judge.engine.run(judge.answer)
        judge.engine.clear(scan.name)

    def _whole(self, judge: Judge) -> Iterator[list[Row]]:
        """Read everything, then ask DuckDB; a cut reading has no answer, unless that is allowed."""
        try:
            for scan in self._plan.scans:
                self._read(judge, scan)
        except (TikSQLError, KeyboardInterrupt) as error:
            if not (self._partial and self._reading.stream.stats.records):
                raise _without_answer(error) from None
            self._reading.fail(error)
        yield from judge.engine.run(judge.answer)

    def _read(self, judge: Judge, scan: Scan) -> None:
        requests = scan.requests
        if scan.keys is not None:
            found = chain.from_iterable(judge.engine.run(judge.keys[scan.number]))
            requests = tuple(requests_of_keys(scan, [row[0] for row in found]))
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

        A page comes in falling ids, and an id's second is never later than its record's time (C4D).
        """
        assert judge.stop is not None
        last: list[Any] = [row[0] for batch in judge.engine.run(judge.stop) for row in batch]
        if len(last) < (self._plan.limit or 0) + self._plan.offset or last[-1] is None:
            return False
        ends = [request.window.end for request in behind if request.window]
        if self._plan.stop == "window" and page.has_more is not False and page.request.window:
            ends.append(page.request.window.end)
        day = _day_of(last[-1])
        if self._plan.stop == "page" and page.has_more is not False:
            ids: list[Any] = [row[self._place_of_key()] for row in rows]
            return bool(ids) and last[-1] >= min(ids) and all(end < day for end in ends)
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
    """Say why an answer from the rows that came would be wrong."""
    cause = _as_error(error)
    if cause.hint is None or cause.exit_status != InterruptError.exit_status:
        cause.hint = (
            "the rows are not all here, and sums or orders of a part would be wrong; "
            "SET allow_partial = on shows them, labelled"
        )
    return cause
