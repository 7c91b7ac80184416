"""An expression means here what the language says it means."""

# ruff: noqa: DTZ001 - times are naive and mean UTC throughout

from __future__ import annotations

import datetime as dt

import pytest
from engine_world import ID, NOW, ask, bindings, engine, parsed, row, value

from tiksql.local.sql import to_duckdb

VALUES = [
    ("7 / 2", 3.5),
    ("6 / 2", 3.0),
    ("5 / 0", None),
    ("5 % 0", None),
    ("5.5 / 0.0", None),
    ("mod(5, 0)", None),
    ("-7 % 3", -1),
    ("2 + 3 * 4 - 1", 13),
    ("-(-5)", 5),
    ("- -5", 5),
    ("0.1 + 0.2", 0.3),
    ("1.5 * 2", 3.0),
    ("9223372036854775807", 2**63 - 1),
    ("9223372036854775808 * 2", 2**64),
    ("CAST('12' AS BIGINT) + 1", 13),
    ("'1'::INTEGER + 1", 2),
    ("CAST(2.0 AS DECIMAL(18,0))", 2),
    ("exp(1000)", None),
    ("'a' || 'b' || 'c'", "abc"),
    ("'a' || NULL", None),
    ("upper('ß') || lower('ÄÖ')", "ẞäö"),
    ("length('👩‍👧')", 3),
    ("strlen('é')", 2),
    ("left('hello', 2) || right('hello', 2)", "helo"),
    ("replace('a%b', '%', '_')", "a_b"),
    ("substring('hello', 2, 3)", "ell"),
    ("strpos('hello', 'ell')", 2),
    ("split_part('a,b', ',', 2)", "b"),
    ("regexp_matches('hello', 'l+')", True),
    ("'a_c' LIKE 'a_c'", True),
    ("'abc' LIKE 'A%'", False),
    ("'abc' ILIKE 'A%'", True),
    ("'abc' NOT ILIKE 'A%'", False),
    ("2 BETWEEN 1 AND 3", True),
    ("2 NOT BETWEEN 1 AND 3", False),
    ("2 IN (1, NULL)", None),
    ("1 IN (1, NULL)", True),
    ("2 NOT IN (1, NULL)", None),
    ("NULL IS NULL", True),
    ("(NULL = NULL) IS NULL", True),
    ("NOT NULL", None),
    ("TRUE AND NULL", None),
    ("FALSE AND NULL", False),
    ("TRUE OR NULL", True),
    ("FALSE OR NULL", None),
    ("NOT TRUE OR TRUE", True),
    ("NOT (TRUE OR TRUE)", False),
    ("CASE WHEN NULL THEN 1 ELSE 2 END", 2),
    ("CASE 3 WHEN 1 THEN 'a' WHEN 3 THEN 'c' END", "c"),
    ("CASE 4 WHEN 1 THEN 'a' END", None),
    ("coalesce(NULL, 5)", 5),
    ("nullif(5, 5)", None),
    ("greatest(1, 3, 2)", 3),
    ("DATE '20240131' + 1", dt.date(2024, 2, 1)),
    ("DATE '2024-01-31' + INTERVAL 1 MONTH", dt.datetime(2024, 2, 29)),
    ("TIMESTAMP '2024-01-31T12:00:00Z' - INTERVAL 90 MINUTE", dt.datetime(2024, 1, 31, 10, 30)),
    ("TIMESTAMP '2024-01-31 12:00:00+02:00'", dt.datetime(2024, 1, 31, 10)),
    ("DATE '2024-03-01' - DATE '2024-02-01'", 29),
    ("date_trunc('month', DATE '2024-03-15')", dt.datetime(2024, 3, 1)),
    ("CURRENT_DATE", NOW.date()),
    ("CURRENT_TIMESTAMP", NOW),
    ("now()", NOW),
    ("today()", NOW.date()),
    ("age(TIMESTAMP '2024-04-30 00:00:00')", "1 day"),
    ("year(CURRENT_DATE)", 2024),
    ("epoch(TIMESTAMP '1970-01-01 00:00:05')", 5.0),
    ("to_timestamp(5)", dt.datetime(1970, 1, 1, 0, 0, 5)),
    ("make_timestamp(5000000)", dt.datetime(1970, 1, 1, 0, 0, 5)),
    ("DATE '9999-12-31' + 1", None),
    ("INTERVAL 1 MONTH", "1 month"),
    ("list_value(1, 2) CONTAINS 2", True),
    ("list_value('a', NULL) CONTAINS 'b'", False),
    ("(string_split('a,b', ','))[2]", "b"),
    ("list_value(1, 2)[3]", None),
    ("list_value(DATE '2024-01-01')", ["2024-01-01"]),
    ("map(list_value('a'), list_value(1))", {"a": 1}),
    ("EXISTS (SELECT 1)", True),
    ("(SELECT 5)", 5),
    ("5 IN (SELECT 5 UNION SELECT 6)", True),
    ("1 = ANY_VALUE(1)", True),
    ("count(*)", 1),
]


