"""Local SQL that takes all time or memory ends, whatever DuckDB is doing."""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from engine.engine_world import ask, engine, row

from tiksql.errors import EvaluationError, InterruptError
from tiksql.local import database, duckdb_process
from tiksql.local.database import ALL, Database, DatabaseError
from tiksql.local.engine import Engine

SECONDS = 0.4
PATIENCE = 30
"""Seconds that an end may take on a machine that is busy with something else."""

ROWS = "FROM (SELECT unnest(range(100000)) AS n)"
ONE = "FROM (SELECT unnest(range(1)) AS n)"
STEPS = {
    "repeat": f"SELECT length(repeat('x', 2000000000 + n)) {ROWS}",
    "lpad": f"SELECT length(lpad('x', (2000000000 + n)::INT, 'y')) {ROWS}",
    "format": f"SELECT length(format('{{:>2000000000}}', n)) {ROWS}",
    "printf": f"SELECT length(printf('%2000000000d', n)) {ROWS}",
    "hex in hex": f"SELECT length({'hex(' * 33}n::VARCHAR{')' * 33}) {ROWS}",
    "squares": f"WITH a AS (SELECT repeat('a', 100000 + n) AS x {ONE}) "
    "SELECT length(replace(x, 'a', x)) FROM a",
    "doubled lists": f"WITH a0 AS (SELECT range(1000 + n) AS x {ONE}), "
    + ", ".join(f"a{i + 1} AS (SELECT list_concat(x, x) AS x FROM a{i})" for i in range(30))
    + " SELECT length(x) FROM a30",
}
MANY = {
    "pairs": "WITH a AS (SELECT unnest(range(1000000)) AS n) "
    "SELECT count(*) FROM a CROSS JOIN a AS b WHERE hash(a.n, b.n) = 7",
    "pairs of pairs": "WITH a AS (SELECT unnest(range(1000)) AS n) SELECT count(*) "
    "FROM a, a AS b, a AS c, a AS d WHERE hash(a.n, b.n, c.n, d.n) = 7",
    "an edit distance": "SELECT levenshtein(repeat('ab', 100000 + n), repeat('ba', 100000)) "
    + ROWS,
}


@pytest.mark.fault(
    "F80",
    "single steps of DuckDB that build gigabytes: repeat, format, hex within hex, squares of texts",
    "over at the time limit or at that of memory, with a typed error",
)
@pytest.mark.parametrize("bomb", STEPS.values(), ids=list(STEPS))
def test_a_step_that_builds_gigabytes_ends_at_a_limit(bomb):
    began = time.monotonic()
    with engine(max_seconds=SECONDS) as asked, pytest.raises(EvaluationError) as raised:
        ask(asked, bomb)
    assert raised.value.code in {"TS541", "TS543"}
    assert time.monotonic() - began < PATIENCE


@pytest.mark.fault(
    "F80",
    "cross joins of 1e12 pairs, an edit distance of long texts",
    "over at the time limit, with a typed error",
)
@pytest.mark.parametrize("bomb", MANY.values(), ids=list(MANY))
def test_work_without_end_ends_at_the_time_limit(bomb):
    with engine(max_seconds=SECONDS) as asked, pytest.raises(EvaluationError) as raised:
        ask(asked, bomb)
    assert raised.value.code == "TS543"
    assert raised.value.message == "the local part of the statement took longer than 0.4 s"


@pytest.mark.fault("F80", "a query that asks for itself (WITH RECURSIVE)", "refused at its place")
def test_a_query_cannot_ask_for_itself(run):
    done = run(
        "--emulator", "-c", "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM r) SELECT 1"
    )
    assert (done.status, "error[TS123]" in done.err) == (1, True)
    done = run("--emulator", "-c", "WITH r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT 1")
    assert (done.status, 'unknown table "r"' in done.err) == (1, True)


def test_the_timeout_of_a_command_bounds_its_local_half(run):
    done = run("--emulator", "--timeout", SECONDS, "-c", MANY["pairs"])
    assert (done.status, "took longer than 0.4 s" in done.err) == (1, True)


def test_what_was_too_much_harms_no_later_statement(run):
    done = run(
        *("--emulator", "--timeout", 2, "--on-error", "continue", "-c", STEPS["hex in hex"]),
        *("-c", "SELECT 6 * 7 AS answer"),
    )
    assert (done.status, done.out) == (1, "answer\n42\n")


# --- Ctrl-C ---------------------------------------------------------------------------------------


@pytest.fixture
def pressed(monkeypatch):
    """Press Ctrl-C while DuckDB works on a text; list the seconds from there to the end."""
    presses = []
    send = database._Child.send

    def press():
        presses.append(time.monotonic())
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    def sent(child, request):
        send(child, request)
        if request[1] == "ask" and "repeat" in request[2] and "DESCRIBE" not in request[2]:
            threading.Timer(0.1, press).start()

    monkeypatch.setattr(database._Child, "send", sent)
    return presses


