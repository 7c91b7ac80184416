"""A terminal gets a table, progress and colours; a file and a pipe never do."""

from __future__ import annotations

import io
import json

import pytest

from tiksql.cli import main
from tiksql.console import Console

SQL = "SELECT id FROM videos WHERE keyword = 'love' AND create_date = '2024-03-01' LIMIT 2"
WRONG = "SELECT idd FROM videos"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def on_a_terminal(*argv, environ=None):
    out, err = Terminal(), Terminal()
    given = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    status = main(["--emulator", *argv], Console(given, out, err, environ or {}))
    return status, out.getvalue(), err.getvalue()


def test_a_terminal_gets_a_table_with_a_footer():
    status, out, _ = on_a_terminal("-c", SQL)
    assert status == 0
    assert out.startswith("+--")
    assert "\n1 row · 1 record · 1 request · " in out
    assert out.rstrip().endswith("complete")


def test_the_footer_leaves_the_time_out_if_that_is_wanted():
    assert "1 request · complete" in on_a_terminal("-c", f"SET timing = off; {SQL}")[1]


def test_one_column_a_line_can_be_set():
    assert on_a_terminal("-c", f"SET expanded = on; {SQL}")[1].startswith("*** row 1 ***\nid | 7")


def test_a_plan_cannot_move_the_cursor_of_a_terminal():
    sql = "EXPLAIN SELECT id FROM videos WHERE keyword = :k AND create_date = '2024-03-01'"
    assert "\x1b" not in on_a_terminal("-c", sql, "-v", "k=\x1b[2J")[1]


@pytest.mark.parametrize(
    ("argv", "environ", "coloured"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"TERM": "dumb"}, False),
        (["--color", "never"], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
    ],
)
def test_errors_are_coloured_on_a_terminal_unless_that_is_unwanted(argv, environ, coloured):
    assert ("\x1b[" in on_a_terminal(*argv, "-c", WRONG, environ=environ)[2]) is coloured


def test_a_pipe_is_never_coloured_cut_or_paged(run):
    wide = SQL.replace("SELECT id", "SELECT video_description, voice_to_text, url")
    outcome = run("--emulator", "--color", "always", "--format", "table", "-c", wide)
    assert "\x1b" not in outcome.out
    assert "…" not in outcome.out


def test_standard_output_carries_data_only(run):
    sql = SQL.replace("create_date = '2024-03-01'", "create_date >= CURRENT_DATE - 1")
    outcome = run("--emulator", "--format", "json", "--stats", "-c", sql)
    assert len(json.loads(outcome.out)) <= 2
    assert outcome.err.startswith("note: ")


@pytest.mark.fault(
    "F64",
    "escapes in the name of a script that somebody sent",
    "check and fmt show symbols on a terminal",
)
@pytest.mark.parametrize("argv", [["check"], ["fmt", "--check"], ["fmt"]])
def test_the_name_of_a_file_cannot_move_the_cursor(tmp_path, monkeypatch, argv):
    monkeypatch.chdir(tmp_path)
    name = "a\x1b]0;owned\x07\x9b2J.tsql"
    (tmp_path / name).write_text("select  1")
    out, err = Terminal(), Terminal()
    given = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    main([*argv, name], Console(given, out, err, {"NO_COLOR": "1"}))
    said = out.getvalue() + err.getvalue()
    assert "owned" in said
    assert not {"\x1b", "\x07", "\x9b"} & set(said)