@pytest.fixture(scope="module")
def empty():
    with engine() as asked:
        yield asked


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_an_expression_has_its_value(empty, expression, expected):
    found = value(empty, expression)
    assert found == expected
    assert type(found) is type(expected)


@pytest.fixture(scope="module")
def videos():
    rows = [
        row(0, username="Anna", region_code="US", like_count=5, hashtag_names=["cat", "dog"]),
        row(1, username="bob", region_code="DE", like_count=None, hashtag_names=[]),
        row(2, username="anna", region_code=None, like_count=50, hashtag_names=None),
        row(3, username=None, region_code="US", like_count=50, is_stem=None),
    ]
    with engine(rows) as asked:
        yield asked


CONDITIONS = [
    ("like_count > 5", {2, 3}),
    ("NOT like_count > 5", {0}),
    ("like_count IS NULL", {1}),
    ("like_count <> 5", {2, 3}),
    ("username = 'ANNA'", {0, 2}),
    ("'ANNA' = username", {0, 2}),
    ("username <> 'ANNA'", {1}),
    ("username IN ('ANNA', 'BOB')", {0, 1, 2}),
    ("username NOT IN ('ANNA')", {1}),
    ("username IN (SELECT upper(username) FROM videos WHERE like_count = 5)", {0, 2}),
    ("username LIKE 'a%'", {2}),
    ("region_code = 'us'", {0, 3}),
    ("video_description = 'A CAPTION'", set()),
    (f"id = '{ID}'", {0}),
    (f"id IN ('{ID}', {ID + 1})", {0, 1}),
    (f"id BETWEEN '{ID + 1}' AND {ID + 2}", {1, 2}),
    (f"'{ID}' = id", {0}),
    ("create_time > 1704067201", {2, 3}),
    ("1704067201 < create_time", {2, 3}),
    ("create_time = 1704067201", {1}),
    ("create_time BETWEEN 1704067201 AND 1704067202", {1, 2}),
    ("create_time IN (1704067200, 1704067203)", {0, 3}),
    ("create_time > -5", {0, 1, 2, 3}),
    ("create_time > 99999999999999999999", set()),
    ("create_time < 99999999999999999999", {0, 1, 2, 3}),
    ("create_time > -99999999999999999999", {0, 1, 2, 3}),
    ("create_time <= '2024-01-01T01:00:01+01:00'", {0, 1}),
    ("create_time >= DATE '2024-01-01'", {0, 1, 2, 3}),
    ("create_date = '20240101'", {0, 1, 2, 3}),
    ("create_date = 20240101", {0, 1, 2, 3}),
    ("create_date > '2024-01-01'", set()),
    ("create_date < create_time", {1, 2, 3}),
    ("create_time > CURRENT_TIMESTAMP - INTERVAL 1 YEAR", {0, 1, 2, 3}),
    ("hashtag_names CONTAINS 'cat'", {0}),
    ("NOT hashtag_names CONTAINS 'cat'", {1, 3}),
    (f"effect_ids CONTAINS '{ID}'", {0, 1, 2, 3}),
    ("video_tag.type = 'AIGC' AND video_tag.number = 3", {0, 1, 2, 3}),
    ("is_stem", {0, 1, 2}),
    ("like_count = '50'", {2, 3}),
    ("view_count > 9007199254740994", {2, 3}),
    ("like_count = (SELECT max(like_count) FROM videos)", {2, 3}),
    ("EXISTS (SELECT 1 FROM videos AS o WHERE o.id = videos.id AND o.like_count = 5)", {0}),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS)
