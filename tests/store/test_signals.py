"""Signals end a collection as Ctrl-C does: what came is kept, and the next run goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
from store.processes import PROGRAM, Desk, serving
from store.slow_server import PAGES, slow

SQL = "SELECT id FROM videos WHERE keyword = 'x' AND create_date = '2022-01-01'"
CREATE = f"CREATE COLLECTION c AS {SQL}"
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture
def server():
    with slow(silent_after=3) as server:
        yield server


@pytest.fixture
def desk(tmp_path, server):
    return Desk(tmp_path, server)


@pytest.fixture
def tiksql(run, desk):
    return lambda *argv: run(*desk.argv(*argv), environ=desk.environ)


def _attentive():
    """Begin as on a terminal, whatever those who run the tests ignore."""
    for number in STATUS:
        signal.signal(number, signal.SIG_DFL)


def begin(desk, *argv):
    """Start a program, and come back when it waits for the fourth page."""
    process = desk.start(*argv, preexec_fn=_attentive)
    assert desk.server.silent.wait(30)
    return process


def wound_up(process):
    """Wait for the end; give its seconds and what was said."""
    began = time.monotonic()
    _, err = process.communicate(timeout=30)
    return time.monotonic() - began, err


def goes_on(desk, tiksql, again=1):
    """Check that what came is kept, and that the rest is all that the next run pays."""
    desk.check()
    assert desk.asked("SELECT count(*) FROM pages") == [(3,)]
    desk.server.awake.set()
    done = tiksql("-c", CREATE)
    assert done.status == 0, done.err
    assert desk.spent == PAGES + again
    assert tiksql("-c", "SELECT count(*), count(DISTINCT id) FROM c").out.endswith(
        f"{PAGES},{PAGES}\n"
    )
    desk.check()


@pytest.mark.parametrize("number", STATUS, ids=lambda number: number.name)
@pytest.mark.fault(
    "F51",
    "SIGINT while a page is waited for",
    "exit status 130, what came is kept, the next run goes on",
)
@pytest.mark.fault(
    "F52",
    "SIGTERM or SIGHUP while a page is waited for",
    "as one Ctrl-C, with exit status 143 or 129",
)
def test_one_signal_keeps_what_came_and_ends_soon(desk, tiksql, number):
    process = begin(desk, "-c", CREATE)
    process.send_signal(number)
    seconds, err = wound_up(process)
    assert process.returncode == STATUS[number]
    assert "error[TS801]: interrupted" in err
    assert f"tiksql {desk.path} and the same statement again goes on from here" in err
    assert "Traceback" not in err
    assert seconds < 5, "about one, where nothing else has to be done"
    assert desk.asked("SELECT count(*) FROM collectors") == [(0,)]
    goes_on(desk, tiksql)


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
@pytest.mark.fault(
    "F51", "a second signal right behind the first", "it ends at once, and what came is kept"
)
def test_a_second_signal_ends_at_once_and_nothing_is_broken(desk, tiksql, first):
    process = begin(desk, "-c", CREATE)
    process.send_signal(first)
    process.send_signal(signal.SIGTERM)
    seconds, err = wound_up(process)
    assert process.returncode in {143, -signal.SIGTERM}
    assert seconds < 5
    assert "Traceback" not in err
    goes_on(desk, tiksql)


@pytest.mark.fault(
    "F52",
    "SIGTERM while the quota of the next day is waited for",
    "exit status 143, what came is kept",
)
def test_a_signal_while_the_next_day_is_waited_for_keeps_what_came(tmp_path):
    with serving("--videos", "20000", "--quota", "3") as server:
        desk = Desk(tmp_path, server)
        many = SQL.replace("keyword = 'x' AND create_date =", "keyword = 'love' AND create_date >=")
        process = desk.start("--wait", "-c", f"CREATE COLLECTION c AS {many}")
        for _ in range(300):
            tables = desk.path.exists() and desk.asked("SELECT 1 FROM sqlite_schema")
            if tables and desk.asked("SELECT 1 FROM requests WHERE outcome = 'QUOTA'"):
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, err = wound_up(process)
        assert process.returncode == 143, err
        assert desk.asked("SELECT count(*) FROM pages") == [(3,)]


@pytest.mark.fault("F52", "SIGHUP to a program begun by nohup", "it goes on")
def test_what_nohup_ignores_stays_ignored(desk):
    process = desk.start(
        "-c", CREATE, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    assert desk.server.silent.wait(30)
    process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    desk.server.awake.set()
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert desk.spent == PAGES


def test_a_statement_that_is_ended_in_a_study_keeps_its_pages_for_the_next_time(desk, tiksql):
    process = begin(desk, "-c", SQL)
    process.send_signal(signal.SIGTERM)
    wound_up(process)
    assert process.returncode == 143
    desk.server.awake.set()
    again = tiksql("-c", SQL)
    assert again.out.count("\n") == 1 + PAGES
    assert desk.spent == PAGES + 1


@pytest.mark.fault(
    "F53", "the reader of the rows goes away", "exit status 0 and no word; the study is whole"
)
def test_whoever_stops_reading_ends_it_quietly(desk, tiksql):
    desk.server.awake.set()
    assert tiksql("-c", CREATE).status == 0
    crossed = " ".join(f"CROSS JOIN c AS {name}" for name in "bdefg")
    argv = [*PROGRAM, *desk.argv("-c", f"SELECT a.id FROM c AS a {crossed}")]
    program = subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=desk.environ
    )
    with program:
        program.stdout.readline()
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.returncode == 0
    desk.check()


@pytest.mark.fault(
    "F53", "the reader of the notes goes away", "the collection is complete all the same"
)
def test_notes_that_nobody_reads_are_no_failure(desk):
    desk.server.awake.set()
    shell = f'{sys.executable} -m tiksql "$@" 2>&1 | true'
    done = subprocess.run(
        ["sh", "-c", shell, "sh", *desk.argv("-c", CREATE)],
        env=desk.environ,
        capture_output=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert desk.asked("SELECT count(*) FROM runs WHERE finished_at IS NOT NULL") == [(1,)]
