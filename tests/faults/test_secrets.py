"""No statement, translation, address or bug lets a secret out, and no test leaves this computer."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from faults import loopback
from faults.canary import KEY, SECRET, files_that_leak

DAYS = "region_code = 'US' AND create_date = '2024-01-01'"
ENVIRON = {"TIKTOK_CLIENT_KEY": KEY, "TIKTOK_CLIENT_SECRET": SECRET}
SQL = f"SELECT id FROM videos WHERE {DAYS} LIMIT 3"


@pytest.fixture(scope="module")
def served():
    """Serve the emulator on a port, with the marked key and secret; give its address."""
    command = [sys.executable, "-m", "tiksql", "emulator", "--port", "0"]
    command += ["--key", KEY, "--secret", SECRET]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The working directory of the test, with nothing in it."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


# --- the network ----------------------------------------------------------------------------------

PLANTED = """
import socket
def test_a_name():
    try: socket.getaddrinfo("x.example", 1)
    except OSError: pass
def test_an_address():
    try: socket.create_connection(("192.0.2.1", 9), 1)
    except OSError: pass
def test_nothing(): socket.getaddrinfo("localhost", 1)
"""


def test_a_test_that_wants_to_leave_this_computer_fails(tmp_path):
    (tmp_path / "test_planted.py").write_text(PLANTED)
    root = Path(__file__).parents[1]
    argv = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider"]
    argv += ["-p", "faults.loopback", "--rootdir", tmp_path, tmp_path]
    environ = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=environ)
    assert "3 passed, 2 errors" in done.stdout
    assert "wanted to leave this computer, for x.example" in done.stdout
    assert "wanted to leave this computer, for 192.0.2.1" in done.stdout


def test_another_computer_is_refused(monkeypatch):
    refused = []
    monkeypatch.setattr(loopback, "REFUSED", refused)
    with pytest.raises(PermissionError):
        socket.getaddrinfo("open.tiktokapis.com", 443)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line, pytest.raises(PermissionError):
        line.connect(("192.0.2.1", 53))
    assert refused == ["open.tiktokapis.com", "192.0.2.1"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", b"localhost", None])
def test_this_computer_is_not(host):
    assert loopback.is_here(host)


# --- where a secret could go ----------------------------------------------------------------------


COMMANDS = {
    "a result": ["-c", SQL],
    "EXPLAIN": ["-c", f"EXPLAIN {SQL}"],
    "EXPLAIN ANALYZE": ["-c", f"EXPLAIN ANALYZE {SQL}"],
    "SHOW SETTINGS": ["-c", "SHOW SETTINGS"],
    "SHOW QUOTA": ["-c", "SHOW QUOTA"],
    "a file and its manifest": ["-c", f"COPY ({SQL}) TO 'a.csv' (CODEBOOK)"],
    "a study": ["study.db", "-c", f"CREATE COLLECTION c AS {SQL.replace(' LIMIT 3', '')}"],
}


@pytest.mark.fault(
    "F83",
    "a marked secret in the environment of every kind of statement",
    "it is in no stream, export, manifest, study or ledger",
)
@pytest.mark.parametrize("argv", COMMANDS.values(), ids=COMMANDS)
def test_a_statement_lets_no_secret_out(run, served, here, argv):
    outcome = run(*argv, "--base-url", served, environ=ENVIRON)
    assert outcome.status == 0, outcome.err
    assert "canary-" not in outcome.out + outcome.err
    assert list(files_that_leak(here)) == []


@pytest.mark.fault("F83", "a marked secret in the environment of a translation", "no form has it")
@pytest.mark.parametrize("form", ["curl", "python", "python-official", "r", "http", "json"])
def test_a_translation_lets_no_secret_out(run, form):
    outcome = run("translate", "--to", form, "-c", SQL, environ=ENVIRON)
    assert (outcome.status, "canary-" in outcome.out + outcome.err) == (0, False)


@pytest.mark.fault("F83", "a secret in the address of a server", "refused and not repeated")
@pytest.mark.parametrize(
    "address", [f"https://me:{SECRET}@x.example", f"https://x.example?k={SECRET}"]
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(run, address):
    for outcome in (
        run("--base-url", address, "-c", SQL, environ=ENVIRON),
        run("-c", SQL, environ={**ENVIRON, "TIKSQL_BASE_URL": address}),
        run("doctor", "--base-url", address, environ=ENVIRON),
    ):
        assert outcome.status == 2
        assert "canary-" not in outcome.out + outcome.err


@pytest.mark.fault("F83", "a bug while a secret is in memory", "its traceback has no secret")
def test_the_traceback_of_a_bug_has_no_secret(run, served, monkeypatch):
    def broken(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr("tiksql.api.client.read_reply", broken)
    outcome = run("--base-url", served, "-c", SQL, environ=ENVIRON)
    assert outcome.status == 70
    assert "a bug" in outcome.err
    assert "canary-" not in outcome.out + outcome.err
