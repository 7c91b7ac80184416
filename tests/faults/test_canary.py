"""The search for secrets finds them: a leak is planted, and the test that planted it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from faults.canary import KEY, SECRET, leak

TESTS = Path(__file__).parents[1]
PLANTED = """
import io
import logging
import subprocess
import sys
import urllib.parse

import pytest
from faults.canary import KEY, SECRET, TOKEN
from tiksql.console import Console
from tiksql.errors import UsageError


def test_in_a_manifest(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "rows.csv.manifest.json").write_text('{"said": "' + SECRET + '"}')


def test_in_a_study(tmp_path):
    (tmp_path / "study.db").write_bytes(b"\\0\\1" + TOKEN.encode() + b"\\xff")


def test_in_the_history(_own_directories):
    (_own_directories / "history").write_text(urllib.parse.quote_plus(SECRET))


def test_in_a_stream_of_the_command():
    Console(io.StringIO(), io.StringIO(), io.StringIO(), {}).stderr.write(f"no such key: {KEY}")


def test_in_what_a_program_prints():
    subprocess.run([sys.executable, "-c", f"print({SECRET!r})"], capture_output=True)


def test_in_a_log():
    logging.getLogger("x").warning("token clt." + 48 * "a")


def test_in_an_error():
    with pytest.raises(UsageError):
        raise UsageError("TS999", f"no such key: {KEY}")


def test_in_the_arguments_of_a_program():
    subprocess.run([sys.executable, "-c", "pass", SECRET])


@pytest.mark.holds_secrets("it is the file of credentials")
def test_where_it_has_to_be(tmp_path):
    (tmp_path / "credentials.json").write_text(SECRET)


def test_that_leaks_nothing(tmp_path):
    (tmp_path / "rows.csv").write_text("id")


@pytest.fixture
def _own_directories(tmp_path_factory):
    return tmp_path_factory.mktemp("home")
"""


@pytest.mark.holds_secrets("it prints the leaks that it has planted")
@pytest.mark.fault(
    "F83",
    "a secret in a manifest, a study, a history, a stream, a log, what a program prints",
    "the test during which it happened fails; every test of the suite is searched in this way",
)
def test_a_leak_fails_the_test_that_made_it(tmp_path):
    (tmp_path / "test_planted.py").write_text(PLANTED)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "faults.canary", "-p", "no:cacheprovider", "-n0"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    planted = PLANTED.count("def test_in_")
    assert f"{planted + 2} passed, {planted} errors" in done.stdout


@pytest.mark.parametrize("text", [KEY, SECRET, f"Bearer clt.{'0' * 48}", f"x{SECRET}x"])
def test_a_secret_is_found_anywhere_in_a_text(text):
    assert leak(text.encode())
    assert not leak(b"clt.short and canary-bird")
