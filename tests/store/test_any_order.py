"""Whatever happens in whatever order, a collection is the truth, or it names what it lacks."""

from __future__ import annotations

import datetime as dt
import math
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from soak import cases
from store.studies_world import execute
from store.truthful_api import BEGIN, DAYS, FAULTS, Api

from tiksql.errors import TikSQLError
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.store.study import Study

SQL = (
    "CREATE COLLECTION c AS SELECT id, like_count FROM videos WHERE keyword = 'x' AND create_date"
    f" BETWEEN '{BEGIN}' AND '{BEGIN + dt.timedelta(days=DAYS - 1)}'"
)
ENDS = {"TS511", "TS516", "TS518", "TS519", "TS522", "TS531", "TS532", "TS533"}
"""Codes that a run may end with, each of which leaves a collection to go on with."""


class CrashError(Exception):
    """The program is no more: nothing that it would have written from here on is written."""


def left_to_go_on_with(error):
    assert error.code in ENDS, error
    return error.exit_status


class Fragile(Study):
    """A study whose program dies at a transaction: before it, or when it is whole."""

    def __init__(self, path):
        self.fate = (math.inf, "before")
        super().__init__(path)

    def writing(self):
        return self._fragile()

    def _fragile(self):
        passes, when = self.fate
        if not self._depth:
            passes -= 1
            self.fate = (passes, when)
        return _Writing(super().writing(), dies=passes == 0 and not self._depth, study=self)


class _Writing:
    def __init__(self, inner, *, dies, study):
        self.inner, self.dies, self.study = inner, dies, study

    def __enter__(self):
        passes, when = self.study.fate
        if passes < 0 or (self.dies and when == "before"):
            raise CrashError
        return self.inner.__enter__()

    def __exit__(self, *failed):
        found = self.inner.__exit__(*failed)
        if self.dies and not any(failed):
            raise CrashError
        return found


ORPHANS = """
SELECT 1 FROM pages AS p WHERE NOT EXISTS
(SELECT 1 FROM requests AS r WHERE r.id = p.request AND r.chain = p.chain AND outcome = 'PAGE')
"""


PAID_TWICE = """
SELECT 1 FROM requests AS r JOIN chains AS h ON h.id = r.chain
WHERE outcome = 'PAGE' GROUP BY h.id, page HAVING count(*) > lap
"""
FATES = st.none() | st.tuples(st.integers(1, 25), st.sampled_from(["before", "after"]))
"""At which transaction a program dies, and whether before it or when it is whole."""


