"""Programs in bad surroundings: odd files, closed streams, too little of everything, one second."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from store.processes import PROGRAM, Desk, serving
from store.studies_world import Lab, emulated
from store.test_clocks import CREATE as CLOCKED
from store.truthful_api import DAYS, Api

from tiksql.store import schema, seals
from tiksql.surroundings import lack

WHERE = "region_code = 'US' AND create_date BETWEEN '2022-05-01' AND '2022-05-30'"
CREATE = f"CREATE COLLECTION c AS SELECT id, username FROM videos WHERE {WHERE}"
READ = "SELECT id, username FROM c ORDER BY id"


@pytest.fixture
def lab(tmp_path):
    return Lab(emulated(), tmp_path / "study.db")


@pytest.fixture(scope="module")
def served():
    with serving("--videos", "20000", "--quota", "1000000") as server:
        yield server


@pytest.fixture
def desk(served, tmp_path):
    return Desk(tmp_path, served)


# --- studies of other times ----------------------------------------------------------------------


def aged(path):
    """Make a study one of the first version, which had no seals."""
    with closing(sqlite3.connect(path)) as base:
        for name in seals.SEALED:
            for event in ("made", "changed", "gone"):
                base.execute(f"DROP TRIGGER {name}_{event}")
        base.execute("DROP TABLE seals")
        base.execute("PRAGMA user_version = 1")
        assert schema.VERSION == 2, "and the museum has one more"


@pytest.mark.fault(
    "F57", "a study of the first version", "it is read, sealed, and copied aside as it was"
)
def test_a_study_of_an_older_version_is_brought_up_with_a_copy_beside_it(lab, run):
    lab(CREATE)
    rows = lab(READ).rows
    aged(lab.path)
    before = lab.path.read_bytes()
    assert "c: complete" in run("status", lab.path).out
    assert lab.path.read_bytes() == before, "who only looks brings nothing up"
    assert lab(READ).rows == rows
    copy = lab.path.with_name("study.db.version1")
    assert Lab(emulated(), copy)(READ).rows == rows
    with closing(sqlite3.connect(lab.path)) as base:
        assert base.execute("PRAGMA user_version").fetchall() == [(2,)]
        assert base.execute("SELECT count(*) FROM seals").fetchone()[0] >= len(seals.SEALED)
    assert lab(CREATE).requests == 0


@pytest.mark.fault(
    "F57", "a study that everybody may write", "it is read as long as its seals are whole"
)
def test_a_study_that_others_may_write_is_read_and_what_they_changed_is_noticed(lab, run):
    lab(CREATE)
    lab.path.chmod(0o666)
    assert lab(CREATE).requests == 0
    with closing(sqlite3.connect(lab.path)) as base, base:
        (trigger,) = base.execute("SELECT sql FROM sqlite_schema WHERE name = 'runs_changed'")
        base.execute("DROP TRIGGER runs_changed")
        base.execute("UPDATE runs SET finished_at = NULL")
        base.execute(*trigger)
    outcome = run(lab.path, "--emulator", "-c", READ)
    assert outcome.status == 6
    assert f"error[TS716]: {lab.path} is damaged: row 1 of runs has changed" in outcome.err
    assert "go back to a copy of it" in outcome.err


@pytest.mark.parametrize("what", ["index", "trigger", "default"])
@pytest.mark.fault("F57", "a definition within a study is changed", "an error that names it")
def test_a_study_with_other_definitions_is_no_study_of_ours(lab, run, what):
    lab(CREATE)
    with closing(sqlite3.connect(lab.path)) as base, base:
        if what == "index":
            base.execute("DROP INDEX runs_of_collections")
        elif what == "trigger":
            base.execute("DROP TRIGGER pages_gone")
        else:
            base.execute("PRAGMA writable_schema = ON")
            base.execute("UPDATE sqlite_schema SET sql = replace(sql, '''planned''', '''done''')")
    outcome = run(lab.path, "--emulator", "-c", READ)
    assert (outcome.status, outcome.out) == (6, "")
    assert outcome.err.startswith("error[TS716]")


# --- one second ----------------------------------------------------------------------------------


@pytest.mark.fault(
    "F59",
    "a clock that stands still while several runs begin",
    "each run and file has its own name",
)
def test_runs_of_one_second_are_different_runs(tmp_path):
    api = Api([2] * DAYS)
    api.seconds = 0
    lab = Lab(api.backend(), tmp_path / "study.db")
    for statement in (CLOCKED, *["REFRESH COLLECTION c"] * 2):
        assert lab(statement).stats.complete
    with closing(sqlite3.connect(lab.path)) as base:
        runs = base.execute("SELECT number, moment FROM runs WHERE collection = 1").fetchall()
    assert [number for number, _ in runs] == [1, 2, 3]
    assert len({moment for _, moment in runs}) == 1, "the clock stands still"
    assert len(lab("SELECT id FROM c").rows) == 2 * DAYS
    assert len(lab("SELECT id FROM c.observations").rows) == 3 * 2 * DAYS


@pytest.mark.fault(
    "F59",
    "programs that make the same rows and the same export at the same time",
    "one file, whole, and nothing else is left",
)
def test_programs_that_write_the_same_files_at_once_leave_them_whole(desk, run):
    assert run(*desk.argv("-c", CREATE), environ=desk.environ).status == 0
    folder = desk.path.parent
    copy = f"COPY ({READ}) TO 'rows.csv' (OVERWRITE)"
    started = [desk.start("-c", copy, cwd=folder) for _ in range(2)]
    ended = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0, 0], ended
    rows = run(*desk.argv("-c", READ), environ=desk.environ).out
    assert (folder / "rows.csv").read_text() == rows
    assert sorted(path.name for path in folder.iterdir()) == [
        "rows.csv",
        "rows.csv.manifest.json",
        "study.db",
        "study.db.derived",
    ]
    assert len(list((folder / "study.db.derived").iterdir())) == 1


# --- too little ----------------------------------------------------------------------------------


def limited(kind, most):
    return lambda: resource.setrlimit(kind, (most, most))


@pytest.mark.fault(
    "F60",
    "sixteen open files at most",
    "it collects; it reads all rows, or says that these are too few",
)
def test_with_sixteen_open_files_it_collects_and_reads_all_rows_or_says_what_it_needs(desk, run):
    few = limited(resource.RLIMIT_NOFILE, 16)
    done = desk.run("-c", CREATE, preexec_fn=few)
    assert done.status == 0, done.err
    rows = run(*desk.argv("-c", READ), environ=desk.environ).out
    assert rows.count("\n") > 40
    read = desk.run("-c", READ, preexec_fn=few)
    assert (read.status, read.out) in {(0, rows), (6, "")}
    assert read.status == 0 or "Too many open files" in read.err


@pytest.mark.parametrize(
    ("kind", "most"),
    [(resource.RLIMIT_NOFILE, 8), (resource.RLIMIT_AS, 80_000_000)],
    ids=["files", "memory"],
)
@pytest.mark.fault(
    "F60",
    "eight open files, or 80 MB of addresses",
    "an error that says what is lacking, and no bug; the next run goes on",
)
def test_with_too_little_it_says_what_is_lacking_and_goes_on_later(desk, run, kind, most):
    done = desk.run("-c", CREATE, preexec_fn=limited(kind, most))
    assert done.status == 1, done
    said = ("error[TS546]",) if kind == resource.RLIMIT_NOFILE else ("error[TS547]", "error[TS544]")
    assert done.err.startswith(said)
    assert "this is a bug" not in done.err
    assert run(*desk.argv("-c", CREATE), environ=desk.environ).status == 0
    desk.check()


def test_what_is_no_lack_of_the_machine_is_a_bug():
    assert lack(ValueError("no")) is None
    assert lack(FileNotFoundError(2, "No such file")) is None


# --- no streams, no home -------------------------------------------------------------------------


def shut(streams, desk, *argv):
    """Run the program with streams that are closed: ``<&-``."""
    line = ["sh", "-c", f'"$@" {streams}', "sh", *PROGRAM, *desk.argv(*argv)]
    return subprocess.run(line, capture_output=True, text=True, env=desk.environ, check=False)


@pytest.mark.fault("F61", "standard input and standard error are closed", "the rows, as always")
def test_without_input_and_errors_rows_are_written(desk):
    done = shut("<&- 2>&-", desk, "-c", f"{CREATE}; {READ}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") > 40
    desk.check()


@pytest.mark.fault(
    "F61",
    "all standard streams are closed",
    "a collection is made; rows that find no way out are exit status 6",
)
def test_without_any_stream_it_collects_and_rows_are_not_lost_quietly(desk):
    assert shut("<&- >&- 2>&-", desk, "-c", CREATE).returncode == 0
    desk.check()
    done = shut("<&- >&-", desk, "-c", READ)
    assert done.returncode == 6
    assert done.stderr.startswith("error[TS706]: the output cannot be written: Bad file descriptor")
    desk.check()


@pytest.mark.fault(
    "F54", "standard output is a full disk", "exit status 6 and an error that says so"
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_rows_for_which_there_is_no_room_are_an_error(desk):
    done = shut(">/dev/full", desk, "-c", f"SELECT id FROM videos WHERE {WHERE} LIMIT 3")
    assert (done.returncode, done.stdout) == (6, "")
    assert "error[TS706]: the output cannot be written: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.fault("F61", "no statement, and no input", "nothing is done")
def test_without_input_nothing_is_asked(desk):
    done = shut("<&-", desk)
    assert (done.returncode, done.stdout, desk.spent) == (0, "", 0)


@pytest.mark.fault("F61", "a home in which nothing can be written", "it collects as always")
def test_in_a_home_that_cannot_be_written_it_collects(desk):
    home = {**desk.environ, "HOME": "/proc/self", "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""}
    done = desk.run("-c", CREATE, env=home)
    assert done.status == 0, done.err
    desk.check()
