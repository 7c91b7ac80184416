"""Trying again as the policy says, within the time that the whole run may take."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from tiksql.api.failures import Trouble, failure, reason
from tiksql.api.retry import Outcome, pause
from tiksql.errors import ConnectionFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tiksql.api.rate import RateLimit
    from tiksql.api.world import World

T_co = TypeVar("T_co", covariant=True)


class Attempt(Protocol[T_co]):
    """One try; ``again`` is false the first time."""

    async def __call__(self, *, again: bool) -> T_co | Trouble:
        """Try once."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds that begin now and end with the next try, and what went wrong, in our own words."""

    seconds: float
    why: str


class Patience:
    """The loop around every request. ``secrets`` are what no message may contain.

    ``told`` hears of every wait as it begins, in the thread of the loop.
    """

    def __init__(
        self, host: str, world: World, rate: RateLimit, secrets: Callable[[], Iterable[str]]
    ) -> None:
        self._host = host
        self._world = world
        self._rate = rate
        self._secrets = secrets
        self._seconds = math.inf
        self._began = world.monotonic()
        self._latest = ""
        self.told: Callable[[Wait], None] = lambda _: None

    def limit(self, seconds: float | None) -> None:
        """Let everything from now on end within some seconds; None lifts the limit."""
        self._seconds = math.inf if seconds is None else seconds
        self._began = self._world.monotonic()

    def left(self) -> float:
        """Seconds until the run has to end; raise ``ConnectionFailedError`` (TS514) after it."""
        left = self._seconds - (self._world.monotonic() - self._began)
        if left > 0:
            return left
        raise ConnectionFailedError(
            "TS514",
            f"the run took longer than {self._seconds:g} seconds{self._latest}",
            hint="raise --timeout",
        )

    async def until_done(self, attempt: Attempt[T_co]) -> T_co:
        """Try until it works or the policy gives up; then raise what the last trouble is called."""
        failures: Counter[Outcome] = Counter()
        while self.left():
            found = await attempt(again=bool(failures))
            if not isinstance(found, Trouble):
                self._latest = ""
                return found
            self._latest = f"; at last, {reason(found, self._host)}"
            failures[found.outcome] += 1
            await self._wait(found, failures[found.outcome])
        raise AssertionError

    async def _wait(self, trouble: Trouble, failures: int) -> None:
        chance = self._world.random()
        seconds = pause(trouble.outcome, failures, trouble.retry_after, chance)
        if seconds is None:
            raise failure(trouble, host=self._host, tries=failures, secrets=self._secrets())
        if trouble.outcome is Outcome.RATE:
            self._rate.hold(seconds)
        seconds = min(seconds, self.left())
        if seconds > 0:
            self.told(Wait(seconds, reason(trouble, self._host)))
        await self._world.sleep(seconds)
