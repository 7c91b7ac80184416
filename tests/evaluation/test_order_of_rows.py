"""Where no order is said, rows and keys come in the order in which records came."""

from __future__ import annotations

import pytest
from end_to_end.scripted_server import page
from evaluation_world import scripted

SPRING = "create_date BETWEEN '2024-03-01' AND '2024-04-30'"
US = f"FROM videos WHERE region_code = 'US' AND {SPRING}"
JOINED = (
    "FROM videos AS v JOIN users AS u ON u.username = v.username"
    f" WHERE v.region_code = 'US' AND v.{SPRING}"
)


def first(values):
    return list(dict.fromkeys(values))


KEYS = [
    ("SELECT username {0}", 1),
    ("SELECT DISTINCT username {0}", 1),
    ("SELECT username {0} GROUP BY username HAVING count(*) > 1", 2),
    ("SELECT username {0} AND username NOT IN (SELECT 'a')", 1),
    ("WITH a AS (SELECT username {0}) SELECT DISTINCT username FROM a", 1),
    ("SELECT username {0} UNION SELECT username {0}", 1),
    ("(SELECT DISTINCT username {0})", 1),
]


@pytest.mark.parametrize("cap", [3, 17])
@pytest.mark.parametrize(("inner", "often"), KEYS)
def test_a_cap_lets_the_keys_be_asked_that_came_first(inner, often, cap):
    asked = []
    names = ["zoe", "amy", "Zoe", "bob", "amy", *(f"user{97 * n % 500}" for n in range(600)), "bob"]

    def answer(_, body):
        if "username" in body:
            asked.append(body["username"])
            return {"display_name": "x"}
        found = page(range(len(names), 0, -1), cursor=100, more=False)
        for record, name in zip(found["videos"], names, strict=True):
            record["username"] = name
        return found

    day = "FROM videos WHERE keyword = 'a' AND create_date = '2024-03-01'"
    query = inner.format(day)
    ask = scripted(answer)
    sql = f"SELECT username, display_name FROM users WHERE username IN ({query})"
    found = ask(sql, max_requests=1 + cap, concurrency=1)
    spelt = {}
    for name in names:
        if names.count(name) >= often:
            spelt.setdefault(name.lower(), name)
    assert asked == [*spelt.values()][:cap]
    assert found.stats.exit_status == 5
    assert [row[0] for row in found.rows] == asked


def test_the_keys_of_a_join_are_asked_in_the_order_of_its_rows(ask):
    authors = first(ask(f"SELECT username {US}").firsts)
    found = ask(f"SELECT u.username {JOINED}")
    assert first(found.firsts) == [name for name in authors if name in set(found.firsts)]


@pytest.mark.parametrize(
    ("sql", "of"),
    [
        (f"SELECT username, count(*) AS n {US} GROUP BY username", f"SELECT username {US}"),
        (f"SELECT v.id {JOINED} LIMIT 7", f"SELECT v.id {JOINED}"),
        (f"SELECT a.n FROM (SELECT id AS n {US}) AS a WHERE a.n > 5", f"SELECT id {US}"),
        (f"SELECT id, row_number() OVER (ORDER BY id) AS n {US}", f"SELECT id {US}"),
    ],
)
def test_a_result_without_an_order_comes_as_its_records_came(ask, sql, of):
    found, wanted = ask(sql).firsts, first(ask(of).firsts)
    assert found == wanted[: len(found)]


@pytest.mark.parametrize("order", ["region_code", "length(username) % 3 DESC"])
def test_of_equals_a_limit_keeps_those_that_came_first(ask, order):
    rows = ask(f"SELECT id, {order.removesuffix(' DESC')} AS k {US}").rows
    expected = [n for n, _ in sorted(rows, key=lambda row: row[1], reverse="DESC" in order)]
    assert len({key for _, key in rows}) < len(rows) / 20
    assert ask(f"SELECT id {US} ORDER BY {order} LIMIT 25").firsts == expected[:25]


def test_lists_are_unfolded_in_their_own_order(ask):
    sql = f"SELECT v.id, unnest(v.hashtag_names) AS tag {JOINED}"
    lists = dict(ask(f"SELECT id, hashtag_names {US}").rows)
    found = {}
    for number, tag in ask(sql).rows:
        found.setdefault(number, []).append(tag)
    assert found
    assert all(lists[number] == tags for number, tags in found.items())
