"""Scripts that somebody else may have written: what they may do, and what they have to ask for."""

from __future__ import annotations

import io
import json
import os
import pwd

import pytest
from output.hostile import CORPUS, encodable
from shell.prompt_driver import Prompt

from tiksql.authors import MARK, STREAM, doubt
from tiksql.cli import main
from tiksql.console import Console
from tiksql.settings import DEFAULTS

WRITES = "COPY (SELECT 1 AS a) TO 'rows.csv';"
DAY = "create_date = '2026-03-01'"
HELLO = f"SELECT id FROM videos WHERE keyword = 'zq' AND {DAY}"
LASTING = {
    WRITES: "write rows.csv",
    "COPY (SELECT 1 AS a) TO 'rows.csv' (OVERWRITE);": (
        "write rows.csv, in the place of what is there"
    ),
    f"CREATE COLLECTION h AS {HELLO};": "make the collection h",
    f"CREATE OR REPLACE COLLECTION h AS {HELLO};": "replace the collection h",
    "REFRESH COLLECTION h;": "refresh the collection h",
    "DROP COLLECTION h;": "drop the collection h",
    "SET max_requests = 5000;": "SET max_requests = 5000",
    "SET Confirm_Requests = 5000;": "SET confirm_requests = 5000",
    "SET reserve = 0;": "SET reserve = 0",
    "SET allow_full_scan = on;": "SET allow_full_scan = on",
    "RESET max_requests;": "RESET max_requests",
    "RESET ALL;": "RESET ALL",
}
"""What outlasts a script, and how a question calls it."""

PASSING = (
    f"SELECT 1 AS a; {HELLO}; SHOW TABLES; EXPLAIN {HELLO}; DESCRIBE videos;"
    " SET format = 'csv'; RESET format; SELECT 2 AS b;"
)


