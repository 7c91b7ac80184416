"""Servers over a connection: credentials, their absence, and a line that is cut."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest

SQL = "SELECT id FROM videos WHERE keyword = 'love' AND create_date = '2024-03-01' LIMIT 150"
TIKSQL = [sys.executable, "-m", "tiksql"]


def test_without_credentials_both_ways_out_are_shown(run):
    outcome = run("--stats", "-c", SQL)
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.startswith("error[TS501]")
    assert "TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET" in outcome.err
    assert "--emulator" in outcome.err
    assert json.loads(outcome.err.splitlines()[-1])["requests"] == 0


@pytest.mark.parametrize(
    "argv", [["--dry-run", "-c", SQL], ["-c", "SHOW TABLES"], ["-c", f"{SQL[:-3]}0"]]
)
def test_what_sends_nothing_needs_no_credentials(run, argv):
    assert run(*argv).status == 0


@pytest.mark.parametrize("missing", ["TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET"])
def test_half_of_the_credentials_is_named(run, credentials, missing):
    del credentials[missing]
    outcome = run("-c", SQL, environ=credentials)
    assert outcome.status == 3
    assert f"{missing} is not set" in outcome.err


def test_a_served_emulator_answers_as_the_one_in_this_process(run, served, credentials):
    over_a_port = run("--base-url", served, "-c", SQL, environ=credentials)
    assert over_a_port.status == 0
    assert over_a_port.out == run("--emulator", "-c", SQL).out
    by_variable = run("-c", SQL, environ=credentials | {"TIKSQL_BASE_URL": served})
    assert by_variable.out == over_a_port.out


@pytest.mark.parametrize("name", ["TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_wrong_secret_is_named_and_never_shown(run, served, credentials, name, form):
    credentials[name] = "zq7-wrong-value"
    outcome = run("--base-url", served, "--errors", form, "-c", SQL, environ=credentials)
    assert (outcome.status, outcome.out) == (3, "")
    assert "TIKTOK_CLIENT_" in outcome.err
    assert not any(value in outcome.err for value in credentials.values())


def test_the_ledger_is_not_asked_about_another_server(run, served, credentials):
    out = run("--base-url", served, "-c", "SHOW QUOTA", environ=credentials).out
    assert out.splitlines()[1].startswith("research,,")


@pytest.mark.fault(
    "F08",
    "the port is closed, and the whole run may take 0.2 s",
    "exit 3, and no request is counted",
)
def test_a_server_that_is_not_there_is_status_3(run, credentials):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        outcome = run(
            "--base-url", address, "--stats", "--timeout", 0.2, "-c", SQL, environ=credentials
        )
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.startswith("error[TS51")
    assert json.loads(outcome.err.splitlines()[-1])["requests"] == 0


def test_credentials_go_to_no_stranger(run, credentials):
    outcome = run("--base-url", "https://example.org", "-c", SQL, environ=credentials)
    assert outcome.status == 3
    assert "--send-credentials-to example.org" in outcome.err


def test_a_run_that_takes_too_long_is_ended(run):
    outcome = run("--emulator", "--timeout", "1e-9", "-c", SQL)
    assert (outcome.status, outcome.out) == (3, "")


def test_a_reader_that_leaves_early_is_no_failure():
    sql = "SELECT * FROM videos WHERE hashtag_name = 'fyp' AND create_date >= '2024-01-01'"
    command = [*TIKSQL, "--emulator", "--max-requests", "1000", "--no-config", "-c", sql]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().startswith("id,")
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == 0


def test_the_process_writes_utf_8_and_its_status_is_that_of_the_command():
    sql = "SELECT id FROM videos WHERE keyword = 'ü' AND create_dat = '2024-01-01'"
    done = subprocess.run(
        [*TIKSQL, "--emulator", "-c", sql], capture_output=True, env={"LC_ALL": "C"}, check=False
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert "keyword = 'ü'" in done.stderr.decode("utf-8")
