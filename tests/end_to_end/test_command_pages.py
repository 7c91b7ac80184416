"""Pages that are short, doubled or missing, and the account that is given of them."""

from __future__ import annotations

import json
from itertools import count

import pytest
from scripted_server import page, pages

from tiksql.api import runner

DAY = "FROM videos WHERE keyword = 'a' AND create_date = '2024-03-01'"
TWO_WINDOWS = (
    "FROM videos WHERE keyword = 'a' AND create_date BETWEEN '2024-01-01' AND '2024-02-01'"
)


def ids(outcome):
    return [int(line) for line in outcome.out.split()[1:]]


def stats(outcome):
    return json.loads(outcome.err.splitlines()[-1])


def test_a_short_page_with_more_behind_it_is_not_the_end(scripted):
    command = scripted(pages([9, 8], [], [7], []))
    outcome = command("--stats", "-c", f"SELECT id {DAY}")
    assert (outcome.status, ids(outcome)) == (0, [9, 8, 7])
    assert stats(outcome) | {"elapsed_ms": 0} == {
        "rows": 3,
        "records": 3,
        "requests": 4,
        "retries": 0,
        "complete": True,
        "reason": None,
        "elapsed_ms": 0,
    }


def test_the_next_page_is_asked_for_with_cursor_and_search_id(scripted):
    command = scripted(pages([9], [8]))
    command("-c", f"SELECT id {DAY}")
    first, second = command.server.bodies
    assert second == first | {"cursor": 100, "search_id": "7"}


def test_records_that_come_twice_are_dropped_and_counted(scripted):
    command = scripted(pages([9, 8], [8, 7]))
    outcome = command("-c", f"EXPLAIN ANALYZE SELECT id {DAY}")
    assert "  4 records, 1 duplicates, 3 rows\n" in outcome.out
    assert ids(scripted(pages([9, 8], [8, 7]))("-c", f"SELECT id {DAY}")) == [9, 8, 7]


def test_paging_stops_as_soon_as_enough_rows_have_come(scripted):
    command = scripted(pages([9, 8], [8, 7], [6, 5], [4]))
    outcome = command("--stats", "-c", f"SELECT id {DAY} LIMIT 3")
    assert ids(outcome) == [9, 8, 7]
    assert stats(outcome)["requests"] == len(command.server.bodies) == 2
    assert (outcome.status, stats(outcome)["complete"]) == (0, True)


def test_windows_behind_the_limit_are_not_asked_for(scripted):
    command = scripted(lambda n, _: page([100 - n], cursor=1, more=False))
    assert ids(command("-c", f"SELECT id {TWO_WINDOWS} LIMIT 1")) == [99]
    assert [body["start_date"] for body in command.server.bodies] == ["20240131"]


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT id {DAY} LIMIT 0",
        f"SELECT id {DAY} AND FALSE",
        f"SELECT id {DAY} AND region_code = 'US' AND region_code = 'DE'",
        "SELECT username FROM users WHERE username = 'a' LIMIT 0",
        f"EXPLAIN SELECT id {DAY}",
        "SHOW TABLES",
        "DESCRIBE users",
    ],
)
def test_what_needs_no_request_sends_none(scripted, sql):
    command = scripted(pages([1]))
    assert command("-c", sql).status == 0
    assert command.server.bodies == []


def test_a_dry_run_shows_plans_and_sends_nothing(scripted):
    command = scripted(pages([1]))
    script = f"SELECT id {DAY}; EXPLAIN ANALYZE SELECT id {DAY}; SHOW TABLES"
    outcome = command("--dry-run", "-c", script)
    assert outcome.out.count("scan 1: videos") == 2
    assert "analysis" not in outcome.out
    assert command.server.bodies == []


def test_a_mistake_anywhere_in_a_statement_costs_no_request(scripted):
    command = scripted(pages([1]))
    assert command("-c", f"SELECT id {DAY} AND like_cuont > 1").status == 1
    assert command("-c", f"SELECT id {DAY} ORDER BY like_cuont").status == 1
    assert command.server.bodies == []