@pytest.fixture
def work(tmp_path, monkeypatch):
    """The working directory, in which a script lies."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def found(work):
    """Write a script to which everybody may write."""

    def script(text, name="found.tsql"):
        path = work / name
        path.write_text(text)
        path.chmod(0o666)
        return path

    return script


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def asked():
    """Run a command at a terminal where somebody answers."""

    def command(answer, *argv):
        out, err = io.StringIO(), Terminal()
        console = Console(Terminal(answer), out, err, {"TERM": "dumb"})
        status = main(["--emulator", *map(str, argv)], console)
        return status, out.getvalue(), err.getvalue()

    return command


def error_of(outcome):
    assert outcome.out == ""
    return json.loads(outcome.err)["error"]


def files(work):
    return sorted(path.name for path in work.iterdir())


# --- whose a file is


def doubt_of(path):
    with path.open("rb") as stream:
        return doubt(stream.fileno(), str(path))


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o775, 0o400])
def test_a_file_of_ones_own_is_in_no_doubt_and_its_group_may_write_to_it(work, mode):
    path = work / "own.tsql"
    path.write_text("SELECT 1;")
    path.chmod(mode)
    assert doubt_of(path) == ""


@pytest.mark.fault(
    "F82",
    "a script to which everybody on the computer may write",
    "it is told apart from one's own, with the reason",
)
@pytest.mark.parametrize("mode", [0o602, 0o666, 0o777])
def test_a_file_to_which_everybody_may_write_may_be_anybodys(work, mode):
    path = work / "open.tsql"
    path.write_text("SELECT 1;")
    path.chmod(mode)
    assert doubt_of(path) == "everybody on this computer may write to it"


@pytest.mark.fault(
    "F82",
    "a script that belongs to another user, with and without a name",
    "it is told apart from one's own and from those of root, with the reason",
)
def test_a_file_of_another_user_may_be_his(work, monkeypatch):
    path = work / "other.tsql"
    path.write_text("SELECT 1;")
    if os.getuid() == 0:
        known = next(user for user in pwd.getpwall() if user.pw_uid)
        os.chown(path, known.pw_uid, -1)
        assert doubt_of(path) == f"it belongs to {known.pw_name}"
        os.chown(path, 3_999_999_999, -1)
        assert doubt_of(path) == "it belongs to user 3999999999"
        monkeypatch.setattr(os, "getuid", lambda: 3_999_999_999)
        assert doubt_of(path) == ""
        os.chown(path, 0, -1)  # as whatever a package manager has installed
        assert doubt_of(path) == ""
    else:
        owner = os.getuid()
        monkeypatch.setattr(os, "getuid", lambda: owner + 1)
        assert doubt_of(path) == f"it belongs to {pwd.getpwuid(owner).pw_name}"


MARKS = {
    b"https://evil.example/a.tsql?token=1": "it was downloaded from evil.example",
    b"https://me:secret@evil.example:8/": "it was downloaded from evil.example",
    b"file:///tmp/a": "it was downloaded",
    b"https://[evil": "it was downloaded",
    b"\xff\xfe": "it was downloaded",
    b"": "it was downloaded",
}


@pytest.mark.fault(
    "F82",
    "a script with the mark of a download: an address, one with a password, or nonsense",
    "it is told apart from one's own; of the address only the host is told",
)
@pytest.mark.parametrize("mark", MARKS)
def test_a_file_with_the_mark_of_a_download_is_somebody_elses(work, monkeypatch, mark):
    path = work / "loaded.tsql"
    path.write_text("SELECT 1;")
    monkeypatch.setattr(os, "getxattr", lambda _, name: {MARK: mark}[name], raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert doubt_of(path) == MARKS[mark]


def test_the_mark_is_read_from_the_file_system(work):
    path = work / "loaded.tsql"
    path.write_text("SELECT 1;")
    try:
        os.setxattr(path, MARK, b"https://evil.example/")
    except (OSError, AttributeError):
        pytest.skip("this file system keeps no marks")
    assert doubt_of(path) == "it was downloaded from evil.example"


@pytest.mark.parametrize(("zone", "told"), [(2, ""), (3, "it was downloaded")])
def test_the_mark_of_windows_is_read_where_it_lies_beside_the_file(work, zone, told):
    path = work / "loaded.tsql"
    path.write_text("SELECT 1;")
    (work / f"loaded.tsql{STREAM}").write_bytes(b"[ZoneTransfer]\r\nZoneId=%d\r\n" % zone)
    assert doubt_of(path) == told


def test_what_is_piped_is_its_users_own(work, run):
    os.mkfifo(work / "pipe", 0o666)
    (work / "pipe").chmod(0o666)
    handle = os.open(work / "pipe", os.O_RDWR)
    try:
        assert doubt(handle, "pipe") == ""
    finally:
        os.close(handle)
    assert run("--emulator", stdin=WRITES.encode()).status == 0
    assert "rows.csv" in files(work)


# --- with nobody to ask


@pytest.mark.fault(
    "F82",
    "a script of somebody else that writes a file, changes a collection or lifts a limit",
    "without a terminal it is refused at that place, and nothing of it has run",
)
@pytest.mark.parametrize("sql", LASTING)
def test_a_script_of_others_leaves_nothing_behind_unasked(run, found, work, sql):
    script = f"SELECT 1 AS a;\n{sql}\n"
    outcome = run("study.db", "--emulator", "--errors", "json", "-f", found(script))
    error = error_of(outcome)
    assert (error["code"], error["kind"], outcome.status) == ("TS643", "usage", 2)
    assert LASTING[sql] in error["message"]
    assert "everybody on this computer may write to it" in error["message"]
    assert "--trust" in error["hint"]
    assert script[error["span"]["start"] : error["span"]["end"]] == sql.rstrip(";")
    assert "rows.csv" not in files(work)


@pytest.mark.fault(
    "F82",
    "a script of somebody else that asks and reads",
    "it runs, within the limits of its user, and nobody is asked",
)
def test_a_script_of_others_may_ask_and_read(run, found, asked):
    path = found(PASSING)
    outcome = run("--emulator", "-f", path)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.endswith("b\n2\n")
    status, out, err = asked("", "-f", path)
    assert (status, out, "[y/N]" in err) == (0, outcome.out, False)


@pytest.mark.parametrize("sql", LASTING)
def test_with_trust_it_runs_as_ones_own(run, found, work, sql):
    script = f"{'' if sql[:6] == 'CREATE' else f'CREATE COLLECTION h AS {HELLO};'}{sql}"
    own = work / "own.tsql"
    own.write_text(script)
    mine = run("--emulator", "--stats", "-f", own)
    for path in work.glob("rows.csv*"):
        path.unlink()
    others = run("--emulator", "--stats", "--trust", "-f", found(script))
    assert (mine.status, others.status, others.out) == (0, 0, mine.out)


def test_nothing_but_the_command_line_says_that_a_script_is_trusted(run, found, monkeypatch):
    assert not any("trust" in name for name in DEFAULTS.values)
    monkeypatch.setenv("TIKSQL_TRUST", "1")
    outcome = run("--emulator", "-f", found(f"SET trust = on; {WRITES}"), environ=os.environ)
    assert (outcome.status, "TS643" in outcome.err) == (2, True)
    assert run("--emulator", "-f", found("SET trust = on;")).status == 1


def test_a_plan_needs_no_trust(run, found, work):
    before = files(work)
    outcome = run("--emulator", "--dry-run", "-f", found(WRITES))
    assert (outcome.status, outcome.err) == (0, "")
    assert files(work) == [*before, "found.tsql"]


def test_what_follows_a_refused_script_runs_only_if_errors_do_not_stop(run, found):
    commands = "-f", found(WRITES), "-c", "SELECT 1 AS a"
    assert run("--emulator", *commands).out == ""
    outcome = run("--emulator", "--on-error", "continue", *commands)
    assert (outcome.status, outcome.out) == (2, "a\n1\n")


# --- asked at a terminal


QUESTION = """\
{path} may be somebody else's: everybody on this computer may write to it. It would
  write out.csv
  SET max_requests = 7
  drop the collection h
