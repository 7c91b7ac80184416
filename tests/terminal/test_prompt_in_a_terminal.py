"""The prompt in a real terminal, as somebody in front of it sees it."""

from __future__ import annotations

import sys
import time

import pexpect
import pytest

SQL = "SELECT id, video_description FROM videos WHERE keyword='x' AND create_date='2024-03-01'"
TWO = "SELECT 1 AS a;\rSELECT 2 AS b;\r"


def test_it_starts_with_a_line_about_itself_a_prompt_and_a_toolbar(prompt):
    screen = prompt()
    assert screen.text.startswith("TikSQL on emulator.")
    screen.until(lambda s: s.text.endswith("\nemulator · \\? help"))
    assert screen.leave() == 0


def test_a_result_is_a_table_with_its_account(prompt):
    screen = prompt().send("SELECT username FROM users WHERE username = 'joe1234567';\r")
    screen.until("1 row · 1 record · 1 request · ").until("last: 1 request, 1 record, ")
    assert "| joe1234567 |" in screen.text
    assert screen.leave("\x04") == 0


def test_the_menu_opens_while_typing_and_tab_and_enter_take_from_it(prompt):
    screen = prompt().send("SELECT id FROM vid").until("public videos, found")
    screen.send("\t").until(lambda s: s.last_line == "SELECT id FROM videos")
    screen.send("\r").until(lambda s: "…" not in s.text)
    assert screen.last_line == "SELECT id FROM videos"
    assert "   ...>" not in screen.text


def test_enter_goes_on_until_a_statement_is_whole(prompt):
    screen = prompt().send("SELECT 1\r").until("   ...>").send("AS one;\r")
    screen.until("| one |").ready()
    assert screen.leave() == 0


def test_a_pasted_script_waits_and_then_runs(prompt):
    screen = prompt().send(f"\x1b[200~{TWO}\x1b[201~").until("SELECT 2 AS b;")
    assert "| a |" not in screen.text
    screen.send("\r").until("| a |").until("| b |").ready()


def test_the_help_fits_a_screen_of_80_by_24(prompt):
    screen = prompt().send("\\?\r").until("\\history").ready()
    screen.until(lambda s: s.text.endswith("\nemulator · \\? help"))
    assert "show this" in screen.text
    assert "Enter runs" in screen.text


def test_a_dumb_terminal_gets_plain_lines_and_no_escape(opened):
    screen = opened("--emulator", environ={"TERM": "dumb"}).until("tiksql>")
    screen.send("SELECT 1\n").until("   ...>").send("AS one;\n").until("| one |")
    screen.until(lambda s: s.prompts == 2).send("SELECT nope;\n").until("error[").ready()
    screen.send("\x03").until(lambda s: s.prompts == 4).ready()
    assert screen.leave("\x04") == 0
    assert "\x1b" not in screen.raw


