"""The zone and the odd seconds of this computer: what is told in them, and that nothing hangs on
them."""

from __future__ import annotations

import datetime as dt
import json
import math
import sqlite3
import time
from contextlib import closing
from dataclasses import replace

import pytest
from api.api_doubles import Clock, Server, client, gather, request
from end_to_end import scripted_server
from end_to_end.scripted_server import page
from store.studies_world import Lab, execute
from store.truthful_api import BEGIN, DAYS, Api

from tiksql.api.clock import ServerClock
from tiksql.api.executor import fetch
from tiksql.api.quota import Ledger, Meter
from tiksql.midnight import named, renewal
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.waiting import Waiting

NEW_YORK = "EST5EDT,M3.2.0,M11.1.0"
INDIA = "IST-5:30"
LORD_HOWE = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"
AT_MIDNIGHT = "WET0WEST,M3.5.0/0,M10.5.0/1"
"""A zone whose summer begins as a day of UTC does."""

SQL = "SELECT id FROM videos WHERE keyword = 'x' AND create_date = '2024-03-01'"
SPAN = f"create_date BETWEEN '{BEGIN}' AND '{BEGIN + dt.timedelta(days=DAYS - 1)}'"
CREATE = f"CREATE COLLECTION c AS SELECT id FROM videos WHERE keyword = 'x' AND {SPAN}"
SMALL = {"window_days": 3, "page_size": 2, "concurrency": 1}
REQUESTS = 9


