"""What is left of a damaged study: nothing that is whole is lost, nothing else is believed."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing

import pytest
from faults.test_fuzz_studies import BLOCK, CREATE, READ, SMALL, bit, place, rows_of, written
from soak import cases
from store.studies_world import Lab, emulated

from tiksql.errors import StudyError, UsageError
from tiksql.store.recovery import recover


class Whole:
    """A study with nothing wrong: its octets, its rows, and what they have cost."""

    def __init__(self, folder):
        lab = Lab(emulated(), folder / "study.db")
        self.requests = lab(CREATE, **SMALL).requests
        self.rows = rows_of(lab(READ))[0]
        self.octets = lab.path.read_bytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Whole(tmp_path_factory.mktemp("whole"))


def damaged(octets, chance):
    """Overwrite a block of a file with noise, or turn some bits over."""
    octets = bytearray(octets)
    if chance.random() < 0.5:
        start = BLOCK * chance.randrange(len(octets) // BLOCK)
        octets[start : start + BLOCK] = chance.randbytes(BLOCK)
    else:
        for _ in range(chance.choice([1, 2, 5])):
            octets[place(octets, chance, 0)] ^= bit(chance)
    return bytes(octets)


def recovered(octets, folder):
    """Recover a study; return what is said of it, and the new one."""
    folder.mkdir(exist_ok=True)
    old = written({"study.db": octets}, folder / "old").path
    try:
        return recover(old, folder / "new.db"), Lab(emulated(), folder / "new.db")
    finally:
        assert old.read_bytes() == octets
        assert {each.name for each in folder.iterdir()} <= {"old", "new.db"}


@pytest.mark.fault(
    "F57",
    "a block of a study is noise, or bits of it are turned over, and tiksql recover",
    "what is whole is kept, nothing else is believed, and the same statement fetches the rest",
)
@pytest.mark.parametrize("seed", range(cases(30)))
def test_what_is_left_of_a_damaged_study_becomes_whole_again(whole, tmp_path, seed):
    try:
        found, lab = recovered(damaged(whole.octets, random.Random(seed)), tmp_path)
    except StudyError as error:
        assert error.code == "TS716"  # noqa: PT017 - either is right
        return
    if found.kept["collections"]:
        rows, complete = rows_of(lab(READ))
        assert set(rows) <= set(whole.rows)
        assert complete == (found.open == [])
        assert rows == whole.rows or not complete
    again = lab(CREATE, **SMALL)
    assert rows_of(lab(READ)) == (whole.rows, True)
    assert again.requests <= whole.requests
    assert lab("SHOW GAPS").rows == []


def test_of_a_whole_study_everything_is_taken_over(whole, tmp_path):
    found, lab = recovered(whole.octets, tmp_path)
    assert (found.exit_status, found.open) == (0, [])
    assert rows_of(lab(READ)) == (whole.rows, True)
    assert lab(CREATE, **SMALL).requests == 0
    assert len(lab("SHOW REQUESTS").rows) == whole.requests


@pytest.mark.fault(
    "F57", "the content of one page is another, and tiksql recover", "the page is asked for again"
)
def test_a_page_whose_content_has_changed_is_asked_for_again(whole, tmp_path):
    lab = written({"study.db": whole.octets}, tmp_path / "study")
    with closing(sqlite3.connect(lab.path, isolation_level=None)) as base:
        ((last, content),) = base.execute(
            "SELECT rowid, content FROM pages WHERE has_more = 0 ORDER BY rowid DESC LIMIT 1"
        )
        with base.blobopen("pages", "content", last) as blob:
            blob.write(bytes([content[0] ^ 1]))
    found, lab = recovered(lab.path.read_bytes(), tmp_path / "new")
    assert (found.exit_status, found.lost["pages"], found.open) == (5, 1, ["c"])
    assert found.kept["pages"] == whole.requests - 1
    assert lab(CREATE, **SMALL).requests == 1
    assert rows_of(lab(READ)) == (whole.rows, True)


def test_a_search_whose_record_is_lost_is_planned_again(whole, tmp_path):
    """Its run would look whole without it, whatever was split into it."""
    lab = written({"study.db": whole.octets}, tmp_path / "study")
    with closing(sqlite3.connect(lab.path, isolation_level=None)) as base:
        base.execute("DROP TRIGGER chains_changed")
        base.execute("UPDATE chains SET first_day = '2022-05-02' WHERE id = 2")
    found, lab = recovered(lab.path.read_bytes(), tmp_path / "new")
    assert (found.lost["chains"], found.open) == (1, ["c"])
    assert not lab(READ).stats.complete
    assert lab(CREATE, **SMALL).requests == found.lost["pages"]
    assert rows_of(lab(READ)) == (whole.rows, True)


@pytest.mark.parametrize("text", [b"", b"no study", b"SQLite format 3\x00", b"\x00" * 9000])
def test_of_what_is_no_study_nothing_is_made(tmp_path, text):
    old = tmp_path / "old.db"
    old.write_bytes(text)
    with pytest.raises(StudyError) as refused:
        recover(old, tmp_path / "new.db")
    assert refused.value.code == "TS716"
    assert [each.name for each in tmp_path.iterdir()] == ["old.db"]
    assert old.read_bytes() == text


def test_nothing_is_made_of_nothing_or_in_the_place_of_something(tmp_path):
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    with pytest.raises(UsageError, match="there is no study"):
        recover(old, new)
    old.touch()
    new.write_text("precious")
    with pytest.raises(UsageError, match="is there already"):
        recover(old, new)
    assert new.read_text() == "precious"


def test_the_command_says_what_is_kept_and_lost_and_how_to_go_on(whole, run, tmp_path):
    octets = bytearray(whole.octets)
    octets[octets.index(b"PAGE")] ^= 1
    old = written({"study.db": bytes(octets)}, tmp_path / "old").path
    refused = run(old, "--emulator", "-c", "SHOW GAPS")
    assert refused.status == 6
    assert "tiksql recover STUDY NEW" in refused.err
    told = run("recover", old, tmp_path / "new.db")
    assert told.status == 5
    assert told.out.startswith(f"{tmp_path / 'new.db'} has what is left of {old}\n  kept: 1 coll")
    assert "\n  lost: 1 " in told.out
    as_json = json.loads(run("recover", old, tmp_path / "other.db", "--json").out)
    assert as_json["new"] == str(tmp_path / "other.db")
    assert run("recover", old).status == 2
    assert "TS647" in run("recover", old, tmp_path / "new.db").err
