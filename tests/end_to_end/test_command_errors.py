"""How errors are shown, and wrong uses of the command."""

from __future__ import annotations

import json

import pytest

WRONG = "SELECT id,\n  like_cuont FROM videos"


def test_an_error_names_code_place_line_and_a_way_out(run, tmp_path):
    path = tmp_path / "a.tsql"
    path.write_text(WRONG)
    outcome = run("--emulator", "-f", path)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err == (
        'error[TS201]: unknown column "like_cuont" in table videos\n'
        f"  --> {path}:2:3\n"
        "  2 |   like_cuont FROM videos\n"
        '    |   ^^^^^^^^^^ did you mean "like_count"?\n'
    )


def test_an_error_for_a_program_is_one_line_with_exactly_these_keys(run):
    outcome = run(
        "--emulator", "--errors", "json", "-c", "SET page_size = 5", "-c", f"SHOW TABLES; {WRONG}"
    )
    (line,) = outcome.err.splitlines()
    assert json.loads(line) == {
        "error": {
            "code": "TS201",
            "kind": "bind",
            "message": 'unknown column "like_cuont" in table videos',
            "hint": 'did you mean "like_count"?',
            "file": "-c 2",
            "statement": 2,
            "span": {"line": 2, "column": 3, "start": 26, "end": 36},
            "retryable": False,
        }
    }


def test_a_note_for_a_program_is_one_line_too(run):
    sql = "SELECT id FROM videos WHERE keyword = 'a' AND create_date >= CURRENT_DATE LIMIT 1"
    outcome = run("--emulator", "--errors", "json", "-c", sql)
    assert list(json.loads(outcome.err)) == ["note"]


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["--nonsense"], "TS601"),
        (["--format", "yaml"], "TS601"),
        (["--timeout", "soon"], "TS601"),
        (["--timeout", "0"], "TS601"),
        (["--timeout", "nan"], "TS601"),
        (["--emulator", "--base-url", "http://127.0.0.1"], "TS601"),
        (["--emulator", "--max-requests", "many"], "TS215"),
        (["--emulator", "--max-requests", "-1"], "TS215"),
        (["--emulator", "--concurrency", "0"], "TS215"),
        (["--emulator", "--profile", "fast"], "TS603"),
        (["--base-url", "http://example.org"], "TS610"),
        (["--base-url", "nonsense"], "TS610"),
        (["transalte"], "TS606"),
        (["translate"], "TS601"),
        (["translate", "--to", "json", "--from", "yaml"], "TS405"),
        (["schema", "--yaml"], "TS601"),
    ],
)
def test_a_wrong_use_has_status_2_and_a_code(run, argv, code):
    plain = run(*argv, "-c", "SHOW TABLES") if "schema" not in argv else run(*argv)
    assert (plain.status, plain.out) == (2, "")
    assert plain.err.startswith(f"error[{code}]: ")
    for form in (["--errors", "json"], ["--errors=json"]):
        (line,) = run(*argv, *form).err.splitlines()
        assert json.loads(line)["error"]["code"] == code


def test_a_wish_for_json_rows_is_no_wish_for_json_errors(run):
    assert run("--format", "json", "--nonsense").err.startswith("error[TS601]")


def test_a_command_that_is_nearly_right_is_suggested(run):
    assert "did you mean tiksql translate?" in run("transalte").err


@pytest.mark.parametrize(
    ("sql", "code", "place"),
    [
        ("SET page_szie = 5", "TS204", "page_szie"),
        ("RESET page_szie", "TS204", "page_szie"),
        ("SET page_size = many", "TS215", "many"),
        ("SET page_size = 101", "TS215", "101"),
        ("SET page_size = -1", "TS215", "-1"),
        ("SET page_size = 1.5", "TS215", "1.5"),
        ("SET format = jsn", "TS215", "jsn"),
        ("SET allow_full_scan = maybe", "TS215", "maybe"),
        ("SET keys = wordstar", "TS215", "wordstar"),
        ("DESCRIBE vidoes", "TS202", "vidoes"),
        ("CREATE COLLECTION videos AS SELECT id FROM comments", "TS231", "videos"),
        ("REFRESH COLLECTION nothing", "TS233", "nothing"),
        ("SHOW GAPS FOR nothing", "TS233", "nothing"),
        ("EXPLAIN ANALYZE (FORMAT json) SELECT id FROM videos", "TS405", "json"),
    ],
)
def test_a_statement_about_the_session_is_refused_at_its_place(run, sql, code, place):
    outcome = run("--emulator", "--errors", "json", "-c", sql)
    error = json.loads(outcome.err)["error"]
    assert (outcome.status, error["code"]) == (1, code)
    assert sql[error["span"]["start"] : error["span"]["end"]] == (place or sql)
    assert error["hint"]


def test_a_bug_shows_its_traceback_with_status_70(run, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("tiksql.session.resolve", broken)
    outcome = run("--emulator", "-c", "SELECT id FROM videos")
    assert outcome.status == 70
    assert "ZeroDivisionError" in outcome.err
    assert "this is a bug in tiksql" in outcome.err


def test_an_interrupt_between_pages_has_status_130(run, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("tiksql.session.resolve", interrupted)
    outcome = run("--emulator", "--stats", "-c", "SELECT id FROM videos")
    error, stats = outcome.err.splitlines()
    assert outcome.status == 130
    assert error.startswith("error[TS801]")
    assert json.loads(stats)["complete"] is False


def test_help_and_version_are_no_mistake(run, capsys):
    for argv in (["--help"], ["--version"], ["translate", "--help"], ["schema", "--help"]):
        assert run(*argv).status == 0
    assert "exit status: 0 whole result" in capsys.readouterr().out


def test_the_schema_is_for_people_and_for_programs(run):
    shown = run("schema")
    assert shown.status == 0
    assert "videos: public videos" in shown.out
    assert json.loads(run("schema", "--json").out)["tables"]["users"]["needs"] == "key"
