"""A reading that was cut: what is still an answer, what is none, and how both are told."""

from __future__ import annotations

from collections import Counter
from itertools import count

import pytest
from end_to_end.scripted_server import page, pages
from evaluation_world import emulated, scripted
from test_every_table import busy_video, capped

from tiksql.api import runner
from tiksql.errors import ConnectionFailedError, IncompleteError, InterruptError, QuotaError

SPRING = "create_date BETWEEN '2024-03-01' AND '2024-04-30'"
US = f"FROM videos WHERE region_code = 'US' AND {SPRING}"
DAY = "FROM videos WHERE keyword = 'a' AND create_date = '2024-03-01'"
AUTHORS = (
    "FROM videos AS v {}JOIN users AS u ON u.username = v.username"
    f" WHERE v.region_code = 'US' AND v.{SPRING}"
)
INNER, LEFT = AUTHORS.format(""), AUTHORS.format("LEFT ")


def whole(sql):
    return emulated()(sql)


NEEDS_EVERY_ROW = [
    f"SELECT count(*) AS n {US}",
    f"SELECT region_code, max(like_count) {US} GROUP BY region_code",
    f"SELECT DISTINCT username {US}",
    f"SELECT id {US} ORDER BY like_count DESC LIMIT 3",
    f"SELECT id, rank() OVER (ORDER BY like_count) AS place {US}",
    f"SELECT v.id, u.follower_count {INNER} ORDER BY u.follower_count",
    f"SELECT v.id, u.follower_count {INNER} LIMIT 100",
    f"SELECT v.id, u.follower_count {LEFT}",
    f"SELECT count(*) AS n {INNER}",
    f"SELECT id {US} EXCEPT SELECT id {US} AND like_count > 10",
    f"SELECT id {US} AND like_count >= (SELECT max(like_count) {US})",
    f"SELECT id {US} AND id NOT IN (SELECT id {US} AND view_count > 99)",
    f"SELECT n FROM (SELECT count(*) AS n {US}) AS counted",
    f"WITH g AS (SELECT username, count(*) AS n {US} GROUP BY username) SELECT n FROM g",
]


@pytest.mark.parametrize("sql", NEEDS_EVERY_ROW)
def test_what_needs_every_row_has_no_answer_if_the_reading_is_cut(ask, sql):
    total = whole(sql).requests
    with pytest.raises(QuotaError) as caught:
        ask(sql, max_requests=total - 1, concurrency=1)
    assert "allow_partial" in caught.value.hint
    assert caught.value.exit_status == 4


@pytest.mark.parametrize("sql", NEEDS_EVERY_ROW)
def test_a_partial_answer_is_given_where_it_is_allowed_and_says_that_it_is_one(ask, sql):
    total = whole(sql).requests
    found = ask(sql, max_requests=total - 1, concurrency=1, allow_partial="on")
    assert found.stats.exit_status == 5
    assert found.stats.reason == f"the cap of {total - 1} requests is reached"


@pytest.mark.parametrize("sql", NEEDS_EVERY_ROW)
def test_a_cap_that_is_just_enough_cuts_nothing(ask, sql):
    total = whole(sql)
    assert Counter(ask(sql, max_requests=total.requests).rows) == Counter(total.rows)


HOLDS = [
    f"SELECT v.id, u.follower_count {INNER}",
    f"SELECT v.id, u.follower_count {INNER} AND v.like_count > u.follower_count / 1000",
    f"SELECT username FROM users WHERE username IN (SELECT username {US})",
    f"SELECT username FROM users WHERE username IN (SELECT username {US} ORDER BY id LIMIT 40)",
    f"SELECT id FROM (SELECT id, username {US} AND like_count > 5) AS inside",
    f"SELECT username {US} UNION ALL SELECT username FROM users WHERE username IN ('dr_a', 'b')",
]


@pytest.mark.parametrize("sql", HOLDS)
def test_rows_that_more_rows_could_not_change_are_delivered_and_called_incomplete(ask, sql):
    everything = whole(sql)
    found = ask(sql, max_requests=everything.requests - 1, concurrency=1)
    assert set(found.rows) <= set(everything.rows)
    assert 0 < len(found.rows) <= len(everything.rows)
    assert found.stats.exit_status == 5
    assert found.stats.reason == f"the cap of {everything.requests - 1} requests is reached"


def test_keys_that_were_not_asked_are_named(ask):
    sql = "SELECT username, follower_username FROM followers WHERE username IN ('joe1234567', :x)"
    other = ask("SELECT followed_username FROM following WHERE username = 'joe1234567'").firsts[0]
    found = ask(sql, {"x": other}, max_requests=2, concurrency=1)
    assert found.notes == [f"not asked: {other}", "read in part: joe1234567"]
    assert found.stats.exit_status == 5


