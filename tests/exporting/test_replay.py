"""Exports made again by somebody who has nothing but their manifests and the answers."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from faults.canary import KEY, SECRET
from store.studies_world import EMULATOR, Lab, emulated
from store.truthful_api import DAYS as DAYS_OF_ALL
from store.truthful_api import Api

from tiksql import backend
from tiksql.api.client import Client
from tiksql.api.credentials import Credentials
from tiksql.api.settings import Settings as ClientSettings
from tiksql.emulator import Settings
from tiksql.emulator.app import create_app
from tiksql.errors import QuotaError
from tiksql.exporting.export import Export
from tiksql.source import Source
from tiksql.store import seals
from tiksql.syntax.parser import parse

DAYS = "create_date BETWEEN '2024-01-01' AND '2024-03-01'"
COLLECTED = (
    f"SELECT id, username, create_time, like_count FROM videos WHERE {DAYS} AND keyword = 'music'"
)
EXPORTS = {
    "rows.csv": "SELECT * FROM c",
    "excel.csv": "SELECT id, username FROM c",
    "rows.tsv": "SELECT * FROM c ORDER BY like_count, id",
    "rows.jsonl": "SELECT * FROM c.observations",
    "rows.md": "SELECT username, count(*) AS n FROM c GROUP BY username ORDER BY n DESC, username",
    "rows.parquet": "SELECT * FROM c",
    "rows.xlsx": "SELECT * FROM c ORDER BY id LIMIT 10",
}
OPTIONS = {"excel.csv": "(PROFILE excel)", "rows.tsv": "(HEADER off)"}


@pytest.fixture
def lab(here):
    return Lab(emulated(), here / "study.db")


@pytest.fixture
def replay(run):
    """Replay a manifest: ``replay("rows.csv")`` gives the status and what was found."""

    def replayed(name, against="."):
        outcome = run("replay", f"{name}.manifest.json", "--against", against, "--json")
        assert outcome.err == ""
        return outcome.status, json.loads(outcome.out)

    return replayed


def copy(lab, name="rows.csv", sql="SELECT * FROM c", options="", **settings):
    (statement,) = parse(Source(f"COPY ({sql}) TO '{name}' {options}")).statements
    with lab.session(**settings) as session:
        export = session.execute(statement, {})
        assert isinstance(export, Export)
        return export.write()


def rewrite(name, **changes):
    """Change members of a manifest, as somebody might who means harm."""
    path = Path(f"{name}.manifest.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


# --- exports of collections


@pytest.mark.parametrize("name", EXPORTS)
def test_the_rows_of_a_collection_are_made_again_in_every_format(lab, replay, name):
    lab(f"CREATE COLLECTION c AS {COLLECTED}")
    lab("REFRESH COLLECTION c")
    made = copy(lab, name, EXPORTS[name], OPTIONS.get(name, ""))
    status, found = replay(name)
    assert (status, found["reproduced"]) == (0, True)
    assert found["rows"] == found["rows_again"] == made.rows > 5
    assert found["files"] == [{"name": name, "state": "unchanged", "difference": ""}]


def test_a_data_set_of_many_files_is_made_again(lab, replay):
    lab(f"CREATE COLLECTION c AS {COLLECTED}")
    copy(lab, "data", options="(FORMAT parquet, PARTITION_BY month)")
    status, found = replay("data")
    assert (status, found["reproduced"]) == (0, True)
    assert [file["name"][:18] for file in found["files"]] == [
        f"data/month=2024-0{month}" for month in (1, 2)
    ]


def test_a_study_that_has_grown_gives_the_rows_of_then(lab, here, replay):
    lab(f"CREATE COLLECTION c AS {COLLECTED}")
    copy(lab, sql="SELECT * FROM c.observations")
    lab("REFRESH COLLECTION c")
    assert replay("rows.csv")[1]["reproduced"]
    (here / "later").mkdir()
    copy(lab, "later/rows.csv", sql="SELECT * FROM c.observations")
    assert (here / "later/rows.csv").stat().st_size > 1.5 * (here / "rows.csv").stat().st_size


@pytest.mark.parametrize("cap", [2, 3, 5])
def test_a_part_is_made_again_and_called_a_part(lab, replay, cap):
    with pytest.raises(QuotaError, match="the cap of"):
        lab(f"CREATE COLLECTION c AS {COLLECTED}", max_requests=cap, window_days=5)
    made = copy(lab)
    lab(f"CREATE COLLECTION c AS {COLLECTED}")  # the study goes on meanwhile
    status, found = replay("rows.csv")
    assert (status, found["reproduced"], found["complete"]) == (0, True, False)
    assert found["rows_again"] == made.rows
    assert "c is incomplete" in found["reason"]


def test_nothing_is_changed_or_made_where_the_studies_are(lab, here, replay):
    lab(f"CREATE COLLECTION c AS {COLLECTED}")
    copy(lab)
    names, octets = sorted(here.iterdir()), lab.path.read_bytes()
    here.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert replay("rows.csv")[1]["reproduced"]
    finally:
        here.chmod(stat.S_IRWXU)
    assert (sorted(here.iterdir()), lab.path.read_bytes()) == (names, octets)


def test_a_record_of_a_search_that_was_lost_is_made_again(here, replay):
    """It was deleted before the search was asked again, and only the lost search has it."""
    api = Api([9] + [0] * (DAYS_OF_ALL - 1))
    lab = Lab(api.backend(), here / "study.db")
    small = {"page_size": 3, "concurrency": 1}
    day = "keyword = 'x' AND create_date = '2022-01-01'"
    create = f"CREATE COLLECTION c AS SELECT id, like_count FROM videos WHERE {day}"
    with pytest.raises(QuotaError):
        lab(create, max_requests=2, **small)
    api.removed.add(gone := max(api.ids))
    api.forget()
    lab(create, **small)
    copy(lab)
    assert str(gone) in (here / "rows.csv").read_text()
    assert replay("rows.csv")[1]["reproduced"]


# --- what was changed


def test_a_changed_file_is_named(lab, here, replay):
    lab(f"CREATE COLLECTION c AS {COLLECTED}")
    copy(lab)
    text = (here / "rows.csv").read_text()
    (here / "rows.csv").write_text(text.replace("2024-01", "2024-02", 1))
    status, found = replay("rows.csv")
    assert (status, found["reproduced"]) == (5, False)
    assert found["files"] == [{"name": "rows.csv", "state": "changed", "difference": ""}]


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet", "rows.xlsx"])
def test_a_file_that_was_changed_together_with_its_digest_differs_from_its_answers(
    lab, here, replay, name
):
    lab(f"CREATE COLLECTION c AS {COLLECTED}")
    copy(lab, name)
    copy(
        lab,
        f"other-{name}",
        "SELECT id, username, create_time, like_count + 1 AS like_count FROM c",
    )
    octets = (here / f"other-{name}").read_bytes()
    (here / name).write_bytes(octets)
    digest = hashlib.sha256(octets).hexdigest()
    rewrite(name, files=[{"name": name, "bytes": len(octets), "sha256": digest}])
    status, found = replay(name)
    assert (status, found["reproduced"]) == (5, False)
    (file,) = found["files"]
    assert file["state"] == "unchanged"
    assert file["difference"]


def test_a_file_that_is_gone_is_missing(lab, here, replay):
    lab(f"CREATE COLLECTION c AS {COLLECTED}")
    copy(lab)
    (here / "rows.csv").unlink()
    status, found = replay("rows.csv")
    assert (status, found["files"][0]["state"], found["files"][0]["difference"]) == (
        5,
        "missing",
        "",
    )


@pytest.mark.parametrize(
    ("change", "kind"),
    [("DELETE FROM pages", "missing"), ("UPDATE pages SET content = x'00'", "damaged")],
)
def test_an_answer_that_is_gone_or_changed_is_named_and_no_rows_are_made(lab, replay, change, kind):
    lab(f"CREATE COLLECTION c AS {COLLECTED}")
    made = copy(lab)
    with sqlite3.connect(lab.path) as study:
        seals.install(study)
        study.execute(f"{change} WHERE rowid = (SELECT min(rowid) FROM pages)")
    study.close()
    status, found = replay("rows.csv")
    assert (status, found["reproduced"], found["rows_again"]) == (5, False, None)
    (digest,) = found[kind]
    assert digest in {answer.sha256 for answer in made.answers}


# --- statements without a collection


MUSIC = f"FROM videos WHERE {DAYS} AND keyword = 'music'"
JOINED = """\
SELECT v.id, c.text FROM videos AS v JOIN comments AS c ON c.video_id = v.id
WHERE v.create_date BETWEEN '2024-01-01' AND '2024-01-20' AND v.keyword = 'music'"""
PEOPLE = """\
SELECT username, follower_count FROM users
WHERE username IN ('joe1234567', 'nobody.at.all', 'mr_bean')"""
US = "FROM videos WHERE region_code = 'US' AND"
STATEMENTS = {
    "plain": f"SELECT id, username {MUSIC}",
    "judged here": f"SELECT id {MUSIC} AND like_count > 100",
    "grouped": f"SELECT username, max(id) AS last {MUSIC} GROUP BY username ORDER BY username",
    "limited": f"SELECT id {MUSIC} ORDER BY id DESC LIMIT 5",
    "joined": JOINED,
    "drawn": f"SELECT id FROM videos TABLESAMPLE (20 ROWS) WHERE {DAYS} AND region_code = 'US'",
    "people": PEOPLE,
    "now": f"SELECT id, CURRENT_DATE AS d {US} create_date >= '2026-08-20'",
}


class Saving(httpx.ASGITransport):
    """An emulator whose answers are saved, each in a file, as a careful user might."""

    def __init__(self, app, folder):
        super().__init__(app)
        self.folder = folder

    async def handle_async_request(self, request):
        response = await super().handle_async_request(request)
        body = await response.aread()
        if "/oauth/" not in request.url.path:
            (self.folder / f"{hashlib.sha256(body).hexdigest()[:16]}.json").write_bytes(body)
        return response


@pytest.fixture
def saved(here):
    """A server, and the directory in which its answers are saved."""
    folder = here / "answers"
    folder.mkdir()
    line = ClientSettings(credentials=Credentials(KEY, SECRET), requests_per_second=1e9)
    app = create_app(Settings(**EMULATOR))
    server = replace(
        backend.emulator(Settings(**EMULATOR)),
        connect=lambda _: Client(line, Saving(app, folder)),
    )
    return Lab(server, None)


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_rows_of_any_statement_are_made_again_from_saved_answers(saved, replay, name):
    made = copy(saved, "rows.csv", STATEMENTS[name], page_size=20)
    status, found = replay("rows.csv", "answers")
    assert (status, found["reproduced"]) == (0, True), found
    assert found["rows_again"] == made.rows > 0


def test_without_saved_answers_it_is_said_what_keeps_them(saved, run):
    copy(saved, sql=STATEMENTS["plain"])
    outcome = run("replay", "rows.csv.manifest.json", "--against", "answers/../..")
    assert outcome.status == 5
    assert "only collections keep their answers" in outcome.out
    assert outcome.out.endswith("NOT reproduced\n")


# --- what is no manifest


ENTRY = {
    "name": "c",
    "statement": COLLECTED,
    "settings": {},
    "server": "emulator",
    "catalog": "1",
    "tiksql": "1",
    "created_at": "2026-01-01T00:00:00",
    "gaps": [],
    "runs": [{"number": 1, "moment": "2026-01-01T00:00:00", "finished_at": None}],
}


@pytest.mark.parametrize(
    "changes",
    [
        {"manifest": 2},
        {"files": []},
        {"files": [{"name": "../rows.csv", "bytes": 1, "sha256": ""}]},
        {"files": [{"name": "/etc/passwd", "bytes": 1, "sha256": ""}]},
        {"files": [{"name": "a\x1b]0;x", "bytes": 1, "sha256": ""}]},
        {"statement": "SELECT 1 AS a) TO '/tmp/owned.csv'; SELECT (1"},
        {"statement": "SET window_days = 3"},
        {"statement": "SELECT 1; SELECT 2"},
        {"now": "yesterday"},
        {"settings": {"window_days": 99}},
        {"settings": {"nothing": 1}},
        {"answers": [], "collections": [{**ENTRY, "runs": []}], "statement": "SELECT * FROM c"},
        {"answers": [], "collections": [{**ENTRY, "statement": "DROP COLLECTION c"}]},
        {"answers": [], "collections": [{**ENTRY, "settings": {"window_days": "x"}}]},
        {"export": {"format": "exe", "header": True, "profile": "data", "partition_by": None}},
    ],
)
def test_a_manifest_that_nobody_could_have_written_makes_nothing(lab, here, run, changes):
    copy(lab, sql="SELECT 1 AS a")
    names = sorted(here.iterdir())
    rewrite("rows.csv", **changes)
    outcome = run("replay", "rows.csv.manifest.json", "--against", ".")
    assert outcome.status in {1, 2, 5}, outcome.err
    assert "\x1b" not in outcome.out + outcome.err
    assert not outcome.out.endswith("\nreproduced\n")
    assert sorted(here.iterdir()) == names


@pytest.mark.parametrize("octets", [b"", b"[]", b"{}", b"\xff\xfe", b"id,username\n1,a\n"])
def test_what_is_no_manifest_is_refused(here, run, octets):
    (here / "x.json").write_bytes(octets)
    outcome = run("replay", "x.json", "--against", ".")
    assert outcome.status == 2
    assert "is no manifest" in outcome.err


@pytest.mark.usefixtures("here")
def test_what_is_not_there_is_said(run):
    assert run("replay", "x.json", "--against", ".").status == 2
    assert run("replay", "x.json").status == 2


def test_a_report_for_people(lab, run):
    lab(f"CREATE COLLECTION c AS {COLLECTED}")
    made = copy(lab)
    outcome = run("replay", "rows.csv.manifest.json", "--against", "study.db")
    assert outcome.out == (
        "SELECT * FROM c\n"
        f"  answers: {len(made.answers)} of {len(made.answers)} are here as they came\n"
        "  rows.csv: unchanged, the same rows again\n"
        f"  rows: {made.rows} exported, {made.rows} made again\n"
        "reproduced\n"
    )
    assert outcome.status == 0
