"""Killed at any point, a program loses nothing, and pays for one request again at most."""

from __future__ import annotations

import random
import signal
import time

import pytest
from soak import TIMES, cases
from store.processes import Desk

SQL = (
    "SELECT id, username, like_count FROM videos WHERE region_code = 'US'"
    " AND create_date BETWEEN '2022-05-01' AND '2022-07-10'"
)
CREATE = f"CREATE COLLECTION c AS {SQL}"
READ = "SELECT * FROM c ORDER BY id"


class Truth:
    """What one run that nobody disturbed has cost, brought, and how long it took."""

    def __init__(self, desk):
        began = time.monotonic()
        assert desk.run("-c", CREATE).status == 0
        self.seconds = time.monotonic() - began
        self.requests = desk.spent
        self.rows = desk.run("-c", READ).out
        self.live = desk.run("-c", f"{SQL} ORDER BY id").out


@pytest.fixture(scope="module")
def truth(tmp_path_factory, served):
    return Truth(Desk(tmp_path_factory.mktemp("truth"), served))


@pytest.fixture
def desk(tmp_path, served):
    return Desk(tmp_path, served)


@pytest.fixture
def tiksql(run, desk):
    """Go on in this process."""
    return lambda *argv: run(*desk.argv(*argv), environ=desk.environ)


def finish(desk, tiksql, truth, kills):
    """Go on to the end, and compare with the run that nobody disturbed."""
    done = tiksql("-c", CREATE)
    assert done.status == 0, done.err
    desk.check()
    assert truth.requests <= desk.spent <= truth.requests + kills
    rows = tiksql("-c", READ).out
    assert rows == truth.rows
    assert len(set(rows.splitlines())) == len(rows.splitlines())
    assert tiksql("-c", "SHOW GAPS").out.count("\n") == 1
    spent = desk.spent
    assert tiksql("-c", CREATE).status == 0
    assert desk.spent == spent, "what is complete costs nothing"


def test_the_run_that_nobody_disturbs_brings_what_the_statement_brings(truth):
    assert truth.rows == truth.live
    assert truth.rows.count("\n") > 300
    assert truth.requests >= 5


@pytest.mark.parametrize(
    ("point", "passes"),
    [
        ("making tables", 1),
        ("within create", 1),
        ("lock taken", 1),
        ("within plan", 2),
        ("before intent", 3),
        ("within intent", 2),
        ("after intent", 4),
        ("after send", 3),
        ("mid body", 4),
        ("before commit", 3),
        ("within commit", 2),
        ("after commit", 3),
        ("before done", 2),
        ("lock left", 1),
        ("before finish", 1),
    ],
)
@pytest.mark.fault(
    "F50",
    "kill -9 at fifteen points of a collection",
    "the next run has the same rows, and pays for one request again at most",
)
def test_killed_while_it_collects_it_goes_on_from_there(desk, tiksql, truth, point, passes):
    desk.die(point, passes, "-c", CREATE)
    if desk.asked("SELECT 1 FROM sqlite_schema"):
        desk.check()
    finish(desk, tiksql, truth, kills=1)


@pytest.mark.fault(
    "F50", "six kills -9, one after another", "the same rows, each kill costs one request at most"
)
def test_killed_at_one_point_after_another_it_still_becomes_the_same(desk, tiksql, truth):
    points = (
        "after send",
        "before commit",
        "lock taken",
        "after commit",
        "mid body",
        "before done",
    )
    for point in points:
        desk.die(point, 1, "-c", CREATE)
        desk.check()
    finish(desk, tiksql, truth, kills=len(points))


@pytest.mark.fault(
    "F50", "kill -9 behind the second page", "what came is read, and labelled as a part"
)
def test_a_killed_run_is_read_as_a_part_and_is_labelled(desk, tiksql):
    desk.die("after commit", 2, "-c", CREATE)
    part = tiksql("-c", READ)
    assert part.status == 5
    assert part.out.count("\n") > 100
    assert "c is incomplete" in part.err


@pytest.mark.fault(
    "F50",
    "kill -9 with three requests on their way",
    "the same rows, three requests paid again at most",
)
def test_several_windows_in_flight_are_paid_again_at_most_once_each(desk, tiksql, truth):
    desk.concurrency = 3
    desk.die("before commit", 2, "-c", CREATE)
    finish(desk, tiksql, truth, kills=3)


@pytest.mark.fault(
    "F50",
    "kill -9 while rows are made of pages",
    "they are made again, and nothing is left of the first try",
)
def test_killed_while_its_rows_are_made_it_makes_them_again_and_leaves_nothing_behind(
    desk, tiksql, truth
):
    assert tiksql("-c", CREATE).status == 0
    desk.die("making rows", 1, "-c", READ)
    assert tiksql("-c", READ).out == truth.rows
    (folder,) = desk.path.with_name("study.db.derived").iterdir()
    assert folder.name.startswith("1-rows-")
    assert desk.spent == truth.requests


@pytest.mark.parametrize("point", ["before drop", "within drop"])
@pytest.mark.fault("F50", "kill -9 before and within DROP", "the collection is whole")
def test_killed_while_it_drops_a_collection_is_whole_or_gone(desk, tiksql, truth, point):
    assert tiksql("-c", CREATE).status == 0
    tiksql("-c", READ)
    desk.die(point, 1, "-c", "DROP COLLECTION c")
    desk.check()
    assert tiksql("-c", READ).out == truth.rows
    assert tiksql("-c", "DROP COLLECTION c").status == 0
    assert tiksql("-c", READ).status == 1
    desk.check()


