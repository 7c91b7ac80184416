"""Many requests, each with its pages, as one stream in a fixed order."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from tiksql.api.events import FORGETFUL, Event, Gap, Keeper, Refusal, Restart
from tiksql.api.failures import concerns_the_key
from tiksql.api.pages import Page, Trail, next_body
from tiksql.errors import ConnectionFailedError, RefusedError, TikSQLError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence

    from tiksql.planning.plan import Request

PAGES_AHEAD = 4
"""How many pages of one request may wait for the reader."""

GRACE_SECONDS = 30.0
"""How long pages in flight are waited for after another request has failed."""

FORGOTTEN = "TS522"
"""The code of the error that a search is no longer known; a new one is as good."""

DEAD_END = "TS516"
"""The code of the error that a page says that there is more, and gives no way to it."""

MOST_MISSED = 12
"""Gaps in a row after which the API is taken to be down, and nothing more is spent on it."""

PASSABLE = frozenset({FORGOTTEN, DEAD_END, "TS511", "TS518"})
"""Codes of errors that may concern one request alone, such as a range of days (C4D)."""


class Asker(Protocol):
    """Whatever can fetch a page: the client, or a double of it."""

    async def fetch_page(self, request: Request, body: dict[str, Any], number: int) -> Page:
        """Ask for one page."""


async def fetch(
    requests: Sequence[Request],
    client: Asker,
    *,
    concurrency: int,
    keeper: Keeper = FORGETFUL,
    goes_on: bool = False,
) -> AsyncGenerator[Event, None]:
    """Yield all pages of all requests, in the order of requests and page numbers.

    With ``concurrency`` 1 nothing is asked before the reader wants it. With more, that many
    requests are followed at once, each at most ``PAGES_AHEAD`` pages ahead of the reader.
    Pages that ``keeper`` knows are yielded, not asked for. A lasting failure ends the fetch: no
    further page is asked for, what has come or is on its way is yielded, then the failure is
    raised. With ``goes_on`` one that may concern a single request is a ``Gap`` instead, unless
    ``MOST_MISSED`` follow each other.
    """
    trek = _Trek(client, keeper, goes_on)
    events = (
        _one_by_one(requests, trek)
        if concurrency <= 1
        else _abreast(requests, _Lanes(trek, concurrency))
    )
    missed = 0
    async with aclosing(events):
        async for event in events:
            yield event
            missed = missed + 1 if isinstance(event, Gap) else 0
            if isinstance(event, Gap) and missed == MOST_MISSED:
                raise event.error


async def _one_by_one(requests: Sequence[Request], trek: _Trek) -> AsyncGenerator[Event, None]:
    for request in requests:
        async with aclosing(trek.follow(request)) as events:
            async for event in events:
                yield event


class _Course:
    """The way through the pages of one request: which body asks for the next."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.restarted = False
        self.begin()

    def begin(self) -> None:
        """Start, or start anew."""
        self.trail = Trail()
        self.on_record = False
        self.body: dict[str, Any] | None = self.request.body
        self.number = 1

    def passed(self, page: Page) -> None:
        """Go on behind a page; raise where the API shows no way."""
        self.number, self.on_record = page.number + 1, page.kept
        self.body = next_body(self.request, page, self.trail)

    def may_restart(self, error: TikSQLError) -> bool:
        """Say whether to begin anew: once in a run, as it is paid for.

        That is where a search was lost, and where an earlier run ended with a page that leads
        nowhere: that page would end every run to come.
        """
        first, self.restarted = not self.restarted, True
        if error.code == DEAD_END:
            return first and self.on_record
        return first and error.code == FORGOTTEN and self.number > 1


