"""How many different records the kept pages of a collection have, told apart by their ids.

Everything is counted from the pages themselves. What cannot be counted honestly is not: then there
is a reason in the place of the number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.catalog import load
from tiksql.keeping import pages_of, request_of
from tiksql.local.records import Reader
from tiksql.store import chains, collections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Plan, Scan
    from tiksql.rows import Row
    from tiksql.store.collections import Collection, Run
    from tiksql.store.study import Study

ANSWERED = frozenset({"done", "split"})
"""States of chains that lack nothing: a chain that was split is answered by its parts."""


class Tally(Struct, frozen=True):
    """What was counted, or None with a reason by the name of the number.

    ``duplicates`` are records that had come before, in any asking. ``not_returned`` are those that
    earlier askings brought and the last one did not: deleted, private or left out by the API.
    """

    duplicates: int | None = None
    not_returned: int | None = None
    reasons: dict[str, str] = {}


def tally(study: Study, found: Collection, plan: Plan) -> Tally:
    """Count the records of a collection; ``plan`` is that of its last asking."""
    runs = collections.runs(study, found)
    cannot = next((reason for scan in plan.scans if (reason := _untold(scan))), "")
    if cannot:
        return _uncounted(cannot)
    duplicates = gone = 0
    for scan in plan.scans:
        counts = _Counting(study, scan)
        last, older = counts.new(runs[0]), sum(map(counts.new, runs[1:]))
        if counts.without_id:
            return _uncounted(f"some {scan.table.name} came without {scan.table.record_key}")
        duplicates += counts.delivered - last - older
        gone += older
    if reason := _incomparable(study, runs, plan):
        return Tally(duplicates, reasons={"not_returned": reason})
    return Tally(duplicates, gone)


def _uncounted(reason: str) -> Tally:
    return Tally(reasons=dict.fromkeys(("duplicates", "not_returned"), reason))


class _Counting:
    """The pages of a scan, from the newest asking on."""

    def __init__(self, study: Study, scan: Scan) -> None:
        self._study = study
        self._scan = scan
        id_ = scan.table.columns[scan.table.record_key]
        self._reader = Reader(scan.table, (id_,), scan.key)
        self.delivered = 0
        self.without_id = False

    def new(self, run: Run) -> int:
        """Count the records of an asking that no later one has brought."""
        count = 0
        for rows in self._rows(run):
            count += len(rows)
            self.without_id = self.without_id or any(id_ is None for (id_,) in rows)
        return count

    def _rows(self, run: Run) -> Iterator[list[Row]]:
        for chain in chains.of_run(self._study, run.id, self._scan.number):
            request = request_of(load(), chain.first)
            for lap in range(chain.lap, 0, -1):
                for page in pages_of(self._study, request, chain, lap):
                    self.delivered += page.count
                    yield self._reader.rows(page.records, request.key)


def _untold(scan: Scan) -> str:
    """Say why the records of a scan cannot be told apart; '' if they can."""
    if not scan.table.record_key:
        return f"{scan.table.name} have no ids"
    if Reader(scan.table, ()).counts_by_list:
        return f"{scan.table.name} come in parts"
    return ""


def _incomparable(study: Study, runs: list[Run], plan: Plan) -> str:
    """Say why the last asking cannot be held against those before it; '' if it can."""
    if len(runs) == 1:
        return "it was asked for once"
    if plan.limit is not None or any(scan.sample is not None for scan in plan.scans):
        return "a limit or a sample leaves records out"
    states = {row["state"] for row in study.rows(_STATES, runs[0].id)}
    if runs[0].finished_at is None or not states <= ANSWERED:
        return "the last asking lacks answers"
    if any(_asked(study, run) != _asked(study, runs[0]) for run in runs[1:]):
        return "the askings were not for the same"
    return ""


_STATES = "SELECT DISTINCT state FROM chains WHERE run = ?"


def _asked(study: Study, run: Run) -> set[str]:
    """Return what an asking sent first, before anything was halved."""
    return {row["identity"] for row in study.rows(_FIRST, run.id)}


_FIRST = "SELECT identity FROM chains WHERE run = ? AND parent IS NULL"
