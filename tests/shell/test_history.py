"""What was typed is remembered, for its owner alone, and never a secret."""

from __future__ import annotations

import json
import stat

import pytest

from tiksql.shell.history import FileHistory, is_secret, path

SECRETS = [
    "\\set secret hunter2hunter2",
    "\\set client_key aw123456789",
    "-- TIKTOK_CLIENT_SECRET=hunter2hunter2",
    "SELECT 'clt.abc123DEF456'",
    'curl -H "Authorization: Bearer abcdefgh"',
    "SELECT 'password: correct-horse'",
]
HARMLESS = [
    "SELECT id FROM videos WHERE keyword = 'secret'",
    "SELECT count(*) AS tokens FROM videos",
    "SELECT 'a secret garden'",
    "\\set tag hello",
]


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_secret_is_one(text):
    assert is_secret(text, {})


@pytest.mark.parametrize("text", HARMLESS)
def test_a_word_alone_is_no_secret(text):
    assert not is_secret(text, {})


def test_a_known_secret_is_one_wherever_it_stands():
    assert is_secret("SELECT 'xyz1'", {"TIKTOK_CLIENT_SECRET": "xyz1"})


@pytest.mark.fault(
    "F83",
    "secrets typed at the prompt, in commands, comments and statements",
    "the history does not keep these lines",
)
def test_a_secret_never_reaches_the_file(typed):
    typed(*SECRETS[:3], "SELECT 'k-e-y';", "SELECT 1;", environ={"TIKTOK_CLIENT_KEY": "k-e-y"})
    assert [json.loads(line) for line in path().read_bytes().splitlines()] == ["SELECT 1;", "\\q"]


def test_the_file_is_for_its_owner_alone(typed):
    typed("SELECT 1;")
    assert stat.S_IMODE(path().stat().st_mode) == 0o600
    assert stat.S_IMODE(path().parent.stat().st_mode) == 0o700


def test_the_next_session_knows_what_was_typed_in_this_one(typed):
    typed("SELECT 1", "AS a;")
    assert typed("\x1b[A\x1b[A\x05").out == "a\n1\n"


def test_nothing_is_written_if_that_is_unwanted(typed):
    typed("SET history = off;", "SELECT 1;", "SET history = on;")
    kept = [json.loads(line) for line in path().read_bytes().splitlines()]
    assert kept == ["SET history = off;", "\\q"] or "SELECT 1;" not in kept


def test_a_damaged_line_costs_only_itself(tmp_path):
    file = tmp_path / "history.jsonl"
    file.write_bytes(b'"one"\n{"not": "text"}\n\xff\xfe\n"tw\n"three"\n')
    history = FileHistory(file, lambda _: True)
    assert list(history.load_history_strings()) == ["three", "one"]


def test_a_place_that_cannot_be_written_costs_only_the_memory(tmp_path):
    (tmp_path / "file").write_text("")
    history = FileHistory(tmp_path / "file" / "history.jsonl", lambda _: True)
    history.store_string("SELECT 1")
    assert list(history.load_history_strings()) == []


def test_the_file_does_not_grow_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("tiksql.shell.history.MOST_ENTRIES", 3)
    history = FileHistory(tmp_path / "history.jsonl", lambda _: True)
    for number in range(7):
        history.store_string(f"SELECT {number}")
    assert len((tmp_path / "history.jsonl").read_bytes().splitlines()) == 7
    assert list(history.load_history_strings()) == ["SELECT 6", "SELECT 5", "SELECT 4"]
    assert len((tmp_path / "history.jsonl").read_bytes().splitlines()) == 3