@dataclass(frozen=True, slots=True)
class _Trek:
    """How requests are followed: who is asked, who remembers, what a failure ends."""

    client: Asker
    keeper: Keeper
    goes_on: bool

    async def follow(self, request: Request) -> AsyncGenerator[Event, None]:
        """Yield what comes of one request, what is known of it first."""
        try:
            async with aclosing(self._pages(request)) as events:
                async for event in events:
                    yield event
        except RefusedError as error:
            if request.key is not None and concerns_the_key(error):
                message = getattr(error, "said", "") or error.message
                self.keeper.refused(request, message)
                yield Refusal(request, message)
            elif error.code == FORGOTTEN and self.goes_on:
                yield self._gap(request, error)
            else:
                raise
        except ConnectionFailedError as error:
            if not self.goes_on or error.code not in PASSABLE:
                raise
            yield self._gap(request, error)

    def _gap(self, request: Request, error: TikSQLError) -> Gap:
        self.keeper.missed(request, error)
        return Gap(request, error)

    async def _pages(self, request: Request) -> AsyncGenerator[Event, None]:
        known, course = self.keeper.known(request), _Course(request)
        if known.refused is not None:
            yield Refusal(request, known.refused)
            return
        for page in known.earlier:
            yield page
        pages = iter(known.pages)
        while course.body is not None:
            try:
                page = next(pages, None) or await self._asked(course)
                yield page
                course.passed(page)
            except TikSQLError as error:
                if not course.may_restart(error):
                    raise
                self.keeper.restarted(request)
                yield Restart(request, error)
                course.begin()
                pages = iter(())
        self.keeper.done(request)

    async def _asked(self, course: _Course) -> Page:
        assert course.body is not None
        return await self.client.fetch_page(course.request, course.body, course.number)


_END = None


@dataclass(slots=True, eq=False)
class _Lane:
    """One request that is followed ahead of the reader."""

    events: asyncio.Queue[Event | None] = field(default_factory=asyncio.Queue)
    space: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PAGES_AHEAD))
    task: asyncio.Task[None] | None = None

    def end(self, task: asyncio.Task[None]) -> None:
        """Tell the reader that no page follows; a cancelled task has no reader left to mind."""
        self.task = task
        self.events.put_nowait(_END)


class _Lanes:
    """The requests in flight: who may ask, and the first failure among them."""

    def __init__(self, trek: _Trek, concurrency: int) -> None:
        self.failure: TikSQLError | None = None
        self.ahead = 2 * concurrency
        self._trek = trek
        self._turn = asyncio.Semaphore(concurrency)
        self._open: set[_Lane] = set()
        self._alarm: asyncio.TimerHandle | None = None

    def start(self, request: Request) -> _Lane:
        """Begin to follow a request as soon as there is a free place."""
        lane = _Lane()
        lane.task = asyncio.create_task(self._fill(lane, request))
        lane.task.add_done_callback(lane.end)
        self._open.add(lane)
        return lane

    async def _fill(self, lane: _Lane, request: Request) -> None:
        """Follow one request until its end, its failure or the failure of another."""
        async with self._turn, aclosing(self._trek.follow(request)) as events:
            try:
                while await self._may_ask(lane) and (event := await anext(events, None)):
                    lane.events.put_nowait(event)
            except TikSQLError as error:
                self._fail(error)

    async def _may_ask(self, lane: _Lane) -> bool:
        """Wait until the reader has room, unless nobody is to ask any more."""
        if self.failure is None:
            await lane.space.acquire()
        return self.failure is None

    def _fail(self, error: TikSQLError) -> None:
        """Keep the first failure, and let nobody who only waits wait for long."""
        if self.failure is None:
            self.failure = error
            self._alarm = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._cancel)

    def _cancel(self) -> None:
        for lane in self._open:
            if lane.task:
                lane.task.cancel()

    async def next_of(self, lane: _Lane) -> Event | None:
        """Return what comes next in a lane, None at its end; raise what is a mistake of ours."""
        if (event := await lane.events.get()) is not _END:
            lane.space.release()
            return event
        self._open.discard(lane)
        if lane.task and not lane.task.cancelled() and (mistake := lane.task.exception()):
            raise mistake
        return _END

    async def aclose(self) -> None:
        """Stop everything that is in flight."""
        if self._alarm:
            self._alarm.cancel()
        self._cancel()
        tasks = [lane.task for lane in self._open if lane.task]
        await asyncio.gather(*tasks, return_exceptions=True)


async def _abreast(requests: Sequence[Request], lanes: _Lanes) -> AsyncGenerator[Event, None]:
    """Read the lanes in order, and start another whenever one has been read."""
    waiting: Iterator[Request] = iter(requests)
    started: deque[_Lane] = deque()
    try:
        while True:
            while lanes.failure is None and len(started) < lanes.ahead:
                request = next(waiting, None)
                if request is None:
                    break
                started.append(lanes.start(request))
            if not started:
                break
            lane = started.popleft()
            while (event := await lanes.next_of(lane)) is not _END:
                yield event
        if lanes.failure:
            raise lanes.failure
    finally:
        await lanes.aclose()
