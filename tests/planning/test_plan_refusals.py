"""What is wrong is refused before anything is sent: its code, its place, one way out."""

# ruff: noqa: E501 - a case is one line

import pytest
from planning_scene import JANUARY, planned, refused

from tiksql.errors import PlanError

IN_JANUARY = f"AND {JANUARY}"

CASES = {
    "unknown table": ("SELECT id FROM vidoes", "TS202", "vidoes", 'did you mean "videos"?'),
    "unknown table, nothing near": ("SELECT id FROM xyzzyplugh", "TS202", "xyzzyplugh", "the tables are videos, users"),
    "unknown table before a dot": ("SELECT w.id FROM videos AS v", "TS202", "w", 'did you mean "v"?'),
    "unknown table before a star": ("SELECT w.* FROM videos", "TS202", "w", 'did you mean "videos"?'),
    "unknown column": ("SELECT like_cuont FROM videos", "TS201", "like_cuont", 'did you mean "like_count"?'),
    "unknown column in WHERE": ("SELECT id FROM videos WHERE regoin_code = 'US'", "TS201", "regoin_code", 'did you mean "region_code"?'),
    "unknown column in ORDER BY": ("SELECT id FROM videos ORDER BY like_cuont", "TS201", "like_cuont", 'did you mean "like_count"?'),
    "unknown column in an expression": ("SELECT id FROM videos WHERE lower(usrname) = 'a'", "TS201", "usrname", 'did you mean "username"?'),
    "unknown column, nothing near": ("SELECT xyzzyplugh FROM users", "TS201", "xyzzyplugh", "DESCRIBE users lists the columns"),
    "unknown function": ("SELECT lowr(username) FROM videos", "TS203", "lowr", 'did you mean "lower"?'),
    "a text in double quotes": ('SELECT id FROM videos WHERE region_code = "US"', "TS214", '"US"', "single quotes: 'US'"),
    "a lower-case text in double quotes": ('SELECT id FROM videos WHERE keyword = "cat"', "TS214", '"cat"', "single quotes: 'cat'"),
    "a number for a text": ("SELECT id FROM videos WHERE username = 12", "TS205", "12", "username = '12'"),
    "a text for a number": ("SELECT id FROM videos WHERE view_count > 'many'", "TS205", "'many'", "view_count = 100"),
    "a fraction for a whole number": ("SELECT id FROM videos WHERE view_count > 1.5", "TS205", "1.5", "view_count = 100"),
    "a number that is too large": ("SELECT id FROM videos WHERE id = 99999999999999999999", "TS205", "99999999999999999999", "id = 7302470379501604128"),
    "a negative id": ("SELECT id FROM videos WHERE id = -5", "TS205", "-5", "id = 7302470379501604128"),
    "a truth value for a text": ("SELECT id FROM videos WHERE keyword = TRUE", "TS205", "TRUE", "keyword = 'a text'"),
    "a truth value for a day": ("SELECT id FROM videos WHERE create_date = TRUE", "TS205", "TRUE", "create_date = '2024-01-31'"),
    "an empty text": ("SELECT id FROM videos WHERE keyword = ' '", "TS205", "' '", "keyword = 'a text'"),
    "a list held against a value": ("SELECT id FROM videos WHERE hashtag_names = 'a'", "TS205", "hashtag_names = 'a'", "hashtag_name = '…'"),
    "two constants of different kinds": ("SELECT id FROM videos WHERE 1 = 'a'", "TS205", "1 = 'a'", "region_code = 'US'"),
    "the usual name of a region": ("SELECT id FROM videos WHERE region_code = 'UK'", "TS206", "'UK'", "did you mean 'GB' (United Kingdom)?"),
    "a country by name": ("SELECT id FROM videos WHERE region_code IN ('US', 'Germany')", "TS206", "'Germany'", "did you mean 'DE' (Germany)?"),
    "a country nearly by name": ("SELECT id FROM videos WHERE region_code = 'Germny'", "TS206", "'Germny'", "did you mean 'DE' (Germany)?"),
    "an unknown region": ("SELECT id FROM videos WHERE region_code = 'ZZ'", "TS206", "'ZZ'", "it is one of 'FR', 'TH'"),
    "an unknown length": ("SELECT id FROM videos WHERE video_length = 'LNG'", "TS206", "'LNG'", "did you mean 'LONG'"),
    "an unknown region under NOT": ("SELECT id FROM videos WHERE NOT region_code = 'UK'", "TS206", "'UK'", "'GB'"),
    "a column that is only searched by": ("SELECT keyword FROM videos", "TS207", "keyword", "video_description is what comes back"),
    "another column that is only searched by": ("SELECT id, v.hashtag_name FROM videos AS v", "TS207", "v.hashtag_name", "hashtag_names is what comes back"),
    "LIKE on keyword": (f"SELECT id FROM videos WHERE keyword LIKE '%cats%' {IN_JANUARY}", "TS208", "keyword LIKE '%cats%'", "keyword = 'cats' finds it in captions"),
    "GT on hashtag_name": (f"SELECT id FROM videos WHERE hashtag_name > 'a' {IN_JANUARY}", "TS208", "hashtag_name > 'a'", "hashtag_name = '…'"),
    "equal to NULL": (f"SELECT id FROM videos WHERE region_code = NULL {IN_JANUARY}", "TS209", "NULL", "region_code IS NULL"),
    "NULL on the left": ("SELECT id FROM videos WHERE NULL <> region_code", "TS209", "NULL", "region_code IS NULL"),
    "NULL in a list": ("SELECT id FROM videos WHERE region_code IN ('US', NULL)", "TS209", "NULL", "region_code IS NULL"),
    "NULL in a list under NOT": ("SELECT id FROM videos WHERE keyword NOT IN (NULL)", "TS209", "NULL", "keyword IS NULL"),
    "a hashtag with its sign": ("SELECT id FROM videos WHERE hashtag_name = '#cats'", "TS212", "'#cats'", "hashtag_name = 'cats', or keyword = '#cats'"),
    "a handle with its sign": ("SELECT id FROM videos WHERE username = '@amy'", "TS212", "'@amy'", "username = 'amy'"),
    "an account with its sign": ("SELECT display_name FROM users WHERE username IN ('a', '@amy')", "TS212", "'@amy'", "username = 'amy'"),
    "a day that does not exist": ("SELECT id FROM videos WHERE create_date >= '2024-02-30'", "TS213", "'2024-02-30'", "'2024-02-29'"),
    "a month that does not exist": ("SELECT id FROM videos WHERE create_date >= 20241301", "TS213", "20241301", "year, month, day"),
    "a text that is no day": ("SELECT id FROM videos WHERE create_date >= 'yesterday'", "TS213", "'yesterday'", "'2024-01-31'"),
    "a day with too few digits": ("SELECT id FROM videos WHERE create_date >= '2024-1-5'", "TS213", "'2024-1-5'", "'2024-01-31'"),
    "a DATE that is none": ("SELECT id FROM videos WHERE create_date >= DATE '2023-02-29'", "TS213", "DATE '2023-02-29'", "'2023-02-28'"),
    "a TIMESTAMP that is none": ("SELECT id FROM videos WHERE create_date >= TIMESTAMP 'noon'", "TS213", "TIMESTAMP 'noon'", "'2024-01-31 18:30:00'"),
    "a negative limit": (f"SELECT id FROM videos WHERE keyword = 'a' {IN_JANUARY} LIMIT -1", "TS216", "-1", "LIMIT 100"),
    "half a row": (f"SELECT id FROM videos WHERE keyword = 'a' {IN_JANUARY} LIMIT 1.5", "TS216", "1.5", "LIMIT 100"),
    "a text as limit": (f"SELECT id FROM videos WHERE keyword = 'a' {IN_JANUARY} LIMIT 'x'", "TS216", "'x'", "LIMIT 100"),
    "a negative offset": (f"SELECT id FROM videos WHERE keyword = 'a' {IN_JANUARY} OFFSET -1", "TS216", "-1", "OFFSET 100"),
    "no range of days": ("SELECT id FROM videos WHERE keyword = 'a'", "TS301", "keyword = 'a'", "BETWEEN '2026-08-02' AND '2026-08-31'"),
    "no lower end": ("SELECT id FROM videos WHERE keyword = 'a' AND create_date <= '2020-01-31'", "TS301", "create_date <= '2020-01-31'", "BETWEEN '2020-01-02' AND '2020-01-31'"),
    "an id that holds no day": ("SELECT id FROM videos WHERE id = 12345", "TS301", "id = 12345", "create_date BETWEEN"),
    "an id of the future": ("SELECT id FROM videos WHERE id = 9999999999999999999", "TS301", "id = 9999999999999999999", "create_date BETWEEN"),
    "nothing for the API to judge": (f"SELECT id FROM videos WHERE {JANUARY}", "TS302", JANUARY, "SET allow_full_scan = on"),
    "no WHERE": ("SELECT id FROM videos", "TS302", "videos", "SET allow_full_scan = on"),
    "one alternative that is not restricted": ("SELECT id FROM videos WHERE create_date = '2024-01-01' OR keyword = 'a' AND create_date > '2025-01-01'", "TS302", "create_date = '2024-01-01' OR keyword = 'a' AND create_date > '2025-01-01'", "SET allow_full_scan = on"),
    "a reversed BETWEEN": ("SELECT id FROM videos WHERE keyword = 'a' AND create_date BETWEEN '2024-02-01' AND '2024-01-01'", "TS303", "'2024-02-01' AND '2024-01-01'", "create_date BETWEEN '2024-01-01' AND '2024-02-01'"),
    "reversed bounds": ("SELECT id FROM videos WHERE create_date >= '2024-02-01' AND keyword = 'a' AND create_date < '2024-01-02'", "TS303", "create_date >= '2024-02-01' AND keyword = 'a' AND create_date < '2024-01-02'", "create_date BETWEEN '2024-01-01' AND '2024-02-01'"),
    "a range of the future": ("SELECT id FROM videos WHERE keyword = 'a' AND create_date >= '2026-09-02'", "TS304", "create_date >= '2026-09-02'", "create_date BETWEEN '2026-08-03' AND '2026-09-01'"),
    "no account named": ("SELECT display_name FROM users", "TS306", "users", "username IN ('name_one', 'name_two')"),
    "accounts named by exclusion": ("SELECT display_name FROM users WHERE username <> 'a'", "TS306", "username <> 'a'", "username IN ('name_one', 'name_two')"),
    "a local condition alone": (f"SELECT id FROM videos WHERE like_count > 1000 {IN_JANUARY}", "TS302", f"like_count > 1000 {IN_JANUARY}", "add a condition on one of id, region_code"),
    "a local alternative": (f"SELECT id FROM videos WHERE (keyword = 'a' OR like_count > 1000) {IN_JANUARY}", "TS302", f"(keyword = 'a' OR like_count > 1000) {IN_JANUARY}", "SET allow_full_scan = on"),
    "a local alternative of two pairs": (f"SELECT id FROM videos WHERE (region_code = 'US' AND keyword = 'a' OR region_code = 'DE' AND keyword = 'b' OR like_count > 9) {IN_JANUARY}", "TS302", f"(region_code = 'US' AND keyword = 'a' OR region_code = 'DE' AND keyword = 'b' OR like_count > 9) {IN_JANUARY}", "SET allow_full_scan = on"),
    "a length that every class may have": (f"SELECT id FROM videos WHERE video_duration >= 0 {IN_JANUARY}", "TS302", f"video_duration >= 0 {IN_JANUARY}", "video_length"),
    "any length but one": (f"SELECT id FROM videos WHERE video_duration <> 60 {IN_JANUARY}", "TS302", f"video_duration <> 60 {IN_JANUARY}", "video_length"),
    "no tag among the tags": (f"SELECT id FROM videos WHERE NOT hashtag_names CONTAINS 'a' {IN_JANUARY}", "TS302", f"NOT hashtag_names CONTAINS 'a' {IN_JANUARY}", "hashtag_name"),
    "no range in one half of a UNION": (f"SELECT id FROM videos WHERE keyword = 'a' {IN_JANUARY} UNION SELECT id FROM videos WHERE keyword = 'b'", "TS301", "keyword = 'b'", "keyword = 'b' AND create_date BETWEEN '2026-08-02' AND '2026-08-31'"),
    "no range in a WITH": ("WITH a AS (SELECT id FROM videos WHERE keyword = 'a') SELECT id FROM a WHERE id > 5", "TS301", "keyword = 'a'", "WITH a AS (SELECT id FROM videos WHERE keyword = 'a' AND create_date BETWEEN"),
    "no condition in a query of a FROM": (f"SELECT n FROM (SELECT count(*) AS n FROM videos WHERE {JANUARY}) AS a WHERE n > 5", "TS302", JANUARY, "SET allow_full_scan = on"),
    "no condition on the right of a LEFT JOIN": ("SELECT u.username FROM users AS u LEFT JOIN videos AS v ON v.username = u.username WHERE u.username = 'a'", "TS302", "v.username = u.username", "SET allow_full_scan = on"),
    "an account named in the WHERE of a LEFT JOIN": (f"SELECT v.id FROM videos AS v LEFT JOIN users AS u ON TRUE WHERE v.keyword = 'a' AND v.{JANUARY} AND u.username = 'a'", "TS306", "users AS u", "ON username = a column of another table"),
    "a join without a key": (f"SELECT v.id FROM videos AS v JOIN users AS u ON u.follower_count > v.like_count WHERE v.keyword = 'a' AND v.{JANUARY}", "TS306", "users AS u", "ON username = a column of another table"),
    "two tables that wait for each other": ("SELECT f.follower_username FROM followers AS f JOIN users AS u ON f.username = u.username", "TS306", "followers AS f", "name the keys of one table"),
    "no keys from the query around": (f"SELECT v.id FROM videos AS v WHERE v.keyword = 'a' AND v.{JANUARY} AND EXISTS (SELECT 1 FROM users AS u WHERE u.username > v.username)", "TS306", "u.username > v.username", "AND username IN"),
    "comments without a video": ("SELECT text FROM comments", "TS306", "comments", "WHERE video_id IN (7302470379501604128"),
    "comments of a video and of a comment": ("SELECT text FROM comments WHERE video_id = 1 AND comment_id = 2", "TS306", "video_id = 1 AND comment_id = 2", "one of video_id or comment_id"),
    "a name of two columns": (f"SELECT username FROM videos AS v JOIN users AS u ON u.username = v.username WHERE keyword = 'a' AND {JANUARY}", "TS225", "username", "v.username"),
    "a name of two tables": (f"SELECT 1 FROM videos AS v JOIN users AS v ON TRUE WHERE keyword = 'a' AND {JANUARY}", "TS225", "users AS v", "AS gives each a name of its own"),
    "one table twice under one name": (f"SELECT 1 FROM videos JOIN videos ON TRUE WHERE keyword = 'a' AND {JANUARY}", "TS225", "videos", "videos AS other"),
    "a sample of users": ("SELECT username FROM users TABLESAMPLE (5 ROWS) WHERE username = 'a'", "TS224", "5", "ORDER BY random() LIMIT"),
    "a filter-only column inside a function": (f"SELECT id FROM videos WHERE upper(keyword) = 'A' {IN_JANUARY}", "TS207", "keyword", "video_description is what comes back"),
    "a filter-only column without a value": (f"SELECT id FROM videos WHERE hashtag_name IS NULL {IN_JANUARY}", "TS207", "hashtag_name", "hashtag_names is what comes back"),
    "a filter-only column in ORDER BY": (f"SELECT id FROM videos WHERE keyword = 'a' {IN_JANUARY} ORDER BY effect_id", "TS207", "effect_id", "effect_ids is what comes back"),
    "a filter-only column in GROUP BY": (f"SELECT count(*) FROM videos WHERE keyword = 'a' {IN_JANUARY} GROUP BY hashtag_name", "TS207", "hashtag_name", "hashtag_names is what comes back"),
    "a filter-only column in a WHERE of two tables": (f"SELECT 1 FROM videos AS v JOIN users AS u ON u.username = v.username WHERE v.{JANUARY} AND (v.keyword = 'a' OR u.is_verified)", "TS207", "v.keyword", "video_description is what comes back"),
    "a filter-only column in another table's ON": (f"SELECT 1 FROM videos AS v LEFT JOIN users AS u ON u.username = v.username AND v.keyword = 'a' WHERE v.{JANUARY}", "TS207", "v.keyword", "video_description is what comes back"),
    "a filter-only column of a subquery": (f"SELECT a.keyword FROM (SELECT id FROM videos WHERE keyword = 'a' {IN_JANUARY}) AS a", "TS201", "keyword", None),
    "a time that is none": ("SELECT id FROM videos WHERE keyword = 'a' AND create_time > 'noon'", "TS213", "'noon'", "'2024-01-31 18:30:00'"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_mistake_is_refused_with_code_place_and_a_way_out(case):
    sql, code, place, hint = case
    found = refused(sql)
    assert found[:2] == (code, place)
    assert (hint or "") in (found[2] or "")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM videos WHERE keyword = 'a'",
        "SELECT id FROM videos WHERE keyword = 'a' OR region_code = 'US' LIMIT 5",
        "SELECT id FROM videos WHERE keyword = 'it''s' AND create_date <= '2020-01-31'",
        "SELECT id FROM videos WHERE keyword = 'a' AND create_date < '2031-01-31'",
        "SELECT id FROM videos WHERE keyword = 'a' AND create_date >= '2024-01-01' OR keyword = 'b'",
        "(SELECT id FROM videos WHERE keyword = 'a') LIMIT 7",
        "SELECT v.id AS number FROM video_table AS v WHERE v.keyword = 'a' OFFSET 3",
        "WITH a AS (SELECT id FROM videos WHERE keyword = 'a') SELECT id FROM a",
        "SELECT id FROM videos WHERE id = 7302470379501604128 UNION SELECT id FROM videos WHERE keyword = 'a'",
        "SELECT * FROM (SELECT id FROM videos WHERE keyword = 'a' OR region_code = 'US') AS a",
        "SELECT v.id FROM videos AS v JOIN users AS u ON u.username = v.username WHERE v.keyword = 'a'",
        "SELECT u.username FROM users AS u LEFT JOIN videos AS v ON v.username = u.username AND v.keyword = 'a' WHERE u.username = 'b'",
        "SELECT display_name FROM users WHERE username IN (SELECT username FROM videos WHERE keyword = 'a')",
    ],
)
def test_the_statement_that_the_error_about_days_shows_can_be_planned(sql):
    code, _, hint = refused(sql)
    assert code == "TS301"
    fixed = hint.partition("\n")[2]
    assert planned(fixed).requests


