"""Every command of the prompt, and what its table promises."""

from __future__ import annotations

import pytest
from wcwidth import wcswidth

from tiksql.shell.commands import COMMANDS, help_text
from tiksql.shell.texts import directory

USER = "SELECT username, follower_count FROM users WHERE username = 'joe1234567';"


def test_the_help_fits_a_screen_of_80_by_24_with_its_prompt():
    lines = help_text().split("\n")
    assert len(lines) <= 22
    assert max(map(wcswidth, lines)) <= 80


def test_the_help_names_every_command(typed):
    shown = typed("\\?").err
    assert all(f"\\{name}" in shown for name in COMMANDS)
    assert typed("help").err == shown


@pytest.mark.parametrize("sign", ["\\", "."])
def test_a_command_begins_with_a_backslash_or_a_dot(typed, sign):
    assert typed(f"{sign}dt").out.startswith("table,needs,quota,description\nvideos,")


@pytest.mark.parametrize(
    ("line", "code", "hint"),
    [
        ("\\hitsory", "TS620", "did you mean \\history?"),
        (".tming", "TS620", "did you mean \\timing?"),
        ("\\zzzzzz", "TS620", "\\? lists the commands"),
        ("\\i", "TS621", "\\i FILE"),
        ("\\g twice", "TS621", "\\g"),
        ("\\x sometimes", "TS215", "SET expanded = off"),
        ("\\format jsn", "TS215", 'did you mean "json"?'),
        ("\\last jsn", "TS621", "did you mean json?"),
        ("\\last", "TS623", "run a statement first"),
        ("\\g", "TS623", "type one first"),
        ("\\save it", "TS623", "type one first"),
        ("\\explain", "TS623", "type one first"),
        ("\\explain SHOW TABLES", "TS623", "\\explain SELECT …"),
        ("\\d vidoes", "TS202", 'did you mean "videos"?'),
        ("\\d a b", "TS621", "\\dt lists them"),
        ("\\i nowhere.tsql", "TS607", None),
        ("\\run nothing", "TS622", "\\run alone lists what was saved"),
        ("\\run a 'b", "TS621", "\\run name tag='two words'"),
        ("\\run a b", "TS622", None),
        ("\\set k", "TS621", "\\set tag hello"),
        ("\\o nowhere/a.csv", "TS622", "name a file that does not exist yet"),
        ("\\o a.xlsx", "TS605", "write COPY (SELECT …) TO 'a.xlsx'"),
    ],
)
def test_a_wrong_command_says_what_would_work(typed, line, code, hint):
    prompt = typed(line)
    assert prompt.err.startswith(f"error[{code}]")
    assert hint is None or hint in prompt.err
    assert "Traceback" not in prompt.err


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", ".hidden", "a/b", "a\\b", "-x", "a" * 65]
)
@pytest.mark.parametrize("command", ["save", "run"])
def test_a_saved_name_cannot_leave_its_directory(typed, command, name):
    prompt = typed("SELECT 1 AS a;", f"\\{command} {name.replace(chr(92), chr(92) * 2)}")
    assert "error[TS622]" in prompt.err
    assert not directory().exists()


def test_d_shows_what_can_be_selected_and_filtered_and_how_exactly(typed):
    out = typed("\\d videos").out
    assert out.startswith("column,type,selected,filtered by the API,description\n")
    assert "\nregion_code,text,yes,= IN (exact)," in out


def test_d_alone_lists_the_tables(typed):
    assert typed("\\d").out == typed("\\dt").out


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["\\x"], "expanded is on"),
        (["\\x", "\\x"], "expanded is off"),
        (["\\x auto"], "expanded is auto"),
        (["\\format json"], "format is json"),
        (["\\timing"], "timing is off"),
        (["\\timing", "\\timing"], "timing is on"),
        (["\\pager"], "pager is off"),
        (["\\pager", "\\pager"], "pager is auto"),
        (["\\pager less -S"], "pager is less -S"),
    ],
)
def test_a_command_that_sets_something_says_what_is_set_now(typed, lines, said):
    prompt = typed(*lines, "SHOW SETTINGS;")
    assert prompt.err.endswith(f"{said}\n")
    name, _, value = said.partition(" is ")
    assert f'"name":"{name}"' not in prompt.out or value in prompt.out
    assert f"{value}" in prompt.out


def test_x_shows_one_column_a_line(on_a_terminal):
    assert "username       | joe1234567\n" in on_a_terminal("\\x", USER).out


def test_the_last_result_is_shown_another_way_at_no_cost(on_a_terminal):
    prompt = on_a_terminal(USER, "\\last csv", "\\last vertical", "\\last")
    assert "\nusername,follower_count\njoe1234567," in prompt.out
    assert "*** row 1 ***\nusername" in prompt.out
    assert prompt.out.count("1 row · 1 record · 1 request") == 1
    assert prompt.job.totals["requests"] == 1


def test_a_result_too_large_to_keep_says_so(typed, monkeypatch):
    monkeypatch.setattr("tiksql.shell.kept.MOST_ROWS", 2)
    prompt = typed("SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3;", "\\last")
    assert prompt.out == "n\n1\n2\n3\n"
    assert "error[TS623]: the last result has more than 2 rows, which are not kept" in prompt.err