WINDOW = "keyword = 'a' AND create_date BETWEEN '2026-01-05' AND '2026-03-03'"


@pytest.mark.fault(
    "F80",
    "Ctrl-C while DuckDB builds gigabytes in one step, behind a fetch and in the middle of one",
    "the statement ends in less than two seconds, interrupted",
)
@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT max(length(repeat('x', 2000000000 + id % 7))) FROM videos WHERE {WINDOW}",
        f"SELECT length(repeat('x', 2000000000 + id % 7)) AS x FROM videos WHERE {WINDOW}",
    ],
    ids=["behind the fetch", "in the middle"],
)
def test_ctrl_c_ends_what_duckdb_is_doing(sql, pressed, run):
    done = run("--emulator", "--max-requests", "20", "-c", sql)
    assert time.monotonic() - pressed[0] < PATIENCE
    assert (done.status, "interrupted" in done.err, done.out) == (130, True, "")


def test_hurry_ends_what_is_asked_now_and_later(monkeypatch):
    monkeypatch.setattr(database, "HURRY_SECONDS", 0.2)
    asked = Database(())
    timer = threading.Timer(0.05, database.hurry)
    timer.start()
    for _ in range(2):
        with pytest.raises(InterruptError):
            asked.ask(
                "SELECT count(*) FROM range(1e6::BIGINT) a, range(1e6::BIGINT) b "
                "WHERE hash(a.range, b.range) = 7",
                rows=1,
            )
    timer.join()


# --- the process ----------------------------------------------------------------------------------


@pytest.fixture
def alone(monkeypatch):
    """No process waits from before, and none is left."""
    monkeypatch.setattr(database, "_spare", {})
    yield
    database._end_spare()


def process_of(asked):
    return asked._child._process


@pytest.mark.fault(
    "F79",
    "a key in the environment, a file in the working directory, open files of the program",
    "the process that runs local SQL has none of them",
)
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
@pytest.mark.usefixtures("alone")
def test_the_process_has_nothing_of_the_program(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIKTOK_CLIENT_SECRET", "canary")
    with (tmp_path / "open").open("w"):
        asked = Database(())
        found = Path(f"/proc/{process_of(asked).pid}")
        files = {str(link.readlink()) for link in (found / "fd").iterdir()}
        assert b"canary" not in (found / "environ").read_bytes()
        assert (found / "cwd").readlink() == Path("/")
        assert not any(str(tmp_path) in file for file in files)
        assert (
            f"Max data size             {duckdb_process.MEMORY}" in (found / "limits").read_text()
        )
        asked.close()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs a handle of a process")
def test_the_process_ends_with_a_program_that_is_killed_while_it_works():
    code = (
        "import threading; from tiksql.local.database import Database; asked = Database(())\n"
        "print(asked._child._process.pid, flush=True)\n"
        "asked.ask('SELECT count(*) FROM range(1e6::BIGINT) a, range(1e6::BIGINT) b "
        "WHERE hash(a.range, b.range) = 7', rows=1)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as program:
        handle = os.pidfd_open(int(program.stdout.readline()))
        program.kill()
    assert select.select([handle], [], [], PATIENCE)[0]
    os.close(handle)


def test_a_process_that_is_killed_from_outside_ends_in_a_typed_error():
    with engine([row()]) as asked:
        process_of(asked._database).kill()
        with pytest.raises(EvaluationError) as raised:
            ask(asked, "SELECT 1")
    assert raised.value.code == "TS541"


@pytest.mark.usefixtures("alone")
def test_a_process_waits_for_the_next_database_and_forgets_the_last():
    first, other = Engine(), Engine()
    first._ask("CREATE TABLE kept (a INT)")
    numbers = [process_of(each._database).pid for each in (first, other)]
    first.close()
    other.close()
    assert process_of(other._database).poll() is not None
    with Engine() as later:
        assert process_of(later._database).pid == numbers[0]
        with pytest.raises(DatabaseError):
            later._ask("SELECT * FROM kept", rows=ALL)
        with pytest.raises(DatabaseError):
            first._ask("SELECT 1")
        first.interrupt()
        assert later._ask("SELECT 1", rows=ALL) == [(1,)]


def test_an_answer_holds_values_and_nothing_that_acts():
    taken = pickle.dumps(("rows", os.system))
    reading, writing = os.pipe()
    os.write(writing, taken)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream, pytest.raises(pickle.UnpicklingError):
        database._Unpickler(stream).load()


def test_an_answer_of_half_a_gigabyte_is_too_much(monkeypatch):
    answers = duckdb_process.Answers()
    answers.open([])
    monkeypatch.setattr(duckdb_process, "LARGEST", 10_000)
    what, message = pickle.loads(answers.to("ask", "SELECT repeat('x', 20000)", None, 1))
    answers.close()
    assert (what, message) == ("error", "Out of Memory: rows of so much text")
