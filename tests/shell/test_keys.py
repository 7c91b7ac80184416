"""The keys of the prompt, in both ways of editing."""

from __future__ import annotations

import pytest
from prompt_driver import Keys

UP, ENTER, ALT_ENTER, F4, RIGHT, END = "\x1b[A", "\r", "\x1b\r", "\x1bOS", "\x1b[C", "\x05"


def test_enter_opens_a_line_until_a_statement_is_whole(typed):
    assert typed("SELECT 1", "AS", "a;").out == "a\n1\n"


def test_alt_enter_always_opens_a_line(typed):
    assert typed(f"SELECT 1 AS a;{ALT_ENTER}SELECT 2 AS b;").out == "a\n1\n\nb\n2\n"


def test_ctrl_c_clears_what_was_typed_and_ctrl_d_leaves(typed):
    prompt = typed("SELECT 1\x03SELECT 2 AS b;", "\x04SELECT 3 AS c;")
    assert prompt.status == 0
    assert prompt.out == "b\n2\n"


def test_ctrl_d_does_not_leave_while_something_is_typed(typed):
    assert typed("SELECT 1 AS a;\x04").out == "a\n1\n"


def test_up_brings_back_an_entry_of_several_lines_as_one(typed):
    assert typed("SELECT 1", "AS a;", UP + END).out == "a\n1\na\n1\n"


def test_ctrl_r_finds_an_entry_by_any_of_its_lines(typed):
    prompt = typed("SELECT 1 AS a", ", 'needle' AS n;", "SELECT 2 AS b;", "\x12needle\r")
    assert prompt.out == "a,n\n1,needle\nb\n2\na,n\n1,needle\n"


def test_ghost_text_completes_from_the_history(typed):
    prompt = typed("SELECT 1 AS ghost;", "SELECT 2 AS b;", Keys("SELECT 1"), Keys(RIGHT), "")
    assert prompt.out == "ghost\n1\nb\n2\nghost\n1\n"


def test_f4_edits_what_stands_there(typed, tmp_path, monkeypatch):
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/1 AS a/2 AS b/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    prompt = typed(Keys("SELECT 1 AS a;"), Keys(F4), "")
    assert prompt.out == "b\n2\n"


@pytest.mark.parametrize(("keys", "out"), [("emacs", "ab\n1\n"), ("vi", "b\n1\n")])
def test_the_keys_are_those_of_emacs_or_vi(typed, keys, out):
    """Ctrl-A and Ctrl-E go to the ends in emacs; Escape, 0, x and A edit in vi."""
    line = {
        "emacs": "ELECT 1 AS ab\x01S\x05;",
        "vi": "xSELECT 1 AS b\x1b0xA;",
    }[keys]
    assert typed(f"SET keys = {keys};", line).out == out


def test_the_keys_can_be_changed_while_the_prompt_runs(typed):
    prompt = typed(
        "SET keys = vi;", "xSELECT 1 AS a\x1b0xA;", "SET keys = emacs;", "SELECT 2 AS b;"
    )
    assert prompt.out == "a\n1\nb\n2\n"


def test_tab_opens_the_menu_and_enter_takes_what_is_chosen(typed):
    prompt = typed(Keys("\\tim"), Keys("\t"), Keys(ENTER), "")
    assert prompt.err == "timing is off\n"


def test_the_collections_that_there_are_are_offered(typed):
    made = "CREATE COLLECTION felines AS SELECT 1 AS whiskers;"
    prompt = typed(made, Keys("SELECT whiskers FROM fel"), Keys("\t"), Keys(ENTER), ";")
    assert prompt.out == "whiskers\n1\n"
