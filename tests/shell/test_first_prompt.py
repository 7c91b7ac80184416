"""The first form of the prompt, fed through a pipe and in a real terminal."""

from __future__ import annotations

import io
import os
import sys

import pexpect
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from tiksql.arguments import Arguments
from tiksql.backend import emulator
from tiksql.console import Console
from tiksql.script import Run
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.shell.repl import repl

TWO_YEARS = "SELECT id FROM videos WHERE keyword = 'x' AND create_date BETWEEN '2023-01-01' AND"


@pytest.fixture
def typed():
    """Type at the prompt, and return its status, its output and its messages."""

    def prompt(*lines):
        out, err = io.StringIO(), io.StringIO()
        session = Session(emulator(), DEFAULTS)
        job = Run(session, Console(io.StringIO(), out, err, {}), Arguments(format="csv"), {})
        with create_pipe_input() as keys, create_app_session(keys, DummyOutput()):
            keys.send_text("".join(f"{line}\n" for line in lines))
            status = repl(job)
        session.close()
        return status, out.getvalue(), err.getvalue()

    return prompt


def test_a_statement_of_several_lines_runs_when_it_ends(typed):
    status, out, err = typed(
        "SELECT username", "FROM users", "WHERE username = 'joe1234567';", "\\q"
    )
    assert status == 0
    assert out == "username\njoe1234567\n"
    assert err.startswith("TikSQL on emulator.")


def test_a_failed_statement_leaves_the_prompt_usable(typed):
    _, out, err = typed("SELECT nope FROM users;", "SELECT 1 + 1 AS two;", "exit")
    assert "unknown column" in err
    assert out.endswith("two\n2\n")


def test_a_setting_holds_for_what_follows(typed):
    _, _, err = typed("SET max_requests = 1;", TWO_YEARS + " '2023-03-01';", "\\q")
    assert "the cap of 1 requests is reached" in err


@pytest.mark.parametrize(("answer", "asked"), [("y", True), ("n", False), ("", False)])
def test_a_dear_statement_asks_first(typed, answer, asked):
    _, out, _ = typed(TWO_YEARS + " '2024-12-31';", answer, "\\q")
    assert bool(out) is asked


def test_ctrl_d_leaves_and_ctrl_c_clears_the_line(typed):
    status, out, _ = typed("SELECT 1\x03SELECT 2 AS b;", "\x04")
    assert status == 0
    assert out == "b\n2\n"


def test_in_a_terminal_a_result_is_a_table_with_its_account():
    child = pexpect.spawn(
        sys.executable,
        ["-m", "tiksql", "--emulator"],
        encoding="utf-8",
        timeout=60,
        env={**os.environ, "PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm"},
    )
    child.expect("tiksql>")
    child.sendline("SELECT username FROM users WHERE username = 'joe1234567';")
    child.expect("joe1234567 +\\|")
    child.expect("1 row · 1 record · 1 request")
    child.sendline("\\q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
