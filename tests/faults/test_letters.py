"""Terminals and pipes that cannot show most letters, and words that are no text at all."""

from __future__ import annotations

import os
import subprocess
import sys

import pexpect
import pytest

SQL = "SELECT 'žluťoučký 日本 😀' AS \"naïve\", 'a' || chr(27) || '[2J' AS b"
PLACES = {
    "the C locale": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "strict ascii": {"PYTHONIOENCODING": "ascii:strict", "LC_ALL": "C", "PYTHONUTF8": "0"},
    "a western console": {"PYTHONIOENCODING": "cp1252:strict"},
    "surrogates": {"PYTHONIOENCODING": "utf-8:surrogateescape"},
}
FORMS = ["table", "vertical", "csv", "tsv", "json", "jsonl", "markdown"]


def environment(name):
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("LC_", "PYTHON"))
    }
    return {**kept, **PLACES[name]}


@pytest.mark.fault(
    "F62",
    "the C locale, ascii and cp1252 as encodings of a pipe",
    "a pipe gets UTF-8 whatever they say, and never an error",
)
@pytest.mark.parametrize("place", PLACES)
def test_a_pipe_gets_utf_8_whatever_the_locale_is(place):
    for form in ("csv", "table"):
        done = subprocess.run(
            [sys.executable, "-m", "tiksql", "--emulator", "--format", form, "-c", SQL],
            capture_output=True,
            env=environment(place),
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert "žluťoučký 日本 😀" in done.stdout.decode("utf-8")


@pytest.mark.fault(
    "F62",
    "a terminal that takes nothing but ascii, or cp1252",
    "it gets escapes for what it cannot show, in results and in errors",
)
@pytest.mark.parametrize("place", ["strict ascii", "a western console"])
def test_a_terminal_gets_escapes_for_what_it_cannot_show(place):
    command = [sys.executable, "-m", "tiksql", "--emulator", "-c", SQL, "-c", "SELECT 日本"]
    argv = ["-c", 'LINES=50 COLUMNS=100 exec "$@"', "sh", *command]
    child = pexpect.spawn("/bin/sh", argv, env=environment(place), timeout=30)
    child.expect(pexpect.EOF)
    child.close()
    shown = child.before.decode("cp1252")
    assert child.exitstatus == 1
    assert "\\u65e5" in shown
    assert "\\U0001f600" in shown
    assert "error[" in shown
    assert "Traceback" not in shown
    assert "Encode" not in shown


@pytest.mark.fault(
    "F62",
    "words of the command line that are no text: bytes that are no UTF-8",
    "an error at their place; they are never asked for as something else",
)
@pytest.mark.parametrize(
    "argv", [["-c", "SELECT 'caf\udce9'"], ["-v", "x=\udce9", "-c", "SELECT :x"]]
)
def test_words_that_are_no_text_are_an_error_at_their_place(argv):
    done = subprocess.run(
        [sys.executable, "-m", "tiksql", "--emulator", *argv], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert "is not UTF-8" in done.stderr.decode("utf-8")


def test_a_file_whose_name_is_no_text_is_read(tmp_path):
    odd = os.fsdecode(b"\xff\xfe.tsql")
    (tmp_path / odd).write_text("SELECT 1 AS one")
    done = subprocess.run(
        [sys.executable, "-m", "tiksql", "--emulator", "-f", tmp_path / odd],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"one\n1\n", b"")
