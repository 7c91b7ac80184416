"""What the API does wrong, in a collection: every record once, every loss named, few requests."""

from __future__ import annotations

import datetime as dt

import pytest
from store.studies_world import Lab, scripted
from store.test_collections import WINDOWS, video_page
from store.truthful_api import BEGIN, DAYS, Api

from tiksql.errors import QuotaError

DAY = "SELECT id, like_count FROM videos WHERE keyword = 'x' AND create_date = '2022-01-01'"
CREATE = f"CREATE COLLECTION c AS {DAY}"


def pages_of_100(count, **changed):
    """Answer ``count`` records in pages; ``changed`` are fields of an answer, by ``at_CURSOR``."""

    def answer(_number, body):
        cursor = body.get("cursor", 0)
        ids = range(cursor, min(cursor + 100, count))
        page = video_page(ids, cursor=cursor + 100, more=cursor + 100 < count)
        return page | changed.get(f"at_{cursor}", {})

    return answer


@pytest.mark.fault(
    "F21",
    "the token expires (401) at the first, second or fourth page of a collection",
    "one more request, and each video once",
)
@pytest.mark.parametrize("number", [1, 2, 4])
@pytest.mark.fault("F21", "the token is refused at one request", "a new one, and no page is lost")
def test_a_token_that_is_refused_once_costs_one_request_and_no_page(tmp_path, number):
    good = pages_of_100(350)

    def answer(asked, body):
        return (401, "access_token_invalid") if asked == number else good(asked, body)

    lab = scripted(tmp_path / "study.db", answer)
    assert lab(CREATE).stats.complete
    assert len(lab.bodies) == 4 + 1
    assert lab("SELECT count(*), count(DISTINCT id) FROM c").rows == [(350, 350)]
    outcomes = [row[10] for row in lab("SHOW REQUESTS").rows]
    assert sorted(outcomes) == ["page"] * 4 + ["token"]


@pytest.mark.parametrize("cursor", [100, 0, 50, None, -1])
@pytest.mark.fault(
    "F32", "a cursor that stands still, goes back or is missing", "no loop, and a gap"
)
def test_a_cursor_that_leads_nowhere_is_no_loop_and_a_gap(tmp_path, cursor):
    stuck = pages_of_100(350, at_100={"cursor": cursor, "has_more": True})
    lab = scripted(tmp_path / "study.db", stuck)
    made = lab(CREATE)
    assert (made.stats.complete, made.stats.exit_status) == (False, 5)
    assert len(lab.bodies) <= 6
    ((_, _, first, last, _, state, reason, _, _),) = lab("SHOW GAPS FOR c").rows
    assert first == last
    assert state == "failed"
    assert "the API says there is more and gives no way to it" in reason
    kept = lab("SELECT count(*) FROM c")
    assert kept.rows == [(200,)]
    assert not kept.stats.complete


@pytest.mark.parametrize("huge", [10**18, 1_700_000_000_000])
@pytest.mark.fault("F32", "a cursor that leaps ahead, or is huge", "it is followed")
def test_a_cursor_that_leaps_is_followed(tmp_path, huge):
    def answer(_number, body):
        if body.get("cursor") == huge:
            return video_page(range(100, 150), cursor=huge + 100)
        return video_page(range(100), cursor=huge, more=True)

    lab = scripted(tmp_path / "study.db", answer)
    assert lab(CREATE).stats.complete
    assert lab("SELECT count(*) FROM c").rows == [(150,)]


@pytest.mark.fault(
    "F45", "a record vanishes while its search is lost", "none of the others is missing"
)
def test_a_search_that_is_lost_while_a_record_is_deleted_loses_none_of_the_others(tmp_path):
    """With the old cursor in a new search, the record that moved up would be passed over."""
    api = Api([9] + [0] * (DAYS - 1))
    lab = Lab(api.backend(), tmp_path / "study.db")
    small = {"page_size": 3, "concurrency": 1}
    with pytest.raises(QuotaError):
        lab(CREATE, max_requests=2, **small)
    api.removed.add(max(api.ids))
    api.forget()
    made = lab(CREATE, **small)
    assert made.stats.complete
    ids = {number for (number,) in lab("SELECT id FROM c").rows}
    assert ids == api.ever, "what was seen stays, and the rest is all there"
    assert api.sent == 2 + 4 + 3, "two pages, four refusals, and the whole search again"


