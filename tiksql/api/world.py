"""The effects that waiting and dating need, as one value that tests replace."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _ignored(_date: str | None) -> None:
    """Keep to the clock as it is."""


@dataclass(frozen=True, slots=True)
class World:
    """Clock, sleep and chance.

    ``now`` is an aware time of UTC, ``monotonic`` and ``sleep`` are in seconds, ``random`` is in
    [0, 1). ``heard`` is told the Date header of each answer.
    """

    now: Callable[[], dt.datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random
    heard: Callable[[str | None], None] = _ignored


REAL = World()
"""The world as it is."""
