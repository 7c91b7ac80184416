import datetime as dt
import os
import sqlite3
import subprocess
import sys
import threading

import httpx
import pytest
from api_doubles import KEY, START, Clock, Server, answer, client, error, gather, ok, paged, request

from tiksql.api.executor import fetch
from tiksql.api.quota import Ledger, Meter, key_hash

DAY = dt.date(2026, 9, 1)


def ledger(path, warnings=None, account="a"):
    return Ledger(path, account, (warnings if warnings is not None else []).append)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "quota.db"


def test_a_key_is_named_without_being_shown():
    assert key_hash(KEY) == key_hash(KEY) != key_hash("other")
    assert KEY not in key_hash(KEY)
    assert len(key_hash(KEY)) == 16


def test_requests_are_counted_by_account_pool_and_day(path):
    book = ledger(path)
    book.add("research", DAY)
    book.add("research", DAY, 2)
    book.add("follows", DAY)
    book.add("research", DAY + dt.timedelta(days=1))
    other = ledger(path, account="b")
    other.add("research", DAY)
    assert book.used("research", DAY) == 3
    assert (book.used("follows", DAY), other.used("research", DAY)) == (1, 1)
    assert book.used("research", dt.date(2026, 1, 1)) == 0
    book.close()
    other.close()
    again = ledger(path)
    assert again.used("research", DAY) == 3
    again.close()


def test_a_count_never_falls_below_nothing(path):
    book = ledger(path)
    book.add("research", DAY, -1)
    book.add("research", DAY)
    book.add("research", DAY, -5)
    assert book.used("research", DAY) == 0
    book.close()


def test_the_file_is_for_its_owner_alone(path):
    before = os.umask(0)
    try:
        book = ledger(path)
        book.add("research", DAY)
        modes = {entry.name: entry.stat().st_mode & 0o777 for entry in path.parent.iterdir()}
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert set(modes.values()) == {0o600}
        book.close()
    finally:
        os.umask(before)


def test_nothing_secret_is_in_the_file(path):
    book = Ledger(path, key_hash(KEY), print)
    book.add("research", DAY)
    book.close()
    assert b"canary" not in path.read_bytes()


def test_processes_and_threads_share_one_file(path):
    program = (
        "import sys, datetime as dt, pathlib; from tiksql.api.quota import Ledger\n"
        "book = Ledger(pathlib.Path(sys.argv[1]), 'a', sys.exit)\n"
        "for _ in range(200): book.add('research', dt.date(2026, 9, 1))"
    )
    others = [subprocess.Popen([sys.executable, "-c", program, str(path)]) for _ in range(2)]
    book = ledger(path, warnings := [])
    threads = [
        threading.Thread(target=lambda: [book.add("research", DAY) for _ in range(100)])
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [other.wait() for other in others] == [0, 0]
    assert book.used("research", DAY) == 600
    assert not warnings
    book.close()


def spoil_with_rubbish(path):
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 100)


def spoil_with_a_folder(path):
    path.mkdir(parents=True)


def spoil_its_parent(path):
    path.parent.write_text("a file")


def spoil_its_table(path):
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE requests (x)")
    connection.close()


@pytest.mark.parametrize(
    "spoil", [spoil_with_rubbish, spoil_with_a_folder, spoil_its_parent, spoil_its_table]
)
def test_a_ledger_that_fails_warns_once_and_the_run_goes_on(path, spoil):
    spoil(path)
    book = ledger(path, warnings := [])
    meter = Meter(ledger=book)
    asker = client(Server(), meter=meter)
    pages, failed = gather(fetch([request()], asker, concurrency=1))
    assert (len(pages), failed, meter.requests) == (4, None, 4)
    assert len(warnings) == 1
    assert "quota ledger" in warnings[0]
    assert book.used("research", DAY) == 4
    book.close()


def test_a_locked_ledger_is_not_waited_for_again(path, monkeypatch):
    monkeypatch.setattr("tiksql.api.quota.LOCK_SECONDS", 0.01)
    book = ledger(path, warnings := [])
    book.add("research", DAY)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    book.add("research", DAY)
    book.add("research", DAY)
    assert len(warnings) == 1
    assert book.used("research", DAY) == 3
    holder.close()
    book.close()


@pytest.mark.parametrize(
    ("faults", "requests", "charged"),
    [
        ({}, 4, 4),
        ({2: error(500, "internal_error")}, 5, 5),
        ({2: error(401, "access_token_invalid")}, 5, 5),
        ({2: error(429, "rate_limit_exceeded")}, 5, 5),
        ({2: error(429, "daily_quota_limit_exceeded")}, 2, 1),
    ],
)
def test_the_ledger_is_what_the_server_counts(path, faults, requests, charged):
    book = ledger(path)
    meter = Meter(ledger=book)
    gather(fetch([request()], client(Server(faults=faults), meter=meter), concurrency=1))
    assert (meter.requests, book.used("research", DAY)) == (requests, charged)
    book.close()


def test_requests_without_contact_are_taken_back(path):
    book = ledger(path)
    meter = Meter(ledger=book)
    server = Server(faults={2: httpx.ConnectError("x"), 3: httpx.ConnectTimeout("x")})
    gather(fetch([request()], client(server, meter=meter), concurrency=1))
    assert (meter.requests, meter.retries, book.used("research", DAY)) == (4, 2, 4)
    book.close()


def test_a_run_across_midnight_is_counted_to_both_days(path):
    book, clock = ledger(path), Clock()
    clock.seconds += 12 * 3600 - 1.5
    server = Server(paged(400), faults={3: error(500, "internal_error")})
    asker = client(server, clock, Meter(ledger=book))
    gather(fetch([request()], asker, concurrency=1))
    assert book.used("research", DAY) == 3
    assert book.used("research", DAY + dt.timedelta(days=1)) == 2
    book.close()


def test_follows_draw_from_their_own_pool(path):
    book = ledger(path)
    server = Server(lambda _: answer(ok({"user_followers": [], "has_more": False})))
    asker = client(server, meter=Meter(ledger=book))
    gather(fetch([request("followers", body={"username": "x"}, key="x")], asker, concurrency=1))
    assert (book.used("follows", DAY), book.used("research", DAY)) == (1, 0)
    book.close()


def test_a_refusal_of_the_server_teaches_the_ledger_that_the_day_is_used_up(path):
    book = ledger(path)
    server = Server(faults=lambda n: error(429, "daily_quota_limit_exceeded") if n > 1 else None)
    gather(fetch([request()], client(server, meter=Meter(ledger=book)), concurrency=1))
    today = START.date()
    assert ledger(path).is_used_up("research", today)
    assert not ledger(path).is_used_up("follows", today)
    assert not ledger(path).is_used_up("research", today + dt.timedelta(days=1))
    assert ledger(path).used("research", today) == 1
