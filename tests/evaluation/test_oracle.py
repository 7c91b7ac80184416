"""Random statements give what plain Python makes of the same records, read once."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache

import pytest
from evaluation_world import emulated
from random_conditions import Source, found_before
from soak import cases

from tiksql.errors import PlanError

RANGE = "create_date BETWEEN '2024-08-12' AND '2024-10-17'"
"""67 days, three windows of 30 days, with scheduled posts and with NULL in every count."""
ROUNDS = 10


@cache
def records():
    found = emulated()(f"SELECT * FROM videos WHERE view_count >= 0 AND {RANGE}")
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


@cache
def found_by_the_api():
    """Predicates whose meaning is the API's own: what it finds by each of them alone."""
    conditions = ["keyword = 'the'", "keyword IN ('my', 'fyp')", "effect_id = 10000"]
    sql = "SELECT id FROM videos WHERE {} AND " + RANGE
    asked = [(each, set(emulated()(sql.format(each)).firsts)) for each in conditions]
    return [found_before(each, ids) for each, ids in asked]


def conditions(seed):
    return Source(records(), random.Random(seed), found_by_the_api())


def any_shape(ask, sql, chance):
    """Run a statement under settings that must not matter to its rows.

    None where it is refused: ranges of days that exclude each other, or far too many branches.
    """
    settings = {
        "allow_full_scan": "on",
        "window_days": chance.choice([9, 30]),
        "extra_day": chance.choice(["off", "off", "on"]),
        "page_size": chance.choice([40, 100]),
        "concurrency": chance.choice([1, 4]),
    }
    for most in (chance.choice([1, 3, 8, 16]), 64):
        try:
            return ask(sql, max_branches=most, **settings)
        except PlanError as error:
            if error.code not in {"TS303", "TS305"}:
                raise
    return None


def test_the_records_hold_what_the_conditions_ask_about():
    rows = records()
    assert len(rows) > 400
    assert len({row["id"] for row in rows}) == len(rows)
    assert any(row["like_count"] is None for row in rows)
    assert any(row["voice_to_text"] is not None for row in rows)
    assert any(row["create_time"].timestamp() - (row["id"] >> 32) > 86_400 for row in rows)
    assert all(len(each.holds.__closure__[0].cell_contents) > 2 for each in found_by_the_api())


@pytest.mark.parametrize("seed", range(cases(10)))
def test_a_where_gives_exactly_the_records_for_which_it_is_true_each_once(ask, seed):
    source, refused = conditions(seed), 0
    for _ in range(ROUNDS):
        where = source.condition()
        sql = f"SELECT id FROM videos WHERE ({where.sql}) AND {RANGE}"
        found = any_shape(ask, sql, source.random)
        if found is None:
            refused += 1
            continue
        expected = [row["id"] for row in records() if where.holds(row) is True]
        assert Counter(found.firsts) == Counter(expected), sql
        assert found.stats.complete
    assert refused <= 1


def by(rows, column, *, descending, nulls_first):
    """Sort as SQL does, the ids deciding among equals."""
    given = sorted((row for row in rows if row[column] is not None), key=lambda row: row["id"])
    given.sort(key=lambda row: row[column], reverse=descending)
    nulls = sorted((row for row in rows if row[column] is None), key=lambda row: row["id"])
    return nulls + given if nulls_first else given + nulls


@pytest.mark.parametrize("seed", range(cases(3)))
def test_a_sorted_and_cut_result_is_that_of_python(ask, seed):
    source = conditions(100 + seed)
    chance = source.random
    columns = ["like_count", "create_time", "id", "region_code", "view_count", "voice_to_text"]
    for _ in range(5):
        where, column = source.condition(1), chance.choice(columns)
        descending, nulls = chance.random() < 0.7, chance.choice(["", "NULLS FIRST", "NULLS LAST"])
        limit, offset = chance.choice([1, 5, 40, 200]), chance.choice([0, 0, 3, 50])
        sql = (
            f"SELECT id, {column} FROM videos WHERE ({where.sql}) AND {RANGE}"
            f" ORDER BY {column} {'DESC' if descending else 'ASC'} {nulls}, id"
            f" LIMIT {limit} OFFSET {offset}"
        )
        rows = [row for row in records() if where.holds(row) is True]
        nulls_first = nulls == "NULLS FIRST" or (descending and not nulls)
        ordered = by(rows, column, descending=descending, nulls_first=nulls_first)
        expected = [(row["id"], row[column]) for row in ordered][offset : offset + limit]
        assert any_shape(ask, sql, chance).rows == expected, sql


def grouped(rows):
    """Count, add and find the largest by region, where there are at least three."""
    groups = {}
    for row in rows:
        groups.setdefault(row["region_code"], []).append(row)
    return [
        (
            region,
            len(group),
            sum(likes) if (likes := [r["like_count"] for r in group if r["like_count"]]) else None,
            max(r["view_count"] for r in group),
            len({r["username"] for r in group}),
        )
        for region, group in sorted(groups.items())
        if len(group) >= 3
    ]


@pytest.mark.parametrize("seed", range(cases(3)))
def test_a_grouped_result_is_that_of_python(ask, seed):
    source = conditions(200 + seed)
    for _ in range(3):
        where = source.condition(1)
        sql = (
            "SELECT region_code, count(*) AS n, sum(like_count) AS likes,"
            " max(view_count) AS views, count(DISTINCT username) AS names"
            f" FROM videos WHERE ({where.sql}) AND like_count IS NOT NULL AND {RANGE}"
            " GROUP BY region_code HAVING count(*) >= 3 ORDER BY region_code"
        )
        rows = [row for row in records() if where.holds(row) is True]
        expected = grouped([row for row in rows if row["like_count"] is not None])
        found = [
            (region, n, likes or None, views, names)
            for region, n, likes, views, names in any_shape(ask, sql, source.random).rows
        ]
        assert found == expected, sql


@pytest.mark.parametrize("seed", range(cases(3)))
def test_distinct_and_unsorted_limits_are_those_of_python(ask, seed):
    source = conditions(300 + seed)
    for _ in range(3):
        where = source.condition(2)
        rest = f"FROM videos WHERE ({where.sql}) AND {RANGE}"
        rows = [row for row in records() if where.holds(row) is True]
        pairs = {(row["username"], row["region_code"]) for row in rows}
        distinct = any_shape(ask, f"SELECT DISTINCT username, region_code {rest}", source.random)
        assert sorted(distinct.rows) == sorted(pairs)
        ids = {row["id"] for row in rows}
        cut = any_shape(ask, f"SELECT id {rest} LIMIT 7 OFFSET 2", source.random).firsts
        assert len(set(cut)) == len(cut) == max(0, min(7, len(ids) - 2))
        assert ids.issuperset(cut)
