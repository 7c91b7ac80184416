"""Disks that are full, places that are wrong, files that are damaged: one error, nothing lost."""

from __future__ import annotations

import os
import random
import resource
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import pytest
from faults.canary import KEY, SECRET
from soak import cases
from store.processes import PROGRAM, Desk
from store.slow_server import PAGES, slow
from store.studies_world import Lab, emulated, scripted
from store.test_collections import WINDOWS, video_page

from tiksql.derived import Derived
from tiksql.errors import QuotaError, StudyError, TikSQLError
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.store import seals
from tiksql.syntax.parser import parse

WHERE = "region_code = 'US' AND create_date BETWEEN '2022-05-01' AND '2022-07-10'"
SQL = f"SELECT id, username, like_count FROM videos WHERE {WHERE}"
CREATE = f"CREATE COLLECTION c AS {SQL}"
SLOW = (
    "CREATE COLLECTION c AS SELECT id FROM videos"
    " WHERE keyword = 'x' AND create_date = '2022-01-01'"
)


@pytest.fixture
def lab(tmp_path):
    return Lab(emulated(), tmp_path / "study.db")


@pytest.fixture
def desk(tmp_path, served):
    return Desk(tmp_path, served)


# --- full -----------------------------------------------------------------------------------------


def wide(number, _body):
    """Answer with a page that takes many pages of the file, and cannot be compressed."""
    page = video_page([number])
    page["videos"][0]["video_description"] = random.Random(number).randbytes(20_000).hex()
    return page


@pytest.mark.fault(
    "F54",
    "a study that may not grow",
    "an error that names it, nothing more is asked for, and it goes on when there is room",
)
def test_where_the_disk_is_full_nothing_more_is_asked_and_it_goes_on_when_there_is_room(tmp_path):
    lab = scripted(tmp_path / "study.db", wide)
    sql = f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {WINDOWS}"
    with lab.open(window_days=5, concurrency=1) as run:
        base = lab_study(run)._connection
        (pages,) = base.execute("PRAGMA page_count").fetchone()
        base.execute(f"PRAGMA max_page_count = {pages + 25}")
        with pytest.raises(StudyError) as full:
            run(sql)
        assert (full.value.code, full.value.exit_status) == ("TS714", 6)
        assert str(lab.path) in full.value.message
        assert "the same statement again goes on from here" in full.value.hint
        sent = len(lab.bodies)
        assert 2 <= sent < 12
        kept = run("SELECT count(*) FROM c").rows
        assert kept == [(sent - 1,)], "what was committed before is there"
        base.execute("PRAGMA max_page_count = 1000000")
        assert run(sql).stats.complete
    assert len(lab.bodies) == 12 + 1, "the page for which there was no room is asked for again"


def lab_study(run):
    return run.__closure__[0].cell_contents.studies.study


