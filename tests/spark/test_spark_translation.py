"""What is printed for Spark, and what is refused because it may mean something else there."""

from __future__ import annotations

import json
import sys

import pytest

WHERE = "region_code = 'US' AND view_count > 9 AND create_date = '2024-01-20'"


def spark(run, sql):
    outcome = run("translate", "--to", "spark", "-c", sql)
    assert (outcome.status, outcome.err) == (0, "")
    return outcome.out


def test_the_query_stands_behind_comments_that_say_what_its_tables_are(run):
    sql = f"SELECT id, like_count / 2 AS half FROM videos WHERE {WHERE} AND like_count > 5 LIMIT 3"
    assert spark(run, sql) == (
        "-- with spark.sql.session.timeZone = UTC and spark.sql.ansi.enabled = true\n"
        "-- videos: rows of videos as COPY writes them, with id, like_count\n"
        '--   only those that the API gave for all of (region_code EQ "US"; view_count GT "9"),'
        " 2024-01-20 to 2024-01-20\n"
        "-- LIMIT without ORDER BY: here the newest rows, in Spark any\n"
        "SELECT\n"
        "  `videos`.`id`,\n"
        "  (\n"
        "    CAST(`videos`.`like_count` AS DOUBLE) / NULLIF(CAST(2 AS DOUBLE), 0)\n"
        "  ) AS `half`\n"
        "FROM (\n"
        "  SELECT\n"
        "    `id`,\n"
        "    `like_count`\n"
        "  FROM `videos` AS `videos`\n"
        "  WHERE\n"
        "    (\n"
        "      `videos`.`like_count` > 5\n"
        "    )\n"
        ") AS `videos`\n"
        "LIMIT 3;\n"
    )


def test_explain_prints_the_same(run):
    sql = f"SELECT id AS number FROM videos WHERE {WHERE} OFFSET 2"
    explained = run("--emulator", "-c", f"EXPLAIN (FORMAT spark) {sql}")
    assert explained.out == spark(run, sql)
    assert "`videos`.`id` AS `number`" in explained.out
    assert "OFFSET 2" in explained.out


def test_tables_of_one_kind_are_told_apart(run):
    sql = (
        f"SELECT id FROM videos WHERE {WHERE} AND id IN (SELECT max(id) FROM videos WHERE {WHERE})"
    )
    printed = spark(run, sql)
    assert "videos_1" in printed
    assert "videos_2" in printed
    assert "scan" not in printed


def test_the_rows_of_keys_are_said_to_be_theirs(run):
    printed = spark(run, "SELECT upper(display_name) AS n FROM users WHERE username = 'a'")
    assert "--   only those for the username of the statement" in printed
    assert "-- upper() differs" in printed


def test_a_backslash_in_a_pattern_stays_one(run):
    sql = f"SELECT id FROM videos WHERE {WHERE} AND username LIKE 'a\\_%'"
    assert r"LIKE 'a\\\\_%'" in spark(run, sql)


@pytest.mark.parametrize(
    ("item", "what"),
    [
        ("strftime(create_time, '%H')", "the function strftime"),
        ("dayofweek(create_time)", "the function dayofweek"),
        ("concat(username, NULL)", "the function concat"),
        ("substring(username, 0, 2)", "the function substring"),
        ("CAST(like_count / 2 AS BIGINT)", "a CAST to BIGINT"),
        ("create_time + INTERVAL 3 DAY", "an INTERVAL"),
        ("hashtag_names[1]", "a subscript"),
        ("username LIKE region_code", "LIKE with anything but a text"),
        ("username || 'a\x0012'", "a text with a digit behind a NUL"),
    ],
)
def test_what_may_mean_something_else_is_refused_at_its_place(run, item, what):
    sql = f"SELECT {item} AS x FROM videos WHERE {WHERE}"
    outcome = run("translate", "--to", "spark", "--errors", "json", "-c", sql)
    error = json.loads(outcome.err)["error"]
    assert (outcome.status, error["code"]) == (1, "TS408")
    assert error["message"].startswith(what)
    assert error["span"]["start"] >= len("SELECT ")


def test_an_or_that_the_api_judges_in_part_is_refused(run):
    sql = "SELECT id FROM videos WHERE (keyword = 'x' AND region_code = 'US' OR like_count > 9"
    sql += " AND region_code = 'DE') AND create_date = '2024-01-20'"
    outcome = run("translate", "--to", "spark", "-c", sql)
    assert outcome.status == 1
    assert "an OR that the API judged only in part" in outcome.err


def test_without_the_library_the_way_to_it_is_said(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    outcome = run("translate", "--to", "spark", "-c", f"SELECT id FROM videos WHERE {WHERE}")
    assert outcome.status == 2
    assert "pip install 'tiksql[spark]'" in outcome.err
