"""What failures may cost, all statements and programs together."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from api_doubles import Clock, Server, client, error, gather, request

from tiksql.api.executor import fetch
from tiksql.api.losses import LATELY, STORM
from tiksql.api.quota import Ledger, Meter
from tiksql.catalog import load
from tiksql.errors import ConnectionFailedError, QuotaError

DAY = dt.date(2026, 9, 1)
A_DAY = load().pools["research"].requests_a_day


def requests(count):
    return [request(branch=number) for number in range(count)]


def storm(share, seed=1):
    """Fail that share of all requests, by chance."""
    chance = random.Random(seed)
    return lambda _: error(500, "internal_error") if chance.random() < share else None


def asked(asker, count=400, concurrency=1):
    """Ask for many things as a collection does: what fails is a gap, and all others go on."""
    return gather(fetch(requests(count), asker, concurrency=concurrency, goes_on=True))


@pytest.mark.fault(
    "F06", "500 for 95 of 100 requests", "after 26 failures of 30 requests nothing more is paid for"
)
@pytest.mark.parametrize("seed", range(5))
def test_a_storm_is_not_paid_for(seed):
    server = Server(faults=storm(0.95, seed))
    _, failed = asked(client(server))
    assert isinstance(failed, ConnectionFailedError)
    assert failed.code in {"TS520", "TS518"}
    assert len(server.requests) < 200


def test_a_storm_is_26_of_the_last_30_requests_and_the_next_statement_may_try_again():
    server = Server(faults=lambda n: error(500, "internal_error") if n > 10 else None)
    asker = client(server)
    found, failed = asked(asker)
    assert failed.code == "TS520"
    assert len(server.requests) == 10 + STORM
    assert "26 of the last 30 requests failed" in failed.message
    _, again = asked(asker)
    assert again.code == "TS520"
    assert len(server.requests) == 10 + 2 * STORM
    assert found


def test_one_bad_day_of_a_window_is_no_storm():
    """It fails three times for each half that comes, as long as it is looked for."""
    server = Server(faults=lambda n: error(500, "internal_error") if n % 4 else None)
    _, failed = asked(client(server), count=50)
    assert failed is None
    assert len(server.requests) > LATELY


def test_refusals_are_answers_and_no_failures():
    """Of a panel, many people may be gone."""
    gone = error(400, "invalid_params", "cannot find the user")
    people = [request("users", body={"username": f"u{n}"}, key=f"u{n}") for n in range(A_DAY)]
    server = Server(faults=lambda _: gone)
    found, failed = gather(fetch(people, client(server), concurrency=1))
    assert failed is None
    assert len(found) == A_DAY


@pytest.mark.fault(
    "F06",
    "three of four requests fail, all day long",
    "half of the day's quota is not spent on failures",
)
@pytest.mark.parametrize("shared", [True, False])
def test_half_of_a_days_quota_is_not_spent_on_failures(tmp_path, shared):
    book = Ledger(tmp_path / "quota.db", "a", pytest.fail) if shared else None
    clock = Clock()
    server = Server(faults=lambda n: error(500, "internal_error") if n % 4 else None)
    asker = client(server, clock, Meter(ledger=book))
    clock.seconds -= 6 * 3600
    failed = None
    while failed is None:
        _, failed = asked(asker)
    assert isinstance(failed, QuotaError)
    assert failed.code == "TS535"
    failures = sum(bool(n % 4) for n in range(1, len(server.requests) + 1))
    assert failures == A_DAY // 2
    if book:
        assert book.lost("research", DAY) == failures
        assert book.used("research", DAY) == len(server.requests)
        other = client(server, clock, Meter(ledger=Ledger(tmp_path / "quota.db", "a", pytest.fail)))
        assert asked(other)[1].code == "TS535", "another program knows of it"
    clock.seconds += 24 * 3600
    before = len(server.requests)
    found, _ = asked(asker, count=1)
    assert found
    assert len(server.requests) > before


@pytest.mark.fault(
    "F06",
    "half of the quota is nearly lost, and eight requests at once would fail",
    "no more are on their way than may still fail",
)
def test_requests_on_their_way_cannot_exceed_half_of_a_days_quota_together(tmp_path):
    book = Ledger(tmp_path / "quota.db", "a", pytest.fail)
    for _ in range(A_DAY // 2 - 3):
        book.lose("research", DAY)
    server = Server(faults=lambda _: error(500, "internal_error"))
    asker = client(server, meter=Meter(ledger=book))
    assert asked(asker, concurrency=8)[1].code == "TS535"
    assert (len(server.requests), book.lost("research", DAY)) == (3, A_DAY // 2)


def test_failures_of_one_pool_leave_the_other_alone(tmp_path):
    book = Ledger(tmp_path / "quota.db", "a", pytest.fail)
    for _ in range(A_DAY // 2):
        book.lose("research", DAY)
    server = Server(faults=lambda _: error(500, "internal_error"))
    asker = client(server, meter=Meter(ledger=book))
    assert asked(asker)[1].code == "TS535"
    assert not server.requests
    friends = request("followers", body={"username": "x"}, key="x")
    assert gather(fetch([friends], asker, concurrency=1))[1].code == "TS518"
