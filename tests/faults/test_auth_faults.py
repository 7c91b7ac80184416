"""What tokens, permissions and clocks do in the middle of a run: nothing lost, nothing looped."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import replace

import pytest
from api.api_doubles import (
    SECRET,
    START,
    TOKEN,
    Clock,
    Server,
    answer,
    client,
    error,
    gather,
    request,
)
from end_to_end import scripted_server
from end_to_end.scripted_server import page
from faults.two_servers import as_the_api_does, serving

from tiksql.api.clock import ServerClock
from tiksql.api.executor import fetch
from tiksql.api.patience import Wait
from tiksql.api.quota import Ledger, Meter
from tiksql.backend import emulator
from tiksql.console import Console
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.waiting import STEP_SECONDS, Waiting
from tiksql.watching import Watch

SQL = "SELECT id FROM videos WHERE keyword = 'x' AND create_date = '2024-03-01'"
KEYS = {"TIKTOK_CLIENT_KEY": "canary-key-1", "TIKTOK_CLIENT_SECRET": SECRET}
TODAY, TOMORROW = START.date(), START.date() + dt.timedelta(days=1)
DAY = 24 * 3600.0


@pytest.fixture
def ledger(tmp_path):
    warned = []
    book = Ledger(tmp_path / "quota.db", "account", warned.append)
    book.warned = warned
    yield book
    book.close()


@pytest.fixture
def scripted(monkeypatch, run):
    """Run a command against a script: ``scripted(answer)("-c", sql)``."""

    def begin(answers):
        server = scripted_server.Server(answers)
        monkeypatch.setattr("tiksql.backend.emulator", lambda **_: server.backend())
        command = lambda *argv: run("--emulator", *argv)  # noqa: E731 - it needs an attribute
        command.server = server
        return command

    return begin


# --- F01: the day's quota


def ends_at(number, times=2, pages=4):
    """Give pages of two videos until the quota ends with a request."""

    def answers(asked, body):
        if number <= asked < number + times:
            return (429, "daily_quota_limit_exceeded")
        start = body.get("cursor", 0)
        return page([start, start + 1], cursor=start + 2, more=start + 2 < 2 * pages)

    return answers


@pytest.mark.fault(
    "F01",
    "status 429 daily_quota_limit_exceeded at the first, second or last request of a statement",
    "what came is delivered with exit 5, nothing is exit 4, the reset is named, no retry",
)
@pytest.mark.parametrize(("number", "status", "rows"), [(1, 4, 0), (2, 5, 2), (4, 5, 6)])
def test_a_statement_ends_with_the_quota(scripted, number, status, rows):
    command = scripted(ends_at(number))
    outcome = command("--stats", "-c", SQL)
    assert outcome.status == status
    assert len(outcome.out.splitlines()) == (rows + 1 if rows else 0)
    assert "the day's quota is used up until 00:00 UTC" in outcome.err
    stats = json.loads(outcome.err.splitlines()[-1])
    assert (stats["requests"], stats["retries"], stats["complete"]) == (number, 0, False)


@pytest.mark.fault(
    "F01",
    "the quota ends at the first, second or last request of a collection",
    "exit 4, the way to go on is shown, and going on asks for nothing twice",
)
@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_collection_ends_with_the_quota_and_goes_on(scripted, tmp_path, number):
    command, study = scripted(ends_at(number)), tmp_path / "study.db"
    create = f"CREATE COLLECTION c AS {SQL}"
    for left in (2, 1):
        outcome = command(study, "-c", create)
        assert outcome.status == 4, left
        assert f"tiksql {study} and the same statement again goes on from here" in outcome.err
        assert "the quota is new at 00:00 UTC (in 12 h 0 min)" in outcome.err
    assert command(study, "-c", create).status == 0
    assert len(command.server.bodies) == 4 + 2, "two refusals, which cost nothing"
    counted = command(study, "-c", "SELECT count(*), count(DISTINCT id) FROM c").out
    assert counted.splitlines()[1] == "8,8"


# --- F21, F22, F23, F24: tokens and permissions


@pytest.mark.fault(
    "F21",
    "the token expires (401) at each request in turn, with one and with four windows in flight",
    "one new token, one more request, and each video once",
)
@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("number", range(1, 5))
def test_an_expired_token_costs_one_request_wherever_it_expires(ledger, number, concurrency):
    server = Server(faults={number: error(401, "access_token_invalid")})
    asked = [request(), request()]
    pages, failed = gather(
        fetch(asked, client(server, meter=Meter(ledger=ledger)), concurrency=concurrency)
    )
    assert failed is None
    numbers = [(id(each.request), each.number) for each in pages]
    assert sorted(numbers) == sorted({(id(each), n) for each in asked for n in range(1, 5)})
    assert (len(server.tokens), len(server.requests)) == (2, 9)


BAD_GRANTS = [
    (500, b"oops", "TS511"),
    (500, b'{"error": "server_error"}', "TS511"),
    (200, b"<html>log in</html>", "TS519"),
    (401, b'{"error": "invalid_client", "error_description": "wrong"}', "TS502"),
    (200, b'{"error": "invalid_client"}', "TS502"),
    (200, b'{"access_token": ""}', "TS511"),
]


@pytest.mark.fault(
    "F22",
    "the token endpoint gives status 500, HTML, no token, or refuses the secret",
    "four requests at most, exit 3, the variables to check are named, the secret is not shown",
)
@pytest.mark.parametrize(("status", "body", "code"), BAD_GRANTS)
def test_a_token_endpoint_in_trouble_is_asked_four_times_at_most(status, body, code):
    server, clock = Server(token=lambda _: answer(body, status)), Clock()
    _, failed = gather(fetch([request()], client(server, clock), concurrency=1))
    assert (failed.code, failed.exit_status) == (code, 3)
    assert ("TIKTOK_CLIENT_SECRET" in failed.hint) == (code == "TS502")
    assert "canary" not in f"{failed.message} {failed.hint}"
    assert len(server.tokens) <= 4
    assert server.requests == []
    assert sum(clock.slept) <= 7


@pytest.mark.fault(
    "F22",
    "expires_in is 0, negative, a word, null, huge, or not there",
    "the token counts for the documented two hours and is not asked for again for each page",
)
@pytest.mark.parametrize("lifetime", [0, -1, "soon", None, 1e300, "7200", ...])
def test_a_lifetime_that_makes_no_sense_makes_no_storm_of_tokens(lifetime):
    grant = {"access_token": TOKEN} | ({} if lifetime is ... else {"expires_in": lifetime})
    server = Server(token=lambda _: answer(grant))
    pages, failed = gather(fetch([request()], client(server), concurrency=1))
    assert (len(pages), failed, len(server.tokens)) == (4, None, 1)


@pytest.mark.fault(
    "F23",
    "every request is refused with 401, although every new token is granted",
    "one new token, two requests, exit 3",
)
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_token_that_is_refused_for_ever_is_no_loop(concurrency):
    server = Server(faults=lambda _: error(401, "access_token_invalid"))
    asked = [request() for _ in range(concurrency)]
    pages, failed = gather(fetch(asked, client(server), concurrency=concurrency))
    assert (pages, failed.code, failed.exit_status) == ([], "TS502", 3)
    assert len(server.requests) == 2 * concurrency
    assert len(server.tokens) <= 1 + concurrency


@pytest.mark.fault(
    "F24",
    "scope_not_authorized after the second page",
    "it ends at once, both pages are delivered with exit 5, and the portal is named",
)
def test_a_permission_that_is_taken_away_keeps_what_came(scripted):
    def answers(asked, body):
        if asked > 2:
            return (401, "scope_not_authorized")
        start = body.get("cursor", 0)
        return page([start, start + 1], cursor=start + 2, more=True)

    command = scripted(answers)
    outcome = command("-c", SQL)
    assert (outcome.status, outcome.out) == (5, "id\n0\n1\n2\n3\n")
    assert "does not grant this client access to the endpoint" in outcome.err
    assert len(command.server.bodies) == 3


# --- F25, F26, F27: clocks and colleagues


def dated(server, true):
    """Let a server give its time with every answer; ``true`` is the difference to the clock."""
    handle = server.handle_async_request

    async def handled(sent):
        found = await handle(sent)
        now = server.clock.now() + true()
        found.headers["date"] = now.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return found

    server.handle_async_request = handled


def corrected(server, clock, ledger, true):
    """Make a client whose days are those of the server, and the list of its warnings."""
    server.clock, warned = clock, []
    dated(server, true)
    here = ServerClock(clock.now)
    here.warn = warned.append
    asker = client(server, clock, Meter(ledger=ledger))
    world = replace(clock.world, now=here.now, heard=here.hear)
    for part in (asker, asker._wire):
        part._world = world
    return asker, warned


@pytest.mark.fault(
    "F25",
    "the clock of the computer is a day or some hours behind or ahead of the server's",
    "requests are booked to the server's day, and one warning says by how much the clock is wrong",
)
@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (dt.timedelta(days=1), "1 d behind"),
        (-dt.timedelta(days=1), "1 d ahead of"),
        (dt.timedelta(hours=13, minutes=2), "13 h 2 min behind"),
        (-dt.timedelta(hours=13), "13 h ahead of"),
        (dt.timedelta(seconds=30), None),
        (dt.timedelta(seconds=-2), None),
    ],
)
def test_the_day_of_a_request_is_the_day_of_the_server(ledger, behind, said):
    server = Server()
    asker, warned = corrected(server, Clock(), ledger, lambda: behind)
    pages, failed = gather(fetch([request()], asker, concurrency=1))
    assert (len(pages), failed) == (4, None)
    assert ledger.used("research", (START + behind).date()) == 4
    assert len(warned) == (said is not None)
    assert not said or f"this computer's clock is {said} the server's" in warned[0]


@pytest.mark.fault(
    "F25",
    "the clock jumps by a day, back or on, between two pages",
    "all waits and tokens stay as they are, and the pages after the next answer are booked right",
)
@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_jumps_is_put_right_by_the_next_answer(ledger, days):
    clock, jump = Clock(), [dt.timedelta()]
    right = clock.now
    clock.now = lambda: right() + jump[0]
    server = Server(faults=lambda n: jump.insert(0, dt.timedelta(days=days)) if n == 2 else None)
    asker, warned = corrected(server, clock, ledger, lambda: -jump[0])
    pages, failed = gather(fetch([request()], asker, concurrency=1))
    assert (len(pages), failed, len(server.tokens)) == (4, None, 1)
    assert ledger.used("research", TODAY) == 4
    assert [seconds for seconds in clock.slept if seconds] == []
    assert len(warned) == 1


@pytest.mark.parametrize(
    "date", [None, "", "soon", "Tue, 99 Sep 2026 12:00:00 GMT", "9" * 5000, "\x1b[31m", "0"]
)
def test_a_date_that_makes_no_sense_changes_nothing(date):
    clock = ServerClock(lambda: START)
    clock.warn = pytest.fail
    clock.hear(date)
    assert clock.now() == START


def test_a_command_says_that_the_clock_is_wrong(run):
    """Over a socket, with the server of the standard library, which gives its own Date, too."""
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    date = tomorrow.strftime("%a, %d %b %Y %H:%M:%S GMT")

    def answers(path):
        status, headers, body = as_the_api_does(path)
        return status, headers | {"Date": date}, body

    with serving(answers) as server:
        server.RequestHandlerClass.date_time_string = lambda *_: date
        try:
            outcome = run("--base-url", f"http://{server.host}", "-c", SQL, environ=KEYS)
        finally:
            del server.RequestHandlerClass.date_time_string
    assert (outcome.status, outcome.out) == (0, "id\n7\n")
    assert outcome.err.count("note: this computer's clock is 1 d behind the server's") == 1


@pytest.mark.fault(
    "F26",
    "midnight UTC passes while a page is under way, and while a failed one is asked again",
    "each request is booked to the day on which it was sent, and so are the failures",
)
def test_a_page_at_midnight_belongs_to_the_day_on_which_it_was_asked_for(ledger):
    clock, sent = Clock(), []
    clock.seconds += DAY / 2 - 1

    def handled(number):
        sent.append(clock.now().date())
        clock.seconds += 0.4
        return error(500, "internal_error") if number == 2 else None

    server = Server(faults=handled)
    gather(fetch([request()], client(server, clock, Meter(ledger=ledger)), concurrency=1))
    assert sent == [TODAY] * 2 + [TOMORROW] * 3
    assert [ledger.used("research", day) for day in (TODAY, TOMORROW)] == [2, 3]
    assert [ledger.lost("research", day) for day in (TODAY, TOMORROW)] == [1, 0]


@pytest.mark.fault(
    "F27",
    "a colleague has had 997 of the day's 1,000 requests",
    "the ledger learns that the day is used up and says at which count of ours, once",
)
def test_a_colleague_who_spends_is_noticed(ledger):
    left = 3
    server = Server(faults=lambda n: error(429, "daily_quota_limit_exceeded") if n > left else None)
    for _ in range(2):
        asker = client(server, meter=Meter(ledger=ledger))
        _, failed = gather(fetch([request()], asker, concurrency=1))
        assert failed.code == "TS532"
    assert ledger.used("research", TODAY) == left
    assert ledger.is_used_up("research", TODAY)
    assert ledger.warned == [
        (
            "the server refused at 3 requests counted here today, of 1,000:"
            " others draw from the same quota"
        )
    ]


# --- waiting for the next day


class Computer:
    """A clock of the day and one that counts; ``sleeps`` says what a sleep does to both."""

    def __init__(self, sleeps=lambda seconds, _n: (seconds, seconds)):
        self.today, self.counted, self.sleeps = START.replace(tzinfo=None), 0.0, sleeps
        self.slept, self.told = [], []

    def sleep(self, seconds):
        self.slept.append(seconds)
        day, counted = self.sleeps(seconds, len(self.slept))
        self.today += dt.timedelta(seconds=day)
        self.counted += counted

    def wait(self, seconds):
        Waiting(lambda: self.today, self.told.append, lambda: self.counted, self.sleep)(seconds)


def test_a_long_wait_is_made_of_short_steps_and_told_once():
    computer = Computer()
    computer.wait(3601)
    assert (computer.counted, max(computer.slept)) == (3601, STEP_SECONDS)
    assert computer.told == [Wait(3601, "the day's quota is used up until 00:00 UTC")]


@pytest.mark.fault(
    "F52",
    "the computer sleeps for eleven hours while the next day's quota is waited for",
    "it goes on within half a minute after it wakes, although its counting clock stood still",
)
def test_a_computer_that_slept_through_the_wait_goes_on_when_it_wakes():
    computer = Computer(lambda seconds, n: (11 * 3600 if n == 3 else seconds, seconds))
    computer.wait(11 * 3600)
    assert len(computer.slept) == 3


@pytest.mark.fault(
    "F25",
    "the clock is put right by six hours or a month, on or back, during a wait for midnight",
    "the wait ends when either clock says so, and never later than it was to last",
)
@pytest.mark.parametrize(
    ("jump", "lasts"), [(6 * 3600, 6 * 3600), (-6 * 3600, 12 * 3600), (-30 * DAY, 12 * 3600)]
)
def test_a_clock_that_is_set_during_the_wait_does_not_lengthen_it(jump, lasts):
    computer = Computer(lambda seconds, n: (seconds + (jump if n == 2 else 0), seconds))
    computer.wait(12 * 3600)
    assert computer.counted == pytest.approx(lasts, abs=STEP_SECONDS)


def test_a_long_wait_is_a_line_where_no_progress_is_seen():
    now, said = [0.0], []
    console = Console(*[io.StringIO()] * 3, {})
    watch = Watch(Session(emulator(), DEFAULTS), console, lambda: now[0])
    watch.say = said.append
    watch.waiting(Wait(2.0, "short"))
    now[0] += 2
    watch.waiting(Wait(10.0, "the API reports an internal error"))
    watch.waiting(Wait(12.0, "another window, at the same time"))
    now[0] += 12
    watch.waiting(Wait(12 * 3600.0, "the day's quota"))
    assert said == [
        "waiting 10 s: the API reports an internal error",
        "waiting 12 h 0 min: the day's quota",
    ]


def test_a_command_without_a_terminal_says_what_it_waits_for(scripted):
    stale = (400, "invalid_params", "Search Id 7 is invalid or expired")
    answers = iter([page([1], cursor=1, more=True), stale, stale, page([2], cursor=2, more=False)])
    outcome = scripted(lambda *_: next(answers))("-c", SQL)
    assert (outcome.status, outcome.out) == (0, "id\n1\n2\n")
    waiting = "note: waiting 10 s: the API no longer knows the search that it began (HTTP 400)\n"
    assert outcome.err.count("waiting") == 1
    assert waiting in outcome.err


def test_a_command_that_waits_for_midnight_says_so_once_and_goes_on(
    scripted, tmp_path, monkeypatch
):
    computer = Computer()
    monkeypatch.setattr(
        "tiksql.waiting.Waiting",
        lambda now, told: Waiting(now, told, lambda: computer.counted, computer.sleep),
    )
    create = f"CREATE COLLECTION c AS {SQL}"
    outcome = scripted(ends_at(2, times=1))(tmp_path / "study.db", "--wait", "-c", create)
    assert outcome.status == 0
    (told,) = (line for line in outcome.err.splitlines() if line.startswith("note: waiting 12 h"))
    assert told.endswith(" min: the day's quota is used up until 00:00 UTC")
    assert 12 * 3600 < computer.counted < 12 * 3600 + 61
    assert max(computer.slept) == STEP_SECONDS
