"""A thread with its own event loop, so that pages can be read anywhere by a plain ``for``.

In a notebook a loop is running already and another cannot be started in its thread; here it lives
in a thread of its own.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Self, TypeVar

from tiksql.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
    from concurrent.futures import Future
    from types import TracebackType

T = TypeVar("T")

GRACE_SECONDS = 1.0
POLL_SECONDS = 0.5
"""How often a waiting thread looks up, where a lock cannot be interrupted by Ctrl-C."""

_END: Any = object()


class Runner:
    """A daemon thread that runs coroutines; it starts with the first and ends with ``close``.

    ``cleanup`` is awaited in its loop when it is closed.
    """

    def __init__(self, cleanup: Callable[[], Awaitable[None]] | None = None) -> None:
        self._cleanup = cleanup
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def run(self, make: Callable[[], AsyncGenerator[T, None]]) -> Generator[T, None, None]:
        """Yield what an asynchronous generator yields, driving it only when asked.

        When the reader stops, or is interrupted while it waits, the generator is cancelled and
        closed, for which it has ``GRACE_SECONDS``.
        """
        stepper = _Stepper(make)
        try:
            while (item := _result(self._submit(stepper.step()))) is not _END:
                yield item
        finally:
            if not self._closed:
                _settle(self._submit(stepper.close()))

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run one coroutine to its end, cancelling it if the reader is interrupted."""
        future = self._submit(coroutine)
        try:
            return _result(future)
        finally:
            future.cancel()

    def soon(self, callback: Callable[[], None]) -> None:
        """Call something in the loop; this may be asked for in a signal handler."""
        if self._loop and not self._closed:
            self._loop.call_soon_threadsafe(callback)

    def close(self) -> None:
        """Clean up and end the thread; closing twice is closing once."""
        if self._loop and not self._closed:
            if self._cleanup:
                _settle(self._submit(_awaited(self._cleanup)))
            self._loop.call_soon_threadsafe(self._loop.stop)
            if self._thread:
                self._thread.join(GRACE_SECONDS)
        self._closed = True

    def _submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        if self._closed:
            coroutine.close()
            raise UsageError("TS611", "the connection is closed")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop or self._start())

    def _start(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_run_loop, args=(self._loop,), name="tiksql-api", daemon=True
                )
                self._thread.start()
            return self._loop


class _Stepper:
    """An asynchronous generator that is advanced one item at a time; lives in the loop."""

    def __init__(self, make: Callable[[], AsyncGenerator[Any, None]]) -> None:
        self._make = make
        self._items: AsyncGenerator[Any, None] | None = None
        self._task: asyncio.Task[Any] | None = None

    async def step(self) -> Any:
        """Return the next item."""
        self._task = asyncio.current_task()
        if self._items is None:
            self._items = self._make()
        return await anext(self._items, _END)

    async def close(self) -> None:
        """Cancel the step that is under way, and close the generator if that has ended it."""
        if self._task and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=GRACE_SECONDS)
        if self._items and self._task and self._task.done():
            await self._items.aclose()


async def _awaited(make: Callable[[], Awaitable[None]]) -> None:
    await make()


def _result(future: Future[T]) -> T:
    """Wait for a result in a way that Ctrl-C can interrupt everywhere."""
    while True:
        try:
            return future.result(POLL_SECONDS)
        except TimeoutError:
            if future.done():
                raise


def _settle(future: Future[None]) -> None:
    """Wait for a clean-up as long as is reasonable, whatever came of it."""
    try:
        future.result(2 * GRACE_SECONDS)
    except TimeoutError:
        future.cancel()


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Run a loop until it is stopped, then end what is left in it."""
    asyncio.set_event_loop(loop)
    loop.run_forever()
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
