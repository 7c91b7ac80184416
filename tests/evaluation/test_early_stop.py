"""Reading stops as soon as nothing that is still to come can belong, and never before."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
from end_to_end.scripted_server import page, pages
from evaluation_world import emulated, scripted

SPRING = "create_date BETWEEN '2024-02-01' AND '2024-05-31'"
ALL = f"FROM videos WHERE view_count >= 0 AND {SPRING}"
GROUPS = f"SELECT max(id) AS id, count(*) AS n {ALL} GROUP BY region_code"
RESIDUAL = f"FROM videos WHERE view_count >= 0 AND like_count % 3 = 0 AND {SPRING}"
BRANCHES = (
    "FROM videos WHERE (region_code = 'US' AND view_count > 300"
    f" OR hashtag_name = 'fyp' AND like_count % 2 = 0) AND {SPRING}"
)
OWN_DAYS = (
    "FROM videos WHERE region_code = 'US' AND create_date BETWEEN '2024-03-01' AND '2024-04-20'"
    " OR hashtag_name = 'fyp' AND create_date BETWEEN '2024-03-20' AND '2024-05-10'"
)
DAY = "FROM videos WHERE keyword = 'a' AND create_date = '2024-03-01'"
MARCH = "FROM videos WHERE keyword = 'a' AND create_date BETWEEN '2024-03-01' AND '2024-03-04'"


@cache
def whole(rest):
    found = emulated()(f"SELECT id, create_time {rest}", window_days=5)
    assert found.stats.complete
    assert len(found.rows) > 100
    return found


def is_scheduled(row):
    number, moment = row
    return moment.replace(tzinfo=dt.UTC).timestamp() - (number >> 32) > 3_600


@pytest.mark.parametrize("rest", [ALL, RESIDUAL, BRANCHES, OWN_DAYS])
@pytest.mark.parametrize("key", ["id", "create_time"])
@pytest.mark.parametrize(("limit", "offset"), [(1, 0), (7, 0), (20, 13), (60, 0)])
def test_a_sorted_result_that_is_cut_early_is_the_whole_result_cut(ask, rest, key, limit, offset):
    everything = whole(rest)
    at = everything.columns.index(key)
    ordered = sorted(everything.rows, key=lambda row: row[at], reverse=True)
    order = f"ORDER BY {key} DESC NULLS LAST"
    sql = f"SELECT id, create_time {rest} {order} LIMIT {limit} OFFSET {offset}"
    found = ask(sql, window_days=5)
    expected = ordered[offset : offset + limit]
    assert [row[at] for row in found.rows] == [row[at] for row in expected]
    assert found.requests < everything.requests
    assert found.stats.complete


def test_the_data_hold_scheduled_posts_that_a_hasty_end_would_miss():
    scheduled = [row for row in whole(ALL).rows if is_scheduled(row)]
    assert any(
        number >> 32 < (moment.replace(tzinfo=dt.UTC) - dt.timedelta(days=2)).timestamp()
        for number, moment in scheduled
    )
    assert len(scheduled) > 5


@pytest.mark.parametrize(
    "order",
    [
        "id DESC",
        "id DESC NULLS FIRST",
        "create_time DESC NULLS LAST",
        "create_time DESC NULLS LAST, like_count",
    ],
)
def test_an_early_end_is_announced_by_explain(ask, order):
    assert "reading stops after" in ask.text(f"EXPLAIN SELECT id {ALL} ORDER BY {order} LIMIT 3")


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT id, row_number() OVER (ORDER BY like_count) AS n {ALL} ORDER BY id DESC LIMIT 3",
        f"SELECT like_count AS id {ALL} ORDER BY id DESC LIMIT 3",
        f"SELECT * FROM ({GROUPS}) AS g ORDER BY id DESC LIMIT 3",
        f"WITH g AS ({GROUPS}) SELECT n FROM g ORDER BY id DESC LIMIT 3",
        f"SELECT DISTINCT id {ALL} ORDER BY id DESC LIMIT 3",
        f"SELECT id {ALL} ORDER BY id LIMIT 3",
        f"SELECT id {ALL} ORDER BY like_count DESC, id DESC LIMIT 3",
        f"SELECT id {ALL} ORDER BY create_time DESC LIMIT 3",
        f"SELECT id {ALL} ORDER BY create_time DESC NULLS FIRST LIMIT 3",
        f"SELECT id {ALL} ORDER BY id DESC",
    ],
)
def test_what_needs_every_record_reads_every_record(ask, sql):
    assert ask(sql, window_days=30).stats.records == len(whole(ALL).rows)
    assert "reading stops after" not in ask.text(f"EXPLAIN {sql}")


@pytest.mark.parametrize(
    "function", ["unnest(hashtag_names)", "generate_subscripts(hashtag_names, 1)"]
)
def test_rows_that_a_record_does_not_give_are_no_rows_of_the_limit(ask, function):
    sql = f"SELECT id, {function} AS tag {ALL} ORDER BY id DESC"
    tags = ask(sql)
    for limit in (20, 150, 400):
        found = ask(f"{sql} LIMIT {limit}", window_days=5)
        assert found.firsts == tags.firsts[:limit]


def test_a_random_sample_is_sorted_as_a_whole(ask):
    sql = (
        f"SELECT id FROM videos TABLESAMPLE (250 ROWS) WHERE view_count >= 0 AND {SPRING}"
        " ORDER BY id DESC LIMIT 3"
    )
    found = ask(sql)
    assert found.stats.records > 150
    assert len(found.rows) == 3
    assert any(note.startswith("TABLESAMPLE wanted 250 rows and drew ") for note in found.notes)


# --- limits without an order ----------------------------------------------------------------------


def likes(*found):
    """Answer pages of records that have as many likes as their number."""
    return scripted(pages(*found))


@pytest.mark.parametrize(("limit", "requests"), [(1, 2), (2, 2), (3, 4), (4, 4), (5, 5), (6, 5)])
def test_a_limit_behind_a_local_filter_asks_for_no_page_too_many(limit, requests):
    ask = likes([1, 3], [5, 20, 30], [7], [40, 41], [42])
    found = ask(f"SELECT id {DAY} AND like_count > 10 LIMIT {limit}", concurrency=4)
    assert found.firsts == [20, 30, 40, 41, 42][:limit]
    assert len(ask.bodies) == found.requests == requests


def test_an_offset_counts_rows_that_pass_the_local_filter():
    ask = likes([1, 20, 3], [30, 31], [40], [50])
    found = ask(f"SELECT id {DAY} AND like_count > 10 LIMIT 2 OFFSET 1")
    assert (found.firsts, found.requests) == ([30, 31], 2)


def test_a_limit_is_never_sent_past_a_local_filter():
    judged, plain = likes([20]), likes([20])
    judged(f"SELECT id {DAY} AND like_count > 10 LIMIT 2")
    plain(f"SELECT id {DAY} LIMIT 2")
    assert [judged.bodies[0]["max_count"], plain.bodies[0]["max_count"]] == [100, 2]


# --- a sorted end, page by page -------------------------------------------------------------------


def number(day, low=0):
    """Make an id whose second is midnight of a day of March 2024."""
    return (
        int(dt.datetime(2024, 3, 1, tzinfo=dt.UTC).timestamp()) + (day - 1) * 86_400 << 32
    ) + low


def window_by_window(**windows):
    """Answer the windows of a day each: ``d4=[page, page]``, a page a list of (id, time)."""
    seen = {}

    def answer(_, body):
        day = int(body["start_date"][-2:])
        found = windows.get(f"d{day}", [[]])
        turn = seen[day] = seen.get(day, -1) + 1
        made = page([], cursor=100 * (turn + 1), more=turn + 1 < len(found))
        made["videos"] = [
            {"id": each, **({} if time is None else {"create_time": time})}
            for each, time in found[turn]
        ]
        return made

    return scripted(answer)


def at(day, second=0):
    return number(day) + (second << 32) >> 32


def test_a_page_whose_last_id_is_reached_is_enough():
    ask = window_by_window(d4=[[(number(4, 9), at(4)), (number(4, 8), at(4))], [(number(4, 7), 0)]])
    found = ask(f"SELECT id {MARCH} ORDER BY id DESC LIMIT 2", window_days=1)
    assert (found.firsts, found.requests) == ([number(4, 9), number(4, 8)], 1)


@pytest.mark.fault(
    "F37",
    "a page whose ids do not fall, under ORDER BY id with a LIMIT",
    "read on to the right rows",
)
def test_a_page_in_disorder_ends_nothing():
    first = [(number(4, 5), at(4)), (number(4, 9), at(4))]
    ask = window_by_window(d4=[first, [(number(4, 8), at(4)), (number(4, 1), at(4))]])
    found = ask(f"SELECT id {MARCH} ORDER BY id DESC LIMIT 2", window_days=1)
    assert (found.firsts, found.requests) == ([number(4, 9), number(4, 8)], 2)


def test_a_scheduled_post_of_a_newer_window_ends_nothing():
    ask = window_by_window(
        d4=[[(number(4, 9), at(4)), (number(2, 5), at(4))]],
        d3=[[(number(3, 5), at(3))]],
        d2=[[(number(2, 9), at(2)), (number(2, 1), at(2))]],
    )
    found = ask(f"SELECT id {MARCH} ORDER BY id DESC LIMIT 3", window_days=1)
    assert found.firsts == [number(4, 9), number(3, 5), number(2, 9)]
    assert found.requests == 3


def test_a_scheduled_post_on_a_page_with_more_behind_it_ends_nothing():
    ask = window_by_window(
        d4=[[(number(4, 9), at(4)), (number(2, 5), at(4))], [(number(1, 1), at(4))]],
        d3=[[(number(3, 5), at(3))]],
    )
    found = ask(f"SELECT id {MARCH} ORDER BY id DESC LIMIT 2", window_days=1)
    assert found.firsts == [number(4, 9), number(3, 5)]


def test_a_page_of_the_oldest_window_may_hold_more_than_scheduled_posts_of_newer_ones():
    ask = window_by_window(
        d4=[[(number(4, 9), at(4)), (number(1, 0), at(4))]],
        d1=[[(number(1, 9), at(1))], [(number(1, 8), at(1))]],
    )
    found = ask(f"SELECT id {MARCH} ORDER BY id DESC LIMIT 3", window_days=1)
    assert found.firsts == [number(4, 9), number(1, 9), number(1, 8)]


@pytest.mark.parametrize("key", ["id", "create_time"])
def test_a_midnight_belongs_to_the_day_that_it_begins(key):
    midnight = number(3)
    ask = window_by_window(d3=[[(midnight, at(3))]], d2=[[(midnight - 1, at(3) - 1)]])
    sql = f"SELECT id {MARCH} ORDER BY {key} DESC NULLS LAST LIMIT 1"
    assert ask(sql, window_days=1).firsts == [midnight]
    assert [body["start_date"] for body in ask.bodies] == ["20240304", "20240303"]


def test_an_id_of_the_last_second_of_an_older_window_is_waited_for():
    ask = window_by_window(d4=[[(number(4) - 1, at(4))]], d3=[[(number(4) - 2, at(4) - 1)]])
    found = ask(f"SELECT id {MARCH} ORDER BY id DESC LIMIT 1", window_days=1)
    assert found.requests == 2


def test_times_are_only_compared_after_whole_windows():
    ask = window_by_window(
        d4=[[(number(4, 9), at(4, 10))], [(number(1, 1), at(4, 20))]], d3=[[(number(3), at(3))]]
    )
    sql = f"SELECT id {MARCH} ORDER BY create_time DESC NULLS LAST LIMIT 1"
    found = ask(sql, window_days=1)
    assert (found.firsts, found.requests) == ([number(1, 1)], 2)


def test_records_without_a_time_are_no_reason_to_stop():
    ask = window_by_window(
        d4=[[(number(4, 9), None), (number(4, 8), None)]],
        d3=[[(number(3, 9), at(3))]],
        d2=[[(number(2, 9), at(2))]],
    )
    sql = f"SELECT id {MARCH} ORDER BY create_time DESC NULLS "
    last = ask(f"{sql} LAST LIMIT 2", window_days=1)
    assert (last.firsts, last.requests) == ([number(3, 9), number(2, 9)], 3)


@pytest.mark.parametrize("nulls", ["", "NULLS FIRST"])
def test_records_without_a_time_in_an_old_window_come_first_unless_they_shall_not(nulls):
    ask = window_by_window(d4=[[(number(4, 9), at(4))]], d1=[[(number(1, 9), None)]])
    sql = f"SELECT id {MARCH} ORDER BY create_time DESC {nulls} LIMIT 1"
    assert ask(sql, window_days=1).firsts == [number(1, 9)]


def test_explain_says_what_would_let_a_reading_stop(ask):
    sql = f"EXPLAIN SELECT id {ALL} ORDER BY create_time DESC LIMIT 3"
    assert "with NULLS LAST, the newest could do" in ask.text(sql)
    assert "NULLS LAST, the" not in ask.text(sql.replace("create_time", "like_count"))


# --- ids, whose days follow from them -------------------------------------------------------------


def looked_for(late):
    """Answer one record at once, and a late one only in the second look."""

    def answer(turn, body):
        wanted = body["query"]["and"][0]["field_values"]
        found = [int(each) for each in wanted if (int(each) in late) is (turn == 2)]
        return page(found, cursor=100, more=False)

    return scripted(answer)


@pytest.mark.parametrize("rest", ["", " ORDER BY id DESC LIMIT 1", " ORDER BY id DESC LIMIT 2"])
def test_a_late_record_is_found_by_a_second_look_before_anything_is_cut(rest):
    late, usual = number(9), number(8)
    found = looked_for({late})(f"SELECT id FROM videos WHERE id IN ({usual}, {late}){rest}")
    assert (found.firsts[-1] if not rest else found.firsts[0]) == late
    assert found.requests == 2
    assert not any("not found" in note for note in found.notes)


def test_ids_that_no_look_finds_are_named():
    ask = scripted(lambda *_: page([number(8)], cursor=100, more=False))
    lost = [number(day) for day in (2, 3)]
    found = ask("SELECT id FROM videos WHERE id IN (:ids)", {"ids": [number(8), *lost]})
    assert found.firsts == [number(8)]
    assert f"not found: {lost[0]}, {lost[1]}" in found.notes


SURE, DOUBTFUL = "not found: ", "not found, or other conditions do not hold: "


@pytest.mark.parametrize(
    ("where", "notes"),
    [
        ("id IN ({0}, {1})", [f"{SURE}{{0}}, {{1}}"]),
        ("id = {0} OR id = {1} AND keyword = 'a'", [f"{SURE}{{0}}", f"{DOUBTFUL}{{1}}"]),
        ("id = {0} AND NOT region_code = 'US'", [f"{DOUBTFUL}{{0}}"]),
        ("id = {0} AND create_date <= '2024-03-20'", [f"{DOUBTFUL}{{0}}"]),
        ("id = {0} AND like_count > 5", [f"{SURE}{{0}}"]),
    ],
)
def test_only_what_would_have_come_is_said_not_to_be_there(where, notes):
    ask = scripted(lambda *_: page([], cursor=100, more=False))
    lost = number(2), number(3)
    found = ask(f"SELECT id FROM videos WHERE {where.format(*lost)}")
    said = [note for note in found.notes if note.startswith("not found")]
    assert said == [note.format(*lost) for note in notes]


def test_what_one_branch_finds_is_not_looked_for_again_for_another():
    ids = number(2), number(3)
    ask = scripted(lambda *_: page([ids[1]], cursor=100, more=False))
    found = ask(
        f"SELECT id FROM videos WHERE id = {ids[0]} OR id IN ({ids[0]}, {ids[1]}) AND keyword = 'a'"
    )
    again = ask.bodies[2:]
    assert [
        c["field_values"] for body in again for c in body["query"]["and"] if "id" in c["field_name"]
    ] == [[str(ids[0])]]
    assert f"{SURE}{ids[0]}" in found.notes


def test_a_second_look_is_within_the_cap():
    ids = number(2), number(3)
    ask = scripted(lambda *_: page([ids[1]], cursor=100, more=False))
    found = ask(f"SELECT id FROM videos WHERE id IN ({ids[0]}, {ids[1]})", max_requests=1)
    assert found.firsts == [ids[1]]
    assert found.stats.exit_status == 5
    assert f"not looked for again: {ids[0]}" in found.notes
