"""Cut readings as the command tells them: exit status, notes, and nothing that looks whole."""

from __future__ import annotations

import json

import pytest
from scripted_server import pages

SPRING = "create_date BETWEEN '2024-03-01' AND '2024-04-30'"
JOIN = (
    "SELECT v.id, u.follower_count FROM videos AS v JOIN users AS u ON u.username = v.username"
    f" WHERE v.region_code = 'US' AND v.{SPRING}"
)
DAY = "FROM videos WHERE keyword = 'a' AND create_date = '2024-03-01'"


def stats(outcome):
    return json.loads(outcome.err.splitlines()[-1])


def test_a_join_that_the_cap_cuts_delivers_its_rows_and_names_the_keys_left(run):
    outcome = run("--emulator", "--stats", "--max-requests", 10, "-c", JOIN)
    assert outcome.status == 5
    assert len(outcome.out.splitlines()) > 1
    assert "note: not asked: " in outcome.err
    assert "note: INCOMPLETE: the cap of 10 requests is reached" in outcome.err
    assert (stats(outcome)["complete"], stats(outcome)["requests"]) == (False, 10)


def test_a_join_that_the_cap_cuts_before_its_first_row_has_status_4(run):
    outcome = run("--emulator", "--stats", "--max-requests", 2, "-c", JOIN)
    assert (outcome.status, outcome.out) == (4, "")
    assert "error[TS531]" in outcome.err
    assert stats(outcome)["complete"] is False


def test_a_sum_of_a_cut_join_is_refused_unless_it_may_be_partial(run):
    sql = f"SELECT count(*) AS n, sum(follower_count) AS s FROM ({JOIN}) AS j"
    refused = run("--emulator", "--max-requests", 10, "-c", sql)
    assert (refused.status, refused.out) == (4, "")
    assert "allow_partial" in refused.err
    given = run("--emulator", "--allow-partial", "--max-requests", 10, "-c", sql)
    assert given.status == 5
    assert given.out.startswith("n,s\n")
    assert "note: INCOMPLETE: " in given.err


def test_an_empty_partial_result_does_not_pass_for_a_whole_one(scripted):
    sql = f"SELECT id {DAY} AND like_count > 100 ORDER BY like_count"
    command = scripted(pages([9], [8], [7]))
    outcome = command("--stats", "--allow-partial", "--max-requests", 2, "-c", sql)
    assert (outcome.status, outcome.out) == (5, "id\n")
    assert stats(outcome)["complete"] is False


def test_pages_of_a_local_filter_that_were_paid_for_are_delivered(scripted):
    command = scripted(pages([9], [8], [7]))
    outcome = command("--max-requests", 2, "-c", f"SELECT id {DAY} AND like_count > 8")
    assert (outcome.status, outcome.out) == (5, "id\n9\n")


@pytest.mark.parametrize(
    ("sql", "status", "lines"),
    [("SELECT id {}", 5, 1001), ("SELECT count(*) AS n {}", 5, 0), ("SELECT id {} LIMIT 9", 0, 10)],
)
def test_comments_that_the_api_cuts_are_told_by_the_exit_status(scripted, sql, status, lines):
    def answer(turn, _):
        found = [{"id": 100 * turn + n} for n in range(100)]
        return {"comments": found, "cursor": 100 * turn, "has_more": turn < 10}

    outcome = scripted(answer)("-c", sql.format("FROM comments WHERE video_id = 7"))
    assert (outcome.status, len(outcome.out.splitlines())) == (status, lines)
    assert ("no more than 1,000 comments of 7" in outcome.err) == (status == 5)


def test_a_failing_cast_is_an_error_of_the_statement_with_its_place(scripted):
    def answer(*_):
        found = pages([1])(1, None)
        found["videos"][0]["username"] = "amy"
        return found

    outcome = scripted(answer)("-c", f"SELECT CAST(username AS INTEGER) AS n {DAY}")
    assert (outcome.status, outcome.out) == (1, "")
    assert "error[TS221]" in outcome.err
    assert "^^^^^^^^" in outcome.err
