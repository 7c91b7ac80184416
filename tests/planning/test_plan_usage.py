"""What a WITH defines is asked for if something reads it, and checked in any case."""

from __future__ import annotations

import pytest
from planning_scene import JANUARY, asked, judged

from tiksql.errors import LanguageError
from tiksql.source import Source

VIDEOS = f"FROM videos WHERE keyword = 'a' AND {JANUARY}"
ONE = "SELECT username FROM users WHERE username = 'x'"


def requests(sql):
    made = judged(sql)
    return [bool(scan.requests or scan.keys) for scan in made.scans]


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        (f"WITH a AS (SELECT id {VIDEOS}) SELECT 1 AS n", [False]),
        (f"WITH a AS (SELECT id {VIDEOS}) SELECT id FROM a", [True]),
        (f"WITH a AS (SELECT id {VIDEOS}), b AS (SELECT id FROM a) SELECT 1 AS n", [False]),
        (f"WITH a AS (SELECT id {VIDEOS}), b AS (SELECT id FROM a) SELECT id FROM b", [True]),
        (f"WITH a AS (SELECT id {VIDEOS}) SELECT n.x FROM (SELECT id AS x FROM A) AS n", [True]),
        (f"WITH a AS (SELECT id {VIDEOS}) SELECT 1 AS n WHERE EXISTS (SELECT 1 FROM a)", [True]),
        (f"WITH a AS (SELECT id {VIDEOS}) SELECT 1 AS n ORDER BY (SELECT max(id) FROM a)", [True]),
        (f"WITH a AS (SELECT username {VIDEOS}) {ONE}", [False, True]),
        (
            (
                "SELECT username FROM users WHERE username IN"
                f" (WITH a AS (SELECT id {VIDEOS}) SELECT username {VIDEOS})"
            ),
            [False, True, True],
        ),
        (
            (
                f"WITH a AS (SELECT username {VIDEOS}), b AS (SELECT username FROM users"
                " WHERE username IN (SELECT username FROM a)) SELECT 1 AS n"
            ),
            [False, False],
        ),
        (
            (
                f"WITH a AS (SELECT username {VIDEOS}) SELECT x.n FROM"
                " (WITH a AS (SELECT 1 AS n) SELECT n FROM a) AS x"
            ),
            [False],
        ),
    ],
)
def test_only_what_is_named_is_asked_for(sql, read):
    assert sorted(requests(sql)) == read


def test_what_is_not_asked_for_is_said():
    made = judged(f"WITH a AS (SELECT id {VIDEOS}) {ONE}")
    assert "no row of videos in a WITH that nothing uses is asked for" in made.notes
    assert made.pool == "research"
    assert not any("put together" in reason for reason in made.reasons)


@pytest.mark.parametrize(
    ("inner", "place"),
    [
        (f"SELECT idd {VIDEOS}", "idd"),
        (f"SELECT nope(id) {VIDEOS}", "nope"),
        (f"SELECT lower(id, 4) AS n {VIDEOS}", "lower"),
        (f"SELECT id, count(*) AS n {VIDEOS}", "id"),
        ("SELECT id FROM videos WHERE like_count > 5 AND create_date = '2024-01-01'", None),
        ("SELECT username FROM users", "users"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "SELECT z.n FROM ({}) AS z", "{} UNION {}"])
def test_a_mistake_in_what_nothing_uses_is_one(inner, place, around):
    sql = around.format(*[f"WITH a AS ({inner}) SELECT 1 AS n"] * 2)
    if "UNION" in around:
        sql = " UNION ".join(f"({part})" for part in sql.split(" UNION "))
    with pytest.raises(LanguageError) as caught:
        judged(sql)
    assert place is None or Source(sql)[caught.value.span] == place


@pytest.mark.parametrize(
    "sql",
    [
        f'WITH "scan 1" AS (SELECT 5 AS id) SELECT id {VIDEOS}',
        f'WITH "observations of x" AS (SELECT 5 AS id) SELECT id {VIDEOS}',
        f'SELECT x.id FROM (SELECT 5 AS id) AS "scan 1" JOIN (SELECT id {VIDEOS}) AS x USING (id)',
    ],
)
def test_no_name_of_a_statement_is_that_of_a_scan(sql):
    with pytest.raises(LanguageError) as caught:
        asked(sql)
    assert caught.value.code == "TS225"
