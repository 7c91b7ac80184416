"""The policy, row by row: what is tried, waited, counted and raised for each kind of failure."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import ssl
from pathlib import Path

import httpx
import pytest
from api.api_doubles import Clock, Server, answer, client, error, request
from store.studies_world import Lab
from store.truthful_api import Api, refused

from tiksql.api.losses import LOSSES
from tiksql.api.quota import Ledger, Meter, Spent
from tiksql.api.retry import POLICY, Outcome
from tiksql.errors import ConnectionFailedError, TikSQLError

ARCHITECTURE = Path(__file__).parents[2] / "ARCHITECTURE.md"
TODAY = dt.date(2026, 9, 1)
HTML = b"<html>Gateway Time-out</html>"
INTERNAL = error(500, "internal_error")
USED_UP = error(429, "daily_quota_limit_exceeded")


@pytest.fixture
def ledger(tmp_path):
    book = Ledger(tmp_path / "quota.db", "account", lambda _: None)
    yield book
    book.close()


# --- the rows


def untrusted(_):
    try:
        raise ssl.SSLCertVerificationError("self-signed")
    except ssl.SSLError as cause:
        raise httpx.ConnectError("x") from cause


def outdated(_):
    cause = ssl.SSLError(1, "unsupported protocol")
    cause.reason = "UNSUPPORTED_PROTOCOL"
    raise httpx.ConnectError("x") from cause


NOBODY = httpx.ConnectError("x")
STALE = error(400, "invalid_params", "Search Id 7 is invalid or expired")
ROWS = [  # what is met, in place of the token or a page; waits; counted, failed; code, exit status
    (Outcome.NO_CONTACT, "token", NOBODY, [1, 2], (0, 0), "TS510", 3),
    (Outcome.CONTACT_LOST, "page", NOBODY, [1, 2, 4, 8, 16, 32, 60, 60, 60], (0, 0), "TS510", 3),
    (Outcome.UNTRUSTED, "page", untrusted, [], (0, 0), "TS513", 3),
    (Outcome.OUTDATED, "page", outdated, [], (0, 0), "TS523", 3),
    (Outcome.BROKEN, "page", answer(HTML, 504), [1, 2, 4], (4, 4), "TS511", 3),
    (Outcome.NOT_THE_API, "page", answer(HTML), [1], (2, 2), "TS519", 3),
    (Outcome.TOO_LARGE, "page", answer(b" " * 60_000), [], (1, 1), "TS517", 3),
    (Outcome.INTERNAL, "page", INTERNAL, [2, 10], (3, 3), "TS518", 3),
    (Outcome.STALE, "page", STALE, [5, 10, 15], (4, 4), "TS522", 1),
    (Outcome.REFUSED, "page", error(400, "invalid_params", "no"), [], (1, 0), "TS521", 1),
    (Outcome.SCOPE, "page", error(401, "scope_not_authorized"), [], (1, 0), "TS504", 3),
    (Outcome.TOKEN, "page", error(401, "access_token_invalid"), [0], (2, 0), "TS502", 3),
    (Outcome.CLIENT, "token", answer({"error": "invalid_client"}, 401), [], (0, 0), "TS502", 3),
    (Outcome.RATE, "page", error(429, "x"), [2, 4, 8, 16, 32], (6, 0), "TS533", 4),
    (Outcome.QUOTA, "page", USED_UP, [], (0, 0), "TS532", 4),
    (Outcome.REDIRECTED, "page", answer(b"", 302, {"Location": "/"}), [], (1, 0), "TS512", 3),
    (Outcome.UNKNOWN, "page", error(200, "brand_new"), [], (1, 1), "TS515", 3),
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0].name for row in ROWS])
def test_a_row_of_the_policy(ledger, row):
    outcome, place, fault, waits, units, code, status = row
    clock = Clock()
    server = Server(token=(lambda _: fault) if place == "token" else None)
    asker = client(server, clock, Meter(ledger=ledger), body_limit=50_000)

    async def ask():
        if place == "page":
            await asker.fetch_page(request(), {}, 1)  # the line is there, and a token
        server.faults = lambda _: fault
        with pytest.raises(TikSQLError) as failed:
            await asker.fetch_page(request(), {}, 2)
        return failed.value

    failed = asyncio.run(ask())
    asked = server.tokens if place == "token" else server.requests[1:]
    assert len(asked) == len(waits) + 1 == POLICY[outcome].tries
    assert clock.slept == waits
    counted = ledger.used("research", TODAY) - (place == "page")
    assert (counted, ledger.lost("research", TODAY)) == units
    assert (failed.code, failed.exit_status) == (code, status)
    assert failed.hint


def test_every_row_is_tested():
    assert [row[0] for row in ROWS] == list(Outcome) == list(POLICY)


def printed(outcome):
    """Print a row of the policy as ARCHITECTURE.md has it."""
    rule = POLICY[outcome]
    waits = ", ".join(f"{seconds:g}" for seconds in rule.waits[: rule.tries - 1])
    more = ", …" if rule.tries - 1 > len(rule.waits) else ""
    counted = {Spent.YES: "yes", Spent.REFUSED: "no", Spent.UNSENT: "not sent"}[rule.spent]
    counted += ", as failed" if outcome in LOSSES else ""
    says = rule.says.format(host="the server")
    ends = f"{rule.code}, exit {rule.error.exit_status}"
    return f"| {says} | {rule.tries} | {waits}{more} | {counted} | {ends} |"


def test_the_policy_is_printed_as_it_is():
    page = ARCHITECTURE.read_text(encoding="utf-8").splitlines()
    begin = page.index("| what came | tries | seconds between | counted | ends as |")
    assert page[begin + 2 : begin + 2 + len(POLICY)] == [printed(each) for each in Outcome]
    assert not page[begin + 2 + len(POLICY)].startswith("|")


# --- whole statements in trouble

MONTH = 30
DAYS = f"create_date BETWEEN '2022-01-01' AND '2022-01-{MONTH}'"
CREATE = f"CREATE COLLECTION c AS SELECT id FROM videos WHERE keyword = 'x' AND {DAYS}"


class Stormy(Api):
    """Fails a share of the requests, by a seed."""

    def __init__(self, seed, share):
        super().__init__([2] * MONTH)
        self.chance, self.share = random.Random(seed), share
        self.now = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)

    def page(self, body, first, last):
        if self.chance.random() < self.share:
            return refused(500, "internal_error")
        return super().page(body, first, last)


@pytest.mark.fault(
    "F06",
    "95 of 100 requests fail with status 500, while a collection is run again and again",
    "each run stops after some thirty requests, at half of the day none asks any more, and the next"
    " day the collection is whole, with each video once",
)
def test_a_storm_costs_half_of_the_day_at_most_and_nothing_is_lost(tmp_path, ledger):
    api = Stormy(7, 0.95)
    api.meter = Meter(ledger=ledger)
    lab = Lab(api.backend(), tmp_path / "study.db")
    small = {"window_days": 1, "concurrency": 4}
    for _ in range(440):
        ledger.lose("research", TODAY)
    for code in ("TS520", "TS520", "TS535", "TS535"):
        before = api.sent
        with pytest.raises(TikSQLError) as failed:
            lab(CREATE, **small)
        assert failed.value.code == code
        assert "what came is kept" in failed.value.hint
        assert api.sent - before <= 40
    assert api.sent == before, "the last one asked for nothing"
    assert 500 <= ledger.lost("research", TODAY) < 500 + 4
    api.share = 0.0
    api.now += dt.timedelta(days=1)
    assert lab(CREATE, **small).stats.complete
    found = [number for (number,) in lab("SELECT id FROM c").rows]
    assert sorted(found) == sorted(api.truth)


def test_what_fails_for_ever_does_not_keep_the_rest_from_being_asked(tmp_path):
    """The newest sixteen days fail, which is a storm; the next run begins with the others."""
    api = Api([1] * MONTH)
    api.broken_days = set(range(14, MONTH))
    lab = Lab(api.backend(), tmp_path / "study.db")
    with pytest.raises(ConnectionFailedError) as failed:
        lab(CREATE, window_days=1, concurrency=1)
    assert failed.value.code == "TS520"
    assert lab(CREATE, window_days=1, concurrency=1).stats.exit_status == 5
    assert len(lab("SHOW GAPS FOR c").rows) == 16
    assert lab("SELECT count(*) FROM c").rows == [(14,)]
    assert api.sent <= 3 * 30


def test_days_that_fail_for_ever_are_found_to_the_day_without_being_taken_for_a_storm(tmp_path):
    api = Api([1] * MONTH)
    api.broken_days = {2, 3, 12, 25, 26}
    lab = Lab(api.backend(), tmp_path / "study.db")
    made = lab(CREATE, concurrency=1)
    assert (made.stats.complete, made.stats.exit_status) == (False, 5)
    days = {(first, last) for _, _, first, last, *_ in lab("SHOW GAPS FOR c").rows}
    broken = {str(dt.date(2022, 1, 1) + dt.timedelta(days=day)) for day in api.broken_days}
    assert {(str(first), str(last)) for first, last in days} == {(day, day) for day in broken}
    assert lab("SELECT count(*) FROM c").rows == [(MONTH - len(broken),)]