@pytest.fixture
def zone(monkeypatch):
    """Move this computer to a zone, in the words of POSIX: ``zone("IST-5:30")``."""

    def move(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def ledger(tmp_path):
    book = Ledger(tmp_path / "quota.db", "account", pytest.fail)
    yield book
    book.close()


# --- F01: when the quota is new


def at(hours, minutes=0):
    """Give the time of a place so far east of Greenwich."""
    there = dt.timezone(dt.timedelta(hours=hours, minutes=minutes))
    return lambda moment: moment.astimezone(there)


NOON = dt.datetime(2026, 9, 1, 12)  # noqa: DTZ001 - naive UTC, as clocks give it


@pytest.mark.parametrize(
    ("now", "here", "name", "whole"),
    [
        (NOON, at(0), "00:00 UTC", "00:00 UTC (in 12 h 0 min)"),
        (
            NOON,
            at(1),
            "00:00 UTC (01:00 local time)",
            "00:00 UTC (01:00 local time, in 12 h 0 min)",
        ),
        (NOON, at(5, 30), "00:00 UTC (05:30 local time)", None),
        (NOON, at(-9), "00:00 UTC (15:00 local time)", None),
        (NOON.replace(hour=23, minute=18), at(0), "00:00 UTC", "00:00 UTC (in 42 min)"),
        (NOON.replace(hour=0), at(0), "00:00 UTC", "00:00 UTC (in 24 h 0 min)"),
    ],
)
def test_midnight_is_named_in_utc_and_where_one_is(now, here, name, whole):
    assert named(now, here) == name
    assert whole is None or renewal(now, here) == whole


def test_the_local_time_of_midnight_is_that_of_midnight_and_not_of_now(zone):
    zone(NEW_YORK)
    before_the_change = dt.datetime(2026, 3, 8, 5)  # noqa: DTZ001 - see above
    assert renewal(before_the_change) == "00:00 UTC (20:00 local time, in 19 h 0 min)"


ZONES = {
    "UTC0": "00:00 UTC (in 12 h 0 min)",
    "CET-1": "00:00 UTC (01:00 local time, in 12 h 0 min)",
    INDIA: "00:00 UTC (05:30 local time, in 12 h 0 min)",
    NEW_YORK: "00:00 UTC (20:00 local time, in 12 h 0 min)",
}


@pytest.fixture
def ended(monkeypatch, run):
    """Run a command whose quota ends with a request, for once: ``ended(2)("-c", sql)``."""

    def begin(number):
        def answers(asked, body):
            if asked == number:
                return (429, "daily_quota_limit_exceeded")
            start = body.get("cursor", 0)
            return page([start], cursor=start + 1, more=start < 2)

        server = scripted_server.Server(answers)
        monkeypatch.setattr("tiksql.backend.emulator", lambda **_: server.backend())
        return lambda *argv: run("--emulator", *argv)

    return begin


@pytest.mark.fault(
    "F01",
    "the quota ends in four zones, in a statement without and with rows, and in a collection",
    "the reset is told in UTC, in local time where that differs, and by the time that is left",
)
@pytest.mark.parametrize("name", ZONES)
def test_the_reset_is_told_in_local_time_with_the_time_that_is_left(zone, ended, tmp_path, name):
    zone(name)
    nothing = ended(1)("-c", SQL)
    assert (nothing.status, nothing.out) == (4, "")
    assert f"\n    run it again at {ZONES[name]}\n" in nothing.err
    told = json.loads(ended(1)("--errors", "json", "-c", SQL).err)["error"]
    assert told["hint"] == f"run it again at {ZONES[name]}"
    some = ended(2)("-c", SQL)
    assert (some.status, some.out) == (5, "id\n0\n")
    assert some.err.endswith(f"note: run it again at {ZONES[name]}\n")
    study = tmp_path / "study.db"
    made = ended(2)(study, "-c", f"CREATE COLLECTION c AS {SQL}")
    assert made.status == 4
    assert (
        f"tiksql {study} and the same statement again goes on from here; the quota is new at"
        in (made.err)
    )
    assert ZONES[name] in made.err
    listed = ended(0)("-c", "SHOW QUOTA")
    assert (listed.status, listed.err) == (0, f"note: the quota is new at {ZONES[name]}\n")


# --- F25: summer time


def collected(folder, moment):
    """Collect on a clock that begins at a moment; return everything that is on record."""
    folder.mkdir()
    api = Api([2] * DAYS)
    api.now = moment
    with closing(Ledger(folder / "quota.db", "account", pytest.fail)) as ledger:
        api.meter = Meter(ledger=ledger)
        lab = Lab(api.backend(), folder / "study.db")
        made, found = lab(CREATE, **SMALL), lab("SELECT id FROM c")
        counted = {day: ledger.used("research", day) for day in api.by_day}
    assert counted == dict(api.by_day)
    with closing(sqlite3.connect(lab.path)) as base:
        sent = base.execute("SELECT page, body, sent_at, came_at, outcome FROM requests").fetchall()
        moments = base.execute("SELECT moment FROM runs").fetchall()
    shown = [lab(f"SHOW {what}").rows for what in ("COLLECTIONS", "REQUESTS", "COVERAGE")]
    assert (made.stats.complete, made.requests, sorted(n for (n,) in found.rows)) == (
        True,
        REQUESTS,
        sorted(api.truth),
    )
    return found.rows, counted, sent, moments, shown


CHANGES = [
    (NEW_YORK, dt.datetime(2026, 3, 8, 6, 59, 58, tzinfo=dt.UTC)),
    (NEW_YORK, dt.datetime(2026, 11, 1, 5, 59, 58, tzinfo=dt.UTC)),
    (LORD_HOWE, dt.datetime(2026, 10, 3, 15, 29, 58, tzinfo=dt.UTC)),
    (AT_MIDNIGHT, dt.datetime(2026, 3, 28, 23, 59, 58, tzinfo=dt.UTC)),
]


@pytest.mark.fault(
    "F25",
    "summer time begins or ends on this computer between two pages, once as the day of UTC does",
    "rows, cost, ledger and every time on record are those of a computer that keeps UTC",
)
@pytest.mark.parametrize(("name", "moment"), CHANGES)
def test_summer_time_between_two_pages_changes_nothing(zone, tmp_path, name, moment):
    zone("UTC0")
    expected = collected(tmp_path / "utc", moment)
    zone(name)
    offsets = {(moment + dt.timedelta(seconds=s)).astimezone().utcoffset() for s in (0, 9)}
    assert len(offsets) == 2, "the change is in between"
    assert collected(tmp_path / "there", moment) == expected


@pytest.mark.fault(
    "F25",
    "summer time begins or ends while the next day's quota is waited for",
    "the wait ends at 00:00 UTC, and the collection is whole at the usual cost",
)
@pytest.mark.parametrize(
    ("moment", "hours", "local"),
    [
        (dt.datetime(2026, 3, 8, 5, tzinfo=dt.UTC), 19, "20:00"),
        (dt.datetime(2026, 11, 1, 3, tzinfo=dt.UTC), 21, "19:00"),
    ],
)
def test_summer_time_does_not_change_how_long_is_waited(zone, tmp_path, moment, hours, local):
    zone(NEW_YORK)
    api, told = Api([2] * DAYS), []
    api.now, api.seconds, api.left = moment, 0, 3

    def sleep(seconds):
        api.pass_by(seconds)
        api.left = 1000 if api.now.date() > moment.date() else 0

    settings = DEFAULTS
    for name, value in SMALL.items():
        settings = settings.having(name, value, "session")
    with closing(Session(api.backend(), settings, study=tmp_path / "study.db")) as session:
        now = session.backend.now
        session.studies.wait = Waiting(now, told.append, lambda: api.clock, sleep)
        assert execute(session, CREATE).stats.complete
    (wait,) = told
    assert hours * 3600 + 5 <= wait.seconds <= hours * 3600 + 60
    assert (api.now - moment).total_seconds() == pytest.approx(wait.seconds)
    assert wait.why == f"the day's quota is used up until 00:00 UTC ({local} local time)"
    assert api.sent == REQUESTS + 1, "one refusal, which costs nothing"


# --- F25: odd seconds


class Dated(Server):
    """Gives a Date with every answer."""

    date = ""

    async def handle_async_request(self, sent):
        found = await super().handle_async_request(sent)
        found.headers["date"] = self.date
        return found


@pytest.mark.fault(
    "F25",
    "the server's Date is the leap second 23:59:60, while this clock is right, or a day off",
    "it is read as 23:59:59, and what follows is booked to the server's day",
)
@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_leap_second_of_the_server_is_of_the_day_that_it_ends(ledger, off):
    last = dt.datetime(2026, 12, 31, 23, 59, 58, tzinfo=dt.UTC)
    clock, server, warned = Clock(), Dated(), []
    server.date = "Thu, 31 Dec 2026 23:59:60 GMT"
    here = ServerClock(lambda: last + dt.timedelta(days=off))
    here.warn = warned.append
    asker = client(server, clock, Meter(ledger=ledger))
    for part in (asker, asker._wire):
        part._world = replace(clock.world, now=here.now, heard=here.hear)
    pages, failed = gather(fetch([request()], asker, concurrency=1))
    assert (len(pages), failed) == (4, None)
    assert ledger.used("research", last.date()) == 4
    assert len(warned) == abs(off)


@pytest.mark.parametrize("text", ["60", "Thu, 31 Dec 2026 23:60:00 GMT", ":60 :60 :60 "])
def test_what_only_looks_like_a_leap_second_is_ignored(text):
    here = ServerClock(lambda: dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
    here.hear(text)
    assert here.now() == dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


@pytest.mark.fault(
    "F25",
    "the clock of the computer repeats the last second of a day, as after a leap second",
    "each request is booked to the day that the clock showed, and nothing is lost or asked twice",
)
@pytest.mark.parametrize("number", range(1, 6))
def test_a_second_that_comes_twice_does_no_harm(tmp_path, ledger, number):
    api = Api([2] * DAYS)
    api.meter, api.seconds, api.left = Meter(ledger=ledger), 0.4, math.inf
    answer = api.handle

    def handle(sent):
        found = answer(sent)
        if api.sent == number and "oauth" not in sent.url.path:
            api.now -= dt.timedelta(seconds=1)
        return found

    api.handle = handle
    lab = Lab(api.backend(), tmp_path / "study.db")
    assert lab(CREATE, **SMALL).stats.complete
    assert sum(api.by_day.values()) == api.sent == REQUESTS
    assert len(api.by_day) == 2
    assert {day: ledger.used("research", day) for day in api.by_day} == dict(api.by_day)
    assert sorted(n for (n,) in lab("SELECT id FROM c").rows) == sorted(api.truth)
    assert lab(CREATE, **SMALL).requests == 0
