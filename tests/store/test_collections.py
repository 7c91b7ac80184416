"""Collections: what was asked for once is there, whole or labelled, and is never paid for twice."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
from dataclasses import replace

import pytest
from store.studies_world import Lab, emulated, execute, restarted, scripted

from tiksql.errors import (
    ConnectionFailedError,
    PlanError,
    QuotaError,
    ResolveError,
    StudyError,
)
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax.parser import parse

US = "region_code = 'US' AND create_date BETWEEN '2022-05-01' AND '2022-07-10'"
STATEMENTS = {
    "plain": f"SELECT id, username, like_count, create_time FROM videos WHERE {US}",
    "many": "SELECT id, video_description, hashtag_names, region_code, url, create_date,"
    f" video_length FROM videos WHERE {US} AND keyword = 'love'",
    "filtered": f"SELECT id, like_count * 2 AS twice FROM videos WHERE {US} AND like_count > 50",
    "either": f"SELECT id FROM videos WHERE (keyword = 'love' OR like_count > 500) AND {US}",
    "grouped": f"SELECT username, count(*) AS n, sum(view_count) FROM videos WHERE {US}"
    " GROUP BY username ORDER BY n DESC, username LIMIT 9",
    "limited": f"SELECT id FROM videos WHERE {US} AND like_count > 5 LIMIT 30",
    "newest": f"SELECT id, like_count FROM videos WHERE {US} ORDER BY id DESC LIMIT 25",
    "joined": "SELECT v.id, c.text FROM videos AS v JOIN comments AS c ON c.video_id = v.id"
    " WHERE v.keyword = 'love' AND v.create_date = '2022-06-20' ORDER BY v.id, c.id",
    "authors": "SELECT username, follower_count FROM users WHERE username IN"
    " (SELECT username FROM videos WHERE keyword = 'love' AND create_date = '2022-06-20')"
    " ORDER BY username",
    "both": "SELECT id FROM videos WHERE keyword = 'love' AND create_date = '2022-06-20'"
    " UNION SELECT id FROM videos WHERE keyword = 'home' AND create_date = '2022-06-20'"
    " ORDER BY id",
    "keys": "SELECT * FROM followers WHERE username IN ('joe1234567', 'missing_user_xyz')",
}


@pytest.fixture
def lab(tmp_path):
    return Lab(emulated(), tmp_path / "study.db")


@pytest.mark.parametrize("sql", STATEMENTS.values(), ids=STATEMENTS)
def test_a_collection_reads_as_the_statement_that_it_is(lab, sql):
    live = lab(sql)
    made = lab(f"CREATE COLLECTION c AS {sql}")
    assert made.stats.complete
    assert made.requests == live.requests
    kept = lab("SELECT * FROM c")
    assert kept.rows == live.rows
    assert kept.requests == 0
    assert kept.stats.complete


def test_a_study_whose_name_is_no_text_is_read(tmp_path):
    lab = Lab(emulated(), tmp_path / os.fsdecode(b"\xff.db"))
    lab(f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {US} LIMIT 3")
    assert len(lab("SELECT * FROM c").rows) == 3
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize("name", ['"Likes"', '"LIKES"', "likes", "c.Likes"])
def test_a_column_is_found_whatever_its_case(lab, name):
    lab(f'CREATE COLLECTION c AS SELECT id, like_count AS "Likes" FROM videos WHERE {US} LIMIT 9')
    found = lab(f"SELECT {name} AS n, * FROM c")
    assert [head.name for head in found.heads] == ["n", "id", "Likes"]
    assert [row[0] for row in found.rows] == [row[2] for row in found.rows]
    assert len(found.rows) == 9


@pytest.mark.parametrize("sql", STATEMENTS.values(), ids=STATEMENTS)
def test_a_complete_collection_costs_nothing_again(lab, sql):
    assert lab(f"CREATE COLLECTION c AS {sql}").requests > 0
    again = lab(f"CREATE COLLECTION c AS {sql}")
    assert (again.requests, again.stats.complete) == (0, True)
    assert again.notes[-1] == "c is complete: nothing was asked"


@pytest.mark.parametrize("cap", [1, 3])
@pytest.mark.parametrize("sql", STATEMENTS.values(), ids=STATEMENTS)
def test_a_collection_that_is_cut_again_and_again_becomes_the_same_at_the_same_cost(lab, sql, cap):
    live = lab(sql)
    spent = runs = 0
    while True:
        runs += 1
        try:
            spent += lab(f"CREATE COLLECTION c AS {sql}", max_requests=cap).requests
            break
        except QuotaError:
            spent += cap
    assert lab("SELECT * FROM c").rows == live.rows
    assert spent == live.requests
    assert runs >= live.requests / cap


@pytest.mark.parametrize("sql", STATEMENTS.values(), ids=STATEMENTS)
@pytest.mark.fault("F29", "every search is forgotten between runs", "the same rows")
def test_a_collection_whose_searches_are_forgotten_between_runs_becomes_the_same(tmp_path, sql):
    lab = Lab(restarted(), tmp_path / "study.db")
    live = lab(sql)
    for _ in range(60):
        try:
            lab(f"CREATE COLLECTION c AS {sql}", max_requests=12)
            break
        except QuotaError:
            pass
    assert lab("SELECT * FROM c").rows == live.rows
    assert lab("SHOW GAPS").rows == []


def test_what_cuts_a_collection_says_how_it_goes_on(lab):
    with pytest.raises(QuotaError) as cut:
        lab(f"CREATE COLLECTION c AS {STATEMENTS['plain']}", max_requests=2)
    assert "what came is kept" in cut.value.hint
    assert f"tiksql {lab.path} and the same statement again goes on from here" in cut.value.hint


def test_what_has_come_of_an_unfinished_collection_can_be_read_and_is_labelled(lab):
    with pytest.raises(QuotaError):
        lab(f"CREATE COLLECTION c AS {STATEMENTS['plain']}", max_requests=3, concurrency=1)
    part = lab("SELECT count(*) FROM c")
    assert part.rows[0][0] > 100
    assert part.requests == 0
    assert not part.stats.complete
    assert part.stats.exit_status == 5
    assert "c is incomplete" in part.stats.reason
    states = [row[5] for row in lab("SHOW GAPS FOR c").rows]
    assert "not asked" in states
    assert lab("SHOW COLLECTIONS").rows[0][1] == "incomplete"


def test_another_definition_under_the_same_name_is_refused_and_replacing_says_so(lab):
    lab(f"CREATE COLLECTION c AS {STATEMENTS['newest']}")
    with pytest.raises(ResolveError, match="another definition"):
        lab(f"CREATE COLLECTION C AS {STATEMENTS['limited']}")
    lab(f"CREATE OR REPLACE COLLECTION c AS {STATEMENTS['limited']}")
    assert len(lab("SELECT * FROM c").rows) == 30


def test_a_definition_that_is_only_written_otherwise_is_the_same(lab):
    lab(f"CREATE COLLECTION c AS {STATEMENTS['newest']}")
    other = STATEMENTS["newest"].replace("SELECT", "select").replace(" AND ", "\n  and ")
    assert lab(f"create collection C as {other}").requests == 0


def test_a_refresh_of_records_that_their_key_alone_names_has_each_once(lab):
    panel = "SELECT username, follower_count FROM users WHERE username = 'joe1234567'"
    lab(f"CREATE COLLECTION c AS {panel}")
    lab("REFRESH COLLECTION c")
    assert len(lab("SELECT * FROM c").rows) == 1
    assert len(lab("SELECT * FROM c.observations").rows) == 2


def test_a_refresh_asks_again_and_keeps_what_was_seen(lab):
    lab(f"CREATE COLLECTION c AS {STATEMENTS['plain']}")
    before = lab("SELECT * FROM c").rows
    again = lab("REFRESH COLLECTION c")
    assert again.requests > 0
    assert lab("SELECT * FROM c").rows == before
    seen = lab(
        "SELECT count(*), count(DISTINCT id), count(DISTINCT observed_at) > 1 FROM c.observations"
    ).rows
    assert seen == [(2 * len(before), len(before), True)]


def test_rows_that_are_made_of_many_records_were_never_observed(lab):
    lab(f"CREATE COLLECTION c AS {STATEMENTS['grouped']}")
    with pytest.raises(PlanError, match="made of many records"):
        lab("SELECT * FROM c.observations")


def test_a_dropped_collection_is_gone_and_what_it_cost_stays_on_record(lab):
    cost = lab(f"CREATE COLLECTION c AS {STATEMENTS['newest']}").requests
    lab("SELECT * FROM c")
    lab("DROP COLLECTION c")
    with pytest.raises(ResolveError):
        lab("SELECT * FROM c")
    assert len(lab("SHOW REQUESTS").rows) == cost
    assert list(lab.path.with_name("study.db.derived").iterdir()) == []


def test_collections_join_with_each_other_and_with_the_api(lab):
    where = "keyword = 'love' AND create_date = '2022-06-20'"
    lab(f"CREATE COLLECTION v AS SELECT id, username FROM videos WHERE {where}")
    lab(f"CREATE COLLECTION w AS SELECT id, like_count FROM videos WHERE {where}")
    kept = lab("SELECT v.id, username, like_count FROM v JOIN w ON w.id = v.id ORDER BY v.id")
    assert (
        kept.rows
        == lab(f"SELECT id, username, like_count FROM videos WHERE {where} ORDER BY id").rows
    )
    assert kept.requests == 0
    found = lab("SELECT username FROM users WHERE username IN (SELECT username FROM v)")
    assert found.requests == len({row[1] for row in lab("SELECT * FROM v").rows})


def test_ids_of_a_collection_stay_ids_in_every_result(lab):
    lab(f"CREATE COLLECTION c AS {STATEMENTS['newest']}")
    found = lab("SELECT id, max(like_count) FROM c GROUP BY id")
    assert [head.type for head in found.heads] == ["id", "integer"]


def test_a_collection_of_a_collection_is_refused_at_its_place(lab):
    lab(f"CREATE COLLECTION c AS {STATEMENTS['newest']}")
    with pytest.raises(ResolveError, match="would not follow its changes"):
        lab("CREATE COLLECTION d AS SELECT id FROM c")


def test_the_end_of_an_open_range_stands_still_until_a_refresh(tmp_path):
    moment = [dt.datetime.fromisoformat("2024-03-10T12:00:00")]
    lab = scripted(tmp_path / "study.db", lambda _n, _b: video_page([1]))
    object.__setattr__(lab.server, "now", lambda: moment[0])
    sql = "SELECT id FROM videos WHERE keyword = 'x' AND create_date >= '2024-03-01'"
    lab(f"CREATE COLLECTION c AS {sql}")
    moment[0] += dt.timedelta(days=5)
    assert lab(f"CREATE COLLECTION c AS {sql}").requests == 0
    lab("REFRESH COLLECTION c")
    assert [body["end_date"] for body in lab.bodies] == ["20240310", "20240315"]


# --- what goes wrong ------------------------------------------------------------------------------

WINDOWS = "keyword = 'x' AND create_date BETWEEN '2022-01-01' AND '2022-03-01'"


def video_page(ids, *, cursor=100, more=False, search_id="7"):
    records = [{"id": (1_640_995_200 << 32) + n, "like_count": n} for n in ids]
    return {"videos": records, "cursor": cursor, "has_more": more, "search_id": search_id}


def failing_on(day, good=lambda _body: video_page([1])):
    """Answer 500 for every window that holds a day."""

    def answer(_number, body):
        if body["start_date"] <= day <= body["end_date"]:
            return 500, "internal_error"
        return good(body)

    return answer


@pytest.mark.fault(
    "F05",
    "500 for one day, for ever",
    "its window is halved to that day, which is a gap by name; all others are there, exit status 5",
)
def test_a_window_that_always_fails_is_halved_to_a_day_and_all_others_finish(tmp_path):
    bad = "20220117"
    days_answered = set()

    def good(body):
        first, last = (dt.datetime.strptime(body[d], "%Y%m%d") for d in ("start_date", "end_date"))  # noqa: DTZ007
        days = {first + dt.timedelta(days=n) for n in range((last - first).days + 1)}
        assert not days & days_answered, "a day was paid for twice"
        days_answered.update(days)
        return video_page([first.toordinal()])

    lab = scripted(tmp_path / "study.db", failing_on(bad, good))
    made = lab(f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {WINDOWS}")
    assert not made.stats.complete
    assert made.stats.exit_status == 5
    assert len(days_answered) == 59
    gaps = lab("SHOW GAPS FOR c").rows
    assert [(row[2], row[3], row[5]) for row in gaps] == [(dt.date(2022, 1, 17),) * 2 + ("failed",)]
    assert "internal error" in gaps[0][6]


@pytest.mark.fault(
    "F05",
    "500 for ten months, for ever",
    "the run ends as in a storm; the next ones ask what was never asked, until only these lack",
)
def test_days_that_fail_for_ever_do_not_keep_the_others_waiting(tmp_path):
    def answer(_number, body):
        if body["end_date"] >= "20220301" and body["start_date"] <= "20221231":
            return (500, "internal_error")
        return video_page([int(body["start_date"])])

    lab = scripted(tmp_path / "study.db", answer)
    years = "keyword = 'x' AND create_date BETWEEN '2021-01-01' AND '2023-06-30'"
    sql = f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {years}"
    for _ in range(2):
        with pytest.raises(ConnectionFailedError, match="26 of the last 30 requests failed"):
            lab(sql)
    left = [row for row in lab("SHOW GAPS FOR c").rows if row[5] != "failed"]
    asked = {
        day for row in lab("SHOW COVERAGE FOR c").rows if row[6] == "complete" for day in row[3:5]
    }
    assert {dt.date(2021, 1, 1), dt.date(2023, 6, 30)} <= asked
    assert left == []


@pytest.mark.fault(
    "F05", "one day fails in the first run", "the next run asks for it, and for nothing else"
)
def test_gaps_are_asked_for_again_by_the_next_run_and_nothing_else_is(tmp_path):
    broken = [True]
    bad = failing_on("20220117")
    lab = scripted(
        tmp_path / "study.db",
        lambda n, body: bad(n, body) if broken[0] else video_page([2]),
    )
    sql = f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {WINDOWS}"
    lab(sql)
    broken[0] = False
    before = len(lab.bodies)
    assert lab(sql).stats.complete
    assert [(b["start_date"], b["end_date"]) for b in lab.bodies[before:]] == [
        ("20220117", "20220117")
    ]
    assert lab("SHOW GAPS FOR c").rows == []
    assert lab(sql).requests == 0


@pytest.mark.fault("F06", "every request fails", "a bounded number of requests, then the end")
def test_an_api_that_is_down_costs_a_bounded_number_of_requests(tmp_path):
    lab = scripted(tmp_path / "study.db", lambda _n, _b: (500, "internal_error"))
    year = "keyword = 'x' AND create_date BETWEEN '2021-01-01' AND '2022-03-01'"
    with pytest.raises(ConnectionFailedError):
        lab(f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {year}", max_requests=1000)
    assert len(lab.bodies) < 70


@pytest.mark.fault(
    "F29", "a search is lost in the middle", "it is asked anew, and each record is there once"
)
def test_a_lost_search_begins_anew_and_brings_each_record_once(tmp_path):
    state = {"lost": False}

    def answer(_number, body):
        cursor = body.get("cursor", 0)
        if cursor == 200 and not state["lost"]:
            state["lost"] = True
        if state["lost"] and body.get("search_id") == "old":
            return 400, "invalid_params", "Search Id old is invalid or expired"
        ids = range(cursor, min(cursor + 100, 350))
        new = "new" if state["lost"] else "old"
        return video_page(ids, cursor=cursor + 100, more=cursor < 300, search_id=new)

    lab = scripted(tmp_path / "study.db", answer)
    sql = "SELECT id FROM videos WHERE keyword = 'x' AND create_date = '2022-01-01'"
    made = lab(f"CREATE COLLECTION c AS {sql}")
    assert made.stats.complete
    assert any("lost it, and it was asked again" in note for note in made.notes)
    assert len(lab("SELECT * FROM c").rows) == 350
    assert made.requests == 2 + 4 + 4


@pytest.mark.fault(
    "F56", "a second collector in the same program", "it is told who collects and since when"
)
def test_a_second_collector_is_told_who_collects_and_since_when(lab):
    with pytest.raises(QuotaError):
        lab(f"CREATE COLLECTION c AS {STATEMENTS['plain']}", max_requests=1)
    base = sqlite3.connect(lab.path)
    run_id = base.execute("SELECT id FROM runs WHERE collection IS NOT NULL").fetchone()[0]
    started = ""
    base.execute(
        "INSERT INTO collectors VALUES (?, ?, ?, ?, '2026-09-01T10:00:00', '2026-09-01T12:00:00')",
        (run_id, os.uname().nodename, os.getpid(), started),
    )
    base.commit()
    with pytest.raises(StudyError, match=f"by process {os.getpid()} on .* since 2026-09-01T10:00"):
        lab(f"CREATE COLLECTION c AS {STATEMENTS['plain']}")
    assert lab("SELECT count(*) FROM c").rows[0][0] > 0
    assert lab("SHOW COLLECTIONS").rows[0][1] == "being collected"


@pytest.mark.fault(
    "F56", "a collector that is dead, or whose number another process has", "its place is taken"
)
def test_the_place_of_a_dead_collector_is_taken(lab):
    with pytest.raises(QuotaError):
        lab(f"CREATE COLLECTION c AS {STATEMENTS['plain']}", max_requests=1)
    base = sqlite3.connect(lab.path)
    run_id = base.execute("SELECT id FROM runs WHERE collection IS NOT NULL").fetchone()[0]
    rows = [
        (run_id, os.uname().nodename, os.getpid(), "another start"),
        (run_id, "elsewhere", 1, ""),
    ]
    for row in rows:
        base.execute(
            "INSERT OR REPLACE INTO collectors VALUES (?, ?, ?, ?, '2020', '2020-01-01')", row
        )
        base.commit()
        assert lab("SHOW COLLECTIONS").rows[0][1] == "incomplete"
    assert lab(f"CREATE COLLECTION c AS {STATEMENTS['plain']}").stats.complete


def test_a_collection_goes_on_with_the_server_that_it_began_with(lab):
    with pytest.raises(QuotaError):
        lab(f"CREATE COLLECTION c AS {STATEMENTS['plain']}", max_requests=1)
    other = Lab(
        replace(emulated(), name="elsewhere", base_url="https://elsewhere.example"), lab.path
    )
    with pytest.raises(StudyError, match="was collected from"):
        other(f"CREATE COLLECTION c AS {STATEMENTS['plain']}")


# --- statements that make no collection -----------------------------------------------------------


def test_a_statement_that_is_cut_in_a_study_goes_on_when_it_is_run_again(lab):
    sql = STATEMENTS["grouped"]
    live = lab(sql)
    with pytest.raises(QuotaError):
        lab(sql, max_requests=live.requests - 2)
    again = lab(sql)
    assert again.rows == live.rows
    assert again.requests == 2
    assert lab(sql).requests == live.requests, "what was delivered is asked for anew"


@pytest.mark.parametrize("study", [True, False])
def test_a_mistake_that_only_the_rows_show_keeps_the_pages_for_the_statement_mended(lab, study):
    wrong = f"SELECT sum(CAST(username AS INTEGER)) FROM videos WHERE {US}"
    mended = f"SELECT count(username) FROM videos WHERE {US}"
    if not study:
        lab.path = None
    with lab.open() as run:
        with pytest.raises(ResolveError, match="could not convert"):
            run(wrong)
        again = run(mended)
        assert again.requests == 0
        assert again.rows[0][0] > 100
        assert run(mended).requests > 0


# --- the end of the day ---------------------------------------------------------------------------

HALF_A_YEAR = "create_date BETWEEN '2022-01-01' AND '2022-06-30'"
DAYS = f"SELECT id FROM videos WHERE keyword = 'x' AND {HALF_A_YEAR}"


def rationed(each_day):
    """Answer some requests a day; the list grows by one whenever a new day begins."""
    left = [each_day]

    def answer(number, _body):
        if left[-1] == 0:
            return 429, "daily_quota_limit_exceeded"
        left[-1] -= 1
        return video_page([number])

    return left, answer


@pytest.mark.fault(
    "F01",
    "the quota ends within a collection",
    "exit status 4, with the place, the time and the way on",
)
def test_at_the_end_of_the_quota_the_place_the_time_and_the_way_on_are_said(tmp_path):
    _, answer = rationed(3)
    lab = scripted(tmp_path / "study.db", answer)
    with pytest.raises(QuotaError) as cut:
        lab(f"CREATE COLLECTION c AS {DAYS}", concurrency=1)
    assert cut.value.exit_status == 4
    assert "the quota is new at 00:00 UTC (in 12 h 0 min)" in cut.value.hint
    assert len(lab.bodies) == 4


@pytest.mark.fault(
    "F01",
    "the quota ends, and --wait is given",
    "it goes on with that of the next day, and pays nothing twice",
)
def test_whoever_waits_goes_on_with_the_quota_of_the_next_day_and_pays_nothing_twice(tmp_path):
    left, answer = rationed(3)
    lab = scripted(tmp_path / "study.db", answer)
    waited = []

    def wait(seconds):
        waited.append(seconds)
        left.append(3)

    session = Session(lab.server, DEFAULTS.having("concurrency", 1, "session"), study=lab.path)
    session.studies.wait = wait
    made = execute(session, f"CREATE COLLECTION c AS {DAYS}")
    session.close()
    assert made.stats.complete
    assert [12 * 3600 < seconds <= 12 * 3600 + 60 for seconds in waited] == [True, True]
    answered = [(b["start_date"], b.get("cursor")) for b in lab.bodies]
    assert len(set(answered)) == 7, "seven windows"
    assert len(answered) == 7 + len(waited), "one refusal a day is all that is asked twice"


# --- from outside ---------------------------------------------------------------------------------


def test_the_status_of_a_study_is_one_line_of_json(lab, run):
    with pytest.raises(QuotaError):
        lab(f"CREATE COLLECTION c AS {STATEMENTS['plain']}", max_requests=2)
    outcome = run("status", lab.path, "--json")
    (found,) = outcome.out.splitlines()
    (collection,) = json.loads(found)["collections"]
    assert (collection["name"], collection["state"]) == ("c", "incomplete")
    assert (collection["chains"], collection["requests"]) == (3, 2)
    assert collection["collector"] is None
    assert "c: incomplete, " in run("status", lab.path).out


def test_the_status_of_no_study_makes_none(run, tmp_path):
    outcome = run("status", tmp_path / "none.db")
    assert (outcome.status, list(tmp_path.iterdir())) == (2, [])


def explained(session, sql):
    (statement,) = parse(Source(f"EXPLAIN {sql}")).statements
    return session.execute(statement, {}).text


def test_an_explained_statement_names_the_collections_that_it_reads(lab):
    lab(f"CREATE COLLECTION c AS {STATEMENTS['plain']}")
    session = Session(lab.server, DEFAULTS, study=lab.path)
    try:
        alone = explained(session, "SELECT id FROM c")
        keys = explained(session, "SELECT * FROM users WHERE username IN (SELECT username FROM c)")
        live = explained(session, STATEMENTS["plain"])
    finally:
        session.close()
    assert "collection c: kept rows, no request" in alone.splitlines()
    assert "keys     username from collection c: one request for each" in keys
    assert "collection" not in live


def test_requests_of_a_collection_are_counted_while_it_is_made(lab):
    session = Session(lab.server, DEFAULTS, study=lab.path)
    (statement,) = parse(Source(f"CREATE COLLECTION c AS {STATEMENTS['plain']}")).statements
    try:
        stream = session.execute(statement, {})
        seen = [stream.meter.requests for _ in stream.batches()]
    finally:
        session.close()
    assert seen[0] > 0
    assert seen[-1] == stream.stats.requests