@pytest.mark.fault("F36", "a record on several pages and in several windows", "it is there once")
def test_a_record_that_comes_on_several_pages_and_windows_is_there_once(tmp_path):
    def answer(_number, body):
        cursor = body.get("cursor", 0)
        ids = [*range(cursor, cursor + 100), *range(cursor, cursor + 50)]
        return video_page(ids, cursor=cursor + 100, more=cursor < 200)

    lab = scripted(tmp_path / "study.db", answer)
    made = lab(f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {WINDOWS}")
    assert made.stats.complete
    assert lab("SELECT count(*), count(DISTINCT id) FROM c").rows == [(300, 300)]
    assert len(lab.bodies) == 6


@pytest.mark.fault(
    "F36", "a record with other contents later", "the newer one is the row, and both are kept"
)
def test_of_two_observations_the_newest_is_the_row_and_both_are_kept(tmp_path):
    state = {"likes": 1}

    def answer(_number, _body):
        page = video_page([7])
        page["videos"][0]["like_count"] = state["likes"]
        return page

    lab = scripted(tmp_path / "study.db", answer)
    lab(CREATE)
    state["likes"] = 2
    lab("REFRESH COLLECTION c")
    assert [row[1] for row in lab("SELECT * FROM c").rows] == [2]
    seen = lab("SELECT like_count FROM c.observations ORDER BY like_count").rows
    assert seen == [(1,), (2,)]


def test_a_page_that_leads_nowhere_does_not_end_every_run_to_come(tmp_path):
    good = pages_of_100(350)
    stuck = pages_of_100(350, at_100={"cursor": 0, "has_more": True})
    behaviour = [stuck]

    def answer(number, body):
        return behaviour[-1](number, body)

    lab = scripted(tmp_path / "study.db", answer)
    assert not lab(CREATE).stats.complete
    before = len(lab.bodies)
    assert not lab(CREATE).stats.complete
    assert len(lab.bodies) == before + 2, "it is asked for anew, once"
    behaviour.append(good)
    assert lab(CREATE).stats.complete
    assert lab("SELECT count(*), count(DISTINCT id) FROM c").rows == [(350, 350)]
    assert lab(CREATE).requests == 0


@pytest.mark.fault(
    "F29",
    "the searches of many windows at once are forgotten between two runs",
    "that is no storm: each begins anew, and the collection becomes whole",
)
def test_many_searches_that_are_lost_at_once_are_no_storm(tmp_path):
    api = Api([5] * DAYS)
    lab = Lab(api.backend(), tmp_path / "study.db")
    days = DAY.replace("create_date = '2022-01-01'", "create_date BETWEEN '2022-01-01' AND")
    sql = f"CREATE COLLECTION c AS {days} '2022-01-09'"
    small = {"window_days": 1, "page_size": 3, "concurrency": DAYS}
    with pytest.raises(QuotaError):
        lab(sql, max_requests=DAYS, **small)
    api.forget()
    assert lab(sql, max_requests=1000, **small).stats.complete
    assert lab("SELECT count(*), count(DISTINCT id) FROM c").rows == [(5 * DAYS, 5 * DAYS)]


def limited(order, limit):
    days = f"'{BEGIN}' AND '{BEGIN + dt.timedelta(days=DAYS - 1)}'"
    return (
        "CREATE COLLECTION c AS SELECT id FROM videos WHERE keyword = 'x'"
        f" AND create_date BETWEEN {days} {order} LIMIT {limit}"
    )


def test_windows_that_failed_are_not_missed_once_the_limit_is_reached_without_them(tmp_path):
    api = Api([1] * DAYS)
    lab = Lab(api.backend(), tmp_path / "study.db")
    sql, weeks = limited("", 4), {"window_days": 3, "concurrency": 1}
    api.broken_days = {5, 8}
    first = lab(sql, **weeks)
    assert (first.stats.exit_status, lab("SELECT count(*) FROM c").rows) == (5, [(3,)])
    api.broken_days = {5}
    assert lab(sql, **weeks).stats.exit_status == 0
    assert lab("SHOW GAPS").rows == []
    kept = lab("SELECT id FROM c")
    assert (len(kept.rows), kept.stats.complete) == (4, True)
    assert lab(sql, **weeks).requests == 0


def test_windows_that_failed_are_missed_where_an_order_says_which_rows_are_wanted(tmp_path):
    api = Api([1] * DAYS)
    lab = Lab(api.backend(), tmp_path / "study.db")
    sql, weeks = limited("ORDER BY id DESC", 2), {"window_days": 3, "concurrency": 1}
    api.broken_days = {7}
    for _ in range(2):
        assert lab(sql, **weeks).stats.exit_status == 5
        assert not lab("SELECT id FROM c").stats.complete
        assert len(lab("SHOW GAPS").rows) > 0
    api.broken_days = set()
    assert lab(sql, **weeks).stats.exit_status == 0
    assert [number for (number,) in lab("SELECT id FROM c").rows] == sorted(api.ids)[:-3:-1]