def limited(octets):
    """No file of the program may become larger: what a disk does that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (octets, octets))


@pytest.mark.fault(
    "F54", "a log that may not grow", "an error that names the study; what was committed stays"
)
@pytest.mark.fault(
    "F55", "a write of a log that is short", "exit status 6, and one request paid again at most"
)
def test_a_log_that_cannot_grow_is_named_and_what_was_committed_stays(desk, run):
    done = desk.run("-c", CREATE, preexec_fn=limited(100_000))
    assert done.status == 6
    assert f"{desk.path}" in done.err
    assert "Traceback" not in done.err
    desk.check()
    pages = desk.asked("SELECT count(*) FROM pages")[0][0]
    assert desk.spent <= pages + 1
    assert run(*desk.argv("-c", CREATE), environ=desk.environ).status == 0
    desk.check()


@pytest.mark.fault(
    "F54",
    "no room for the files that rows are read from",
    "an error that names their folder; they are made when there is room",
)
def test_rows_that_find_no_room_are_an_error_and_are_made_when_there_is(tmp_path):
    lab = scripted(tmp_path / "study.db", wide)
    lab(f"CREATE COLLECTION c AS SELECT id, video_description FROM videos WHERE {WINDOWS}")
    asked = len(lab.bodies)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (33_000, before[1]))
    try:
        with pytest.raises(StudyError) as full:
            lab("SELECT count(*) FROM c")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (full.value.code, full.value.exit_status) == ("TS720", 6)
    assert full.value.message.startswith(f"{lab.path}.derived/")
    assert list(lab.path.with_name("study.db.derived").iterdir()) == []
    assert lab("SELECT count(*) FROM c").rows == [(2,)]
    assert len(lab.bodies) == asked


@pytest.mark.parametrize("spoil", [Path.touch, lambda path: path.symlink_to("/proc")])
@pytest.mark.fault(
    "F57", "a file or a link where the folder for rows should be", "an error that names it"
)
def test_a_folder_for_rows_that_is_none_is_named(run, lab, spoil):
    lab(CREATE)
    spoil(lab.path.with_name("study.db.derived"))
    outcome = run(lab.path, "--emulator", "-c", "SELECT count(*) FROM c")
    assert outcome.status == 6
    assert f"error[TS720]: {lab.path}.derived cannot be used: " in outcome.err


IS_ROOT = os.geteuid() == 0


@pytest.mark.skipif(not IS_ROOT, reason="only root can mount a small disk")
@pytest.mark.fault(
    "F54", "a file system of 500 kB", "an error that names the study; it goes on when there is room"
)
def test_on_a_disk_that_is_really_full_it_stops_and_goes_on(desk, run, tmp_path):
    """A file system of 500 kB: the rest of this disk is taken, then set free."""
    script = """
    mount -t tmpfs -o size=500k none "$1" && cd "$1" || exit 99
    dd if=/dev/zero of=ballast bs=1k count=330 2>/dev/null
    shift
    "$@"; status=$?
    rm ballast
    "$@" || exit 98
    cp study.db "$KEPT"
    exit $status
    """
    small, kept = tmp_path / "small", tmp_path / "kept"
    small.mkdir()
    kept.mkdir()
    desk.path = small / "study.db"
    argv = ["unshare", "-m", "sh", "-c", script, "sh", str(small)]
    done = desk.run(
        "-c", CREATE, program=[*argv, *PROGRAM], env={**desk.environ, "KEPT": str(kept)}
    )
    if done.status == 99:
        pytest.skip("no file system can be mounted here")
    assert done.status == 6, done
    assert "TS714" in done.err
    assert f"the disk of {desk.path} is full" in done.err
    desk.path = kept / "study.db"
    desk.check()
    assert run(*desk.argv("-c", "SELECT count(*) > 300 FROM c"), environ=desk.environ).status == 0


# --- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["removed", "replaced", "moved"])
@pytest.mark.fault(
    "F58",
    "the study is removed, replaced or moved while it is open",
    "an error, and no empty study in its place",
)
def test_a_study_that_is_taken_away_while_it_is_open_is_noticed_and_not_made_anew(lab, what):
    with lab.open(max_requests=1, concurrency=1) as run:
        with pytest.raises(TikSQLError):
            run(CREATE)
        other = lab.path.with_name("other")
        if what == "removed":
            lab.path.unlink()
        else:
            lab.path.rename(other)
        if what == "replaced":
            shutil.copy(other, lab.path)
        with pytest.raises(StudyError, match="was moved or removed while it was in use") as gone:
            run("REFRESH COLLECTION c")
    assert (gone.value.code, gone.value.exit_status) == ("TS713", 6)
    assert lab.path.exists() == (what == "replaced")


@pytest.mark.fault(
    "F58",
    "the study is removed while a page is on its way",
    "an error, nothing more is asked for, and no empty study in its place",
)
def test_taken_away_while_it_collects_it_asks_for_nothing_more(tmp_path):
    def answer(number, _body):
        if number == 2:
            lab.path.unlink()
        return video_page([number])

    lab = scripted(tmp_path / "study.db", answer)
    with pytest.raises(StudyError) as gone:
        lab(
            f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {WINDOWS}",
            window_days=5,
            concurrency=1,
        )
    assert gone.value.code == "TS713"
    assert len(lab.bodies) == 2
    assert not lab.path.exists()


def other_database(path):
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE mine (x)")


def later_version(path):
    Lab(emulated(), path)("SHOW COLLECTIONS")
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA user_version = 99")


NO_STUDY = {
    "text": (lambda path: path.write_text("dear diary\n" * 99), "TS711"),
    "short": (lambda path: path.write_bytes(b"SQL"), "TS711"),
    "header": (lambda path: path.write_bytes(b"SQLite format 3\x00" + b"x" * 5000), "TS716"),
    "header alone": (lambda path: path.write_bytes(b"SQLite format 3\x00"), "TS716"),
    "database": (other_database, "TS711"),
    "later": (later_version, "TS712"),
    "directory": (lambda path: path.mkdir(), "TS711"),
    "pipe": (os.mkfifo, "TS711"),
    "device": (lambda path: path.symlink_to("/dev/null"), "TS711"),
}


@pytest.mark.parametrize("kind", NO_STUDY)
@pytest.mark.fault(
    "F57",
    "a text, a header alone, another database, a later version, a directory, a pipe, a device",
    "refused, and left as it is",
)
def test_what_is_no_study_is_refused_and_left_as_it_is(run, tmp_path, kind):
    path = tmp_path / "study.db"
    make, code = NO_STUDY[kind]
    make(path)
    before = path.read_bytes() if path.is_file() else None
    outcome = run(path, "--emulator", "-c", "SHOW COLLECTIONS")
    assert outcome.status == 6, outcome.err
    assert outcome.err.startswith(f"error[{code}]")
    assert str(path) in outcome.err
    assert before is None or path.read_bytes() == before


@pytest.mark.fault("F57", "a file of 0 bytes", "it becomes a study")
def test_an_empty_file_becomes_a_study_as_one_may_be_left_by_a_program_that_was_killed(lab):
    lab.path.touch()
    assert lab("SHOW COLLECTIONS").rows == []


@pytest.mark.fault("F57", "a link to a study", "it is the study behind it")
def test_a_study_behind_a_link_is_that_study(lab, tmp_path):
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(lab.path)
    lab(CREATE)
    other = Lab(emulated(), link)
    assert other("SELECT count(*) FROM c").rows == lab("SELECT count(*) FROM c").rows
    assert list(link.parent.iterdir()) == [link]


@pytest.mark.fault("F57", "a link to nothing", "the study is made where it leads")
def test_a_link_to_nothing_makes_the_study_at_its_end(lab, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(lab.path)
    assert Lab(emulated(), link)(CREATE).stats.complete
    assert lab(CREATE).requests == 0


@pytest.mark.parametrize("place", ["missing/study.db", "file/study.db"])
def test_a_place_that_is_none_is_named(run, tmp_path, place):
    (tmp_path / "file").touch()
    outcome = run(tmp_path / place, "--emulator", "-c", "SHOW COLLECTIONS")
    assert outcome.status == 6
    assert str(tmp_path / place) in outcome.err


@pytest.mark.fault("F55", "a new study in a read-only directory", "an error that names it")
def test_a_directory_that_cannot_be_written_is_named(tmp_path):
    folder = tmp_path / "fixed"
    folder.mkdir()
    line = [*PROGRAM, str(folder / "study.db"), "--emulator", "-c", "SHOW COLLECTIONS"]
    if IS_ROOT:
        mount = 'mount -t tmpfs -o ro none "$1" || exit 99; shift; exec "$@"'
        line = ["unshare", "-m", "sh", "-c", mount, "sh", str(folder), *line]
    else:
        folder.chmod(0o500)
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode == 99:
        pytest.skip("no file system can be mounted here")
    assert done.returncode == 6, done.stderr
    assert f"{folder}/study.db" in done.stderr
    assert "Traceback" not in done.stderr


def test_nobody_else_can_read_what_a_study_is_made_of(lab):
    before = os.umask(0o022)
    try:
        with lab.open() as run:
            run(CREATE)
            run("SELECT * FROM c")
            beside = {path.name: mode(path) for path in lab.path.parent.iterdir()}
    finally:
        os.umask(before)
    assert beside == {
        "study.db": 0o600,
        "study.db-wal": 0o600,
        "study.db-shm": 0o600,
        "study.db.derived": 0o700,
    }


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.fault("F61", "no HOME, and an environment of two variables", "it collects as always")
def test_without_a_home_and_almost_without_an_environment_it_collects(desk):
    bare = {"TIKTOK_CLIENT_KEY": KEY, "TIKTOK_CLIENT_SECRET": SECRET}
    done = desk.run("-c", CREATE, env=bare, cwd=desk.path.parent)
    assert done.status == 0, done.err
    assert {path.name.partition("-")[0] for path in desk.path.parent.iterdir()} == {"study.db"}


# --- several programs -----------------------------------------------------------------------------


@pytest.mark.fault(
    "F56",
    "a second collector while one is at work",
    "it is told which process collects and since when; reading works",
)
def test_a_second_program_is_told_who_collects_and_reads_meanwhile(tmp_path, run):
    with slow(silent_after=3) as server:
        desk = Desk(tmp_path, server)

        def tiksql(*argv):
            return run(*desk.argv(*argv), environ=desk.environ)

        first = desk.start("-c", SLOW)
        assert server.silent.wait(30)
        for statement in (
            SLOW,
            "REFRESH COLLECTION c",
            "DROP COLLECTION c",
            SLOW.replace("CREATE", "CREATE OR REPLACE"),
        ):
            second = desk.run("-c", statement) if statement == SLOW else tiksql("-c", statement)
            assert second.status == 6
            assert f"error[TS717]: c is being collected by process {first.pid} on" in second.err
        part = tiksql("-c", "SELECT count(*) FROM c")
        assert (part.status, part.out.splitlines()[1]) == (5, "3")
        server.awake.set()
        first.communicate(timeout=30)
        assert first.returncode == 0
        assert tiksql("-c", "SELECT count(*) FROM c").out.splitlines()[1] == str(PAGES)
        assert desk.spent == PAGES


def test_rows_that_were_made_before_somebody_finished_are_still_called_a_part(lab, monkeypatch):
    with pytest.raises(QuotaError):
        lab(CREATE, max_requests=2)
    make = Derived.files

    def files(*args, **options):
        found = make(*args, **options)
        monkeypatch.undo()
        assert lab(CREATE).stats.complete
        return found

    monkeypatch.setattr(Derived, "files", files)
    part = lab("SELECT count(*) FROM c")
    assert not part.stats.complete
    whole = lab("SELECT count(*) FROM c")
    assert whole.stats.complete
    assert whole.rows > part.rows


@pytest.mark.parametrize("cap", [1000, 5])
@pytest.mark.fault("F56", "two programs with the same statement in one study", "both have all rows")
def test_two_programs_that_ask_the_same_at_the_same_time_both_have_all_rows(lab, cap):
    """Who is through first forgets the pages of both, and what the other keeps has no beginning."""
    small = {"page_size": 20, "concurrency": 1}
    live = lab(SQL, **small)
    chosen = DEFAULTS
    for name, value in (small | {"max_requests": cap}).items():
        chosen = chosen.having(name, value, "session")
    session = Session(lab.server, chosen, study=lab.path)
    stream = session.execute(parse(Source(SQL)).statements[0], {})
    batches = stream.batches()
    rows = next(batches)
    assert lab(SQL, **small).rows == live.rows
    rows += [row for batch in batches for row in batch]
    session.close()
    assert stream.stats.complete == (rows == live.rows) == (cap > live.requests)
    paid = 2 * live.requests - 1 + min(cap, live.requests)  # its first page was there for both
    assert len(lab("SHOW REQUESTS").rows) == paid
    assert lab(SQL, **small).rows == live.rows, "a part is never taken for all of it"


@pytest.mark.fault("F56", "three programs make one study at the same moment", "all have it")
def test_several_programs_that_make_one_study_at_once_all_have_it(desk):
    started = [desk.start("-c", "SHOW COLLECTIONS") for _ in range(3)]
    ended = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], ended


# --- damage ---------------------------------------------------------------------------------------

ASKED = ("SHOW COLLECTIONS", "SELECT * FROM c", CREATE, "SHOW PROVENANCE FOR c", "SHOW COVERAGE")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    lab = Lab(emulated(), tmp_path_factory.mktemp("whole") / "study.db")
    lab(CREATE)
    return lab.path.read_bytes()


@pytest.mark.parametrize("seed", range(cases(20)))
@pytest.mark.fault(
    "F57", "a study with flipped bits, or cut", "an error or an answer, no traceback"
)
def test_a_damaged_study_gives_an_error_and_no_traceback(lab, whole, seed):
    chance = random.Random(seed)
    octets = bytearray(whole)
    for _ in range(chance.choice([1, 3, 30])):
        octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
    if seed % 5 == 0:
        del octets[chance.randrange(len(octets)) :]
    lab.path.write_bytes(octets)
    for statement in ASKED:
        with suppress(TikSQLError):
            lab(statement)


@pytest.mark.fault("F57", "one bit of a page's content is flipped", "an error that names the study")
def test_a_page_whose_bytes_have_changed_is_never_read_as_another(lab, whole):
    lab.path.write_bytes(whole)
    with closing(sqlite3.connect(lab.path)) as base, base:
        seals.install(base)
        ((number, content),) = base.execute("SELECT rowid, content FROM pages LIMIT 1")
        broken = bytearray(content)
        broken[len(broken) // 2] ^= 1
        base.execute("UPDATE pages SET content = ? WHERE rowid = ?", (broken, number))
    with pytest.raises(StudyError) as damaged:
        lab("SELECT * FROM c")
    assert damaged.value.code == "TS716"
    assert str(lab.path) in damaged.value.message


@pytest.mark.fault(
    "F57", "files that rows are read from are missing, empty or cut", "they are made again"
)
def test_damaged_files_that_were_made_of_a_study_are_made_again(lab):
    lab(CREATE)
    before = lab("SELECT * FROM c").rows
    folder = lab.path.with_name("study.db.derived")
    (file,) = folder.rglob("*.parquet")
    for spoil in (
        file.unlink,
        lambda: file.write_bytes(b""),
        lambda: file.write_bytes(file.read_bytes()[:-100]),
        (file.parent / "files.txt").unlink,
        lambda: shutil.rmtree(folder),
    ):
        spoil()
        assert lab("SELECT * FROM c").rows == before