run it? [y/N] """
MANY = "COPY (SELECT 1 AS a) TO :out; SET max_requests = 7; DROP COLLECTION h;"


@pytest.mark.fault(
    "F82",
    "at a terminal, a script of somebody else that writes files, drops collections, lifts limits",
    "one question says why it may be another's and all that it would do; only y or yes runs it",
)
@pytest.mark.parametrize("answer", ["", "\n", "n\n", "no\n", "yes please\n"])
def test_a_question_says_everything_and_anything_but_yes_is_no(asked, found, work, answer):
    path = found(MANY)
    status, out, err = asked(answer, "-v", "out=out.csv", "-f", path)
    assert (status, out) == (2, "")
    assert err.startswith(f"{QUESTION.format(path=path)}error[TS643]")
    assert files(work) == ["found.tsql"]


def test_a_yes_is_asked_for_once_a_file(asked, found, work):
    paths = found(f"{WRITES} SELECT 1 AS a;"), found(WRITES.replace("rows", "more"), "more.tsql")
    status, out, err = asked("y\nyes\n", "-f", paths[0], "-f", paths[1])
    assert (status, out, err.count("[y/N]")) == (0, "a\n1\n", 2)
    assert {"rows.csv", "more.csv"} <= set(files(work))


def test_a_program_that_reads_the_errors_is_not_asked(asked, found):
    status, _, err = asked("y\n", "--errors", "json", "-f", found(WRITES))
    assert (status, json.loads(err)["error"]["code"]) == (2, "TS643")


def test_a_question_is_short_however_much_there_is(asked, found):
    script = "".join(f"SET max_requests = {n};" for n in range(1000))
    _, _, err = asked("n\n", "-f", found(f"DROP COLLECTION {'x' * 100_000};{script}"))
    question = err.partition("[y/N]")[0].splitlines()
    assert len(question) == 15
    assert question[-2] == "  and 989 more"
    assert all(len(line) <= 220 for line in question[1:])


@pytest.mark.parametrize("kind", [k for k, text in CORPUS.items() if encodable(text)])
def test_a_script_can_neither_hide_nor_add_a_line_of_the_question(asked, found, kind):
    text = CORPUS[kind].replace("'", "''").replace("\x00", "")
    status, _, err = asked("n\n", "-f", found(f"COPY (SELECT 1 AS a) TO '{text}\n  harmless.csv';"))
    question = err.partition("run it?")[0]
    assert status == 2
    assert question.count("\n") == 2
    assert "\x1b" not in question
    assert "\u202e" not in question


# --- at the prompt, and checked


@pytest.mark.fault(
    "F82",
    "a script of somebody else that writes a file, read by \\i at the prompt",
    "asked about there: with y it runs, with n nothing of it has",
)
@pytest.mark.parametrize("answer", ["y", "n"])
def test_a_script_that_is_read_at_the_prompt_is_asked_about(found, work, answer):
    path = found(WRITES)
    prompt = Prompt().type(f"\\i {path}", answer, "SELECT 5 AS five;")
    assert prompt.out == "five\n5\n"
    assert ("rows.csv" in files(work)) == (answer == "y")
    assert ("error[TS643]" in prompt.err) == (answer == "n")
    assert "may be somebody else's" in prompt.err


def test_what_is_typed_or_read_of_ones_own_is_not_asked_about(work):
    own = work / "own.tsql"
    own.write_text(WRITES)
    prompt = Prompt().type(f"\\i {own}", WRITES.replace("rows", "more"))
    assert "somebody" not in prompt.err
    assert {"rows.csv", "more.csv"} <= set(files(work))


def test_what_was_saved_is_asked_about_where_everybody_may_write_to_it(work):
    Prompt().type(WRITES, "\\save it")
    (work / "rows.csv").unlink()
    (work / "rows.csv.manifest.json").unlink()
    from tiksql.shell.texts import directory  # noqa: PLC0415 - its place is that of the test

    (directory() / "it.tsql").chmod(0o666)
    prompt = Prompt().type("\\run it", "n")
    assert "error[TS643]" in prompt.err
    assert "it.tsql may be somebody else's" in prompt.err
    assert files(work) == []


def test_a_check_says_what_a_script_of_others_would_do(run, found):
    outcome = run("check", found(f"-- @param out text\n{MANY}"))
    assert (outcome.status, outcome.err) == (0, "")
    whose = f"{found(MANY)} may be somebody else's: everybody on this computer may write to it"
    assert outcome.out.splitlines()[2:] == [
        f"  {whose}. It would",
        "    write :out",
        "    SET max_requests = 7",
        "    drop the collection h",
    ]
    assert run("check", found("SELECT 1;")).out.splitlines()[1].endswith("may write to it")
