"""What is wrong is refused before anything is sent: its code, its place, one way out."""

# ruff: noqa: E501 - a case is one line

import pytest
from planning_scene import JANUARY, planned, refused

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
    "no account named": ("SELECT display_name FROM users", "TS306", "users", "WHERE username IN ('…', '…')"),
    "accounts named by exclusion": ("SELECT display_name FROM users WHERE username <> 'a'", "TS306", "username <> 'a'", "WHERE username IN ('…', '…')"),
    "a local predicate": (f"SELECT id FROM videos WHERE like_count > 1000 {IN_JANUARY}", "TS401", "like_count > 1000", "what the API can judge in videos: id, region_code"),
    "a local predicate on an account": ("SELECT username FROM users WHERE username = 'a' AND follower_count > 5", "TS401", "follower_count > 5", "what the API can judge in users: username"),
    "a coarse predicate": ("SELECT id FROM videos WHERE keyword = 'a' AND create_time > TIMESTAMP '2024-01-01'", "TS401", "create_time > TIMESTAMP '2024-01-01'", "create_date"),
    "LIKE on the caption": (f"SELECT id FROM videos WHERE video_description LIKE '%it''s%' {IN_JANUARY}", "TS401", "video_description LIKE '%it''s%'", "keyword = 'it''s' finds it in captions"),
    "IS NULL": (f"SELECT id FROM videos WHERE region_code IS NULL {IN_JANUARY}", "TS401", "region_code IS NULL", "what the API can judge"),
    "an ordering of regions": (f"SELECT id FROM videos WHERE region_code > 'US' {IN_JANUARY}", "TS401", "region_code > 'US'", "what the API can judge"),
    "a function of a column": (f"SELECT id FROM videos WHERE lower(username) = 'a' {IN_JANUARY}", "TS401", "lower(username) = 'a'", "what the API can judge"),
    "two columns": (f"SELECT id FROM videos WHERE id = music_id {IN_JANUARY}", "TS401", "id = music_id", "what the API can judge"),
    "CONTAINS": (f"SELECT id FROM videos WHERE hashtag_names CONTAINS 'a' {IN_JANUARY}", "TS401", "hashtag_names CONTAINS 'a'", "what the API can judge"),
    "a member of a structure": (f"SELECT id FROM videos WHERE video_tag.type = 'AIGC' {IN_JANUARY}", "TS401", "video_tag.type = 'AIGC'", "what the API can judge"),
    "IN with a query": (f"SELECT id FROM videos WHERE username IN (SELECT username FROM users) {IN_JANUARY}", "TS401", "username IN (SELECT username FROM users)", "what the API can judge"),
    "JOIN": ("SELECT 1 FROM videos AS v JOIN users AS u ON v.username = u.username", "TS402", "videos AS v JOIN users AS u ON v.username = u.username", "this version reads columns of one table"),
    "WITH": ("WITH a AS (SELECT id FROM videos) SELECT id FROM a", "TS402", "a AS (SELECT id FROM videos)", "this version"),
    "UNION": ("SELECT id FROM videos UNION SELECT id FROM videos", "TS402", "SELECT id FROM videos UNION SELECT id FROM videos", "this version"),
    "a query in FROM": ("SELECT id FROM (SELECT id FROM videos) AS a", "TS402", "(SELECT id FROM videos) AS a", "this version"),
    "no FROM": ("SELECT 1", "TS402", "SELECT 1", "this version"),
    "TABLESAMPLE": ("SELECT id FROM videos TABLESAMPLE (5 ROWS)", "TS402", "5", "this version"),
    "ORDER BY": ("SELECT id FROM videos ORDER BY like_count DESC", "TS402", "like_count DESC", "this version"),
    "GROUP BY": ("SELECT region_code FROM videos GROUP BY region_code", "TS402", "region_code", "this version"),
    "DISTINCT": ("SELECT DISTINCT region_code FROM videos", "TS402", "region_code", "this version"),
    "an aggregate": ("SELECT count(*) FROM videos", "TS402", "count(*)", "this version"),
    "an expression in SELECT": ("SELECT like_count + 1 AS more FROM videos", "TS402", "like_count + 1", "this version"),
    "a member in SELECT": ("SELECT video_tag.type FROM videos", "TS402", "video_tag.type", "this version"),
    "another table": ("SELECT text FROM comments WHERE video_id = 1", "TS403", "comments", "videos, users"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_mistake_is_refused_with_code_place_and_a_way_out(case):
    sql, code, place, hint = case
    found = refused(sql)
    assert found[:2] == (code, place)
    assert hint in found[2]


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


def test_names_are_checked_even_where_the_statement_cannot_run_yet():
    sql = f"SELECT id FROM videos WHERE abs(like_cuont) > 1 {IN_JANUARY}"
    assert refused(sql)[:2] == ("TS201", "like_cuont")


def test_nested_to_the_limit_of_the_language_is_planned():
    deep = "NOT (" * 90 + "keyword = 'a' OR region_code = 'US'" + ")" * 90
    assert planned(f"SELECT id FROM videos WHERE {deep} AND {JANUARY}").requests
