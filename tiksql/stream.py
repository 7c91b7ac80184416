"""The rows of one statement while they arrive, and the account of what arrived.

A result is whole, or it says why it is not: ``Stats.complete``, ``reason`` and ``exit_status``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tiksql.errors import IncompleteError, InterruptError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from tiksql.api.pages import Page
    from tiksql.api.quota import Meter
    from tiksql.errors import TikSQLError
    from tiksql.planning.plan import Plan, Request
    from tiksql.rows import Head, Row


@dataclass(slots=True)
class Stats:
    """What a statement cost and brought; ``elapsed_ms`` ends with the last row."""

    rows: int = 0
    records: int = 0
    pages: int = 0
    duplicates: int = 0
    dropped: int = 0
    requests: int = 0
    retries: int = 0
    windows: int = 0
    windows_before: int = 0
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
        """Return what ``--stats`` prints; a reason knows what in it is a server's."""
        names = ("rows", "records", "requests", "retries", "complete", "reason", "elapsed_ms")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Origin:
    """A collection that rows are from: what it is and lacks, and the answers that it keeps."""

    facts: Callable[[], dict[str, Any]]
    answers: Callable[[], list[dict[str, Any]]]


@dataclass(slots=True)
class Stream:
    """A result that is read once, batch by batch; its stats are whole when the batches end.

    ``drift`` counts, by column, the values that did not have the documented type and are NULL.
    ``refused`` are the keys that the API refused, and its words for it.
    ``meter`` counts its requests as they are sent, so it runs ahead of the stats. ``kept`` tell of
    the answers that collections have, which are many, and are only listed for who wants them.
    """

    heads: tuple[Head, ...]
    source: Callable[[Stream], Iterator[list[Row]]]
    stats: Stats = field(default_factory=Stats)
    notes: list[str] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    plan: Plan | None = None
    drift: Counter[str] = field(default_factory=Counter)
    meter: Meter | None = None
    kept: list[Origin] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def answers(self) -> list[dict[str, Any]]:
        """Say which answers the rows are from: those of this statement, and those kept earlier."""
        return [*self.received, *(answer for each in self.kept for answer in each.answers())]

    def batches(self) -> Generator[list[Row], None, None]:
        """Yield the rows as they arrive; a failure before the first row is raised."""
        for rows in self.source(self):
            self.stats.rows += len(rows)
            yield rows

    def analysis(self) -> str:
        """Run a query and say what it brought."""
        for _ in self.batches():
            pass
        stats = self.stats
        whole = "complete" if stats.complete else f"incomplete: {stats.reason}"
        lines = [
            "analysis",
            f"  {stats.requests:,} requests, {stats.retries:,} of them retries",
            f"  {stats.records:,} records, {stats.duplicates:,} duplicates, {stats.rows:,} rows",
            f"  {stats.dropped:,} records dropped by the local filter",
            f"  {stats.elapsed_ms:,} ms, {whole}",
            *(f"  {note}" for note in self.notes),
        ]
        return "\n".join(lines)


def listed(heads: tuple[Head, ...], rows: Iterable[Row]) -> Stream:
    """Make a stream of rows that are at hand."""
    return Stream(heads, lambda _: iter([list(rows)]))


def received(page: Page) -> dict[str, Any]:
    """Say where the rows of a page are from, so that a stranger could ask for them again."""
    from hashlib import sha256  # noqa: PLC0415 - it loads OpenSSL, and most commands have no page

    return {
        **asked(page.request),
        "page": page.number,
        "records": page.count,
        "received_at": page.received_at.isoformat(),
        "log_id": page.log_id,
        "sha256": sha256(page.raw).hexdigest(),
    }


def asked(request: Request) -> dict[str, Any]:
    """Say what the first page of a request was asked for with."""
    return {"url": request.url, "fields": list(request.fields), "body": request.body}