def test_of_many_keys_that_were_not_asked_some_are_named(ask):
    names = ", ".join(f"'user{n}'" for n in range(20))
    sql = f"SELECT username FROM users WHERE username IN ('joe1234567', {names})"
    found = ask(sql, max_requests=1, concurrency=1)
    assert found.rows == [("joe1234567",)]
    assert found.notes == ["not asked: user0, user1, user2, user3, user4 and 15 more"]


def test_the_cap_counts_the_requests_of_all_tables_together(ask):
    sql = f"SELECT v.id, u.follower_count {INNER}"
    first = whole(f"SELECT id {US}").requests
    found = ask(sql, max_requests=first + 5, concurrency=4)
    assert found.requests == first + 5
    with pytest.raises(QuotaError):
        ask(sql, max_requests=first - 1)


def test_pages_that_wait_to_be_judged_are_judged_before_the_cut_is_told():
    found = scripted(pages([20, 3], [21], [4], [22]))(
        f"SELECT id {DAY} AND like_count > 10", max_requests=3
    )
    assert found.firsts == [20, 21]
    assert found.stats.exit_status == 5


def test_a_cut_without_a_row_that_passes_is_an_error():
    with pytest.raises(QuotaError) as caught:
        scripted(pages([1], [2], [30]))(f"SELECT id {DAY} AND like_count > 10", max_requests=2)
    assert caught.value.exit_status == 4


def test_an_early_end_needs_no_page_that_the_cap_forbids():
    ask = scripted(pages([9, 8], [7, 6], [5]))
    found = ask(f"SELECT id {DAY} ORDER BY id DESC LIMIT 3", max_requests=2)
    assert (found.firsts, found.stats.complete) == ([9, 8, 7], True)


# --- lists that the API ends ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM comments WHERE video_id = :v",
        "SELECT id FROM comments WHERE video_id = :v ORDER BY like_count DESC LIMIT 5",
    ],
)
def test_what_needs_every_comment_is_refused_where_the_api_cuts_the_list(sql):
    given = {"v": busy_video()}
    with pytest.raises(IncompleteError) as caught:
        capped()(sql, given)
    assert caught.value.exit_status == 5
    assert "no more than 1,000 comments" in caught.value.message
    found = capped()(sql, given, allow_partial="on")
    assert (found.stats.exit_status, found.stats.error) == (5, None)


def test_an_empty_result_of_a_list_that_was_cut_is_incomplete_too():
    sql = "SELECT id FROM comments WHERE video_id = :v AND like_count > 1000000000"
    found = capped()(sql, {"v": busy_video()})
    assert (found.rows, found.stats.exit_status) == ([], 5)


# --- other faults, and Ctrl-C ---------------------------------------------------------------------


def broken_after(number):
    def answer(turn, _):
        return page([turn], cursor=turn, more=True) if turn <= number else (500, "internal_error")

    return scripted(answer)


def test_a_lasting_fault_is_a_cut_like_any_other():
    found = broken_after(2)(f"SELECT id {DAY} AND like_count > 0")
    assert (found.firsts, found.stats.exit_status) == ([1, 2], 5)
    with pytest.raises(ConnectionFailedError) as caught:
        broken_after(2)(f"SELECT count(*) {DAY}")
    assert "allow_partial" in caught.value.hint


def test_a_fault_before_anything_came_keeps_its_own_advice():
    with pytest.raises(ConnectionFailedError) as caught:
        broken_after(0)(f"SELECT count(*) {DAY}", allow_partial="on")
    assert "allow_partial" not in (caught.value.hint or "")


@pytest.fixture
def interrupted(monkeypatch):
    """Press Ctrl-C while the n-th page is waited for."""

    def at(step):
        waits, result = count(1), runner._result

        def wait(future):
            if next(waits) == step:
                raise KeyboardInterrupt
            return result(future)

        monkeypatch.setattr(runner, "_result", wait)

    return at


def test_an_interrupt_delivers_the_rows_that_hold(interrupted):
    interrupted(3)
    found = scripted(pages([20], [21], [22]))(f"SELECT id {DAY} AND like_count > 0")
    assert (found.firsts, found.stats.exit_status) == ([20, 21], 130)
    assert found.stats.reason == "interrupted"


def test_an_interrupt_leaves_no_sum_of_a_part(interrupted):
    interrupted(3)
    with pytest.raises(InterruptError) as caught:
        scripted(pages([20], [21], [22]))(f"SELECT count(*) {DAY}")
    assert "allow_partial" in caught.value.hint


def test_an_interrupt_leaves_a_labelled_sum_where_that_is_allowed(interrupted):
    interrupted(3)
    ask = scripted(pages([20], [21], [22]))
    found = ask(f"SELECT count(*) AS n {DAY}", allow_partial="on")
    assert (found.rows, found.stats.exit_status) == ([(2,)], 130)
