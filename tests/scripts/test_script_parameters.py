"""Parameters that a script declares, and what ``tiksql check`` says of it."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from tiksql.errors import ParseError, ResolveError
from tiksql.parameters import declared, typed
from tiksql.source import Source

SCRIPT = """\
-- What was said about a tag.
-- @param tag text default 'hello''world' what to look for
-- @param since date required
-- @param most integer default 3
SELECT id, create_date FROM videos
WHERE hashtag_name = :tag AND create_date BETWEEN :since AND '2022-06-28' LIMIT :most;
"""


def test_declarations_are_read_from_the_comments_before_the_first_statement():
    tag, since, most = declared(Source(SCRIPT + "-- @param late text\n"))
    assert (tag.name, tag.type, tag.default) == ("tag", "text", "hello'world")
    assert tag.description == "what to look for"
    assert (since.default, most.default) == (None, "3")


def test_a_script_without_declarations_takes_values_as_they_are():
    assert typed(Source("SELECT 1"), {"a": "1"}) == {"a": "1"}


@pytest.mark.parametrize(
    ("type_", "given", "value"),
    [
        ("text", "007", "007"),
        ("integer", "-7", -7),
        ("number", "1.50", Decimal("1.50")),
        ("boolean", "on", True),
        ("boolean", "No", False),
        ("date", "2024-02-29", dt.date(2024, 2, 29)),
        ("timestamp", "2024-02-29 10:00", dt.datetime.fromisoformat("2024-02-29T10:00:00")),
        ("id", "7302470379501604128", 7302470379501604128),
        ("text[]", ["a", "b"], ["a", "b"]),
        ("integer[]", "5", [5]),
    ],
)
def test_a_value_is_read_as_its_declared_type(type_, given, value):
    assert typed(Source(f"-- @param a {type_}\nSELECT 1"), {"a": given}) == {"a": value}


@pytest.mark.parametrize(
    ("type_", "given"),
    [
        ("integer", "x"),
        ("number", "x"),
        ("boolean", "maybe"),
        ("date", "2023-02-30"),
        ("id", ["1"]),
    ],
)
def test_a_value_that_does_not_fit_is_refused_at_the_declaration(type_, given):
    with pytest.raises(ResolveError, match=f":a is {type_}") as caught:
        typed(Source(f"-- @param a {type_}\nSELECT 1"), {"a": given})
    assert caught.value.code == "TS211"
    assert caught.value.span.start == 0


@pytest.mark.parametrize(
    ("line", "hint"),
    [("-- @param", "-- @param tag"), ("-- @param a", "-- @param tag"), ("-- @param a dat", "date")],
)
def test_a_declaration_that_says_nothing_is_an_error(line, hint):
    with pytest.raises(ParseError) as caught:
        list(declared(Source(f"{line}\nSELECT 1")))
    assert caught.value.code == "TS126"
    assert hint in caught.value.hint


def test_a_script_runs_with_its_defaults_and_the_values_given(run, tmp_path):
    script = tmp_path / "tags.tsql"
    script.write_text(SCRIPT.replace("hello''world", "helloworld"))
    outcome = run("--emulator", "-f", script, "-v", "since=2022-06-20", "-v", "most=2")
    assert outcome.status == 0
    assert len(outcome.out.splitlines()) == 3


def test_a_missing_value_is_an_error_at_its_declaration(run, tmp_path):
    script = tmp_path / "tags.tsql"
    script.write_text(SCRIPT)
    outcome = run("--emulator", "-f", script)
    assert outcome.status == 1
    assert f"{script}:3:1" in outcome.err
    assert "-v since=VALUE" in outcome.err


def test_check_lists_the_parameters_and_asks_nothing(run, tmp_path):
    script = tmp_path / "tags.tsql"
    script.write_text(SCRIPT.replace("'2022-06-28'", "'2026-06-28'") + "SELECT 1 + :other AS n;")
    outcome = run("check", script)
    assert outcome.status == 0
    assert outcome.out.splitlines() == [
        f"{script}: 2 statements, 0 errors",
        "  :tag text, default 'hello'world'  what to look for",
        "  :since date, required",
        "  :most integer, default '3'",
        "  :other",
    ]


def test_check_shows_every_wrong_statement_with_its_place(run, tmp_path):
    script = tmp_path / "wrong.tsql"
    script.write_text(
        "SELECT like_cuont FROM videos WHERE keyword = 'a' AND create_date = '2024-01-01';\n"
        "SELECT id FROM videos WHERE region_code = :r AND create_date = '2024-02-30';\n"
        "SELECT username FROM users;\n"
    )
    outcome = run("check", "--errors", "json", script)
    errors = [json.loads(line)["error"] for line in outcome.err.splitlines()]
    assert [error["code"] for error in errors] == ["TS201", "TS213", "TS306"]
    assert [error["statement"] for error in errors] == [1, 2, 3]
    assert [error["span"]["line"] for error in errors] == [1, 2, 3]
    assert outcome.status == 1


def test_check_of_a_script_that_cannot_be_read_is_one_error(run):
    outcome = run("check", "-", stdin=b"SELCT 1")
    assert outcome.status == 1
    assert "did you mean SELECT" in outcome.err


def test_check_finds_the_mistakes_of_all_statements_at_once(run, tmp_path):
    script = tmp_path / "wrong.tsql"
    script.write_text(
        "-- @param tag text default 'a;b' a list\n"
        "SELCT 1;\n"
        "\\d videos\n"
        "SELECT ';' FROM videos WHERE keyword = :tag AND create_date = '2024-01-01'; -- ;\n"
        "SELECT like_cuont FROM videos WHERE keyword = 'a' AND create_date = '2024-01-01';\n"
        "SELECT id, FROM videos; /* ; */\n"
        "SELECT 'open"
    )
    outcome = run("check", "--errors", "json", script)
    errors = [json.loads(line)["error"] for line in outcome.err.splitlines()]
    assert [error["code"] for error in errors] == ["TS103", "TS175", "TS201", "TS105", "TS107"]
    assert [error["span"]["line"] for error in errors] == [2, 3, 5, 6, 7]
    assert [error["statement"] for error in errors] == [1, 2, 4, 5, 6]
    assert outcome.status == 1
    assert outcome.out.startswith(f"{script}: 6 statements, 5 errors\n  :tag text")


def test_check_says_that_commands_of_the_prompt_are_not_for_files(run):
    outcome = run("check", "-", stdin=b"SELECT 1;\n  \\i other.tsql\nSELECT 2;\n")
    assert outcome.status == 1
    assert "<stdin>:2:3" in outcome.err
    assert "is a command of the prompt" in outcome.err
    assert "-f one -f other" in outcome.err
    assert outcome.out == "<stdin>: 3 statements, 1 error\n"


def test_check_goes_on_behind_a_file_that_is_not_there(run, tmp_path):
    script = tmp_path / "a.tsql"
    script.write_text("SELECT 1;")
    outcome = run("check", tmp_path / "none.tsql", script)
    assert outcome.status == 2
    assert "TS607" in outcome.err
    assert outcome.out == f"{script}: 1 statement, 0 errors\n"


def test_check_shows_a_wrong_declaration_and_the_mistakes_below_it(run):
    outcome = run("check", "-", "--errors", "json", stdin=b"-- @param a dat\nSELCT 1;")
    codes = [json.loads(line)["error"]["code"] for line in outcome.err.splitlines()]
    assert codes == ["TS126", "TS103"]
