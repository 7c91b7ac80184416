"""COPY from the command and from Python: what lies there afterwards, and what is said."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import count
from pathlib import Path

import pyarrow.parquet
import pytest
from msgspec.structs import fields
from scripted_server import page, pages

import tiksql
from tiksql.api import runner
from tiksql.connection import IncompleteWarning
from tiksql.errors import ResolveError
from tiksql.exporting import manifest as manifests

WHERE = "FROM videos WHERE region_code = 'US' AND create_date BETWEEN '2024-01-25' AND '2024-02-05'"
SOME = f"SELECT id, username, create_time, like_count, video_tag {WHERE}"


def manifest_of(here, name="a.csv"):
    return manifests.from_json((here / f"{name}.manifest.json").read_bytes())


def test_a_copy_is_what_the_statement_would_have_printed(here, run):
    outcome = run("--emulator", "-c", f"COPY ({SOME}) TO 'a.csv'")
    assert (outcome.status, outcome.out) == (0, "")
    printed = run("--emulator", "-c", SOME).out
    assert (here / "a.csv").read_text() == printed
    rows = len(printed.splitlines()) - 1
    assert outcome.err == f"note: {rows} rows written to a.csv\n"
    assert sorted(path.name for path in here.iterdir()) == ["a.csv", "a.csv.manifest.json"]


def test_the_manifest_says_what_the_export_is_and_where_it_is_from(here, run):
    run("--emulator", "-c", f"SET window_days = 5; COPY ({SOME}) TO 'a.csv' (CODEBOOK)")
    made = manifest_of(here)
    octets = (here / "a.csv").read_bytes()
    (file,) = made.files
    assert (file.name, file.bytes) == ("a.csv", len(octets))
    assert file.sha256 == hashlib.sha256(octets).hexdigest()
    assert made.statement == SOME
    assert made.server == "emulator"
    assert made.settings["window_days"] == 5
    assert (made.complete, made.reason, made.manifest) == (True, None, 1)
    assert made.rows == made.counts.records == len(octets.splitlines()) - 1
    assert sum(answer.records for answer in made.answers) == made.counts.records
    assert len(made.answers) == made.counts.pages == made.counts.requests
    assert [request["window"][0] for request in made.requests] == [
        "2024-02-04",
        "2024-01-30",
        "2024-01-25",
    ]
    assert {answer.body["start_date"] for answer in made.answers} == {
        "20240125",
        "20240130",
        "20240204",
    }
    assert all(len(answer.sha256) == 64 and answer.log_id for answer in made.answers)
    assert [column.source for column in made.columns][:2] == ["videos.id", "videos.username"]


def test_a_manifest_reads_back_as_it_was_written(here, run):
    run("--emulator", "-c", f"COPY ({SOME}) TO 'a.csv'")
    octets = (here / "a.csv.manifest.json").read_bytes()
    assert manifests.from_json(octets).to_json() == octets
    assert set(json.loads(octets)) == {
        *("manifest", "written_at", "made_by", "server", "statement", "settings", "now", "export"),
        *("columns", "files", "rows", "complete", "reason", "notes", "drift", "counts"),
        *("requests", "answers", "refused", "collections", "from_server"),
    }


def test_every_member_of_a_manifest_is_documented():
    text = Path(manifests.__file__).with_name("README.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.MULTILINE)
    assert [name for name, _ in rows] == [f.name for f in fields(manifests.Manifest)]
    for kind in (manifests.Versions, manifests.Form, manifests.FileEntry, manifests.Counts):
        assert all(f"`{member.name}`" in text for member in fields(kind))
    for kind in (manifests.Answer, manifests.Kept, manifests.Refused, manifests.RunEntry):
        assert all(f"`{member.name}`" in text for member in fields(kind))


def test_the_codebook_tells_columns_from_the_catalog_and_from_expressions(here, run):
    sql = f"SELECT region_code, count(*) AS n, max(v.like_count) AS most {WHERE} GROUP BY 1"
    sql = sql.replace("videos", "videos AS v")
    assert run("--emulator", "-c", f"COPY ({sql}) TO 'a.tsv' (CODEBOOK)").status == 0
    lines = (here / "a.tsv.codebook.md").read_text().splitlines()
    assert lines[0] == "# Codebook of a.tsv"
    cells = {line.split(" | ")[0].strip("| "): line.split(" | ") for line in lines if "|" in line}
    assert (
        cells["region\\_code"][1:5]
        == [
            "text",
            "country where the account was registered, ISO 3166-1 alpha-2",
            "videos.region\\_code",
            "REF",
        ]
        or cells["region\\_code"][3] == "videos.region\\_code"
    )
    assert cells["n"][3] == "count(\\*)"
    assert cells["most"][3] == "max(like\\_count)"
    assert cells["n"][5] == "0.0 %"


def test_a_file_that_exists_stays_as_it_is_without_overwrite(here, run):
    (here / "a.csv").write_text("mine")
    outcome = run("--emulator", "--stats", "-c", f"COPY ({SOME}) TO 'a.csv'")
    assert outcome.status == 1
    assert "error[TS272]: a.csv exists" in outcome.err
    assert '"requests":0' in outcome.err
    assert (here / "a.csv").read_text() == "mine"
    assert run("--emulator", "-c", f"COPY ({SOME}) TO 'a.csv' (OVERWRITE)").status == 0
    assert (here / "a.csv").read_text().startswith("id,username")


def test_a_directory_is_replaced_whole(here, run):
    copy = f"COPY ({SOME}) TO 'set' (PARTITION_BY month, OVERWRITE)"
    assert run("--emulator", "-c", copy).status == 0
    assert sorted(p.name for p in (here / "set").iterdir()) == ["month=2024-01", "month=2024-02"]
    assert run("--emulator", "-c", copy.replace("2024-02-05", "2024-01-31")).status == 0
    assert sorted(p.name for p in (here / "set").iterdir()) == ["month=2024-01"]
    assert sorted(p.name for p in here.iterdir()) == ["set", "set.manifest.json"]


def test_a_mistake_in_the_statement_or_the_options_costs_nothing(here, scripted):
    command = scripted(pages([1]))
    for copy in (
        f"COPY ({SOME}) TO 'a.cvs'",
        f"COPY ({SOME}) TO '../a.csv'",
        f"COPY (SELECT nope {WHERE}) TO 'a.csv'",
        f"COPY (SELECT id, id {WHERE}) TO 'a.parquet'",
        f"COPY (SELECT id {WHERE}) TO 'a' (PARTITION_BY month)",
    ):
        assert command("-c", copy).status == 1
    assert command.server.bodies == []
    assert list(here.iterdir()) == []


def test_the_path_can_be_a_parameter_and_is_checked_as_any_other(here, run):
    copy = f"COPY ({SOME}) TO :path"
    assert run("--emulator", "-v", "path=p.csv", "-c", copy).status == 0
    assert (here / "p.csv").exists()
    assert "TS271" in run("--emulator", "-v", "path=../p.csv", "-c", copy).err
    assert "TS210" in run("--emulator", "-c", copy).err


def test_allow_outside_is_a_flag_and_no_setting(here, run, tmp_path):
    copy = f"COPY ({SOME} LIMIT 1) TO '{tmp_path}/a.csv'"
    refused = run("--emulator", "-c", copy)
    assert refused.status == 1
    assert "--allow-outside permits it" in refused.err
    assert "TS204" in run("--emulator", "-c", "SET allow_outside = on").err
    assert run("--emulator", "--allow-outside", "-c", copy).status == 0
    assert (tmp_path / "a.csv").exists()
    assert list(here.iterdir()) == []


def test_a_dry_run_checks_and_shows_the_plan_and_writes_nothing(here, run):
    outcome = run("--emulator", "--dry-run", "-c", f"COPY ({SOME}) TO 'a.csv'")
    assert outcome.status == 0
    assert "region_code EQ" in outcome.out
    assert list(here.iterdir()) == []
    assert run("--emulator", "--dry-run", "-c", f"COPY ({SOME}) TO '../a.csv'").status == 1


def test_check_and_translate_know_a_copy(here, run):
    (here / "s.tsql").write_text(f"COPY ({SOME}) TO '../a.csv';")
    assert "TS271" in run("check", "s.tsql", "--emulator").err
    assert run("check", "s.tsql", "--emulator", "--allow-outside").status == 0
    assert run("translate", "s.tsql", "--to", "sql").out == f"{SOME};\n"


def test_a_collection_is_copied_by_its_name_and_costs_nothing(here, run):
    made = f"CREATE COLLECTION cats AS {SOME}"
    assert run("s.db", "--emulator", "-c", made).status == 0
    outcome = run("s.db", "--emulator", "--stats", "-c", "COPY cats TO 'a.csv' (CODEBOOK)")
    assert outcome.status == 0
    assert '"requests":0' in outcome.err
    rows = (here / "a.csv").read_text().splitlines()
    assert sorted(rows) == sorted(run("--emulator", "-c", SOME).out.splitlines())
    assert manifest_of(here).statement == "SELECT * FROM cats"
    assert manifest_of(here).rows == len(rows) - 1
    assert [c.source for c in manifest_of(here).columns][-1] == "videos.video_tag"
    assert "| number of the video | videos.id | REF |" in (here / "a.csv.codebook.md").read_text()
    assert run("s.db", "--emulator", "-c", "COPY cats TO 'a.parquet'").status == 0
    schema = pyarrow.parquet.read_schema(here / "a.parquet")
    assert str(schema.field("video_tag").type) == "struct<type: string, number: int64>"
    copy = "COPY (SELECT count(*) AS n FROM cats) TO 'n.parquet'"
    assert run("s.db", "--emulator", "-c", copy).status == 0
    assert "TS202" in run("s.db", "--emulator", "-c", "COPY dogs TO 'd.csv'").err


# --- results that lack rows -----------------------------------------------------------------------


def failing_after(count, failure):
    ids = [7302470000000000001 + n for n in range(count)]

    def answer(number, _body):
        if number > 1:
            return failure
        return page(ids, cursor=100, more=True)

    return answer


DAY = "SELECT id, like_count FROM videos WHERE region_code = 'US' AND create_date = '2024-01-01'"


@pytest.mark.parametrize(
    ("flags", "failure", "reason"),
    [
        ((), (429, "daily_quota_limit_exceeded"), "quota"),
        (("--max-requests", "1"), None, "the cap of 1 requests"),
        ((), (400, "invalid_params"), "invalid_params"),
    ],
)
def test_a_partial_result_is_written_and_said_to_be_one(here, scripted, flags, failure, reason):
    outcome = scripted(failing_after(3, failure))(*flags, "-c", f"COPY ({DAY}) TO 'a.csv'")
    assert outcome.status == 5
    assert (here / "a.csv").read_text().count("\n") == 4
    made = manifest_of(here)
    assert (made.complete, made.rows) == (False, 3)
    said = f": {made.from_server}" if made.from_server else ""
    assert reason in made.reason + said
    assert "note: 3 rows written to a.csv" in outcome.err
    assert f"note: INCOMPLETE: {made.reason}{said}" in outcome.err


def test_the_stats_have_the_words_of_a_server_by_themselves(scripted):
    outcome = scripted(failing_after(3, (400, "invalid_params")))("--stats", "-c", DAY)
    told = json.loads(outcome.err.splitlines()[-1])
    assert (told["rows"], told["complete"]) == (3, False)
    assert told["reason"] == "the API refused the request"
    assert told["from_server"] == "said invalid_params (HTTP 400, invalid_params, log_id L)"


@pytest.mark.parametrize(
    ("failure", "status"),
    [((429, "daily_quota_limit_exceeded"), 4), ((400, "invalid_params"), 1)],
)
def test_nothing_is_written_where_nothing_came(here, scripted, failure, status):
    (here / "a.csv").write_text("old")
    copy = f"COPY ({DAY}) TO 'a.csv' (OVERWRITE)"
    assert scripted(lambda *_: failure)("-c", copy).status == status
    assert [path.name for path in here.iterdir()] == ["a.csv"]
    assert (here / "a.csv").read_text() == "old"


def test_ctrl_c_keeps_what_came(here, scripted, monkeypatch):
    waits = count(1)
    result = runner._result

    def interrupted(future):
        if next(waits) == 2:
            raise KeyboardInterrupt
        return result(future)

    monkeypatch.setattr(runner, "_result", interrupted)
    assert scripted(pages([9], [8]))("-c", f"COPY ({DAY}) TO 'a.csv'").status == 130
    assert (manifest_of(here).reason, manifest_of(here).rows) == ("interrupted", 1)


def test_values_of_another_type_are_in_the_manifest(here, scripted):
    def answer(*_):
        found = page([9], cursor=1, more=False)
        found["videos"][0]["like_count"] = "many"
        return found

    assert scripted(answer)("-c", f"COPY ({DAY}) TO 'a.csv'").status == 0
    assert manifest_of(here).drift == {"like_count": 1}
    assert manifest_of(here).notes == [
        "records with ids of other days than was asked, all kept: 1",
        "1 values of like_count did not have the documented type and are NULL",
    ]


def test_a_sum_of_a_cut_reading_is_not_written(here, scripted):
    command = scripted(failing_after(3, (429, "daily_quota_limit_exceeded")))
    copy = f"COPY ({DAY.replace('id, like_count', 'sum(like_count) AS n')}) TO 'a.csv'"
    assert command("-c", copy).status == 4
    assert list(here.iterdir()) == []


# --- elsewhere ------------------------------------------------------------------------------------


def test_python_copies_too_and_gets_what_was_written(here):
    with tiksql.connect(emulator=True) as db:
        result = db.execute(f"COPY ({SOME} LIMIT 5) TO 'a.csv'")
    assert result.columns == ["file", "rows", "bytes"]
    assert result.rows == [("a.csv", 5, (here / "a.csv").stat().st_size)]
    assert result.complete


def test_python_can_be_allowed_to_write_elsewhere(here, tmp_path):
    copy = f"COPY ({SOME} LIMIT 1) TO '{tmp_path}/a.csv'"
    with tiksql.connect(emulator=True) as db:
        with pytest.raises(ResolveError):
            db.execute(copy)
        db.allow_outside = True
        assert db.execute(copy).rows[0][1] == 1
    assert list(here.iterdir()) == []


def test_python_is_warned_of_a_partial_export(here):
    with tiksql.connect(emulator=True, settings={"max_requests": 1}) as db:
        wide = SOME.replace("2024-02-05", "2024-03-31")
        with pytest.warns(IncompleteWarning, match="cap of 1"):
            result = db.execute(f"COPY ({wide}) TO 'a.csv'")
    assert not result.complete
    assert not manifest_of(here).complete


def test_several_copies_and_a_result_go_together(here, run):
    script = f"COPY ({SOME} LIMIT 1) TO 'a.csv'; SELECT id {WHERE} LIMIT 2;"
    outcome = run("--emulator", "-o", "b.csv", "-c", script)
    assert outcome.status == 0
    assert (here / "b.csv").read_text().count("\n") == 3
    assert (here / "a.csv").read_text().count("\n") == 2


def test_no_secret_is_in_any_file_of_an_export(here, run, served, credentials):
    for name in ("a.csv", "a.parquet", "a.xlsx"):
        copy = f"COPY ({SOME}) TO '{name}' (CODEBOOK)"
        outcome = run("--base-url", served, "-c", copy, environ=credentials)
        assert outcome.status == 0
    octets = b"".join(path.read_bytes() for path in here.iterdir())
    assert len(octets) > 10_000
    assert not any(secret.encode() in octets for secret in credentials.values())
    assert b"clt." not in octets
    assert manifest_of(here).server.startswith("127.0.0.1")


def test_the_manifest_of_a_collection_names_its_pages_its_definition_and_its_gaps(run, tmp_path):
    where = "region_code = 'US' AND create_date BETWEEN '2022-05-01' AND '2022-07-10'"
    create = f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {where}"
    study = [tmp_path / "study.db", "--emulator", "--allow-outside"]
    assert run(*study, "--max-requests", "2", "--concurrency", "1", "-c", create).status == 4
    target = tmp_path / "rows.csv"
    assert run(*study, "-c", f"COPY c TO '{target}'").status == 5
    made = json.loads((tmp_path / "rows.csv.manifest.json").read_text())
    assert not made["complete"]
    (collection,) = made["collections"]
    assert (collection["name"], collection["server"]) == ("c", "emulator")
    assert collection["statement"] == f"SELECT id FROM videos WHERE {where}"
    assert {gap["state"] for gap in collection["gaps"]} <= {"not asked", "read in part"}
    assert collection["gaps"]
    gaps = {(gap["first_day"], gap["state"]) for gap in collection["gaps"]}
    covered = {(part["first_day"], part["state"]) for part in collection["coverage"]}
    assert gaps < covered
    assert {state for _, state in covered - gaps} == {"complete"}
    assert len(made["answers"]) == 2
    assert sum(answer["records"] for answer in made["answers"]) == made["rows"] > 0
    assert all(len(answer["sha256"]) == 64 for answer in made["answers"])
