"""Ctrl-C while a statement runs: once keeps what has come, twice keeps nothing."""

from __future__ import annotations

import signal
import threading

import pytest
from end_to_end.scripted_server import Server, page

from tiksql.interrupts import AbortedError, Interrupts

SQL = "SELECT id FROM videos WHERE keyword = 'x' AND create_date = '2024-03-01';"
SORTED = SQL.replace(";", " ORDER BY like_count;")


def press():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def pressing(at, times=1):
    """Answer pages without an end; press Ctrl-C while some are on their way."""

    def answer(number, _body):
        if at <= number < at + times:
            press()
        return page([number], cursor=100 * number, more=True)

    return answer


@pytest.fixture
def interrupted(on_a_terminal):
    def run(answer, *lines):
        server = Server(answer)
        prompt = on_a_terminal(
            "SET concurrency = 1;", *lines, backend=server.backend(), environ={"TERM": "dumb"}
        )
        prompt.asked = len(server.bodies)
        return prompt

    return run


def test_the_rows_that_have_come_are_shown_and_labelled(interrupted):
    prompt = interrupted(pressing(3), SQL, "SELECT 'still' AS here;")
    assert prompt.asked == 3
    assert "3 rows · 3 records · 3 requests" in prompt.out
    assert "INCOMPLETE: interrupted\n" in prompt.out
    assert "| still |" in prompt.out


def test_a_question_before_the_fetch_changes_nothing_about_that(interrupted):
    prompt = interrupted(pressing(3), "SET confirm_requests = 0;", SQL, "y")
    assert prompt.asked == 3
    assert "3 rows · 3 records · 3 requests" in prompt.out


def test_a_result_that_would_be_wrong_is_not_shown(interrupted):
    prompt = interrupted(pressing(3), SORTED)
    assert "error[TS801]: interrupted" in prompt.err
    assert "SET allow_partial = on" in prompt.err
    assert "row" not in prompt.out


def test_the_rest_of_a_script_does_not_run(interrupted):
    prompt = interrupted(pressing(1), f"\x1b[200~{SQL}\nSELECT 1 AS a;\x1b[201~")
    assert "| a " not in prompt.out
    assert prompt.err.endswith("note: the statement after it did not run\n")


def test_on_error_does_not_make_a_script_go_on(interrupted):
    script = f"\x1b[200~{SORTED}\nSELECT 1 AS a;\x1b[201~"
    prompt = interrupted(pressing(1), "SET on_error = continue;", script)
    assert "| a " not in prompt.out


def test_the_second_time_nothing_of_the_statement_is_shown(interrupted, monkeypatch):
    monkeypatch.setattr("tiksql.api.stopping.GRACE_SECONDS", 60)

    def answer(number, _body):
        if number == 2:
            press()
            threading.Timer(0.3, press).start()
            threading.Event().wait(1)
        return page([number], cursor=100 * number, more=True)

    prompt = interrupted(answer, SQL, "SELECT 'still' AS here;")
    assert "error[TS801]: aborted" in prompt.err
    assert "record" not in prompt.out
    assert "| still |" in prompt.out
    assert prompt.asked == 2


def test_ctrl_c_where_nothing_is_fetched_raises():
    with Interrupts(lambda: False), pytest.raises(KeyboardInterrupt):
        press()


def test_the_first_press_asks_and_the_second_raises():
    asked = []
    with Interrupts(lambda: not asked.append(1)) as interrupts:
        press()
        assert interrupts.pressed
        with pytest.raises(AbortedError):
            press()
    assert asked == [1]


def test_ctrl_c_is_left_as_it_was():
    before = signal.getsignal(signal.SIGINT)
    with Interrupts(lambda: True):
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


def test_another_thread_does_not_touch_the_signal():
    before, found = signal.getsignal(signal.SIGINT), []

    def elsewhere():
        with Interrupts(lambda: True):
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [before]