class Collections(RuleBasedStateMachine):
    @initialize(
        counts=st.lists(st.integers(0, 5), min_size=DAYS, max_size=DAYS),
        hidden=st.sets(st.integers(0, 5 * DAYS), max_size=8),
    )
    def begin(self, counts, hidden):
        self.folder = Path(tempfile.mkdtemp(prefix="study-"))
        self.path = self.folder / "study.db"
        self.api = Api(counts, hidden)
        self.server = self.api.backend()
        self.before = 0
        self.status: int | str | None = None
        self.crashes = 0
        self.changed = False

    def teardown(self):
        shutil.rmtree(self.folder)

    @rule(
        event=st.one_of(
            st.just(("forget",)),
            st.tuples(st.just("delete"), st.integers(0, 5 * DAYS)),
            st.tuples(st.just("quota"), st.integers(0, 6)),
            st.tuples(st.just("days"), st.integers(-2, 2)),
            st.tuples(st.just("repeats"), st.booleans()),
        )
    )
    def the_api_changes(self, event):
        match event:
            case ("forget",):
                self.api.forget()
            case ("delete", place):  # a new search has the others at other positions
                self.api.removed.update(self.api.ids[place : place + 1])
                self.api.forget()
            case ("quota", left):
                self.api.left = left
            case ("days", days):  # also back, as clocks are set
                self.api.pass_by(days * 86_400)
                self.api.left = math.inf
            case ("repeats", value):
                self.api.repeats = value

    @rule(
        cap=st.none() | st.integers(1, 6),
        fate=FATES,
        faults=st.lists(st.sampled_from(sorted(FAULTS)), max_size=5),
        days=st.sets(st.integers(0, DAYS - 1), max_size=2),
        concurrency=st.sampled_from([1, 3]),
    )
    def collect(self, cap, fate, faults, days, concurrency):
        self.api.faults, self.api.broken_days = faults, days
        self.run(SQL, fate, max_requests=cap or 1000, concurrency=concurrency)

    @precondition(lambda self: self.status is not None)
    @rule(fate=FATES)
    def refresh(self, fate):
        if self.exists:
            self.run("REFRESH COLLECTION c", fate)

    @precondition(lambda self: self.status is not None)
    @rule()
    def drop(self):
        if self.exists:
            self.run("DROP COLLECTION c")
            self.status = None

    def run(self, sql, fate=None, **chosen):
        given = DEFAULTS
        for name, value in {"window_days": 3, "page_size": 3, **chosen}.items():
            given = given.having(name, value, "session")
        self.before = self.api.sent
        self.changed = True
        with patch("tiksql.store.looking.Study", Fragile):
            session = Session(self.server, given, study=self.path)
        if fate:
            session.studies.study.fate = fate
        try:
            found = execute(session, sql)
            self.status = found.stats.exit_status if found else None
        except CrashError:
            self.crashes += 1
            self.status = "crashed"
        except TikSQLError as error:
            self.status = left_to_go_on_with(error)
        finally:
            session.close()
        with closing(sqlite3.connect(self.path)) as base, base:
            base.execute("UPDATE collectors SET process = 0, started = 'it is dead'")

    # --- what is true at any time

    def asked(self, sql):
        with closing(sqlite3.connect(self.path)) as base:
            return base.execute(sql).fetchall()

    @property
    def exists(self):
        return self.path.exists() and bool(self.asked("SELECT 1 FROM collections"))

    @invariant()
    def what_is_promised_holds(self):
        if not self.changed:
            return
        self.every_request_is_on_record()
        assert self.asked(ORPHANS) == [], "every page leads to its request"
        assert self.asked(PAID_TWICE) == [], "no page of a search is paid for twice"
        if self.exists:
            self.each_day_was_asked_for_once()
            self.the_rows_are_the_truth_or_the_lack_is_named()
        self.changed = False

    def every_request_is_on_record(self):
        sql = "SELECT count(outcome), count(*) - count(outcome) FROM requests"
        ((settled, unknown),) = self.asked(sql)
        assert settled <= self.api.sent <= settled + unknown
        assert unknown <= 3 * self.crashes

    def each_day_was_asked_for_once(self):
        for (run,) in self.asked("SELECT DISTINCT run FROM chains JOIN runs ON runs.id = run"):
            days = self.asked(
                "SELECT first_day, last_day FROM chains WHERE state <> 'split'"
                f" AND run = {run} ORDER BY first_day"
            )
            due = BEGIN
            for first, last in days:
                assert dt.date.fromisoformat(first) == due
                due = dt.date.fromisoformat(last) + dt.timedelta(days=1)
            assert due == BEGIN + dt.timedelta(days=DAYS)

    def the_rows_are_the_truth_or_the_lack_is_named(self):
        sent = self.api.sent
        session = Session(self.server, DEFAULTS, study=self.path)
        try:
            read = execute(session, "SELECT id FROM c")
            gaps = execute(session, "SHOW GAPS FOR c").rows
        finally:
            session.close()
        assert self.api.sent == sent
        ids = [number for (number,) in read.rows]
        assert len(ids) == len(set(ids))
        assert set(ids) <= self.api.ever
        assert read.stats.complete == self.finished
        if read.stats.complete:
            assert gaps == []
            assert set(ids) >= self.api.truth
        if self.status in {0, 5}:
            assert read.stats.complete == (gaps == []) == (self.status == 0)

    @property
    def finished(self):
        (((finished),),) = self.asked("SELECT finished_at FROM runs ORDER BY id DESC LIMIT 1")
        return finished is not None

    @precondition(lambda self: self.status == 0)
    @rule()
    def what_is_complete_costs_nothing(self):
        if self.exists:
            self.run(SQL)
            assert self.api.sent == self.before

    @precondition(lambda self: self.status is not None)
    @rule()
    def when_all_is_well_again_it_becomes_whole(self):
        self.api.faults, self.api.broken_days, self.api.left = [], set(), math.inf
        self.run(SQL)
        assert self.status == 0


Collections.TestCase.settings = settings(
    max_examples=cases(40),
    stateful_step_count=7,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
test_any_order = Collections.TestCase
