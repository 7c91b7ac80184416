"""TIKSQL_LOG=debug shows what goes over the line, and no secret."""

from __future__ import annotations

import pytest
from faults.faulty_emulator import DAY, KEYS

SQL = f"SELECT id FROM videos WHERE {DAY}"


@pytest.fixture
def logged(faulty, monkeypatch):
    """Run statements with a diary; return what was said by whom."""
    monkeypatch.setitem(KEYS, "TIKSQL_LOG", "debug")

    def run(sql, *options):
        answer = faulty(*options, sql)
        lines = answer.said.splitlines()
        return answer, [line for line in lines if line.startswith("debug: ")]

    return run


@pytest.mark.fault(
    "F83",
    "TIKSQL_LOG=debug, with key and secret in a statement and in what a server says",
    "each exchange is a line, and *** stands where a secret was",
)
def test_the_diary_has_each_exchange_and_no_secret(faulty, logged):
    key, secret = KEYS["TIKTOK_CLIENT_KEY"], KEYS["TIKTOK_CLIENT_SECRET"]
    faulty.having(f"429 rate_limit_exceeded {key} at 1")
    answer, (token, refused, came) = logged(SQL.replace("'love'", f"'{secret}'"))
    assert answer.status == 0
    assert "/v2/oauth/token/ (key and secret) -> 200" in token
    assert '/v2/research/video/query/?fields=id {"query":' in refused
    assert '"field_values":["***"]' in refused
    assert "-> 429" in refused
    assert "rate_limit_exceeded" in refused
    assert "-> 200" in came
    assert key not in answer.said
    assert secret not in answer.said


def test_the_diary_names_what_did_not_come(faulty, logged):
    faulty.having("reset at 1")
    answer, (_, lost, came) = logged(SQL)
    assert answer.status == 0
    assert "-> Re" in lost
    assert "-> 200" in came


def test_without_being_asked_for_there_is_no_diary(faulty):
    assert "debug: " not in faulty.having()(SQL).said


def test_another_word_is_refused(run):
    refused = run("--emulator", "-c", SQL, environ={"TIKSQL_LOG": "loud"})
    assert refused.status == 2
    assert "error[TS648]: TIKSQL_LOG is debug, off or nothing" in refused.err
    assert run("--emulator", "-c", SQL, environ={"TIKSQL_LOG": "off"}).status == 0
