"""Many requests, each with its pages, as one stream in a fixed order."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from tiksql.api.failures import concerns_the_key
from tiksql.api.pages import Page, Trail, next_body
from tiksql.errors import RefusedError, TikSQLError

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        Callable,
        Iterable,
        Iterator,
        Sequence,
    )

    from tiksql.planning.plan import Request

PAGES_AHEAD = 4
"""How many pages of one request may wait for the reader."""

GRACE_SECONDS = 30.0
"""How long pages in flight are waited for after another request has failed."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The API's refusal of one key, such as a user who is gone; the others go on."""

    request: Request
    message: str


class Asker(Protocol):
    """Whatever can fetch a page: the client, or a double of it."""

    async def fetch_page(self, request: Request, body: dict[str, Any], number: int) -> Page:
        """Ask for one page."""


def nothing_recorded(request: Request) -> Iterable[Page]:  # noqa: ARG001 - what Recorded is
    """Say that no page of a request is known yet."""
    return ()


async def fetch(
    requests: Sequence[Request],
    client: Asker,
    *,
    concurrency: int,
    recorded: Callable[[Request], Iterable[Page]] = nothing_recorded,
) -> AsyncGenerator[Page | Refusal, None]:
    """Yield all pages of all requests, in the order of requests and page numbers.

    With ``concurrency`` 1 nothing is asked before the reader wants it. With more, that many
    requests are followed at once, each at most ``PAGES_AHEAD`` pages ahead of the reader.
    ``recorded`` gives the first pages of a request that are known already: they are yielded, not
    asked for. A lasting failure ends the fetch: no further page is asked for, what has come or is
    on its way is yielded, then the failure is raised.
    """
    pages = (
        _one_by_one(requests, client, recorded)
        if concurrency <= 1
        else _abreast(requests, _Lanes(client, concurrency, recorded))
    )
    async with aclosing(pages):
        async for page in pages:
            yield page


async def _one_by_one(
    requests: Sequence[Request], client: Asker, recorded: Callable[[Request], Iterable[Page]]
) -> AsyncGenerator[Page | Refusal, None]:
    for request in requests:
        async with aclosing(follow(request, client, recorded(request))) as pages:
            async for page in pages:
                yield page


async def follow(
    request: Request, client: Asker, recorded: Iterable[Page] = ()
) -> AsyncGenerator[Page | Refusal, None]:
    """Yield the pages of one request, the recorded ones first, or the refusal of its key."""
    trail = Trail()
    body: dict[str, Any] | None = request.body
    number = 1
    for page in recorded:
        yield page
        body, number = next_body(request, page, trail), page.number + 1
    try:
        while body is not None:
            page = await client.fetch_page(request, body, number)
            yield page
            body, number = next_body(request, page, trail), number + 1
    except RefusedError as error:
        if request.key is None or not concerns_the_key(error):
            raise
        yield Refusal(request, getattr(error, "said", "") or error.message)


_END = None


@dataclass(slots=True, eq=False)
class _Lane:
    """One request that is followed ahead of the reader."""

    pages: asyncio.Queue[Page | Refusal | None] = field(default_factory=asyncio.Queue)
    space: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PAGES_AHEAD))
    task: asyncio.Task[None] | None = None

    def end(self, task: asyncio.Task[None]) -> None:
        """Tell the reader that no page follows; a cancelled task has no reader left to mind."""
        self.task = task
        self.pages.put_nowait(_END)


class _Lanes:
    """The requests in flight: who may ask, and the first failure among them."""

    def __init__(
        self, client: Asker, concurrency: int, recorded: Callable[[Request], Iterable[Page]]
    ) -> None:
        self.failure: TikSQLError | None = None
        self.ahead = 2 * concurrency
        self._client = client
        self._turn = asyncio.Semaphore(concurrency)
        self._recorded = recorded
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
        async with self._turn, aclosing(self._pages_of(request)) as pages:
            try:
                while await self._may_ask(lane) and (page := await anext(pages, None)):
                    lane.pages.put_nowait(page)
            except TikSQLError as error:
                self._fail(error)

    async def _may_ask(self, lane: _Lane) -> bool:
        """Wait until the reader has room, unless nobody is to ask any more."""
        if self.failure is None:
            await lane.space.acquire()
        return self.failure is None

    def _pages_of(self, request: Request) -> AsyncGenerator[Page | Refusal, None]:
        return follow(request, self._client, self._recorded(request))

    def _fail(self, error: TikSQLError) -> None:
        """Keep the first failure, and let nobody who only waits wait for long."""
        if self.failure is None:
            self.failure = error
            self._alarm = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._cancel)

    def _cancel(self) -> None:
        for lane in self._open:
            if lane.task:
                lane.task.cancel()

    async def next_of(self, lane: _Lane) -> Page | Refusal | None:
        """Return the next page of a lane, None at its end; raise what is a mistake of ours."""
        if (page := await lane.pages.get()) is not _END:
            lane.space.release()
            return page
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


async def _abreast(
    requests: Sequence[Request], lanes: _Lanes
) -> AsyncGenerator[Page | Refusal, None]:
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
            while (page := await lanes.next_of(lane)) is not _END:
                yield page
        if lanes.failure:
            raise lanes.failure
    finally:
        await lanes.aclose()
