"""Studies with flipped bytes: the right rows, or an error that says so, and never other rows."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager

import pytest
from soak import cases
from store.studies_world import Lab, emulated

from tiksql.errors import QuotaError, StudyError, TikSQLError

WHERE = "region_code = 'US' AND create_date BETWEEN '2022-05-01' AND '2022-07-10'"
CREATE = f"CREATE COLLECTION c AS SELECT id, username, like_count FROM videos WHERE {WHERE}"
SMALL = {"page_size": 40, "window_days": 15, "concurrency": 1}
READ = "SELECT id, username, like_count FROM c ORDER BY id"
SHOWN = ("SHOW COLLECTIONS", "SHOW COVERAGE", "SHOW REQUESTS", "SHOW PROVENANCE FOR c", "SHOW GAPS")
FLIPS = 50
"""Damaged studies of each kind in a usual run."""

SECONDS = 20
"""What all that is done with a damaged study takes at most, on any machine."""

WAL = "study.db-wal"
BLOCK, HEADER, FRAME = 4096, 32, 24
TREES = frozenset(b"\x02\x05\x0a\x0d")
"""What a block begins with that is no mere content."""

MOST_FLIPS = 3
"""Of which each may hit one of the last transactions of a log, which a crash may leave out, too."""


class Case:
    """The files of a study that was cut, and what may be said of them when a byte is another."""

    def __init__(self, files, folder, earlier=()):
        self.files = files
        self.whole = resumed(written(files, folder / "resumed"))
        self.right = [
            said(written(each, folder / f"right{number}"))
            for number, each in enumerate((files, *earlier))
        ]

    def flipped(self, chance):
        """Give the files with one to three bits of one of them turned over."""
        files = {name: bytearray(octets) for name, octets in self.files.items()}
        name = chance.choice([*files, *files, WAL] if WAL in files else [*files])
        for _ in range(chance.choice([1, 1, MOST_FLIPS])):
            files[name][place(files[name], chance, FRAME if name == WAL else 0)] ^= bit(chance)
        return files


def bit(chance):
    return 1 << chance.randrange(8)


def place(octets, chance, frame):
    """Choose a byte: of all, or of those that are in use and more than the content of a page."""
    if chance.random() < 0.1:
        return chance.randrange(len(octets))
    starts = range(frame and HEADER, len(octets), BLOCK + frame)
    trees = [n for n in starts if n == 0 or octets[n + frame] in TREES]
    block = chance.choice(trees)
    used = [n for n in range(block, min(block + BLOCK + frame, len(octets))) if octets[n]]
    return chance.choice(used)


def earlier(log, transactions):
    """Cut a log before its last transactions: what a crash may leave of it."""
    frames = range(HEADER, len(log), FRAME + BLOCK)
    ends = [n + FRAME + BLOCK for n in frames if log[n + 4 : n + 8] != bytes(4)]
    return log[: ends[-1 - transactions]]


def written(files, folder):
    folder.mkdir()
    for name, octets in files.items():
        (folder / name).write_bytes(octets)
    return Lab(emulated(), folder / "study.db")


def rows_of(answer):
    return [tuple(row) for row in answer.rows], answer.stats.complete


def said(lab):
    """Ask a study everything: rows and whether they are all, or the error, by statement."""
    found = {}
    try:
        with lab.open(**SMALL) as run:
            for statement in (READ, *SHOWN):
                try:
                    found[statement] = rows_of(run(statement))
                except TikSQLError as error:
                    found[statement] = error
    except StudyError as error:
        return dict.fromkeys((READ, *SHOWN), error)
    return found


def resumed(lab, *, read=True):
    """Go on with a study; its rows then where they are read, or the error."""
    try:
        with lab.open(**SMALL) as run:
            assert run(CREATE).stats.complete
            return rows_of(run(READ)) if read else None
    except TikSQLError as error:
        return error


@pytest.fixture(scope="module")
def cases_of(tmp_path_factory):
    """Make a study that was cut once, as it was while it was open, and as it was closed."""
    folder = tmp_path_factory.mktemp("study")
    lab = Lab(emulated(), folder / "study.db")
    with lab.open(**SMALL, max_requests=6) as run:
        with pytest.raises(QuotaError):
            run(CREATE)
        log = folder.joinpath(WAL).read_bytes()
        files = {"study.db": lab.path.read_bytes(), WAL: log}
    cut = [{**files, WAL: earlier(log, number)} for number in range(1, MOST_FLIPS + 1)]
    closed = {"study.db": lab.path.read_bytes()}
    return {
        "open": Case(files, tmp_path_factory.mktemp("open"), cut),
        "closed": Case(closed, tmp_path_factory.mktemp("closed")),
    }


def test_the_study_that_is_damaged_is_a_part_that_becomes_whole(cases_of):
    for case in cases_of.values():
        rows, complete = case.right[0][READ]
        assert 200 < len(rows) < len(case.whole[0])
        assert (complete, case.whole[1]) == (False, True)


@contextmanager
def in_time():
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SECONDS


def is_study_error(answer):
    return isinstance(answer, StudyError) and answer.exit_status == 6


@pytest.mark.fault(
    "F57",
    "bytes of a study or its log are flipped, anywhere",
    "the right rows, or one error that says that it is damaged",
)
@pytest.mark.parametrize("kind", ["closed", "open"])
@pytest.mark.parametrize("seed", range(cases(FLIPS)))
def test_of_a_study_with_flipped_bytes_no_other_row_is_read(cases_of, tmp_path, kind, seed):
    case, chance = cases_of[kind], random.Random(f"{kind} {seed}")
    with in_time():
        lab = written(case.flipped(chance), tmp_path / "flipped")
        answers = said(lab)
        right = [{k: r[k] for k, v in answers.items() if not is_study_error(v)} for r in case.right]
        assert {k: v for k, v in answers.items() if not is_study_error(v)} in right
        read = not is_study_error(answers[READ])  # or it will not be read then either
        whole = resumed(lab, read=read)
        assert whole == (case.whole if read else None) or is_study_error(whole)
