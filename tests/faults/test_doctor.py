"""``tiksql doctor`` names what is wrong and what to do, shows no secret and costs nothing."""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import os
import re
import sqlite3
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from faults.canary import KEY, SECRET, TOKEN

from tiksql.api import keeping
from tiksql.api.credentials import Credentials
from tiksql.api.reaching import Knock

CREATE = (
    "CREATE COLLECTION c AS SELECT id FROM videos"
    " WHERE keyword = 'hello' AND create_date = '2024-01-01'"
)
ENVIRON = {"TIKTOK_CLIENT_KEY": KEY, "TIKTOK_CLIENT_SECRET": SECRET}
GRANT = json.dumps({"access_token": TOKEN, "expires_in": 7200})


@pytest.fixture(autouse=True)
def _private(tmp_path, monkeypatch):
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@contextmanager
def answering(status=200, body=GRANT, headers=(), skew=0):
    """Serve one answer; the list has the method, path and body of what was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            size = int(self.headers.get("content-length", 0))
            asked.append((self.command, self.path, self.rfile.read(size).decode()))
            self.send_response_only(status)
            moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=skew)
            self.send_header("Date", email.utils.format_datetime(moment, usegmt=True))
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body.encode())

        do_POST = do_HEAD = answer  # noqa: N815 - what http.server calls

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def findings(outcome, check):
    report = json.loads(outcome.out)
    assert outcome.status == report["status"]
    return [
        (one["state"], one["what"], one["fix"])
        for one in report["findings"]
        if one["check"] == check
    ]


# --- what is printed ------------------------------------------------------------------------------


def test_the_page_for_people_is_short_and_says_what_to_do(run, monkeypatch):
    monkeypatch.setattr("tiksql.health.versions", lambda _: iter(()))
    with answering(401, '{"error": "invalid_client"}', skew=-3600) as (url, _):
        outcome = run("doctor", "--base-url", url, environ=ENVIRON)
    home = Path(os.environ["XDG_CONFIG_HOME"]).parent
    shown = outcome.out.replace(url.removeprefix("http://"), "HOST").replace(str(home), "~")
    cache = os.environ["XDG_CACHE_HOME"]
    account = keeping.account(ENVIRON, keeping.usual_path())
    assert outcome.status == 3
    shown = re.sub(r"3,[56]\d\d seconds", "SOME seconds", shown.replace(cache, "CACHE"))
    assert shown.replace(account, "HASH") == PAGE


PAGE = """\
ok    settings: configuration: ~/config/tiksql/config.toml does not exist, and need not
ok    folders: settings: ~/config/tiksql
ok    folders: state: ~/state/tiksql
ok    folders: cache: CACHE/tiksql
ok    credentials: environment: key HASH
ok    server: base URL http://HOST (flag)
fail  server: HOST refuses key and secret
      tiksql auth login, or see the key on developers.tiktok.com
warn  clock: this clock is SOME seconds ahead of the server's
      set the clock: days of quota are counted by it