def test_results_that_go_to_a_file_are_rows_alone_and_lines_are_read_plainly(tmp_path):
    """Somebody types, and standard output is a file: the prompt must not get into it."""
    out = tmp_path / "rows.csv"
    command = f"exec {sys.executable} -m tiksql --emulator > {out}"
    child = pexpect.spawn("/bin/sh", ["-c", command], encoding="utf-8", timeout=30)
    child.expect("TikSQL on emulator")
    child.sendline("SELECT 1 AS one;")
    child.sendline("SELECT nope;")
    child.expect("error")
    child.sendline("\\q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert out.read_text() == "one\n1\n"


def test_without_colour_nothing_is_coloured(prompt):
    screen = prompt(environ={"NO_COLOR": "1"}).send("SELECT nope FROM users;\r").until("error[")
    screen.send("SELECT NULL AS a;\r").until("| NULL |").ready()
    colours = {f"\x1b[{style};3{n}" for n in range(8) for style in ("0", "1")}
    assert not any(colour in screen.raw for colour in colours)
    assert "\x1b[38;5;" not in screen.raw
    assert screen.leave() == 0


@pytest.mark.fault(
    "F63", "the terminal is made narrow, then wide", "each table fits the terminal as it is then"
)
def test_a_table_after_a_resize_is_as_wide_as_the_terminal_then(prompt):
    wide = "SELECT 'word word word word word word word word word' AS a, 'x' AS b;\r"
    screen = prompt(columns=120).send(wide).until("| x |").ready()
    assert "word word word word word word word word word" in screen.text
    screen.resize(24, 40).send(wide).until("… |").ready()
    assert all(len(line) <= 40 for line in screen.text.split("\n"))
    screen.resize(24, 100).send(wide).until("word | x |").ready()
    assert screen.leave() == 0


# --- Ctrl-C, at four moments


def test_ctrl_c_at_an_empty_prompt_gives_another(prompt):
    screen = prompt().send("\x03").until(lambda s: s.prompts == 2).ready()
    assert screen.leave() == 0


def test_ctrl_c_on_a_half_typed_line_drops_it(prompt):
    screen = prompt().send("SELECT 1").until("SELECT 1").send("\x03")
    screen.until(lambda s: s.prompts == 2).ready()
    screen.send("SELECT 2 AS b;\r").until("| b |")
    assert screen.leave() == 0


def test_ctrl_c_during_a_fetch_shows_what_has_come(on_held, held):
    held.release(2)
    screen = on_held("--concurrency", "1").send(f"{SQL};\r")
    screen.until("2 pages · 2 records · 3 requests")
    screen.interrupt().until("INCOMPLETE: interrupted, with 1").ready()
    assert "2 rows · 2 records · 3 requests" in screen.text
    assert "| 7300000000000000002 |" in screen.text
    assert held.asked == 3
    assert screen.leave() == 0


def test_ctrl_c_waits_for_the_page_in_flight(on_held, held):
    screen = (
        on_held("--concurrency", "1").send(f"{SQL};\r").until("0 pages · 0 records · 1 request")
    )
    screen.interrupt()
    held.release(1)
    screen.until("1 row · 1 record · 1 request · ").ready()
    assert held.asked == 1


def test_ctrl_c_after_a_question_ends_a_fetch_as_well(on_held, held):
    held.release(2)
    screen = on_held("--concurrency", "1").send("SET confirm_requests = 0;\r").ready()
    screen.send(f"{SQL};\r").until("run it? [y/N]").send("y\r")
    screen.until("2 pages · 2 records · 3 requests").interrupt().until("Ctrl-C again")
    screen.until("2 rows · 2 records · 3 requests").ready()


def test_ctrl_c_twice_shows_nothing_and_leaves_the_prompt_usable(on_held, held):
    held.release(1)
    screen = on_held("--concurrency", "1").send(f"{SQL};\r").until("1 page · 1 record · 2 requests")
    screen.interrupt().until("Ctrl-C again").interrupt().until("aborted").ready()
    assert "7300000000000000001" not in screen.text
    screen.send("SELECT 2 AS b;\r").until("| b |")
    assert screen.leave() == 0


PAIRS = (
    "WITH a AS (SELECT unnest(range(1000000)) AS n) SELECT count(*) AS pairs"
    " FROM a CROSS JOIN a AS b WHERE hash(a.n, b.n) = 7;\r"
)


@pytest.mark.fault(
    "F51", "Ctrl-C while DuckDB counts 1e12 pairs for the prompt", "the prompt is back in 2 seconds"
)
@pytest.mark.fault(
    "F80", "a cross join of 1e12 pairs at the prompt", "Ctrl-C ends it; the next statement works"
)
def test_ctrl_c_ends_what_duckdb_works_on(prompt):
    screen = prompt().send(PAIRS).until("0 requests · 1 s")
    pressed = time.monotonic()
    screen.interrupt().until("interrupted").ready()
    assert time.monotonic() - pressed < 2
    screen.send("SELECT 6 * 7 AS answer;\r").until("|     42 |").ready()
    assert screen.leave() == 0


def test_ctrl_c_in_the_pager_stays_there(prompt):
    rows = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(60))
    screen = prompt().send(f"{rows};\r").until(lambda s: s.text.split("\n")[-1] == ":")
    screen.interrupt().press("=", "lines 1-")
    screen.send("q").until("60 rows · ").ready()
    assert screen.leave() == 0


# --- the pager


def test_a_long_result_is_paged_and_its_account_stays(prompt):
    rows = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(60))
    screen = prompt().send(f"{rows};\r").until(lambda s: s.text.split("\n")[-1] == ":")
    assert "|  0 |" in screen.text
    assert "| 59 |" not in screen.text
    screen.send("G").until("| 59 |").send("q").until("60 rows · ").ready()
    screen.send("\\pager off\r").until("pager is off").send(f"{rows};\r")
    screen.until(lambda s: "| 59 |" in s.text and s.last_line == "")
    assert screen.leave() == 0


def test_the_pager_of_the_environment_is_used(prompt):
    rows = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(60))
    screen = prompt(environ={"PAGER": "sed s/^/paged:/"}).send(f"{rows};\r")
    screen.until("paged:| 59 |").ready()


# --- resizing, waiting


@pytest.mark.fault(
    "F63", "the terminal is resized while pages come", "the result is there, and the prompt goes on"
)
def test_a_resize_during_a_fetch_is_survived(on_held, held):
    held.release(1)
    screen = on_held("--concurrency", "1").send(f"{SQL};\r").until("1 page · 1 record · 2 requests")
    screen.resize(20, 40)
    held.release(2)
    screen.until("2 pages · ").resize(30, 100).until("2 records · 3 requests")
    screen.interrupt().until("2 rows · 2 records").ready()
    assert screen.leave() == 0


def test_it_is_said_what_is_waited_for(on_held, held):
    held.faults[1] = (500, "internal_error")
    held.release(1)
    screen = on_held().send(f"{SQL};\r").until("waiting 2 s: the API reports an")
    screen.until("1 retry").interrupt().until("error[TS801]").ready()
    assert screen.leave() == 0


# --- exit codes


@pytest.mark.parametrize("keys", ["\\q\r", "\x04", "exit\r", "quit;\r", ".q\r"])
def test_leaving_is_no_failure_whatever_has_failed_before(prompt, keys):
    screen = prompt().send("SELECT nope FROM users;\r").until("error[TS201]").ready()
    assert screen.leave(keys) == 0