def test_a_condition_chooses_its_rows(videos, condition, expected):
    found = ask(videos, f"SELECT id FROM videos WHERE {condition}")
    assert {id_ - ID for (id_,) in found} == expected


QUERIES = [
    ("SELECT like_count FROM videos ORDER BY like_count", [5, 50, 50, None]),
    ("SELECT like_count FROM videos ORDER BY like_count DESC", [None, 50, 50, 5]),
    ("SELECT like_count FROM videos ORDER BY like_count DESC NULLS LAST", [50, 50, 5, None]),
    ("SELECT like_count FROM videos ORDER BY like_count NULLS FIRST", [None, 5, 50, 50]),
    ("SELECT array_agg(like_count ORDER BY like_count DESC) FROM videos", [[None, 50, 50, 5]]),
    ("SELECT array_agg(like_count ORDER BY like_count) FROM videos", [[5, 50, 50, None]]),
    (
        "SELECT first_value(like_count) OVER (ORDER BY like_count DESC) FROM videos",
        [None, None, None, None],
    ),
    ("SELECT like_count FROM videos UNION SELECT 7 ORDER BY like_count DESC", [None, 50, 7, 5]),
    ("SELECT DISTINCT like_count AS n FROM videos ORDER BY n NULLS LAST", [5, 50, None]),
    ("SELECT like_count FROM videos ORDER BY id LIMIT 2 OFFSET 1", [None, 50]),
    ("SELECT count(*) FROM videos", [4]),
    ("SELECT count(like_count) FROM videos", [3]),
    ("SELECT count(DISTINCT like_count) FROM videos", [2]),
    ("SELECT sum(like_count) FILTER (WHERE like_count > 5) FROM videos", [100]),
    ("SELECT string_agg(username, ',' ORDER BY username) FROM videos", ["Anna,anna,bob"]),
    ("SELECT sum(view_count) FROM videos", [4 * (2**53 + 1) + 6]),
    ("SELECT count(*) FROM videos GROUP BY like_count HAVING count(*) > 1", [2]),
    ("SELECT row_number() OVER (ORDER BY id DESC) FROM videos ORDER BY id", [4, 3, 2, 1]),
    (
        "SELECT sum(like_count) OVER (ORDER BY id ROWS 1 PRECEDING) FROM videos ORDER BY id",
        [5, 5, 50, 100],
    ),
    ("SELECT 1 UNION ALL SELECT 1", [1, 1]),
    ("SELECT 1 UNION SELECT 1", [1]),
    ("SELECT 1 EXCEPT SELECT 1", []),
    ("(SELECT 1 UNION ALL SELECT 2 ORDER BY 1 DESC LIMIT 1) INTERSECT SELECT 2", [2]),
    ("WITH a AS (SELECT 1 AS n), b AS (SELECT n + 1 AS n FROM a) SELECT n FROM b", [2]),
    ("SELECT x.n FROM (SELECT count(*) AS n FROM videos) AS x", [4]),
    ("SELECT count(*) FROM videos AS a JOIN videos AS b ON a.like_count = b.like_count", [5]),
    ("SELECT count(b.id) FROM videos AS a LEFT JOIN videos AS b ON a.id = b.id + 1", [3]),
    ("SELECT count(*) FROM videos CROSS JOIN videos AS b", [16]),
    ("SELECT id FROM videos JOIN videos AS b USING (id) ORDER BY id LIMIT 1", [ID]),
    ("SELECT unnest(hashtag_names) FROM videos WHERE id < 7302470379501604130", ["cat", "dog"]),
]


@pytest.mark.parametrize(("statement", "expected"), QUERIES)
def test_a_query_gives_its_rows(videos, statement, expected):
    assert [only for (only,) in ask(videos, statement)] == expected


def test_columns_are_named_as_they_were_written(videos):
    text = "SELECT ID, count(*), like_count+1 AS n, v.username, 'x' || 'y' FROM videos AS v"
    text += " GROUP BY id, like_count, username"
    heads = videos.check(to_duckdb(parsed(text), bindings()))
    assert [head.name for head in heads] == ["id", "count(*)", "n", "username", "'x' || 'y'"]
