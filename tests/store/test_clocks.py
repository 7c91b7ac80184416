"""Clocks that jump, days that end, computers that sleep: the count and the rows stay right."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing

import pytest
from store.studies_world import Lab, execute
from store.truthful_api import BEGIN, DAYS, Api

from tiksql.api.quota import Ledger, Meter
from tiksql.errors import StudyError
from tiksql.session import Session
from tiksql.settings import DEFAULTS

CREATE = (
    "CREATE COLLECTION c AS SELECT id FROM videos WHERE keyword = 'x' AND create_date"
    f" BETWEEN '{BEGIN}' AND '{BEGIN + dt.timedelta(days=DAYS - 1)}'"
)
SMALL = {"window_days": 3, "page_size": 2, "concurrency": 1}
REQUESTS = 9


@pytest.fixture
def api():
    return Api([2] * DAYS)


@pytest.fixture
def lab(api, tmp_path):
    return Lab(api.backend(), tmp_path / "study.db")


def asked(lab, sql):
    with closing(sqlite3.connect(lab.path)) as base:
        return base.execute(sql).fetchall()


def at_request(api, number, happens):
    """Let something happen while a request is being answered."""
    answer = api.handle

    def handle(request):
        found = answer(request)
        if api.sent == number and "oauth" not in request.url.path:
            happens()
        return found

    api.handle = handle


def is_whole(lab, api):
    found = lab("SELECT id FROM c")
    ids = [number for (number,) in found.rows]
    return found.stats.complete and sorted(ids) == sorted(api.truth)


@pytest.mark.fault(
    "F26",
    "midnight between sending and answer",
    "the request counts for the day on which it was sent",
)
def test_a_request_counts_for_the_day_on_which_it_was_sent(api, lab, tmp_path):
    warned = []
    ledger = Ledger(tmp_path / "quota.db", "account", warned.append)
    api.meter = Meter(ledger=ledger)
    api.seconds = 1.5  # so that midnight falls into the second one
    lab(CREATE, **SMALL)
    days = {dt.date(2026, 9, 1): 2, dt.date(2026, 9, 2): REQUESTS - 2}
    assert api.by_day == days
    assert {day: ledger.used("research", day) for day in days} == days
    by_day = asked(lab, "SELECT date(sent_at), count(*) FROM requests GROUP BY 1 ORDER BY 1")
    assert by_day == [(day.isoformat(), count) for day, count in days.items()]
    assert asked(lab, "SELECT count(*) FROM requests WHERE date(sent_at) < date(came_at)") == [(1,)]
    ledger.close()
    assert warned == []


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
@pytest.mark.fault("F25", "the clock is set, by days and back", "the same rows at the same cost")
def test_a_clock_that_is_set_while_it_collects_changes_nothing(api, lab, days):
    at_request(api, 4, lambda: setattr(api, "now", api.now + dt.timedelta(days=days)))
    assert lab(CREATE, **SMALL).stats.complete
    assert (api.sent, api.clock) == (REQUESTS, REQUESTS)
    assert is_whole(lab, api)
    assert lab(CREATE, **SMALL).requests == 0


@pytest.mark.fault(
    "F25", "the clock is set back before REFRESH", "the refreshed row is the newer one"
)
def test_after_a_clock_was_set_back_a_refresh_is_still_the_newer_observation(api, lab):
    lab(CREATE, **SMALL)
    api.now -= dt.timedelta(days=30)
    api.removed = {max(api.ids)}
    lab("REFRESH COLLECTION c", **SMALL)
    runs = asked(lab, "SELECT number, moment > '2026-08-15' FROM runs ORDER BY number")
    assert runs == [(1, 1), (2, 0)]
    assert len(lab("SELECT id FROM c").rows) == 2 * DAYS, "what was seen stays"


@pytest.mark.fault("F52", "the computer sleeps for twelve hours", "a new token, and it goes on")
@pytest.mark.fault(
    "F21", "the token has expired meanwhile", "a new one is asked for, and it goes on"
)
def test_a_computer_that_has_slept_gets_a_new_token_and_goes_on(api, lab):
    at_request(api, 4, lambda: api.pass_by(12 * 3600))
    assert lab(CREATE, **SMALL).stats.complete
    assert (api.sent, api.tokens) == (REQUESTS, 2)
    assert is_whole(lab, api)


@pytest.mark.fault(
    "F56", "a sleeping collector whose place another one took", "it asks for nothing more"
)
def test_who_has_slept_while_another_took_its_place_asks_for_nothing_more(api, lab):
    def sleep():
        api.pass_by(12 * 3600)
        with closing(sqlite3.connect(lab.path)) as base, base:
            base.execute("UPDATE collectors SET host = 'elsewhere', process = 1")

    at_request(api, 4, sleep)
    with pytest.raises(StudyError) as taken:
        lab(CREATE, **SMALL)
    assert taken.value.code == "TS719"
    assert api.sent == 4
    assert asked(lab, "SELECT count(*) FROM pages") == [(4,)], "the page that came is kept"
    assert asked(lab, "SELECT host FROM collectors") == [("elsewhere",)]


@pytest.mark.fault(
    "F01",
    "the quota of a day ends, and the wait for the next ends early",
    "it waits again, and goes on",
)
def test_a_wait_that_ends_too_early_is_waited_for_again(api, lab):
    api.now = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
    api.left = 3
    waits = []

    def wait(seconds):
        waits.append(seconds)
        api.pass_by(seconds if len(waits) > 1 else seconds / 2)
        if api.now.day > 1:
            api.left = 1000

    given = DEFAULTS
    for name, value in SMALL.items():
        given = given.having(name, value, "session")
    session = Session(lab.server, given, study=lab.path)
    session.studies.wait = wait
    try:
        assert execute(session, CREATE).stats.complete
    finally:
        session.close()
    assert [round(seconds / 3600) for seconds in waits] == [12, 6]
    assert api.sent == REQUESTS + 2, "two refusals, which cost nothing"
    assert is_whole(lab, api)
