"""The half of a statement that DuckDB does: checked before, judged after, accounted for."""

from __future__ import annotations

import json

import pytest
from end_to_end.scripted_server import pages
from evaluation_world import emulated, scripted

from tiksql.errors import LanguageError, ResolveError
from tiksql.local.engine import Engine

SPRING = "create_date BETWEEN '2024-03-01' AND '2024-04-30'"
US = f"FROM videos WHERE region_code = 'US' AND {SPRING}"
DAY = "FROM videos WHERE keyword = 'a' AND create_date = '2024-03-01'"


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        (f"SELECT foo(id) {DAY}", "foo"),
        (f"SELECT id, count(*) {DAY}", "id"),
        (f"SELECT sum(video_description) {DAY}", None),
        (f"SELECT id {DAY} AND like_count > 'x'", "'x'"),
        (f"SELECT id {DAY} AND length(like_count, 3) > 2", None),
        (f"SELECT id {DAY} ORDER BY nope", "nope"),
        (f"SELECT id {DAY} GROUP BY username", "id"),
        (f"SELECT u.username FROM users AS u JOIN videos AS v ON u.nope = v.username WHERE {DAY}"
         .replace("WHERE FROM videos WHERE", "WHERE"), "nope"),
        ("SELECT username FROM users WHERE username IN (SELECT username FROM nowhere)", "nowhere"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_local_half_costs_no_request(sql, place):
    ask = scripted(pages([1]))
    with pytest.raises(LanguageError) as caught:
        ask(sql)
    assert ask.bodies == []
    span = caught.value.span
    assert place is None or sql[span.start : span.end].endswith(place)


def test_a_mistake_says_that_nothing_was_asked(run):
    outcome = run("--emulator", "--stats", "-c", f"SELECT id, count(*) {US}")
    assert outcome.status == 1
    assert json.loads(outcome.err.splitlines()[-1])["requests"] == 0


KEYS = f"SELECT CAST(CAST(username AS INTEGER) AS VARCHAR) {US}"
JOINED = (
    "SELECT u.username FROM videos AS v JOIN users AS u"
    " ON u.username = CAST(CAST(v.username AS INTEGER) AS VARCHAR)"
    f" WHERE v.region_code = 'US' AND v.{SPRING}"
)
FAILING = [
    (JOINED, "CAST(v.username AS INTEGER)"),
    (f"SELECT CAST(username AS INTEGER) AS n {US}", "CAST(username AS INTEGER)"),
    (f"SELECT id {US} AND CAST(username AS INTEGER) > 3", "CAST(username AS INTEGER)"),
    (f"SELECT max(CAST(username AS INTEGER)) AS n {US}", "CAST(username AS INTEGER)"),
    (f"SELECT username FROM users WHERE username IN ({KEYS})", "CAST(username AS INTEGER)"),
]


@pytest.mark.parametrize("partial", ["on", "off"])
@pytest.mark.parametrize(("sql", "place"), FAILING)
def test_a_failure_of_the_local_half_has_a_place_and_is_no_cut(ask, sql, place, partial):
    with pytest.raises(ResolveError) as caught:
        ask(sql, allow_partial=partial)
    error = caught.value
    assert (error.code, error.exit_status) == ("TS221", 1)
    assert sql[error.span.start : error.span.end] == place
    assert "TRY" in error.hint


def test_a_division_by_zero_is_null(ask):
    found = ask(f"SELECT like_count / 0 AS n {US} LIMIT 2")
    assert found.rows == [(None,), (None,)]


def test_a_query_may_stand_in_the_order_of_a_union(ask):
    union = f"SELECT like_count AS n {US} UNION SELECT 5"
    top = max(ask(union).firsts)
    found = ask(f"{union} ORDER BY n = (SELECT max(like_count) AS m {US}) DESC, n LIMIT 3")
    assert found.firsts == [top, *sorted(ask(union).firsts)[:2]]
    assert found.requests == ask(f"SELECT id {US}").requests  # what is asked twice is paid once


@pytest.mark.parametrize(
    ("order", "place"),
    [
        ("nope", "nope"),
        ("(SELECT nope FROM users WHERE username = 'a')", "nope"),
        ("foo(n)", "foo"),
    ],
)
def test_a_mistake_in_the_order_of_a_union_has_a_place_and_costs_nothing(order, place):
    ask = scripted(pages([1]))
    sql = f"SELECT like_count AS n {DAY} UNION SELECT 5 ORDER BY {order}"
    with pytest.raises(ResolveError) as caught:
        ask(sql)
    assert ask.bodies == []
    assert sql[caught.value.span.start : caught.value.span.end] == place


def test_nothing_is_larger_than_what_is_missing(ask):
    """As in PostgreSQL: NULL last, and first in the other direction, unless it is said."""
    tags = f"SELECT video_tag.type AS tag {US}"
    missing = ask(tags).firsts.count(None)
    assert 0 < missing < len(ask(tags).rows)
    for order, first in [("", 0), ("DESC", 1), ("DESC NULLS LAST", 0), ("NULLS FIRST", 1)]:
        found = ask(f"{tags} ORDER BY tag {order}").firsts
        part = found[:missing] if first else found[-missing:]
        assert part == [None] * missing


# --- the account ----------------------------------------------------------------------------------


def analysed(sql, **settings):
    answer = emulated()
    stream = answer.stream(f"EXPLAIN ANALYZE {sql}", **settings)
    return stream.text, stream.stream.stats


@pytest.mark.parametrize(
    ("select", "rest"),
    [("id", ""), ("count(*) AS n", ""), ("id", " ORDER BY like_count"), ("DISTINCT id", "")],
)
def test_an_analysis_counts_the_records_that_the_local_filter_dropped(ask, select, rest):
    liked = len(ask(f"SELECT id {US} AND like_count > 1000").rows)
    text, stats = analysed(f"SELECT {select} {US} AND like_count > 1000{rest}")
    assert stats.dropped == stats.records - liked > 0
    assert f"  {stats.dropped} records dropped by the local filter\n" in text
    assert f"  {stats.records} records, 0 duplicates, {stats.rows} rows\n" in text


def test_records_without_a_value_are_dropped_and_counted():
    def answer(*_):
        found = pages([1, 2, 3, 4])(1, None)
        del found["videos"][0]["like_count"]
        return found

    found = scripted(answer)(f"SELECT id {DAY} AND like_count <> 3")
    assert (found.firsts, found.stats.dropped) == ([2, 4], 2)


def test_records_of_every_filtered_table_are_counted():
    def answer(_, body):
        if "username" in body:
            return {"display_name": "x", "follower_count": len(body["username"])}
        found = pages([1, 2, 3])(1, None)
        for number, each in enumerate(found["videos"]):
            each["username"] = "abc"[: number + 1]
        return found

    found = scripted(answer)(
        f"SELECT v.id {DAY} AND v.like_count > 1 AND u.follower_count > 2".replace(
            "FROM videos", "FROM videos AS v JOIN users AS u ON u.username = v.username"
        )
    )
    assert (found.firsts, found.stats.dropped) == ([3], 2)
    assert found.requests == 3


def test_without_a_local_filter_nothing_is_dropped():
    text, stats = analysed(f"SELECT id {US}")
    assert stats.dropped == 0
    assert "  0 records dropped by the local filter\n" in text


@pytest.mark.parametrize("left_early", [True, False])
def test_the_database_of_a_statement_is_gone_with_the_last_row_that_is_wanted(
    ask, monkeypatch, left_early
):
    made, closed = [], []
    begin, end = Engine.__init__, Engine.__exit__
    monkeypatch.setattr(Engine, "__init__", lambda e, *a, **k: made.append(e) or begin(e, *a, **k))
    monkeypatch.setattr(Engine, "__exit__", lambda e, *a: closed.append(e) or end(e, *a))
    batches = ask.stream(f"SELECT id {US} AND like_count > 5").batches()
    assert next(batches)
    if left_early:
        batches.close()
    else:
        assert list(batches) is not None
    assert len(made) == 1
    assert made == closed


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl", "table", "vertical", "markdown"])
def test_ids_are_exact_behind_a_local_sort_in_every_format(run, form):
    rest = f"{US} AND like_count > 1000 ORDER BY id LIMIT 5"
    out = run("--emulator", "--format", form, "-c", f"SELECT id {rest}").out
    plain = run(
        "--emulator", "--format", "jsonl", "-c", f"SELECT id {US} AND like_count > 1000"
    ).out
    ids = sorted(int(json.loads(line)["id"]) for line in plain.splitlines())[:5]
    assert all(str(each) in out for each in ids)
    assert all(each > 2**53 for each in ids)


# --- samples --------------------------------------------------------------------------------------


def test_a_sample_that_falls_short_says_so(ask):
    found = ask(f"SELECT id {US}".replace("videos", "videos TABLESAMPLE (2000 ROWS)"))
    assert 0 < len(found.rows) < 2000
    (note,) = found.notes
    assert note == f"TABLESAMPLE wanted 2,000 rows and drew {len(found.rows)} different ones"


def test_a_sample_that_is_reached_says_nothing(ask):
    found = ask(f"SELECT id {US}".replace("videos", "videos TABLESAMPLE (20 ROWS)"))
    everything = set(ask(f"SELECT id {US}").firsts)
    assert everything.issuperset(found.firsts)
    assert len(set(found.firsts)) == len(found.rows) <= 20


# --- the reserve ----------------------------------------------------------------------------------


def test_the_reserve_is_kept_over_all_tables_of_a_statement():
    asked = []

    def answer(_, body):
        asked.append(body)
        if "username" in body:
            return {"display_name": "x"}
        found = pages([1, 2, 3, 4])(1, None)
        for number, each in enumerate(found["videos"]):
            each["username"] = f"user{number}"
        return found

    ask = scripted(answer)
    object.__setattr__(ask.session.backend, "used_today", lambda _: 990 + len(asked))
    sql = f"SELECT u.display_name {DAY}".replace(
        "FROM videos", "FROM videos AS v JOIN users AS u ON u.username = v.username"
    )
    found = ask(sql, reserve=7, concurrency=1)
    assert len(asked) == 3
    assert (len(found.rows), found.stats.exit_status) == (2, 5)
    asked.clear()
    assert len(ask(sql, reserve=5, concurrency=1).rows) == 4
