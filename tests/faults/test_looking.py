"""A study that is looked at is left as it is, wherever it lies and whoever works on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from store.processes import PROGRAM, Desk
from store.slow_server import PAGES, slow
from store.studies_world import Lab, emulated

from tiksql.errors import StudyError
from tiksql.store.looking import Look
from tiksql.store.study import Study

CREATE = (
    "CREATE COLLECTION c AS SELECT id FROM videos WHERE region_code = 'US'"
    " AND create_date BETWEEN '2022-05-01' AND '2022-05-10'"
)
SLOW = (
    "CREATE COLLECTION c AS SELECT id FROM videos"
    " WHERE keyword = 'x' AND create_date = '2022-01-01'"
)
IS_ROOT = os.geteuid() == 0


@pytest.fixture
def lab(tmp_path):
    made = Lab(emulated(), tmp_path / "study.db")
    assert made(CREATE).stats.complete
    return made


def everything(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_status_of_a_study_changes_nothing_and_makes_nothing(lab, run):
    before = everything(lab.path.parent)
    assert "c: complete" in run("status", lab.path).out
    assert everything(lab.path.parent) == before


def test_a_look_sees_what_a_collector_has_committed_a_moment_ago(tmp_path, run):
    with slow(silent_after=3) as server:
        desk = Desk(tmp_path, server)
        with desk.start("-c", SLOW) as process:
            assert server.silent.wait(30)
            beside = sorted(path.name for path in tmp_path.iterdir())
            assert "c: being collected, 0 of 1 parts, 3 records" in run("status", desk.path).out
            assert sorted(path.name for path in tmp_path.iterdir()) == beside
            server.awake.set()
            process.communicate(timeout=30)
        assert process.returncode == 0
        assert f"c: complete, 1 of 1 parts, {PAGES} records" in run("status", desk.path).out


def test_what_changes_while_it_is_looked_at_is_read_again(lab):
    counted = "SELECT count(*) FROM collections"
    with Look(lab.path) as look:
        assert look.row(counted)[0] == 1
        lab(CREATE.replace("COLLECTION c", "COLLECTION d"))
        assert look.row(counted)[0] == 2
        with Study(lab.path) as study:
            study.execute("DELETE FROM collections")
            assert look.row(counted)[0] == 0, "while the other program is at work"


def test_nothing_is_written_through_a_look(lab):
    with Look(lab.path) as look:
        with pytest.raises(StudyError, match="only read here") as refused, look.writing():
            pass
        assert refused.value.exit_status == 6
        with pytest.raises(StudyError) as refused:
            look.execute("DELETE FROM collections")
        assert refused.value.code == "TS710"


@pytest.mark.parametrize("what", ["empty", "missing"])
def test_a_look_makes_no_study(tmp_path, run, what):
    path = tmp_path / "none.db"
    if what == "empty":
        path.touch()
    outcome = run("status", path)
    assert outcome.status == {"empty": 6, "missing": 2}[what]
    assert everything(tmp_path) == ({path: b""} if what == "empty" else {})


def fixed(folder, *argv):
    """Run a command on a folder on which nothing can be written."""
    mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99; shift; exec "$@"'
    line = [*PROGRAM, *argv]
    if IS_ROOT:
        line = ["unshare", "-m", "sh", "-c", mount, "sh", str(folder), *line]
    else:
        for path in (*folder.iterdir(), folder):
            path.chmod(0o500)
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode == 99:
        pytest.skip("no file system can be mounted here")
    return done


@pytest.mark.fault(
    "F55", "the file system is read-only", "what is there is read; asking is refused"
)
def test_what_lies_where_nothing_can_be_written_is_read(lab):
    folder, rows = lab.path.parent, lab("SELECT count(*) FROM c").rows
    shutil.rmtree(folder / "study.db.derived")
    looked = fixed(folder, "status", str(lab.path))
    assert (looked.returncode, "c: complete" in looked.stdout) == (0, True), looked
    line = [str(lab.path), "--emulator", "-c"]
    read = fixed(folder, *line, "SHOW PROVENANCE FOR c; SELECT count(*) FROM c")
    assert (read.returncode, read.stdout.split()[-1]) == (0, str(rows[0][0])), read
    refused = fixed(folder, *line, CREATE.replace("COLLECTION c", "COLLECTION d"))
    assert refused.returncode == 6, refused
    assert f"error[TS710]: {lab.path} is only read here" in refused.stderr


def test_what_a_killed_program_left_is_read_where_nothing_can_be_written(tmp_path):
    with slow(silent_after=3) as server:
        desk = Desk(tmp_path, server)
        with desk.start("-c", SLOW) as process:
            assert server.silent.wait(30)
            process.kill()
            process.communicate()
    assert Path(f"{desk.path}-wal").exists()
    looked = fixed(tmp_path, "status", str(desk.path))
    assert "c: incomplete, 0 of 1 parts, 3 records" in looked.stdout, looked
