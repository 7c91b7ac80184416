"""Read, run, print: nothing that is typed, and nothing that fails, ends the prompt."""

from __future__ import annotations

import pytest

from tiksql.backend import Server

TWO_YEARS = "SELECT id FROM videos WHERE keyword = 'x' AND create_date BETWEEN '2023-01-01' AND"


def test_a_statement_of_several_lines_runs_when_it_ends(typed):
    prompt = typed("SELECT username", "FROM users", "WHERE username = 'joe1234567';")
    assert prompt.status == 0
    assert prompt.out == "username\njoe1234567\n"


def test_a_failed_statement_leaves_the_prompt_usable(typed):
    prompt = typed("SELECT nope FROM users;", "SELECT 1 + 1 AS two;")
    assert "unknown column" in prompt.err
    assert prompt.out == "two\n2\n"


def test_a_bug_is_shown_as_one_and_leaves_the_prompt_usable(typed, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("\x1b]0;owned\x07")

    monkeypatch.setattr("tiksql.shell.about.tables", broken)
    prompt = typed("\\d", "SELECT 1 AS a;")
    assert "ZeroDivisionError: ␛]0;owned␇\nthis is a bug in tiksql" in prompt.err
    assert "\x1b" not in prompt.err
    assert prompt.out == "a\n1\n"


def test_a_setting_holds_for_what_follows(typed):
    prompt = typed("SET max_requests = 1;", TWO_YEARS + " '2023-03-01';")
    assert "the cap of 1 requests is reached" in prompt.err


def test_a_pasted_script_runs_as_one(typed):
    script = "SELECT 1 AS a;\nSELECT 2 AS b;\n\\set k 3\nSELECT :k AS c;"
    assert typed(f"\x1b[200~{script}\x1b[201~").out == "a\n1\n\nb\n2\n\nc\n3\n"


def test_a_paste_does_not_run_by_itself(typed):
    prompt = typed("\x1b[200~SELECT 1 AS a;\n\x1b[201~\x03SELECT 2 AS b;")
    assert prompt.out == "b\n2\n"


def test_what_follows_a_failed_statement_of_a_script_does_not_run_and_that_is_said(typed):
    prompt = typed("\x1b[200~SELECT nope FROM users;\nSELECT 2 AS b;\nSELECT 3 AS c;\x1b[201~")
    assert prompt.out == ""
    assert prompt.err.endswith("note: the 2 statements after it did not run\n")


@pytest.mark.parametrize("word", ["quit", "exit", "EXIT;", "\\q", ".q"])
def test_there_are_several_words_to_leave(typed, word):
    assert typed(word, "SELECT 1 AS a;").out == ""


@pytest.mark.parametrize(("answer", "asked"), [("y", True), ("n", False), ("", False)])
def test_a_dear_statement_shows_its_plan_and_asks(typed, answer, asked):
    prompt = typed(TWO_YEARS + " '2024-12-31';", answer)
    assert bool(prompt.out) is asked
    assert "scan 1: videos\n" in prompt.err
    assert "25 windows, the newest first" in prompt.err


@pytest.mark.parametrize("answer", ["y", "n"])
@pytest.mark.parametrize(
    "statement", ["CREATE COLLECTION c AS {}", "COPY ({}) TO 'rows.csv'"], ids=["create", "copy"]
)
def test_a_dear_collection_or_file_is_asked_about_too(
    typed, tmp_path, monkeypatch, statement, answer
):
    monkeypatch.chdir(tmp_path)
    dear = statement.format(f"{TWO_YEARS} '2024-12-31'")
    prompt = typed(f"{dear};", answer, "SHOW REQUESTS;", "SHOW COLLECTIONS;")
    assert "25 windows, the newest first" in prompt.err
    asked = "is complete" in prompt.err or (tmp_path / "rows.csv").exists()
    assert asked is (answer == "y")


def test_an_answer_is_no_entry_of_the_history(typed):
    prompt = typed(TWO_YEARS + " '2024-12-31';", "n", "\\history n")
    assert "n\n" not in prompt.out.splitlines(keepends=True)


# --- without a key

ONE_USER = "SELECT username FROM users WHERE username = 'joe1234567';"


@pytest.fixture
def keyless(tmp_path):
    return Server("https://open.tiktokapis.com", {}, tmp_path, tmp_path / "keys").backend()


def test_without_a_key_the_emulator_is_offered_and_answers(typed, keyless):
    prompt = typed(ONE_USER, "y", ONE_USER, backend=keyless)
    assert "TIKTOK_CLIENT_KEY" in prompt.err
    assert prompt.out == "username\njoe1234567\nusername\njoe1234567\n"


def test_the_emulator_is_offered_once(typed, keyless):
    prompt = typed(ONE_USER, "n", ONE_USER, backend=keyless)
    assert prompt.err.count("There is no key") == 1
    assert prompt.err.count("error[TS501]") == 2
    assert prompt.out == ""


def test_what_needs_no_key_does_not_ask_for_one(typed, keyless):
    assert typed("SELECT 1 AS a;", "\\d videos", backend=keyless).err == ""


# --- no rows


@pytest.mark.parametrize(
    ("where", "why"),
    [
        (
            "keyword = 'no such word' AND create_date = '2024-03-01'",
            "no rows: the API has no record that matches on 2024-03-01",
        ),
        (
            "region_code = 'US' AND create_date = '2024-03-01' AND like_count < 0",
            "records came, and none of them met like_count < 0, which is judged here",
        ),
        (
            "region_code IN ('US') AND NOT region_code = 'US' AND create_date = '2024-03-01'",
            "no rows: nothing was asked, as no record can match",
        ),
    ],
)
def test_an_empty_result_explains_itself(typed, where, why):
    assert why in typed(f"SELECT id FROM videos WHERE {where};").err