def test_results_go_to_a_file_until_that_ends(typed, tmp_path):
    path = tmp_path / "all.jsonl"
    prompt = typed(
        f"\\o {path}", "SELECT 1 AS a;", "SELECT 2 AS b;", "\\o", "SELECT 3 AS c;", settings={}
    )
    assert path.read_text() == '{"a":1}\n{"b":2}\n'
    assert prompt.out == "c\n3\n"


def test_a_file_that_exists_is_never_written_over(typed, tmp_path):
    path = tmp_path / "precious.csv"
    path.write_text("precious")
    prompt = typed(f"\\o '{path}'", "SELECT 1 AS a;")
    assert "error[TS622]" in prompt.err
    assert path.read_text() == "precious"
    assert prompt.out == "a\n1\n"


def test_g_runs_the_last_statement_again(typed):
    assert typed("SELECT 1 AS a;", "\\timing", "\\g").out == "a\n1\na\n1\n"


def test_a_script_is_run_from_its_file(typed, tmp_path):
    script = tmp_path / "two words.tsql"
    script.write_text("SELECT 1 AS a; SELECT nope FROM users;")
    prompt = typed(f'\\i "{script}"')
    assert prompt.out == "a\n1\n"
    assert f"--> {script}:1:" in prompt.err


@pytest.mark.fault(
    "F81",
    "a script that is run in the prompt and asks for itself",
    "it is refused at that line, and the prompt goes on",
)
def test_a_script_cannot_ask_for_itself(typed, tmp_path):
    script = tmp_path / "self.tsql"
    script.write_text(f"\\i {script}\nSELECT 1 AS again;\n")
    prompt = typed(f"\\i {script}", "SELECT 2 AS later;")
    assert prompt.err.count("error[TS114]") == 1
    assert prompt.out == "later\n2\n"


def test_a_statement_is_saved_and_run_with_values(typed):
    prompt = typed("SELECT :a AS a, :b AS b;", "\\save pair", "\\run pair a=1 b='two words'")
    assert prompt.out == "a,b\n1,two words\n"
    (path,) = directory().iterdir()
    assert path.name == "pair.tsql"
    assert path.read_text() == "SELECT :a AS a, :b AS b;\n"
    assert f"saved as {path}" in prompt.err


def test_what_was_saved_is_listed_replaced_and_suggested(typed):
    prompt = typed("SELECT 1 AS a;", "\\save one", "\\save one", "\\save two", "\\run", "\\run onw")
    assert prompt.out == "a\n1\nsaved\none\ntwo\n"
    assert "replaced " in prompt.err
    assert "did you mean one?" in prompt.err


def test_a_value_of_run_ends_with_it(typed):
    prompt = typed("SELECT :k AS k;", "\\save k", "\\set k 1", "\\run k k=2", "\\g")
    assert prompt.out == "k\n2\nk\n1\n"


@pytest.mark.parametrize(
    "line", ["\\set k hello", "\\set k=hello", "\\set k 'hello'", ".set K hello"]
)
def test_a_parameter_is_given_a_value(typed, line):
    assert typed(line, "SELECT :k AS k;").out == "k\nhello\n"


def test_a_parameter_takes_the_lines_of_a_file(typed, tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("a\nb\n")
    assert typed(f"\\set names @{path}", "\\vars").out == 'parameter,value\nnames,"a, b"\n'


def test_a_parameter_without_a_value_says_how_to_give_it_here(typed):
    assert "\\set NAME VALUE" in typed("SELECT :k AS k;").err


def test_explain_shows_the_plan_and_asks_nothing(typed):
    sql = "SELECT id FROM videos WHERE keyword = 'x' AND create_date = '2024-03-01'"
    given = typed(f"\\explain {sql};")
    assert given.out.startswith("scan 1: videos\n")
    assert given.job.totals == {}
    ran = typed(f"{sql};", "\\explain")
    assert ran.out.endswith(given.out)
    assert ran.job.totals["requests"] == 1


def test_explain_shows_a_mistake_once(typed):
    prompt = typed("\\explain SELECT idd FROM users")
    assert prompt.err.count("error[") == 1


def test_quota_lists_the_pools(typed):
    assert typed("\\quota").out.startswith("pool,used_today,requests_a_day,description\nresearch,")


def test_the_history_is_searched_over_whole_entries(typed):
    prompt = typed("SELECT 1", "AS findme;", "SELECT 2 AS b;", "\\history FINDME")
    assert prompt.out.endswith('typed\n"SELECT 1\nAS findme;"\n\\history FINDME\n')


@pytest.fixture
def editor(tmp_path):
    """Make an editor that a script of sed is."""

    def make(script):
        path = tmp_path / "two words"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return {"EDITOR": f"'{path}' --wait"}

    return make


def test_e_opens_the_last_statement_in_the_editor_and_its_text_waits_for_enter(typed, editor):
    environ = editor("sed -i 's/1 AS a/2 AS b/' \"$2\"")
    assert typed("SELECT 1 AS a;", "\\e", "", environ=environ).out == "a\n1\nb\n2\n"
    assert typed("SELECT 1 AS a;", "\\e", "\x03", environ=environ).out == "a\n1\n"


@pytest.mark.parametrize("script", ["exit 3", None])
def test_an_editor_that_fails_changes_nothing(typed, editor, script):
    environ = editor(script) if script else {"EDITOR": "no-such-editor"}
    prompt = typed("SELECT 1 AS a;", "\\e", "SELECT 2 AS b;", environ=environ)
    assert prompt.err.startswith("error[TS624]")
    assert prompt.out == "a\n1\nb\n2\n"
