"""Long results go through a pager; short ones, files and pipes never do."""

from __future__ import annotations

import io
import os
import pty
import signal
import termios

import pytest

from tiksql import pager
from tiksql.console import Console
from tiksql.delivery import Screen


@pytest.fixture
def terminal():
    """A console on a terminal of 24 lines with 80 cells."""
    main, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, 80))
    with os.fdopen(follower, "w") as stream, os.fdopen(main, "rb"):
        yield Console(io.StringIO(), stream, io.StringIO(), {"TERM": "xterm"})


@pytest.mark.parametrize(
    ("wish", "environ", "words"),
    [
        ("auto", {}, ["less"]),
        ("auto", {"PAGER": "more -d"}, ["more", "-d"]),
        ("auto", {"PAGER": ""}, ["less"]),
        ("cat -n", {"PAGER": "more"}, ["cat", "-n"]),
        ("off", {}, ()),
        ("auto", {"TERM": "dumb"}, ()),
        ("no-such-pager", {}, ()),
        ("less '", {}, ()),
        ("less; touch x", {}, ()),
    ],
)
def test_the_pager_is_the_setting_then_the_environment_then_less(wish, environ, words):
    assert pager.command(wish, environ) == words


def test_a_text_arrives_at_the_pager_as_it_is(tmp_path):
    path = tmp_path / "seen"
    assert pager.show("日本\nx\n", ["tee", str(path)], {"PATH": os.environ["PATH"]})
    assert path.read_text() == "日本\nx\n"


def test_less_is_told_to_be_careful(tmp_path):
    path = tmp_path / "env"
    pager.show("", ["sh", "-c", f"env > {path}"], {"PATH": os.environ["PATH"]})
    found = path.read_text().splitlines()
    assert {"LESS=SRFX", "LESSSECURE=1", "LESSCHARSET=utf-8"} <= set(found)
    pager.show("", ["sh", "-c", f"env > {path}"], {"PATH": os.environ["PATH"]}, folds=True)
    assert "LESS=RFX" in path.read_text().splitlines()
    pager.show("", ["sh", "-c", f"env > {path}"], {"PATH": os.environ["PATH"], "LESS": "R"})
    assert "LESS=R" in path.read_text().splitlines()


def test_a_reader_who_has_seen_enough_is_no_failure():
    assert pager.show("x\n" * 10**6, ["true"], {"PATH": os.environ["PATH"]})


def test_a_pager_that_cannot_be_started_is_no_failure_either():
    assert not pager.show("x\n", ["/"], {})


def test_ctrl_c_is_left_to_the_pager():
    before = signal.getsignal(signal.SIGINT)
    assert pager.show("", ["sh", "-c", "kill -INT $PPID"], {"PATH": os.environ["PATH"]})
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("", True),
        ("x\n" * 23, True),
        ("x\n" * 24, False),
        ("x" * 80 + "\n", True),
        ("x" * 80 * 24 + "\n", False),
        ("日" * 41 + "\n" + "x\n" * 21, True),
        ("日" * 41 + "\n" + "x\n" * 22, False),
        ("\x1b[2mNULL\x1b[0m" * 20 + "\n" + "x\n" * 22, True),
    ],
)
def test_a_terminal_holds_what_leaves_a_line_for_the_prompt(terminal, text, held):
    assert terminal.holds(text) is held


def test_the_account_is_shown_below_the_pager(terminal, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", os.environ["PATH"])
    seen = tmp_path / "seen"
    out = io.StringIO()
    console = Console(io.StringIO(), terminal.stdout, io.StringIO(), {"PATH": os.environ["PATH"]})
    monkeypatch.setattr(Console, "holds", lambda *_: False)
    screen = Screen()
    screen.write("many rows\n9 rows␛[2J\n")
    screen.account = "9 rows\x1b[2J"
    object.__setattr__(console, "stdout", out)
    screen.show(console, ("tee", str(seen)))
    assert seen.read_text() == "many rows\n"
    assert out.getvalue() == "9 rows␛[2J\n"
    screen.show(console, ("/",))
    assert out.getvalue().endswith("many rows\n9 rows␛[2J\n")
