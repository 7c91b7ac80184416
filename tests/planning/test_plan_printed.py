"""A plan as JSON is a contract: its keys, and what stands in them."""

import json

import pytest
from planning_scene import JANUARY, condition, judged

from tiksql.translate.json import document, to_json

KEYS = {"method", "url", "fields", "body", "window", "branch", "table", "scan", "depends_on"}
VIDEOS = f"FROM videos AS v WHERE v.keyword = 'cats' AND v.{JANUARY}"
BOTH = f"FROM videos AS v JOIN users AS u USING (username) WHERE v.keyword = 'cats' AND v.{JANUARY}"


def printed(sql):
    return document(judged(sql))


def test_a_request_is_shown_as_it_is_sent():
    assert printed(f"SELECT like_count {VIDEOS} LIMIT 10")["requests"] == [
        {
            "method": "POST",
            "url": "https://open.tiktokapis.com/v2/research/video/query/",
            "fields": ["like_count", "id"],
            "body": {
                "query": {"and": [condition("keyword", "EQ", "cats")]},
                "start_date": "20240101",
                "end_date": "20240130",
                "max_count": 10,
            },
            "window": ["2024-01-01", "2024-01-30"],
            "branch": 1,
            "table": "videos",
            "scan": 1,
            "depends_on": None,
        }
    ]


def test_what_needs_nothing_of_duckdb_has_nothing_local():
    made = printed(f"SELECT id {VIDEOS} LIMIT 10")
    assert made["local"] == {"filter": None, "sort": [], "limit": 10, "reasons": [], "query": None}
    assert made["cost"] == {"requests_at_least": 1, "pool": "research"}


@pytest.mark.parametrize(
    ("sql", "entry"),
    [
        (f"SELECT 1 {BOTH}", {"table": "users", "scan": 2, "depends_on": 1}),
        (
            f"SELECT 1 FROM users WHERE username IN (SELECT username {VIDEOS})",
            {"table": "users", "scan": 1, "depends_on": 2},
        ),
    ],
)
def test_keys_that_are_not_known_yet_name_the_scan_that_gives_them(sql, entry):
    made = printed(sql)
    first, second = made["requests"]
    assert second == second | entry
    assert second["body"]["username"] == {"$keys_of": entry["depends_on"]}
    assert second["window"] is None
    assert first["scan"] == entry["depends_on"]
    assert made["cost"]["requests_at_least"] == 1


def test_every_entry_has_the_keys_of_the_contract():
    made = printed(f"SELECT 1 {BOTH} AND (u.is_verified OR u.follower_count > 5)")
    assert list(made) == ["statement", "requests", "local", "cost", "notes"]
    assert all(set(entry) == KEYS for entry in made["requests"])


def test_what_stays_local_is_shown_with_its_reasons():
    made = printed(
        f"SELECT username, count(*) AS n {VIDEOS} AND like_count > 5 "
        "GROUP BY username ORDER BY n DESC, username LIMIT 3"
    )["local"]
    assert made["filter"] == '"scan 1".like_count > 5'
    assert made["sort"] == ["n DESC", "username"]
    assert made["limit"] == 3
    assert made["reasons"][0] == "like_count > 5: the API has no condition on like_count"
    assert made["query"].startswith('SELECT "scan 1"."username", "count"(*) AS "n" FROM (SELECT ')
    assert made["query"].endswith(
        'ORDER BY "n" DESC NULLS FIRST, "scan 1"."username", "min"("scan 1"."_row") LIMIT 3'
    )


def test_filters_of_several_tables_are_shown_together():
    made = printed(f"SELECT 1 {BOTH} AND v.like_count > 5 AND u.follower_count > 5")
    assert made["local"]["filter"] == '("scan 1".like_count > 5) AND ("scan 2".follower_count > 5)'


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("like_count > 5", "the API has no condition on like_count"),
        ("is_stem_verified", "the API has no condition on is_stem_verified"),
        ("video_description LIKE '%a%'", "the API has no condition on video_description"),
        ("region_code IS NULL", "the API has no such comparison with region_code"),
        ("id > 5", "the API has no such comparison with id"),
        ("video_duration > 300", "the API narrows it by video_length, DuckDB judges it exactly"),
        ("like_count > share_count", "the API compares a column with constants only"),
        ("lower(username) = 'a'", "the API compares a column with constants only"),
    ],
)
def test_a_reason_says_why_the_api_does_not_judge(condition, reason):
    made = printed(f"SELECT id {VIDEOS} AND {condition}")
    assert made["local"]["reasons"] == [f"{condition}: {reason}"]


def test_a_sample_is_asked_for_at_random():
    source = VIDEOS.replace("videos AS v", "videos AS v TABLESAMPLE (150 ROWS)")
    made = printed(f"SELECT id {source}")
    assert [(e["body"]["max_count"], e["body"]["is_random"]) for e in made["requests"]] == [
        (100, True),
        (50, True),
    ]


def test_a_statement_without_a_table_has_no_requests():
    made = printed("SELECT 1 AS one")
    assert made["requests"] == []
    assert made["cost"] == {"requests_at_least": 0, "pool": None}
    assert made["local"]["query"] == 'SELECT 1 AS "one"'


def test_the_text_is_json_that_reads_back():
    made = judged(f"SELECT id {VIDEOS} AND video_description LIKE '%ä%'")
    assert json.loads(to_json(made)) == document(made)
    assert "ä" in to_json(made)
