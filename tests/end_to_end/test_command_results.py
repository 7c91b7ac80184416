"""What a statement brings, in every format, from the emulator."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

HASHTAG = "hashtag_name IN ('fyp', 'cats', 'music')"
SPRING = f"FROM videos WHERE {HASHTAG} AND create_date BETWEEN '2024-03-01' AND '2024-03-05'"
SOME = f"SELECT id, like_count, region_code, hashtag_names, create_time {SPRING}"


@pytest.fixture(scope="module")
def memory():
    return {}


@pytest.fixture
def rows(run, memory):
    """The rows of SOME as JSON, fetched once."""
    if not memory:
        memory["rows"] = json.loads(run("--emulator", "--format", "json", "-c", SOME).out)
    return memory["rows"]


def test_a_pipe_gets_csv_with_a_header(run, rows):
    found = list(csv.DictReader(io.StringIO(run("--emulator", "-c", SOME).out)))
    assert [row["id"] for row in found] == [row["id"] for row in rows]
    assert [json.loads(row["hashtag_names"]) for row in found] == [r["hashtag_names"] for r in rows]


def test_json_has_ids_as_text_counts_as_numbers_lists_as_arrays_and_times_in_utc(rows):
    assert len(rows) > 100
    for row in rows:
        assert re.fullmatch(r"7\d{18}", row["id"])
        assert isinstance(row["like_count"], int)
        assert isinstance(row["hashtag_names"], list)
        assert re.fullmatch(r"2024-03-0\dT\d\d:\d\d:\d\dZ", row["create_time"])
        assert row["region_code"] == row["region_code"].upper()


def test_rows_come_newest_window_first_and_by_falling_id(rows):
    ids = [int(row["id"]) for row in rows]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("form", ["table", "vertical", "csv", "tsv", "json", "jsonl", "markdown"])
def test_ids_are_exact_in_every_format(run, rows, form):
    out = run("--emulator", "--format", form, "-c", SOME).out
    assert re.findall(r"\b7\d{18}\b", out) == [row["id"] for row in rows]


def test_jsonl_is_a_row_a_line(run, rows):
    out = run("--emulator", "--format", "jsonl", "-c", SOME).out
    assert [json.loads(line) for line in out.splitlines()] == rows


@pytest.mark.parametrize(("size", "concurrency"), [(1, 1), (7, 4), (33, 2), (99, 16), (100, 1)])
def test_page_size_and_concurrency_never_change_the_rows(run, rows, size, concurrency):
    script = f"SET max_requests = 100000; SET page_size = {size}; SET window_days = 2; {SOME}"
    outcome = run("--emulator", "--concurrency", concurrency, "--format", "json", "-c", script)
    assert outcome.status == 0
    assert json.loads(outcome.out) == rows


@pytest.mark.parametrize(
    ("limit", "offset"), [(1, 0), (10, 5), (100, 0), (101, 0), (150, 20), (10**6, 0)]
)
def test_a_limit_gives_the_first_rows_and_is_a_whole_result(run, rows, limit, offset):
    command = f"SET window_days = 3; {SOME} LIMIT {limit} OFFSET {offset}"
    outcome = run("--emulator", "--stats", "--format", "json", "-c", command)
    assert json.loads(outcome.out) == rows[offset : offset + limit]
    assert (outcome.status, json.loads(outcome.err)["complete"]) == (0, True)


def test_an_offset_behind_the_end_leaves_nothing(run):
    outcome = run("--emulator", "-c", f"SELECT id {SPRING} OFFSET 100000")
    assert (outcome.status, outcome.out) == (0, "id\n")


def test_a_star_is_every_column_that_can_be_selected(run):
    out = run("--emulator", "--format", "json", "-c", f"SELECT * {SPRING} LIMIT 3").out
    columns = set(json.loads(out)[0])
    described = run("--emulator", "--format", "json", "-c", "DESCRIBE videos").out
    assert columns == {c["column"] for c in json.loads(described) if c["selected"] == "yes"}


def test_columns_that_are_made_here_agree_with_what_they_are_made_from(run):
    items = "id, username, create_time, create_date, video_duration, video_length, url"
    out = run("--emulator", "--format", "json", "-c", f"SELECT {items} {SPRING}").out
    lengths = {"SHORT": range(15), "MID": range(15, 61), "LONG": range(61, 301)}
    for row in json.loads(out):
        assert row["create_date"] == row["create_time"][:10]
        assert row["url"] == f"https://www.tiktok.com/@{row['username']}/video/{row['id']}"
        assert row["video_duration"] in lengths.get(row["video_length"], range(301, 10**6))


def test_every_row_meets_the_conditions_that_the_api_judged(run):
    sql = """
        SELECT region_code, video_length, view_count, create_date FROM videos
        WHERE (region_code = 'DE' OR region_code = 'FR') AND NOT video_length = 'SHORT'
          AND view_count > 1000 AND create_date BETWEEN '2024-03-01' AND '2024-03-31'
    """
    found = json.loads(run("--emulator", "--format", "json", "-c", sql).out)
    assert len(found) > 10
    for row in found:
        assert row["region_code"] in {"DE", "FR"}
        assert row["video_length"] != "SHORT"
        assert row["view_count"] > 1000
        assert "2024-03-01" <= row["create_date"] <= "2024-03-31"


@pytest.mark.parametrize(
    ("where", "parts"),
    [
        ("{a} OR {b}", ("{a}", "{b} AND NOT {a}")),
        ("NOT ({a} AND {b}) AND {c}", ("NOT {a} AND {c}", "{a} AND NOT {b} AND {c}")),
        ("{a} AND {b} OR {c} AND {d}", ("{a} AND {b}", "{c} AND {d} AND NOT ({a} AND {b})")),
    ],
)
def test_a_search_is_the_union_of_its_disjoint_parts(run, where, parts):
    atoms = {
        "a": "region_code = 'US'",
        "b": "hashtag_name = 'fyp'",
        "c": "view_count > 1000",
        "d": "video_length IN ('MID', 'LONG')",
    }

    def ids(condition):
        where = condition.format(**atoms)
        sql = f"SELECT id FROM videos WHERE ({where}) AND create_date = '2024-03-01'"
        found = run("--emulator", "-c", sql).out.split()[1:]
        assert len(found) == len(set(found))
        return set(found)

    one, other = map(ids, parts)
    assert one.isdisjoint(other)
    assert ids(where) == one | other != set()


def test_overlapping_branches_show_each_record_once(run):
    pairs = (
        "region_code = 'US' AND hashtag_name = 'fyp' OR view_count > 1000 AND video_length = 'MID'"
    )
    sql = f"SELECT id FROM videos WHERE ({pairs}) AND create_date = '2024-03-01'"
    disjoint = run("--emulator", "-c", sql)
    overlapping = run("--emulator", "-c", f"SET max_branches = 2; {sql}")
    assert overlapping.status == 0
    assert "overlap" in overlapping.err
    assert sorted(overlapping.out.split()) == sorted(disjoint.out.split())


def test_an_id_is_found_without_a_range(run, rows):
    wanted = [rows[0]["id"], rows[-1]["id"]]
    sql = f"SELECT id, like_count FROM videos WHERE id IN ({', '.join(wanted)})"
    found = json.loads(run("--emulator", "--format", "json", "-c", sql).out)
    assert found == [{k: r[k] for k in ("id", "like_count")} for r in (rows[0], rows[-1])]


def test_a_null_is_empty_in_csv_and_null_in_json(run):
    sql = f"SELECT playlist_id {SPRING} LIMIT 50"
    assert "\n\n" in run("--emulator", "-c", sql).out
    assert {"playlist_id": None} in json.loads(run("--emulator", "--format", "json", "-c", sql).out)


def test_a_table_without_rows_still_has_its_header(run):
    sql = (
        "SELECT id FROM videos WHERE keyword = 'zz no such words zz' AND create_date = '2024-03-01'"
    )
    assert run("--emulator", "-c", sql).out == "id\n"
    assert run("--emulator", "--format", "json", "-c", sql).out == "[]\n"


class TestUsers:
    def test_a_row_carries_the_name_that_was_asked_for(self, run):
        names = json.loads(
            run("--emulator", "--format", "json", "-c", f"SELECT username {SPRING} LIMIT 3").out
        )
        wanted = list(dict.fromkeys(row["username"] for row in names))
        sql = "SELECT username, follower_count, url FROM users WHERE username IN (:n)"
        values = [part for name in wanted for part in ("-v", f"n={name}")]
        outcome = run("--emulator", "--format", "json", "-c", sql, *values)
        assert outcome.status == 0
        refused = re.findall(r"note: (\S+) was refused", outcome.err)
        found = json.loads(outcome.out)
        assert [row["username"] for row in found] == [n for n in wanted if n not in refused]
        assert all(row["url"] == f"https://www.tiktok.com/@{row['username']}" for row in found)

    def test_an_account_that_is_missing_is_named_and_does_no_harm(self, run):
        names = run("--emulator", "-c", f"SELECT username {SPRING} LIMIT 20").out.split()[1:]
        listed = ", ".join(f"'{name}'" for name in dict.fromkeys(names))
        sql = f"SELECT username FROM users WHERE username IN ('missing_user_xyz', {listed})"
        outcome = run("--emulator", "-c", sql)
        assert outcome.status == 0
        assert len(outcome.out.split()) > 1
        assert "note: missing_user_xyz was refused: " in outcome.err

    def test_a_missing_account_alone_is_an_empty_result(self, run):
        sql = "SELECT * FROM users WHERE username = 'missing_user_xyz'"
        outcome = run("--emulator", "--stats", "--errors", "json", "-c", sql)
        note, stats = map(json.loads, outcome.err.splitlines())
        assert outcome.status == 0
        assert "missing_user_xyz" in note["note"]
        assert (stats["rows"], stats["requests"], stats["complete"]) == (0, 1, True)
