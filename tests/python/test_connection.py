"""TikSQL from Python."""

from __future__ import annotations

import asyncio
import traceback

import pytest

import tiksql
from tiksql.errors import ResolveError, UsageError

HELLO = """
    SELECT id, create_time, hashtag_names, is_stem_verified, playlist_id, video_label
    FROM videos WHERE keyword = :k AND create_date BETWEEN '2022-06-15' AND '2022-06-28'
"""


@pytest.fixture(scope="module")
def db():
    with tiksql.connect(emulator=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def hello(db):
    return db.execute(HELLO, {"k": "hello world"})


def test_a_result_has_columns_and_can_be_read_more_than_once(hello):
    assert hello.columns[:2] == ["id", "create_time"]
    assert list(hello) == list(hello)
    assert len(hello) == hello.stats.rows > 300
    assert hello.complete


def test_provenance_names_the_answers_that_brought_the_rows(hello):
    answers = hello.provenance["answers"]
    assert sum(answer["records"] for answer in answers) == len(hello)
    assert [answer["page"] for answer in answers] == list(range(1, len(answers) + 1))
    assert all(len(answer["sha256"]) == 64 for answer in answers)
    assert hello.provenance["statement"].startswith("SELECT id, create_time")


@pytest.mark.parametrize("form", ["df", "pl", "arrow"])
def test_a_data_frame_keeps_every_digit_of_every_id(hello, form):
    frame = getattr(hello, form)()
    column = frame["id"].to_pylist() if form == "arrow" else list(frame["id"])
    assert [int(each) for each in column] == [row[0] for row in hello]
    assert all(each > 2**53 for each in column)


@pytest.mark.parametrize("form", ["df", "pl", "arrow"])
def test_an_empty_result_is_an_empty_data_frame_with_its_columns(db, form):
    empty = db.execute(HELLO, {"k": "zzzz no such words zzzz"})
    frame = getattr(empty, form)()
    assert len(frame) == 0
    names = frame.column_names if form == "arrow" else list(frame.columns)
    assert names == empty.columns


def test_two_columns_of_one_name_both_reach_a_data_frame(db):
    result = db.execute(
        "SELECT id AS x, like_count AS x FROM videos WHERE keyword = 'hello world'"
        " AND create_date = '2022-06-20' LIMIT 3"
    )
    assert list(result.pl().columns) == ["x", "x_2"]
    assert result.arrow().column_names == ["x", "x_2"]


def test_a_missing_library_is_named(hello, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(UsageError, match="polars, which is not installed"):
        hello.pl()


def test_execute_works_inside_a_running_event_loop(db):
    async def notebook():
        return len(db.execute(HELLO + " LIMIT 5", {"k": "hello world"}))

    assert asyncio.run(notebook()) == 5


def test_an_error_shows_its_place_in_a_traceback(db):
    with pytest.raises(ResolveError) as caught:
        db.execute("SELECT like_cuont FROM videos")
    text = "".join(traceback.format_exception(caught.value))
    assert "^^^^^^^^^^" in text
    assert 'did you mean "like_count"?' in text


def test_a_result_that_lacks_rows_warns():
    sql = "SELECT id FROM videos WHERE region_code = 'US' AND create_date >= '2026-01-01'"
    with (
        tiksql.connect(emulator=True, settings={"max_requests": 2}) as db,
        pytest.warns(tiksql.IncompleteWarning, match="cap of 2 requests"),
    ):
        result = db.execute(sql)
    assert not result.complete
    assert "INCOMPLETE" in repr(result)


@pytest.mark.parametrize("sql", ["", "SHOW TABLES; SHOW TABLES"])
def test_execute_takes_exactly_one_statement(db, sql):
    with pytest.raises(UsageError, match="one statement"):
        db.execute(sql)


def test_set_changes_what_later_statements_do(db):
    assert list(db.execute("SET max_branches = 3")) == []
    settings = {row[0]: row[1:3] for row in db.execute("SHOW SETTINGS")}
    assert settings["max_branches"] == ("3", "session")
    db.execute("RESET ALL")


def test_explain_is_a_result_of_one_text(db):
    (plan,) = db.execute("EXPLAIN SELECT username FROM users WHERE username = 'joe1234567'")
    assert "one request for each username" in plan[0]


def test_a_collection_outlives_the_connection_that_made_it_in_a_study(tmp_path):
    where = "region_code = 'US' AND create_date BETWEEN '2022-06-01' AND '2022-06-03'"
    with tiksql.connect(tmp_path / "study.db", emulator=True) as db:
        made = db.execute(f"CREATE COLLECTION us AS SELECT id FROM videos WHERE {where}")
        assert made.complete
        assert made.stats.requests > 0
    with tiksql.connect(tmp_path / "study.db", emulator=True) as db:
        kept = db.execute("SELECT id FROM us")
        assert kept.stats.requests == 0
        assert kept.rows == db.execute(f"SELECT id FROM videos WHERE {where}").rows
