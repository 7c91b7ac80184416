"""A fetch that somebody ends early: what is on its way still gets a moment to arrive."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tiksql.errors import InterruptError

if TYPE_CHECKING:
    from tiksql.api.executor import Asker
    from tiksql.api.pages import Page
    from tiksql.planning.plan import Request

GRACE_SECONDS = 1.0
"""How long pages in flight are waited for after the fetch was told to stop."""


class Stoppable:
    """An asker that can be told to stop; everything but ``asker`` belongs to the loop.

    From then on every page asked for is an ``InterruptError`` (TS801), and so is every page that
    is not here within ``GRACE_SECONDS``. The meter goes on counting such a page: it was sent, and
    nobody knows whether the API counted it.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._flying: set[asyncio.Task[Page]] = set()
        self._over: asyncio.Event | None = None
        self._abandoned = 0

    async def fetch_page(self, request: Request, body: dict[str, Any], number: int) -> Page:
        """Ask for one page, unless nobody is to ask any more."""
        if self._over:
            await self._over.wait()
            raise self._interruption()
        task = asyncio.ensure_future(self._asker.fetch_page(request, body, number))
        self._flying.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if self._over and task.cancelled() and current and not current.cancelling():
                raise self._interruption() from None
            raise
        finally:
            self._landed(task)

    def stop(self) -> None:
        """Let nobody ask any more, and what is in flight arrive within ``GRACE_SECONDS``."""
        if self._over is None:
            self._over = asyncio.Event()
            if self._flying:
                asyncio.get_running_loop().call_later(GRACE_SECONDS, self._abandon)
            else:
                self._over.set()

    def _landed(self, task: asyncio.Task[Page]) -> None:
        self._flying.discard(task)
        if self._over and not self._flying:
            self._over.set()

    def _abandon(self) -> None:
        self._abandoned = len(self._flying)
        for task in self._flying:
            task.cancel()

    def _interruption(self) -> InterruptError:
        if not self._abandoned:
            return InterruptError("TS801", "interrupted")
        many = "request" if self._abandoned == 1 else "requests"
        return InterruptError(
            "TS801",
            f"interrupted, with {self._abandoned} {many} under way that may have been counted",
        )