class TestFailures:
    def test_rows_before_a_lasting_fault_are_delivered_with_status_5_and_the_reason(self, scripted):
        def answer(number, _body):
            return page([9, 8], cursor=100, more=True) if number == 1 else (500, "internal_error")

        command = scripted(answer)
        outcome = command("--stats", "-c", f"SELECT id {DAY}")
        assert (outcome.status, ids(outcome)) == (5, [9, 8])
        assert "note: INCOMPLETE: " in outcome.err
        found = stats(outcome)
        assert (found["rows"], found["complete"]) == (2, False)
        assert found["reason"]
        assert found["retries"] == found["requests"] - 2 > 0

    @pytest.mark.parametrize(
        ("fault", "status"),
        [
            ((500, "internal_error"), 3),
            ((429, "daily_quota_limit_exceeded"), 4),
            ((400, "invalid_params"), 1),
            ((403, "scope_not_authorized"), 3),
        ],
    )
    def test_a_fault_before_the_first_row_has_a_status_of_its_own(self, scripted, fault, status):
        command = scripted(lambda *_: fault)
        outcome = command("--stats", "-c", f"SELECT id {DAY}")
        assert (outcome.status, outcome.out) == (status, "")
        told = [line for line in outcome.err.splitlines() if not line.startswith("note: waiting ")]
        assert told[0].startswith("error[TS5")
        found = stats(outcome)
        assert found["requests"] == len(command.server.bodies) > 0
        assert found["complete"] is False
        assert found["reason"]

    def test_a_cap_before_the_first_row_is_status_4_and_behind_it_status_5(self, scripted):
        nothing = scripted(pages([], [], [5]))("--max-requests", 2, "-c", f"SELECT id {DAY}")
        assert (nothing.status, nothing.out) == (4, "")
        some = scripted(pages([9], [8], [7]))("--max-requests", 2, "-c", f"SELECT id {DAY}")
        assert (some.status, ids(some)) == (5, [9, 8])
        assert "the cap of 2 requests is reached" in some.err

    def test_a_cap_of_nothing_sends_nothing(self, scripted):
        command = scripted(pages([1]))
        assert command("--max-requests", 0, "-c", f"SELECT id {DAY}").status == 4
        assert command.server.bodies == []

    def test_a_cap_that_is_just_enough_is_no_cut(self, scripted):
        outcome = scripted(pages([9], [8]))("--max-requests", 2, "-c", f"SELECT id {DAY}")
        assert (outcome.status, ids(outcome)) == (0, [9, 8])

    def test_a_limit_that_is_reached_with_the_last_request_is_whole(self, scripted):
        outcome = scripted(pages([9], [8]))("--max-requests", 1, "-c", f"SELECT id {DAY} LIMIT 1")
        assert (outcome.status, ids(outcome)) == (0, [9])

    def test_an_incomplete_table_says_so_in_its_footer(self, scripted):
        outcome = scripted(pages([9], [8]))(
            "--max-requests", 1, "--format", "table", "-c", f"SELECT id {DAY}"
        )
        assert "INCOMPLETE: the cap of 1 requests is reached" in outcome.out

    def test_the_analysis_of_a_cut_statement_has_status_5(self, scripted):
        command = scripted(pages([9], [8]))
        outcome = command("--stats", "--max-requests", 1, "-c", f"EXPLAIN ANALYZE SELECT id {DAY}")
        assert outcome.status == 5
        assert "incomplete: the cap of 1 requests" in outcome.out
        assert stats(outcome)["requests"] == 1

    def test_an_id_that_was_rounded_stops_the_statement(self, scripted, caplog):
        outcome = scripted(pages([7.3e18 + 0.0]))("-c", f"SELECT id {DAY}")
        assert outcome.status == 3
        assert "TS517" in outcome.err
        assert caplog.records == []  # what was in flight was closed in order

    @pytest.mark.parametrize(("step", "found"), [(1, []), (2, [9])])
    def test_an_interrupt_delivers_what_came_with_status_130(
        self, scripted, monkeypatch, step, found
    ):
        waits = count(1)
        result = runner._result

        def interrupted(future):
            if next(waits) == step:
                raise KeyboardInterrupt
            return result(future)

        monkeypatch.setattr(runner, "_result", interrupted)
        outcome = scripted(pages([9], [8]))("--stats", "-c", f"SELECT id {DAY}")
        assert (outcome.status, ids(outcome)) == (130, found)
        assert stats(outcome)["reason"] == "interrupted"

    def test_values_of_another_type_are_null_and_noted(self, scripted):
        def answer(*_):
            found = page([9], cursor=1, more=False)
            found["videos"][0]["like_count"] = "many"
            return found

        outcome = scripted(answer)("-c", f"SELECT id, like_count {DAY}")
        assert outcome.out == "id,like_count\n9,\n"
        assert "1 values of like_count did not have the documented type" in outcome.err

    def test_a_reserve_keeps_a_statement_from_starting(self, scripted, monkeypatch):
        command = scripted(pages([9]))
        backend = command.server.backend()
        object.__setattr__(backend, "used_today", lambda _: 990)
        monkeypatch.setattr("tiksql.backend.emulator", lambda **_: backend)
        outcome = command("-c", f"SET reserve = 10; SELECT id {DAY}")
        assert outcome.status == 4
        assert "TS534" in outcome.err
        outcome = command("-c", f"SET reserve = 5; SET max_requests = 0; SELECT id {DAY}")
        assert outcome.status == 4
        assert "the cap of 0 requests" in outcome.err
        assert command.server.bodies == []
        assert command("-c", f"SET reserve = 5; SELECT id {DAY}").status == 0
