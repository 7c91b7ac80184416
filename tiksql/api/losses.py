"""Requests that the API counts and that bring nothing: when to stop paying for them.

The policy bounds what one page may cost; this bounds what all of them may, for every statement of
a client, and across programs through the ledger. A storm is most of the latest requests: C4D saw
hours in which one of 20 to 30 succeeded. One bad day of a window that is halved fails three times
in four, which is none. And whatever the pattern, half of a day's quota stays for what works.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tiksql.api.failures import Trouble
from tiksql.api.quota import Spent
from tiksql.api.retry import POLICY, Outcome
from tiksql.catalog import load
from tiksql.errors import ConnectionFailedError, QuotaError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncGenerator

    from tiksql.api.pages import Page
    from tiksql.api.quota import Charge, Ledger

LATELY = 30
"""Requests that are looked back at."""

STORM = 26
"""How many of them have to have failed for a storm."""

LOSSES = frozenset(
    {
        Outcome.BROKEN,
        Outcome.NOT_THE_API,
        Outcome.TOO_LARGE,
        Outcome.INTERNAL,
        Outcome.STALE,
        Outcome.UNKNOWN,
    }
)
"""What is nobody's answer. A refusal is one: a panel may well name many users who are gone."""

HALF_GONE = "TS535"
"""The code of the error that half of the day's quota has gone into failures."""


class Losses:
    """The failed requests of one fetch, and of one day; those of a day are in the ledger."""

    def __init__(
        self, ledger: Ledger | None = None, own: Counter[tuple[str, dt.date]] | None = None
    ) -> None:
        self._ledger = ledger
        self._lately: deque[bool] = deque(maxlen=LATELY)
        self._own: Counter[tuple[str, dt.date]] = Counter() if own is None else own
        self._on_their_way = 0
        self._came = asyncio.Event()

    def anew(self) -> Losses:
        """Return the same with nothing to look back at.

        A fetch begins like that: what is halved has just failed and will again, which is no storm.
        """
        return Losses(self._ledger, self._own)

    @asynccontextmanager
    async def room(self, charge: Charge) -> AsyncGenerator[None]:
        """Let a request be sent, once it is none too many even if all on their way fail.

        ``ConnectionFailedError`` (TS520) in a storm, after which counting begins anew: whoever
        runs the statement again wants to try. ``QuotaError`` (TS535) until the day ends.
        """
        self._check(charge)
        while self._on_their_way and self._left(charge) <= self._on_their_way:
            await self._came.wait()
            self._check(charge)
        self._on_their_way += 1
        try:
            yield
        finally:
            self._on_their_way -= 1
            self._came.set()
            self._came = asyncio.Event()

    def _check(self, charge: Charge) -> None:
        if sum(self._lately) >= STORM:
            self._lately.clear()
            raise ConnectionFailedError(
                "TS520",
                f"{STORM} of the last {LATELY} requests failed: the API is in trouble",
                hint="run it again in some hours",
            )
        if self._left(charge) <= 0:
            raise QuotaError(
                HALF_GONE,
                f"{self.of_day(charge.pool, charge.day):,} requests of today failed, and half of"
                f" the day's {_a_day(charge):,} is not spent on failures",
                hint="run it again after 00:00 UTC",
            )

    def _left(self, charge: Charge) -> int:
        """Return how many requests of a day may still fail."""
        return _a_day(charge) // 2 - self.of_day(charge.pool, charge.day)

    def of_day(self, pool: str, day: dt.date) -> int:
        """Return the failed requests of a day, as far as this computer knows."""
        return self._ledger.lost(pool, day) if self._ledger else self._own[pool, day]

    def note(self, charge: Charge, found: Page | Trouble) -> None:
        """Note what came of a request, if the API counts it."""
        if isinstance(found, Trouble) and POLICY[found.outcome].spent is not Spent.YES:
            return
        failed = isinstance(found, Trouble) and found.outcome in LOSSES
        self._lately.append(failed and not _is_stale(found))
        if failed and self._ledger:
            self._ledger.lose(charge.pool, charge.day)
        elif failed:
            self._own[charge.pool, charge.day] += 1


def _a_day(charge: Charge) -> int:
    return load().pools[charge.pool].requests_a_day


def _is_stale(found: Page | Trouble) -> bool:
    """Say whether a search was lost: no storm, as a pause loses all that were being read.

    Ending there would end every run before one of them has had the tries after which it is begun
    anew, and nothing would ever be whole.
    """
    return isinstance(found, Trouble) and found.outcome is Outcome.STALE
