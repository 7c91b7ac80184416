"""The asking of one run of a collection: every page kept, every loss on record.

What a run needs of a statement is its pages. So scan by scan is asked for, and only what gives
keys to another scan, or what a limit may cut short, is looked into on the way. A window that fails
for good is halved, down to a day, when all others are done.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiksql.evaluation import Evaluation, requests_of
from tiksql.planning.plan import Window
from tiksql.planning.requests import in_window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiksql.evaluation import Judge
    from tiksql.keeping import Kept
    from tiksql.planning.plan import Plan, Request, Scan
    from tiksql.reading import Reading

OPEN = ("planned", "gap")
"""States of chains that have something to ask for."""

OVER = ("done", "refused")
"""States of chains that are not asked for again, unless somebody looks into their pages."""

KNOWN = ("planned", "gap", "done", "refused")
"""States of chains that may have pages; what is split has them in its parts."""


EARLY = "it ended on a full page, long before its first day: there may be more"


@dataclass(slots=True)
class Collecting:
    """One run: its plan, where its pages are kept, and how they are read."""

    plan: Plan
    judge: Judge
    kept: Kept
    reading: Reading

    def batches(self) -> Iterator[None]:
        """Ask for what is missing, and yield with every page; raise what ends it early."""
        try:
            yield from self._whole() if self.plan.limit is None else self._limited()
        finally:
            for request in self.reading.oddities.early:
                self.kept.remark(request, EARLY)

    def _whole(self) -> Iterator[None]:
        with self.judge.engine:
            for scan in self.plan.scans:
                yield from self._scan(scan)
                while parts := self._halved(scan):
                    yield from self._asked(scan, parts)

    def _limited(self) -> Iterator[None]:
        """Evaluate the statement, as only that says when a limit is reached."""
        evaluation = Evaluation(self.plan, self.reading, self.judge, allow_partial=True)
        for _ in evaluation.rows():
            yield
        if error := self.reading.stream.stats.error:
            raise error

    def _scan(self, scan: Scan) -> Iterator[None]:
        requests = requests_of(self.judge, scan)
        self.kept.plan(requests)
        looked_into = bool(scan.second) or self._gives_keys(scan)
        if looked_into:
            yield from self._asked(scan, self.kept.requests(scan.number, *KNOWN))
            return
        self.reading.stream.stats.windows_before += len(self.kept.requests(scan.number, *OVER))
        # What was never asked goes first: days that fail for ever must not keep others waiting.
        # Both are listed now, as what fails on the way is halved and not asked again as it was.
        for found in [self.kept.requests(scan.number, state) for state in OPEN]:
            yield from self._asked(scan, found)

    def _asked(self, scan: Scan, requests: Sequence[Request]) -> Iterator[None]:
        self.kept.contents = bool(scan.second) or self._gives_keys(scan)
        if not self.kept.contents:
            for _ in self.reading.keys(scan, requests):
                self.reading.stream.received.clear()  # the study has it
                yield
            return
        for event, rows in self.reading.pages(scan, requests):
            self.judge.engine.load(scan.name, rows, event.request.branch)
            self.reading.stream.received.clear()
            yield

    def _gives_keys(self, scan: Scan) -> bool:
        return any(scan.number in other.after for other in self.plan.scans)

    def _halved(self, scan: Scan) -> list[Request]:
        """Cut the windows that failed in halves; those of one day stay gaps."""
        parts: list[Request] = []
        for request in self.kept.requests(scan.number, "gap"):
            if request.window is None or request.window.days == 1:
                continue
            halves = [in_window(request, half) for half in _halves(request.window)]
            self.kept.split(request, halves)
            parts += halves
        return parts


def _halves(window: Window) -> tuple[Window, Window]:
    """Cut a window of several days in two, the newer one first."""
    middle = window.start + dt.timedelta(days=window.days // 2)
    return Window(middle, window.end), Window(window.start, middle - dt.timedelta(days=1))
