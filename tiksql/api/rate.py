"""A limit on how often the API is asked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiksql.api.world import World

SLOWEST = 1.0
"""Seconds between requests below which being told to slow down has no further effect."""


class RateLimit:
    """A token bucket: ``per_second`` requests on average, ``burst`` of them at once.

    Kept as the time at which the bucket is full again, so a taker reserves its place without a
    lock and sleeps on its own. ``math.inf`` requests a second is no limit.
    """

    def __init__(self, per_second: float, world: World, *, burst: int = 10) -> None:
        self._interval = 1 / per_second
        self._burst = burst
        self._world = world
        self._next = -math.inf

    async def take(self) -> None:
        """Wait for this request's turn."""
        now = self._world.monotonic()
        turn = max(self._next, now - (self._burst - 1) * self._interval)
        self._next = turn + self._interval
        if turn > now:
            await self._world.sleep(turn - now)

    def hold(self, seconds: float) -> None:
        """Let nobody ask for a while, and ask half as often from then on."""
        self._interval = max(self._interval, min(2 * self._interval, SLOWEST))
        self._next = max(self._next, self._world.monotonic() + seconds)
