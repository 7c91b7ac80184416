"""Days become windows: without a gap, without an overlap, the newest first."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_scene import TODAY, condition, planned, windows

from tiksql.planning.ids import looked_again
from tiksql.planning.windows import Piece, around, merged, shared, tile

DAY = dt.timedelta(days=1)
NINE = "create_date BETWEEN '2024-01-01' AND '2024-01-09'"
dates = st.dates(dt.date(2016, 9, 20), TODAY)


def days_of(found):
    return [one.start + n * DAY for one in found for n in range((one.end - one.start).days + 1)]


def search(days, tail=""):
    return planned(f"SELECT id FROM videos WHERE keyword = 'a' AND {days} {tail}")


@given(dates, dates, st.integers(1, 31))
def test_windows_tile_a_range_from_its_start(one, other, width):
    low, high = sorted([one, other])
    found = list(tile(Piece(low, high), width))
    assert days_of(found) == [low + n * DAY for n in range((high - low).days + 1)]
    assert all(window.days == width for window in found[:-1])
    assert 1 <= found[-1].days <= width


@settings(deadline=None)
@given(dates, dates)
def test_a_plan_asks_for_every_day_of_its_range_once(one, other):
    low, high = sorted([one, other])
    asked = [
        request.window for request in search(f"create_date BETWEEN '{low}' AND '{high}'").requests
    ]
    assert asked == sorted(asked, key=lambda window: window.start, reverse=True)
    assert sorted(days_of(asked)) == [low + n * DAY for n in range((high - low).days + 1)]


def days_in(found):
    return [p.low + n * DAY for p in found for n in range((p.high - p.low).days + 1)]


@given(
    st.lists(dates | st.dates(TODAY - 90 * DAY, TODAY), min_size=1, max_size=8),
    st.integers(1, 31),
    st.integers(0, 30),
)
def test_pieces_around_days_hold_each_of_them_and_never_overlap(starts, width, more):
    found = around(starts, width, width + more)
    covered = days_in(found)
    assert covered == sorted(set(covered))
    assert {s + n * DAY for s in starts for n in range(width)} <= set(covered)
    assert all((piece.high - piece.low).days < width + more for piece in found)
    for one, other in pairwise(found):
        assert (other.high - one.low).days >= width + more, "these two could have been one"


@given(st.lists(st.tuples(dates, dates), max_size=5), st.lists(st.tuples(dates, dates), max_size=5))
def test_what_pieces_share_is_in_both(some, others):
    some = merged(Piece(*sorted(pair)) for pair in sorted(map(sorted, some)))
    others = merged(Piece(*sorted(pair)) for pair in sorted(map(sorted, others)))
    assert days_in(shared(some, others)) == sorted({*days_in(some)} & {*days_in(others)})
    if others:
        opened = [Piece(None, others[0].high), *others[1:]]
        assert {*days_in(shared(some, opened))} >= {*days_in(shared(some, others))}


def test_pieces_that_touch_are_one():
    day = dt.date(2024, 1, 1)
    assert merged([Piece(day, day), Piece(day + DAY, day + DAY)]) == [Piece(day, day + DAY)]


def test_thirty_days_are_one_window_and_the_next_begins_a_day_later():
    assert windows(search("create_date BETWEEN '2024-01-01' AND '2024-03-05'")) == [
        ("2024-03-01", "2024-03-05"),
        ("2024-01-31", "2024-02-29"),
        ("2024-01-01", "2024-01-30"),
    ]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("create_date = '2024-01-05'", [("2024-01-05", "2024-01-05")]),
        (
            "create_date IN ('2024-01-05', '20240107')",
            [("2024-01-07", "2024-01-07"), ("2024-01-05", "2024-01-05")],
        ),
        ("create_date IN ('2024-01-05', '20240106')", [("2024-01-05", "2024-01-06")]),
        ("create_date >= '2026-08-20'", [("2026-08-20", "2026-09-01")]),
        ("create_date > '2026-08-20'", [("2026-08-21", "2026-09-01")]),
        (
            "create_date >= CURRENT_DATE - INTERVAL 1 MONTH",
            [("2026-08-31", "2026-09-01"), ("2026-08-01", "2026-08-30")],
        ),
        ("create_date >= CURRENT_DATE - 6", [("2026-08-26", "2026-09-01")]),
        ("create_date = CURRENT_DATE", [("2026-09-01", "2026-09-01")]),
        ("create_date BETWEEN '2026-08-30' AND '2027-01-01'", [("2026-08-30", "2026-09-01")]),
        (
            f"{NINE} AND create_date <> '2024-01-05'",
            [("2024-01-06", "2024-01-09"), ("2024-01-01", "2024-01-04")],
        ),
        (
            f"{NINE} AND create_date NOT BETWEEN '2023-12-01' AND '2024-01-03'",
            [("2024-01-04", "2024-01-09")],
        ),
        (
            f"({NINE} OR create_date BETWEEN '2024-01-04' AND '2024-01-09')",
            [("2024-01-01", "2024-01-09")],
        ),
        (
            f"{NINE} AND create_date < TIMESTAMP '2024-01-03 12:00:00'",
            [("2024-01-01", "2024-01-03")],
        ),
        (
            f"{NINE} AND create_date >= TIMESTAMP '2024-01-03 12:00:00'",
            [("2024-01-04", "2024-01-09")],
        ),
        (
            f"{NINE} AND create_date >= TIMESTAMP '2024-01-03'",
            [("2024-01-03", "2024-01-09")],
        ),
        (
            f"{NINE} AND create_date = TIMESTAMP '2024-01-03 12:00:00'",
            [],
        ),
        ("create_date > '9999-12-31'", []),
        ("create_date < '0001-01-01'", []),
    ],
)
def test_days_mean_what_they_mean_in_sql(days, expected):
    assert windows(search(days)) == expected


def test_a_range_of_its_own_for_each_alternative():
    made = planned(
        "SELECT id FROM videos WHERE "
        "keyword = 'a' AND create_date BETWEEN '2024-01-01' AND '2024-01-10' OR "
        "keyword = 'b' AND create_date BETWEEN '2024-01-06' AND '2024-01-20'"
    )
    asked = [
        (*pair, r.body["query"]["and"])
        for pair, r in zip(windows(made), made.requests, strict=True)
    ]
    assert asked == [
        ("2024-01-11", "2024-01-20", [condition("keyword", "EQ", "b")]),
        ("2024-01-06", "2024-01-10", [condition("keyword", "IN", "a", "b")]),
        ("2024-01-01", "2024-01-05", [condition("keyword", "EQ", "a")]),
    ]


def test_the_width_of_a_window_can_be_set():
    made = planned(
        f"SELECT id FROM videos WHERE keyword = 'a' AND {NINE}",
        window_days=7,
    )
    assert windows(made) == [("2024-01-08", "2024-01-09"), ("2024-01-01", "2024-01-07")]


def test_the_days_of_each_window_are_sent():
    (request,) = search("create_date BETWEEN '2024-01-01' AND '2024-01-10'").requests
    assert (request.body["start_date"], request.body["end_date"]) == ("20240101", "20240110")


@pytest.mark.parametrize(
    ("end", "noted"), [("2026-08-30", False), ("2026-08-31", True), ("2026-09-01", True)]
)
def test_an_end_within_two_days_of_now_gets_a_note(end, noted):
    made = search(f"create_date BETWEEN '2026-08-20' AND '{end}'")
    assert bool(made.notes) is noted


ID, ID_DAY = 7302470379501604128, "2023-11-17"


OTHER, OTHER_DAY = 7424232753447930138, "2024-10-10"


def second(sql, *missing):
    """Return the windows and the ids of the second look for ids that did not come."""
    (scan,) = planned(sql).scans
    found = looked_again(scan, {id_ for look in scan.second for id_ in look.ids} - {*missing})
    ids = [
        c["field_values"] for r in found for c in r.body["query"]["and"] if "id" in c["field_name"]
    ]
    return [(str(r.window.start), str(r.window.end)) for r in found], ids


def test_an_id_needs_no_range_because_it_holds_its_day():
    made = planned(f"SELECT id FROM videos WHERE id = {ID}")
    assert windows(made) == [(ID_DAY, "2023-11-20")]
    assert made.notes == (
        (
            "each id is looked for from its own day to 3 days later,"
            " and what does not come once more, up to 29 days later"
        ),
    )


def test_ids_far_apart_are_looked_for_in_their_own_days():
    made = planned(
        f"SELECT id FROM videos WHERE video_id IN ({ID}, {OTHER}) AND region_code = 'DE'"
    )
    assert windows(made) == [(OTHER_DAY, "2024-10-13"), (ID_DAY, "2023-11-20")]


def test_ids_that_one_window_can_hold_are_one_request():
    ids = [ID + (days * 86_400 << 32) for days in (0, 9, 26)]
    made = planned(f"SELECT id FROM videos WHERE id IN ({ids[1]}, {ids[0]}, {ids[2]})")
    assert windows(made) == [(ID_DAY, "2023-12-16")]
    assert (
        len(
            planned(
                f"SELECT id FROM videos WHERE id IN ({ids[0]}, {ids[2] + (86_400 << 32)})"
            ).requests
        )
        == 2
    )


BRANCHES = f"id = {ID} OR id = {OTHER} AND keyword = 'a'"


def test_ids_of_several_branches_are_each_looked_for_twice():
    sql = f"SELECT id FROM videos WHERE {BRANCHES}"
    assert windows(planned(sql)) == [(OTHER_DAY, "2024-10-13"), (ID_DAY, "2023-11-20")]
    assert second(sql, ID, OTHER) == (
        [(ID_DAY, "2023-12-16"), (OTHER_DAY, "2024-11-08")],
        [[str(ID)], [str(OTHER)]],
    )
    assert second(sql, OTHER)[1] == [[str(OTHER)]]
    looks = planned(sql).scans[0].second
    assert [(look.branch, look.alone) for look in looks] == [(1, True), (2, False)]


def test_a_branch_with_days_of_its_own_gets_no_second_look():
    sql = (
        f"SELECT id FROM videos WHERE id = {ID} OR region_code = 'DE' AND keyword = 'a'"
        " AND create_date BETWEEN '2024-01-01' AND '2024-01-02'"
    )
    assert windows(planned(sql)) == [("2024-01-01", "2024-01-02"), (ID_DAY, "2023-11-20")]
    (look,) = planned(sql).scans[0].second
    assert look.ids == (ID,)


def test_an_id_is_not_looked_for_on_all_the_days_of_another_branch():
    sql = (
        f"SELECT id FROM videos WHERE id = {ID} OR region_code = 'DE' AND keyword = 'a'"
        " AND create_date BETWEEN '2023-11-19' AND '2024-01-02'"
    )
    asked = [
        (b.conditions.all_of[0].field_name, len(b.windows)) for b in planned(sql).scans[0].branches
    ]
    assert asked[0] == ("video_id", 1)


def test_an_id_that_does_not_come_is_looked_for_in_one_window_from_its_day():
    assert second(f"SELECT id FROM videos WHERE id = {ID}", ID) == (
        [(ID_DAY, "2023-12-16")],
        [[str(ID)]],
    )


def test_a_second_look_asks_for_what_is_missing_alone():
    sql = f"SELECT id FROM videos WHERE id IN ({ID}, {OTHER}) AND region_code = 'DE'"
    assert second(sql, OTHER) == ([(OTHER_DAY, "2024-11-08")], [[str(OTHER)]])


def test_a_second_look_ends_where_the_statement_ends():
    sql = f"SELECT id FROM videos WHERE id = {ID} AND create_date <= '2023-11-25'"
    assert second(sql, ID)[0] == [(ID_DAY, "2023-11-25")]


def test_a_second_look_leaves_out_the_days_that_the_statement_leaves_out():
    sql = f"SELECT id FROM videos WHERE id = {ID} AND create_date <> '2023-11-22'"
    assert windows(planned(sql)) == [(ID_DAY, "2023-11-20")]
    assert second(sql, ID)[0] == [("2023-11-23", "2023-12-16"), (ID_DAY, "2023-11-21")]


def test_ids_with_a_range_get_no_second_look():
    sql = f"SELECT id FROM videos WHERE id = {ID} AND create_date >= '2023-11-17'"
    assert planned(sql).scans[0].second == ()


def test_an_id_of_today_is_looked_for_up_to_today():
    today = int(dt.datetime(2026, 9, 1, tzinfo=dt.UTC).timestamp()) << 32
    assert windows(planned(f"SELECT id FROM videos WHERE id = {today}")) == [("2026-09-01",) * 2]


def test_an_id_with_a_range_is_looked_for_there():
    made = planned(
        f"SELECT id FROM videos WHERE id = {ID} "
        "AND create_date BETWEEN '2024-01-01' AND '2024-01-02'"
    )
    assert windows(made) == [("2024-01-01", "2024-01-02")]
    assert made.notes == ()


def test_an_id_with_an_upper_bound_alone_is_looked_for_before_it():
    made = planned(f"SELECT id FROM videos WHERE id = {ID} AND create_date <= '2023-11-20'")
    assert windows(made) == [(ID_DAY, "2023-11-20")]
