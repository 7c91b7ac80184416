"""What requests cost: the count of a statement, its cap, and the ledger of the day.

The API counts requests for each pool and each day of UTC (FAQ). The ledger is a lower bound: a
colleague of the same organisation draws from the same quota. It plans and warns, it never refuses.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from tiksql.catalog import load
from tiksql.errors import QuotaError

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from tiksql.api.failures import Trouble
    from tiksql.api.pages import Page
    from tiksql.planning.plan import Request

LOCK_SECONDS = 2.0

COUNTS = """
CREATE TABLE IF NOT EXISTS {} (
    account TEXT NOT NULL, pool TEXT NOT NULL, day TEXT NOT NULL, requests INTEGER NOT NULL,
    PRIMARY KEY (account, pool, day)
) WITHOUT ROWID
"""
REFUSALS = """
CREATE TABLE IF NOT EXISTS refused (
    account TEXT NOT NULL, pool TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (account, pool, day)
) WITHOUT ROWID
"""
REFUSED = "SELECT 1 FROM refused WHERE account = ? AND pool = ? AND day = ?"
ADD = """
INSERT INTO {} VALUES (?1, ?2, ?3, max(0, ?4))
ON CONFLICT DO UPDATE SET requests = max(0, requests + ?4)
"""
USED = "SELECT requests FROM {} WHERE account = ? AND pool = ? AND day = ?"


def key_hash(client_key: str) -> str:
    """Name an account in files without its key: 16 hexadecimal digits."""
    from hashlib import sha256  # noqa: PLC0415 - it loads OpenSSL, which a translation needs not

    return sha256(client_key.encode()).hexdigest()[:16]


class Ledger:
    """Requests by account, pool and day of UTC, in one SQLite file that processes share.

    A file that cannot be written does not stop a run: ``warn`` is told once, and this process goes
    on counting for itself.
    """

    def __init__(self, path: Path, account: str, warn: Callable[[str], None]) -> None:
        self._path = path
        self._account = account
        self._warn = warn
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._broken = False
        self._own: Counter[tuple[str, str, str]] = Counter()

    def add(self, pool: str, day: dt.date, requests: int = 1) -> None:
        """Count requests, or take them back with a negative number."""
        self._add("requests", pool, day, requests)

    def lose(self, pool: str, day: dt.date) -> None:
        """Count a request that was counted, and brought nothing."""
        self._add("failed", pool, day, 1)

    def _add(self, table: str, pool: str, day: dt.date, requests: int) -> None:
        self._own[table, pool, day.isoformat()] += requests
        self._execute(ADD.format(table), *self._of(pool, day), requests)

    def refuse(self, pool: str, day: dt.date) -> None:
        """Learn that the server has no more for a day: others had what is not counted here."""
        here, most = self.used(pool, day), load().pools[pool].requests_a_day
        if here < most and not self.is_used_up(pool, day):
            self._warn(
                f"the server refused at {here:,} requests counted here today, of {most:,}:"
                " others draw from the same quota"
            )
        self._execute("INSERT OR IGNORE INTO refused VALUES (?, ?, ?)", *self._of(pool, day))

    def is_used_up(self, pool: str, day: dt.date) -> bool:
        """Say whether the server has said that a day's quota is used up."""
        return bool(self._execute(REFUSED, *self._of(pool, day)))

    def _of(self, pool: str, day: dt.date) -> tuple[str, str, str]:
        return self._account, pool, day.isoformat()

    def used(self, pool: str, day: dt.date) -> int:
        """Return the requests of a day, as far as this computer knows."""
        return self._sum("requests", pool, day)

    def lost(self, pool: str, day: dt.date) -> int:
        """Return how many requests of a day brought nothing."""
        return self._sum("failed", pool, day)

    def _sum(self, table: str, pool: str, day: dt.date) -> int:
        found = self._execute(USED.format(table), *self._of(pool, day))
        if found is None:
            return max(0, self._own[table, pool, day.isoformat()])
        return sum(requests for (requests,) in found)

    def close(self) -> None:
        """Close the file; a later call opens it again."""
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None

    def _execute(self, sql: str, *values: str | int) -> list[tuple[int]] | None:
        """Return the rows of a statement, or None once the file has failed."""
        import sqlite3  # noqa: PLC0415 - a statement without a ledger needs none

        with self._lock:
            try:
                return None if self._broken else self._open().execute(sql, values).fetchall()
            except (sqlite3.Error, OSError) as error:
                self._broken = True
                self._warn(f"the quota ledger {self._path} cannot be used: {error}")
        return None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            import sqlite3  # noqa: PLC0415 - see above

            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(
                self._path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            for definition in (COUNTS.format("requests"), COUNTS.format("failed"), REFUSALS):
                self._connection.execute(definition)
        return self._connection


class Spent(Enum):
    """What became of a request that was announced."""

    YES = "the API counts it"
    REFUSED = "it was sent, and the API does not count it"
    UNSENT = "it did not reach the API"


@dataclass(frozen=True, slots=True)
class Charge:
    """One request that is to be sent: for a page of which first page, with which body, and when."""

    request: Request
    number: int
    content: bytes
    sent_at: dt.datetime
    again: bool = False

    @property
    def pool(self) -> str:
        """The quota that it draws from."""
        return self.request.table.pool

    @property
    def day(self) -> dt.date:
        """The day of UTC whose quota it draws from."""
        return self.sent_at.date()


class Journal(Protocol):
    """Whoever writes down each request before it is sent, and what came before it is seen."""

    def sending(self, charge: Charge) -> int:
        """Write a request down, durably; return the number by which ``came`` is told of it."""

    def came(self, mark: int, charge: Charge, found: Page | Trouble) -> None:
        """Write down what came of a request: a page, or what it was instead."""


@dataclass(slots=True)
class Meter:
    """The count of one statement, and its cap; ``retries`` are the requests that were repeats."""

    max_requests: int | None = None
    ledger: Ledger | None = None
    requests: int = 0
    retries: int = 0
    journal: Journal | None = None

    def announce(self, charge: Charge) -> int:
        """Count a request before it is sent; raise ``QuotaError`` (TS531) at the cap.

        The number is what ``settle`` has to be given.
        """
        if self.max_requests is not None and self.requests >= self.max_requests:
            raise QuotaError(
                "TS531",
                f"the cap of {self.max_requests} requests is reached",
                hint="raise it with --max-requests N or SET max_requests = N",
            )
        mark = self.journal.sending(charge) if self.journal else 0
        self.requests += 1
        self.retries += charge.again
        if self.ledger:
            self.ledger.add(charge.pool, charge.day)
        return mark

    def settle(self, mark: int, charge: Charge, found: Page | Trouble, spent: Spent) -> None:
        """Write down what came, and take a request back that the API does not count."""
        if spent is Spent.UNSENT:
            self.requests -= 1
        if spent is not Spent.YES and self.ledger:
            self.ledger.add(charge.pool, charge.day, -1)
        if spent is Spent.REFUSED and self.ledger:
            self.ledger.refuse(charge.pool, charge.day)
        if self.journal:
            self.journal.came(mark, charge, found)
