"""A fetch that is told to stop keeps what it has paid for, and asks for nothing more."""

from __future__ import annotations

import asyncio

import pytest
from api_doubles import Clock, Server, client, error, paged, request

from tiksql.api.executor import fetch
from tiksql.api.patience import Wait
from tiksql.api.quota import Meter
from tiksql.api.stopping import Stoppable
from tiksql.errors import ConnectionFailedError, InterruptError


def read(asker, meter, *, stop_at, concurrency, hang=(), requests=1):
    """Stop while the n-th request is on its way; those in ``hang`` never come back."""
    sent = asker._wire._transport
    stoppable = Stoppable(asker.metered(meter))

    async def run():
        serve = sent.handle_async_request

        async def handle(one):
            response = await serve(one)
            if len(sent.requests) == stop_at:
                stoppable.stop()
            if len(sent.requests) in hang:
                await asyncio.Event().wait()
            return response

        sent.handle_async_request = handle
        found = []
        try:
            async for page in fetch([request()] * requests, stoppable, concurrency=concurrency):
                found.append(page)  # noqa: PERF401 - what came before an error counts
        except InterruptError as error:
            return found, error
        return found, None

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("tiksql.api.stopping.GRACE_SECONDS", 0.01)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_the_page_in_flight_is_kept_and_no_other_asked_for(concurrency):
    server, meter = Server(paged(1000)), Meter()
    found, stopped = read(client(server), meter, stop_at=3, concurrency=concurrency)
    assert [page.number for page in found] == [1, 2, 3]
    assert stopped.message == "interrupted"
    assert len(server.requests) == meter.requests == 3


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_page_that_does_not_come_is_given_up_and_stays_counted(concurrency):
    server, meter = Server(paged(1000)), Meter()
    found, stopped = read(client(server), meter, stop_at=3, hang={3}, concurrency=concurrency)
    assert [page.number for page in found] == [1, 2]
    assert stopped.message == ("interrupted, with 1 request under way that may have been counted")
    assert meter.requests == 3


def test_every_page_in_flight_is_kept_whatever_order_they_come_in():
    server, meter = Server(paged(1000)), Meter()
    found, stopped = read(client(server), meter, stop_at=4, concurrency=4, requests=4)
    assert len(found) == meter.requests == len(server.requests)
    assert stopped.message == "interrupted"


def test_stopping_twice_is_stopping_once_and_stopping_before_asks_nothing():
    async def run():
        server = Server(paged(1000))
        stoppable = Stoppable(client(server))
        stoppable.stop()
        stoppable.stop()
        with pytest.raises(InterruptError):
            await stoppable.fetch_page(request(), request().body, 1)
        return server.requests

    assert asyncio.run(run()) == []


def test_a_fetch_that_is_cancelled_is_cancelled_even_while_it_stops():
    async def run():
        async def hang(_):
            await asyncio.Event().wait()

        server = Server()
        server.handle_async_request = hang
        stoppable = Stoppable(client(server))
        task = asyncio.ensure_future(stoppable.fetch_page(request(), request().body, 1))
        await asyncio.sleep(0)
        stoppable.stop()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())


def test_every_wait_is_told_as_it_begins_with_its_reason_and_nothing_of_the_servers():
    clock, waits = Clock(), []
    fault = error(500, "internal_error", "\x1b]0;said by the server\x07")
    server = Server(faults={1: fault, 2: fault, 3: fault})
    asker = client(server, clock)
    asker.listen(waits.append)
    with pytest.raises(ConnectionFailedError):
        asyncio.run(asker.fetch_page(request(), request().body, 1))
    assert waits == [
        Wait(seconds, "the API reports an internal error (HTTP 500)") for seconds in clock.slept
    ]
    assert [wait.seconds for wait in waits] == [2.0, 10.0]
