"""The rows of one statement while they arrive, and the account of what arrived.

A result is whole, or it says why it is not: ``Stats.complete``, ``reason`` and ``exit_status``.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tiksql.api.executor import Refusal
from tiksql.errors import IncompleteError, InterruptError, TikSQLError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from tiksql.api.pages import Page
    from tiksql.api.quota import Meter
    from tiksql.local.records import Reader
    from tiksql.planning.plan import Plan
    from tiksql.rows import Head, Row


@dataclass(slots=True)
class Stats:
    """What a statement cost and brought; ``elapsed_ms`` ends with the last row."""

    rows: int = 0
    records: int = 0
    pages: int = 0
    duplicates: int = 0
    requests: int = 0
    retries: int = 0
    windows: int = 0
    complete: bool = True
    reason: str | None = None
    elapsed_ms: int = 0
    error: TikSQLError | None = None

    @property
    def exit_status(self) -> int:
        """The status that a result like this ends the command with."""
        if self.complete:
            return 0
        return 130 if isinstance(self.error, InterruptError) else IncompleteError.exit_status

    def as_json(self) -> dict[str, Any]:
        """Return what ``--stats`` prints."""
        names = ("rows", "records", "requests", "retries", "complete", "reason", "elapsed_ms")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True)
class Stream:
    """A result that is read once, batch by batch; its stats are whole when the batches end."""

    heads: tuple[Head, ...]
    source: Callable[[Stream], Iterator[list[Row]]]
    stats: Stats = field(default_factory=Stats)
    notes: list[str] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    plan: Plan | None = None

    def batches(self) -> Iterator[list[Row]]:
        """Yield the rows as they arrive; a failure before the first row is raised."""
        for rows in self.source(self):
            self.stats.rows += len(rows)
            yield rows


def listed(heads: tuple[Head, ...], rows: Iterable[Row]) -> Stream:
    """Make a stream of rows that are at hand."""
    return Stream(heads, lambda _: iter([list(rows)]))


@dataclass(slots=True)
class Fetch:
    """The reading of one plan: pages to rows, cut at the limit, with every loss on record."""

    plan: Plan
    reader: Reader
    meter: Meter
    clock: Callable[[], float]
    skip: int = 0

    def rows(
        self, stream: Stream, pages: Generator[Page | Refusal, None, None]
    ) -> Iterator[list[Row]]:
        """Yield the rows of all pages; raise only where nothing arrived before a failure."""
        started = self.clock()
        self.skip = self.plan.offset
        try:
            with closing(pages):
                yield from self._cut(stream, pages)
        except KeyboardInterrupt:
            self._fail(stream, InterruptError("TS801", "interrupted"))
        except TikSQLError as error:
            self._fail(stream, error)
        finally:
            self._account(stream, started)

    def _cut(self, stream: Stream, pages: Iterator[Page | Refusal]) -> Iterator[list[Row]]:
        """Yield the rows that are wanted, and ask for no page behind the last of them."""
        left = self.plan.limit
        if left == 0:
            return
        for page in pages:
            rows = self._rows_of(stream, page)
            if left is not None:
                rows = rows[:left]
                left -= len(rows)
            if rows:
                yield rows
            if left == 0:
                return

    def _rows_of(self, stream: Stream, page: Page | Refusal) -> list[Row]:
        if isinstance(page, Refusal):
            stream.notes.append(f"{page.request.key} was refused: {page.message}")
            return []
        stats = stream.stats
        stats.pages += 1
        stats.records += page.count
        stats.windows += page.number == 1
        stats.requests, stats.retries = self.meter.requests, self.meter.retries
        stream.received.append(received(page))
        rows = self.reader.rows(page.records, page.request.key)
        skipped = min(self.skip, len(rows))
        self.skip -= skipped
        return rows[skipped:]

    def _fail(self, stream: Stream, error: TikSQLError) -> None:
        stream.stats.complete = False
        stream.stats.reason = error.message
        stream.stats.error = error
        if not stream.stats.rows:
            raise error

    def _account(self, stream: Stream, started: float) -> None:
        stats = stream.stats
        stats.requests, stats.retries = self.meter.requests, self.meter.retries
        stats.duplicates = self.reader.duplicates
        stats.elapsed_ms = round(1000 * (self.clock() - started))
        stream.notes.extend(
            f"{count} values of {name} did not have the documented type and are NULL"
            for name, count in self.reader.drift.items()
        )


def received(page: Page) -> dict[str, Any]:
    """Say where the rows of a page are from, so that a stranger could ask for them again."""
    return {
        "url": page.request.url,
        "fields": list(page.request.fields),
        "body": page.request.body,
        "page": page.number,
        "records": page.count,
        "received_at": page.received_at.isoformat(),
        "log_id": page.log_id,
        "sha256": hashlib.sha256(page.raw).hexdigest(),
    }