"""


def test_the_emulator_needs_nothing_and_nothing_fails(run):
    outcome = run("doctor", "--emulator")
    assert outcome.status == 0
    assert "fail" not in outcome.out
    assert "warn" not in outcome.out
    assert "duckdb 2" in outcome.out


def test_only_one_request_is_made_and_it_is_one_that_costs_no_quota(run):
    with answering() as (url, asked):
        outcome = run("doctor", "--base-url", url, environ=ENVIRON)
    assert outcome.status == 0
    assert "gave a token, which costs no quota" in outcome.out
    assert [each[:2] for each in asked] == [("POST", "/v2/oauth/token/")]
    with answering(405) as (url, asked):
        assert run("doctor", "--base-url", url).status == 0
    assert asked == [("HEAD", "/v2/oauth/token/", "")]


# --- settings, folders, files ---------------------------------------------------------------------


def test_a_setting_says_which_layer_it_is_from(run):
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "tiksql" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("max_requests = 7\n")
    outcome = run("doctor", "--emulator", "--json", environ={"TIKSQL_CONCURRENCY": "2"})
    said = [what for _, what, _ in findings(outcome, "settings")]
    assert said[1:] == ["max_requests = 7 (config)", "concurrency = 2 (environment)"]
    config.write_text("max_requests = many\n")
    broken = run("doctor", "--emulator", "--json")
    assert broken.status == 2
    assert [state for state, *_ in findings(broken, "settings")] == ["fail"]


def test_a_file_in_the_place_of_a_folder_is_found(run, tmp_path, monkeypatch):
    (tmp_path / "taken").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "taken"))
    outcome = run("doctor", "--emulator", "--json")
    assert outcome.status == 6
    assert [state for state, *_ in findings(outcome, "folders")] == ["ok", "fail", "ok"]


@pytest.mark.fault(
    "F84", "a ledger and a history that others can read", "tiksql doctor warns and shows the chmod"
)
def test_private_files_that_others_can_read_are_named_with_the_way_to_mend_it(run):
    state = Path(os.environ["XDG_STATE_HOME"]) / "tiksql"
    state.mkdir(parents=True)
    for name in ("quota.db", "history.jsonl"):
        (state / name).touch()
        (state / name).chmod(0o644)
    outcome = run("doctor", "--emulator", "--json")
    fixes = [fix for _, _, fix in findings(outcome, "permissions")]
    assert fixes == [f"chmod 600 {state / name}" for name in ("quota.db", "history.jsonl")]
    assert outcome.status == 0


def test_a_proxy_is_named_without_its_password(run):
    environ = {
        "HTTPS_PROXY": f"http://me:{SECRET}@proxy.example:1",
        "all_proxy": f"me:{SECRET}@p",
    }
    outcome = run("doctor", "--emulator", "--json", environ=environ)
    said = [what for _, what, _ in findings(outcome, "proxy")]
    assert said == ["HTTPS_PROXY: http://***@proxy.example:1", "ALL_PROXY: ***@p"]


# --- credentials ----------------------------------------------------------------------------------


@pytest.mark.fault(
    "F84", "a credentials file that others can read", "tiksql doctor fails and shows the chmod"
)
@pytest.mark.holds_secrets("it is the file of credentials")
def test_a_credentials_file_that_others_can_read_fails_and_is_not_used(run):
    path = keeping.usual_path()
    keeping.keep_in_file(Credentials(KEY, SECRET), path)
    path.chmod(0o644)
    with answering() as (url, asked):
        outcome = run("doctor", "--base-url", url, "--json")
    assert outcome.status == 3
    assert findings(outcome, "credentials") == [
        ("fail", f"{path} can be read by others", f"chmod 600 '{path}'")
    ]
    assert [each[0] for each in asked] == ["HEAD"]


@pytest.mark.fault("F84", "a credentials file inside of a git repository", "tiksql doctor warns")
@pytest.mark.holds_secrets("it is the file of credentials")
def test_a_credentials_file_in_a_repository_is_a_warning(run):
    path = keeping.usual_path()
    keeping.keep_in_file(Credentials(KEY, SECRET), path)
    (path.parent / ".git").mkdir()
    with answering() as (url, _):
        outcome = run("doctor", "--base-url", url, "--json")
    assert [state for state, *_ in findings(outcome, "credentials")] == ["ok", "warn"]


@pytest.mark.fault(
    "F85", "a keyring that never answers", "tiksql doctor gives it up in time and says so"
)
def test_a_keyring_that_hangs_is_given_up_and_asked_once(run, tmp_path, monkeypatch):
    ring = tmp_path / "slow_ring.py"
    ring.write_text("import time\nopen(__file__ + '.asked', 'a').write('x')\ntime.sleep(600)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "slow_ring.Ring")
    keeping.write(keeping.Kept("keyring", "abc"), keeping.usual_path())
    with answering() as (url, _):
        outcome = run("doctor", "--base-url", url, "--json", "--timeout", "5")
    assert outcome.status == 3
    ((state, what, _),) = findings(outcome, "credentials")
    assert (state, what) == ("fail", "the system keyring did not answer within 5 seconds")
    assert (tmp_path / "slow_ring.py.asked").read_text() == "x"


# --- the server -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 302, "headers": [("Location", "https://login.example/x")]}, "login.example"),
        ({"body": f"<html>{SECRET}"}, "does not answer as the API does"),
        ({"status": 500, "body": "{}"}, "does not answer as the API does"),
        ({"body": '{"error": "invalid_client"}'}, "refuses key and secret"),
    ],
)
def test_a_server_that_gives_no_token_fails_and_nothing_it_says_is_repeated(run, answer, said):
    with answering(**answer) as (url, _):
        outcome = run("doctor", "--base-url", url, "--json", environ=ENVIRON)
    assert outcome.status == 3
    assert said in findings(outcome, "server")[-1][1]
    assert SECRET not in outcome.out


def test_no_server_at_all_is_said_in_time(run):
    outcome = run("doctor", "--base-url", "http://127.0.0.1:1", "--json", environ=ENVIRON)
    assert outcome.status == 3
    assert "cannot be reached: ConnectError" in findings(outcome, "server")[-1][1]


def test_credentials_do_not_go_to_a_host_that_nobody_named(run, monkeypatch):
    given = []
    monkeypatch.setattr("tiksql.health.knock", lambda _, key: given.append(key) or Knock("reached"))
    outcome = run("doctor", "--base-url", "https://other.example", "--json", environ=ENVIRON)
    assert outcome.status == 3
    assert given == [None]
    assert "credentials are not sent to other.example" in outcome.out


# --- studies --------------------------------------------------------------------------------------


@pytest.fixture
def study(run):
    assert run("study.db", "--emulator", "-c", CREATE).status == 0
    return Path("study.db")


def everything(folder):
    return {path.name: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def test_a_study_that_is_whole_is_found_checked_and_left_as_it_is(run, study):
    before = everything(".")
    outcome = run("doctor", "--emulator", "--json")
    ((state, what, _),) = findings(outcome, "study")
    assert (state, outcome.status) == ("ok", 0)
    assert what.startswith("study.db is whole; ")
    assert not what.startswith("study.db is whole; 0 pages")
    assert everything(".") == before
    assert study.exists()


@pytest.mark.fault(
    "F57", "a page of a study whose octets have changed", "tiksql doctor names it and exits with 6"
)
def test_a_page_that_is_not_as_it_came_is_found(run, study):
    with closing(sqlite3.connect(study)) as base:
        base.create_function("seal", -1, lambda *_: b"")  # what the triggers of a study call
        base.execute("UPDATE pages SET sha256 = zeroblob(32) WHERE number = 1")
        base.commit()
    outcome = run("doctor", "--emulator", "--json", study)
    ((state, what, _),) = findings(outcome, "study")
    assert (state, outcome.status) == ("fail", 6)
    assert "page 1 of search 1 of chain 1 is not as it came" in what


def test_a_row_that_is_not_as_it_was_written_is_found(run, study):
    with closing(sqlite3.connect(study)) as base:
        base.create_function("seal", -1, lambda *_: 7)
        base.execute("UPDATE chains SET state = 'done', reason = 'x' WHERE id = 1")
        base.commit()
    outcome = run("doctor", "--emulator", "--json", study)
    ((state, what, _),) = findings(outcome, "study")
    assert (state, outcome.status) == ("fail", 6)
    assert "row 1 of chains is not as it was written" in what


@pytest.mark.fault(
    "F57", "a study file that was cut in half", "tiksql doctor says damaged and exits with 6"
)
def test_a_study_that_was_cut_is_damaged(run, study):
    octets = study.read_bytes()
    study.write_bytes(octets[: len(octets) // 2])
    outcome = run("doctor", "--emulator", "--json", study)
    ((state, what, _),) = findings(outcome, "study")
    assert (state, outcome.status) == ("fail", 6)
    assert "study.db is damaged" in what


def test_what_is_no_study_fails_only_if_it_was_named(run):
    with closing(sqlite3.connect("other.db")) as base:
        base.execute("CREATE TABLE t (a)")
    assert run("doctor", "--emulator").status == 0
    assert "is no study" in run("doctor", "--emulator", "other.db").out
    assert run("doctor", "--emulator", "none.db").status == 6
