import asyncio
import signal
import threading
import time

import pytest
from api_doubles import Server, client, paged, request

from tiksql.api.executor import fetch
from tiksql.api.runner import Runner
from tiksql.errors import ConnectionFailedError, UsageError


async def count(to, events):
    try:
        for n in range(to):
            await asyncio.sleep(0)
            events.append(n)
            yield n
    finally:
        events.append("closed")


def test_pages_are_read_by_a_plain_loop_and_only_when_wanted():
    events = []
    with Runner() as runner:
        numbers = runner.run(lambda: count(5, events))
        assert (next(numbers), next(numbers)) == (0, 1)
        assert events == [0, 1]
        numbers.close()
        assert events == [0, 1, "closed"]
        assert list(runner.run(lambda: count(3, []))) == [0, 1, 2]


def test_it_works_inside_a_running_loop():
    async def notebook():
        with Runner() as runner:
            return list(runner.run(lambda: fetch([request()], asker, concurrency=4)))

    asker = client(Server(paged(350)))
    pages = asyncio.run(notebook())
    assert [page.count for page in pages] == [100, 100, 100, 50]


def test_an_error_arrives_where_it_is_read():
    async def fail():
        yield 1
        raise ConnectionFailedError("TS511", "lost")

    with Runner() as runner:
        numbers = runner.run(fail)
        assert next(numbers) == 1
        with pytest.raises(ConnectionFailedError):
            next(numbers)


def test_a_timeout_of_the_coroutine_is_not_taken_for_a_slow_one():
    async def fail():
        raise TimeoutError

    with Runner() as runner, pytest.raises(TimeoutError):
        runner.call(fail())


def test_a_slow_step_is_waited_for(monkeypatch):
    monkeypatch.setattr("tiksql.api.runner.POLL_SECONDS", 0.01)

    async def slow():
        await asyncio.sleep(0.05)
        return 7

    with Runner() as runner:
        assert runner.call(slow()) == 7


def press_ctrl_c():
    """Interrupt the main thread once it waits for the loop that this is called in."""
    main = threading.main_thread().ident
    asyncio.get_running_loop().call_later(0.02, signal.pthread_kill, main, signal.SIGINT)


@pytest.mark.parametrize("via", ["run", "call"])
def test_ctrl_c_in_the_reader_cancels_what_is_in_flight(via):
    events = []

    async def hang():
        press_ctrl_c()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            events.append("cancelled")
            raise

    async def pages():
        await hang()
        yield 1

    with Runner() as runner:
        with pytest.raises(KeyboardInterrupt):
            next(runner.run(pages)) if via == "run" else runner.call(hang())
        assert runner.call(asyncio.sleep(0, "alive")) == "alive"
    assert events == ["cancelled"]


def test_ctrl_c_during_a_fetch_leaves_nothing_running():
    class Slow(Server):
        async def handle_async_request(self, sent):
            if len(self.requests) == 3:
                press_ctrl_c()
                self.requests.append(sent)
            if len(self.requests) > 3:
                await asyncio.sleep(60)
            return await super().handle_async_request(sent)

    async def tasks():
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    found = []
    asker = client(Slow(paged(1000)))
    with Runner(asker.aclose) as runner:
        with pytest.raises(KeyboardInterrupt):
            found.extend(runner.run(lambda: fetch([request()] * 3, asker, concurrency=3)))
        assert runner.call(tasks()) == 1


def test_what_ignores_its_cancellation_is_given_up_after_a_second(monkeypatch):
    monkeypatch.setattr("tiksql.api.runner.GRACE_SECONDS", 0.05)
    free = asyncio.Event()

    async def stubborn():
        press_ctrl_c()
        while not free.is_set():
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                continue
        yield 1

    runner = Runner()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        next(runner.run(stubborn))
    assert time.monotonic() - began < 5
    free.set()
    runner.close()


def test_closing_cleans_up_in_the_loop_and_twice_is_once():
    events = []

    async def cleanup():
        asyncio.get_running_loop()
        events.append(threading.current_thread().name)

    runner = Runner(cleanup)
    assert list(runner.run(lambda: count(1, []))) == [0]
    runner.close()
    runner.close()
    assert events == ["tiksql-api"]
    with pytest.raises(UsageError):
        next(runner.run(lambda: count(1, [])))


def test_closing_what_never_ran_starts_nothing():
    before = set(threading.enumerate())
    Runner().close()
    assert set(threading.enumerate()) <= before


def test_a_reader_that_outlives_the_runner_does_no_harm():
    runner = Runner()
    numbers = runner.run(lambda: count(3, []))
    assert next(numbers) == 0
    runner.close()
    numbers.close()
