"""A disk that fails ends a run at once: nothing more is asked for, and what came is kept."""

from __future__ import annotations

import subprocess
import sys

import pytest
from faults.failing_calls import failing, needs_strace
from soak import TIMES
from store.processes import PROGRAM, Desk, serving

pytestmark = needs_strace

WHERE = "region_code = 'US' AND create_date BETWEEN '2022-05-01' AND '2022-06-10'"
CREATE = f"SET page_size = 10; CREATE COLLECTION c AS SELECT id, username FROM videos WHERE {WHERE}"
READ = "SELECT id, username FROM c ORDER BY id"
SOME = (
    "fdatasync:error=EIO:when=2+",
    "fdatasync:error=EIO:when=14",
    "pwrite64:error=ENOSPC:when=60+",
)
KINDS = (
    "fdatasync:error=EIO:when={}",
    "fdatasync:error=EIO:when={}+",
    "pwrite64:error=EIO:when={}+",
    "pwrite64:error=ENOSPC:when={}",
)
EVERY = range(1, 100, 3) if TIMES > 1 else ()


@pytest.fixture(scope="module")
def served():
    with serving("--videos", "20000", "--quota", "1000000") as server:
        yield server


@pytest.fixture(scope="module")
def truth(served, tmp_path_factory):
    """Give requests and rows of a run whose disk works."""
    desk = Desk(tmp_path_factory.mktemp("truth"), served)
    assert desk.run("-c", CREATE).status == 0
    return desk.spent, desk.run("-c", READ).out


@pytest.fixture
def desk(served, tmp_path):
    return Desk(tmp_path, served)


@pytest.fixture
def tiksql(run, desk):
    """Go on in this process, on a disk that works again."""
    return lambda *argv: run(*desk.argv(*argv), environ=desk.environ)


def of_the_study(desk, fault):
    """Return the program, whose calls for the file of a study and those beside it fail."""
    return failing(fault, desk.path, f"{desk.path}-wal", f"{desk.path}-journal")


def is_one_error(done):
    assert done.status == 6, done
    assert done.err.startswith("error[TS7"), done
    assert "Traceback" not in done.err
    return True


@pytest.mark.fault(
    "F55",
    "EIO from the n-th fdatasync or write of a study on, ENOSPC from a write",
    "the run ends with exit status 6, nothing more is asked for; the next run pays one again at"
    " most and has all rows",
)
@pytest.mark.parametrize(
    "fault",
    [*SOME, *(fault.format(n) for fault in KINDS for n in EVERY)],
)
def test_where_a_study_cannot_be_written_nothing_more_is_asked(desk, tiksql, truth, fault):
    requests, rows = truth
    done = desk.run("-c", CREATE, program=of_the_study(desk, fault))
    before = desk.spent
    assert done.status or fault not in SOME
    if done.status:
        assert is_one_error(done)
        kept = desk.asked("SELECT count(*) FROM pages") if before else [(0,)]
        assert before <= kept[0][0] + 1, "one request that was not kept, none behind it"
    assert tiksql("-c", CREATE).status == 0
    desk.check()
    assert requests <= desk.spent <= requests + 1
    assert tiksql("-c", READ).out == rows


@pytest.mark.fault(
    "F55",
    "EIO from the n-th fsync of the files that rows are read from",
    "exit status 6, nothing is left of them; the next read makes them",
)
@pytest.mark.parametrize("number", [3])
def test_files_of_rows_that_are_not_safely_written_are_not_read(desk, tiksql, truth, number):
    assert tiksql("-c", CREATE).status == 0
    done = desk.run("-c", READ, program=failing(f"fsync:error=EIO:when={number}"))
    assert is_one_error(done)
    assert done.out == ""
    assert list(desk.path.with_name("study.db.derived").iterdir()) == []
    assert tiksql("-c", READ).out == truth[1]


@pytest.mark.fault(
    "F55",
    "EIO from the fsync of an export, or from its renaming",
    "exit status 6, the old file as it was; the next COPY writes the new one",
)
@pytest.mark.parametrize(
    "fault",
    ["fsync:error=EIO:when=1", "rename:error=EIO:when=2"],
)
def test_an_export_that_cannot_be_written_leaves_the_old_file(
    desk, tiksql, truth, fault, monkeypatch
):
    assert tiksql("-c", CREATE).status == 0
    assert tiksql("-c", READ).out == truth[1]
    folder = desk.path.parent
    monkeypatch.chdir(folder)
    target = folder / "result.csv"
    target.write_text("old")
    before = {path.name for path in folder.iterdir()}
    copy = f"COPY ({READ}) TO 'result.csv' (OVERWRITE)"
    done = desk.run("-c", copy, program=failing(fault), cwd=folder)
    assert is_one_error(done)
    assert target.read_text() == "old"
    made = {path.name for path in folder.iterdir()} - before
    assert made <= {"result.csv.manifest.json"}, "which is put in place first"
    assert tiksql("-c", copy).status == 0
    assert target.read_text().splitlines() == truth[1].splitlines()


COUNTING = """
import datetime as dt, sys
from pathlib import Path
from tiksql.api.quota import Ledger
ledger, today = Ledger(Path(sys.argv[1]), "a", print), dt.date(2026, 1, 1)
for _ in range(5):
    ledger.add("research", today)
print(ledger.used("research", today))
"""


@pytest.mark.fault(
    "F55",
    "EIO from every write of the quota ledger",
    "it is said once, and the program goes on counting for itself",
)
@pytest.mark.parametrize("fault", ["pwrite64:error=EIO:when=4+"])
def test_a_ledger_that_cannot_be_written_is_said_and_stops_no_count(tmp_path, fault):
    ledger = tmp_path / "quota.db"
    line = failing(fault, ledger, f"{ledger}-wal", f"{ledger}-journal")[: -len(PROGRAM)]
    argv = [*line, sys.executable, "-c", COUNTING, str(ledger)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    warning, counted = done.stdout.splitlines()
    assert warning.startswith(f"the quota ledger {ledger} cannot be used: ")
    assert counted == "5"