def test_killed_while_it_replaces_a_collection_it_has_the_old_one_or_begins_the_new(desk, tiksql):
    assert tiksql("-c", CREATE).status == 0
    other = SQL.replace("'US'", "'CA'")
    desk.die("within create", 1, "-c", f"CREATE OR REPLACE COLLECTION c AS {other}")
    assert tiksql("-c", f"CREATE OR REPLACE COLLECTION c AS {other}").status == 0
    assert tiksql("-c", READ).out == tiksql("-c", f"{other} ORDER BY id").out
    desk.check()


@pytest.mark.fault(
    "F50", "three kills -9 during REFRESH", "all rows, and what was seen before is kept"
)
def test_killed_while_it_refreshes_it_keeps_what_was_seen(desk, tiksql, truth):
    assert tiksql("-c", CREATE).status == 0
    for point in ("lock taken", "after send", "before done"):
        desk.die(point, 1, "-c", "REFRESH COLLECTION c")
        desk.check()
    assert tiksql("-c", "REFRESH COLLECTION c").status == 0
    assert desk.spent <= 2 * truth.requests + 3
    assert tiksql("-c", READ).out == truth.rows


@pytest.mark.fault("F50", "kill -9 while a result is written", "the old file as it was")
def test_killed_while_it_writes_a_result_it_leaves_the_old_file(desk, tiksql, truth, tmp_path):
    assert tiksql("-c", CREATE).status == 0
    tiksql("-c", READ)
    target = tmp_path / "result.csv"
    target.write_text("old")
    desk.die("within result", 1, "-c", READ, "-o", target)
    assert target.read_text() == "old"
    assert tiksql("-c", READ, "-o", target).status == 0
    assert target.read_text() == truth.rows


@pytest.mark.parametrize("passes", [1, 2])
@pytest.mark.fault("F50", "kill -9 during COPY", "the old file as it was")
def test_killed_while_it_exports_it_leaves_the_old_file(desk, tiksql, truth, monkeypatch, passes):
    assert tiksql("-c", CREATE).status == 0
    tiksql("-c", READ)
    monkeypatch.chdir(desk.path.parent)
    target = desk.path.with_name("result.csv")
    target.write_text("old")
    copy = f"COPY ({READ}) TO 'result.csv' (OVERWRITE)"
    desk.die("within result", passes, "-c", copy)
    assert target.read_text() == "old"
    done = tiksql("-c", copy)
    assert done.status == 0, done.err
    assert target.read_text().splitlines() == truth.rows.splitlines()
    desk.check()


@pytest.mark.parametrize("point", ["before migration", "within migration"])
@pytest.mark.fault(
    "F50",
    "kill -9 before and within a migration",
    "the study is the old one, and is brought up the next time",
)
@pytest.mark.fault(
    "F57", "a study of an older version", "it is brought up, with a copy of the old one beside it"
)
def test_killed_while_it_migrates_a_study_is_the_old_one_and_migrates_again(
    desk, tiksql, truth, point, monkeypatch
):
    assert tiksql("-c", CREATE).status == 0
    desk.die(point, 1, "-c", READ)
    desk.check()
    assert desk.asked("PRAGMA user_version") == [(2,)]
    assert tiksql("-c", READ).out == truth.rows
    monkeypatch.setattr("tiksql.store.schema.VERSION", 3)
    monkeypatch.setattr("tiksql.store.schema.MIGRATIONS", {2: "CREATE TABLE later (x)"})
    assert tiksql("-c", READ).out == truth.rows
    assert desk.asked("PRAGMA user_version") == [(3,)]
    backup = desk.path.with_name("study.db.version2")
    assert backup.stat().st_mode & 0o777 == 0o600


# --- at any time ----------------------------------------------------------------------------------

SMALL = f"SET page_size = 10; {CREATE}"


@pytest.fixture(scope="module")
def long_truth(tmp_path_factory, served):
    desk = Desk(tmp_path_factory.mktemp("long"), served)
    began = time.monotonic()
    assert desk.run("-c", SMALL).status == 0
    return time.monotonic() - began, desk.spent, desk.run("-c", READ).out


@pytest.mark.parametrize("seed", range(6 if TIMES == 1 else cases(10)))
@pytest.mark.fault(
    "F50",
    "kill -9 once or twice at random times",
    "the same rows, each kill costs one request at most",
)
def test_killed_at_any_time_it_goes_on(desk, tiksql, long_truth, seed):
    """Kill once or twice, each at a random time of what a run takes."""
    seconds, requests, rows = long_truth
    chance, kills = random.Random(seed), 0
    for _ in range(1 + seed % 2):
        with desk.start("-c", SMALL) as process:
            time.sleep(chance.uniform(0.3 * seconds, 1.1 * seconds))
            process.kill()
            process.communicate()
        kills += process.returncode == -signal.SIGKILL
    done = tiksql("-c", SMALL)
    assert done.status == 0, done.err
    desk.check()
    assert requests <= desk.spent <= requests + kills
    assert tiksql("-c", READ).out == rows