@pytest.mark.parametrize(
    "swapped",
    [
        "create_date BETWEEN '2024-02-01' AND '2024-01-01'",
        "create_date > '2024-02-01' AND create_date <= '2024-01-01'",
    ],
)
def test_the_range_that_the_error_about_order_shows_can_be_planned(swapped):
    _, _, hint = refused(f"SELECT id FROM videos WHERE keyword = 'a' AND {swapped}")
    assert planned(f"SELECT id FROM videos WHERE keyword = 'a' AND {hint}").requests


def test_an_id_that_can_be_that_of_no_record_is_named():
    message = "12345 holds the day 1970-01-01, which is that of no record"
    with pytest.raises(PlanError, match=message):
        planned("SELECT id FROM videos WHERE id IN (7302470379501604128, 12345)")


def test_too_many_branches_are_refused_and_some_are_shown():
    pairs = " OR ".join(f"keyword = 'k{n}' AND hashtag_name = 'h{n}'" for n in range(9))
    code, place, hint = refused(f"SELECT id FROM videos WHERE ({pairs}) AND {JANUARY}")
    assert code == "TS305"
    assert place.endswith(JANUARY)
    first, *shown = hint.split("\n")
    assert first == "SET max_branches = 16 allows more; the first of them:"
    assert shown[0] == "  and keyword EQ k0; and hashtag_name EQ h0"
    assert len(hint.encode()) < 800  # no more of a hint is ever shown
    assert planned(f"SELECT id FROM videos WHERE ({pairs}) AND {JANUARY}", max_branches=16).requests


def test_nested_to_the_limit_of_the_language_is_planned():
    deep = "NOT (" * 90 + "keyword = 'a' OR region_code = 'US'" + ")" * 90
    assert planned(f"SELECT id FROM videos WHERE {deep} AND {JANUARY}").requests
