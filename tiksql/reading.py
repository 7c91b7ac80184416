"""The pages of a plan's scans as rows, with every loss on record."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from tiksql.api.executor import Refusal
from tiksql.api.pages import Page
from tiksql.errors import InterruptError, TikSQLError
from tiksql.local.records import Reader
from tiksql.planning.plan import scan_name
from tiksql.planning.requests import of_key
from tiksql.planning.searches import looked_again
from tiksql.stream import received

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from tiksql.api.quota import Meter
    from tiksql.planning.plan import Request, Scan
    from tiksql.rows import Row
    from tiksql.stream import Stream

    Ask = Callable[[Sequence[Request]], Generator[Page | Refusal, None, None]]

SHOWN = 5
"""Keys that a note names before it counts the rest."""


class Reading:
    """The reading of one statement's scans; ``ask`` sends requests and yields their pages."""

    def __init__(self, stream: Stream, ask: Ask, meter: Meter, clock: Callable[[], float]) -> None:
        self.stream = stream
        self._ask = ask
        self._meter = meter
        self._clock = clock
        self._started = clock()
        self._readers: list[Reader] = []
        self.capped: dict[str, str] = {}
        """Names of the scans that the API itself has cut, and what it has cut of them."""

    def pages(
        self, scan: Scan, requests: Sequence[Request]
    ) -> Iterator[tuple[Page | Refusal, list[Row]]]:
        """Yield each page, or the refusal of a key, with its rows, in a fixed order."""
        if not requests:
            return
        reader = Reader(scan.table, scan.columns, scan.key)
        self._readers.append(reader)
        yield from self._asked(reader, requests)
        if scan.second is not None and (missing := set(scan.second.ids) - reader.seen):
            yield from self._asked(reader, looked_again(scan, missing))
            self._note_missing(sorted(missing - reader.seen))
        if scan.sample is not None and reader.kept < scan.sample:
            self.stream.notes.append(
                f"TABLESAMPLE wanted {scan.sample:,} rows and drew {reader.kept:,} different ones"
            )

    def _asked(
        self, reader: Reader, requests: Sequence[Request]
    ) -> Iterator[tuple[Page | Refusal, list[Row]]]:
        latest: dict[int, Page | Refusal] = {}
        try:
            with closing(self._ask(requests)) as pages:
                for page in pages:
                    latest[id(page.request)] = page
                    yield page, self._rows(reader, page)
        except (TikSQLError, KeyboardInterrupt):
            self._note_keys_left(requests, latest)
            raise

    def _note_missing(self, ids: Sequence[int]) -> None:
        if ids:
            self.stream.notes.append(f"not found: {_some(ids)}")

    def _rows(self, reader: Reader, page: Page | Refusal) -> list[Row]:
        stats = self.stream.stats
        stats.requests, stats.retries = self._meter.requests, self._meter.retries
        if isinstance(page, Refusal):
            self.stream.notes.append(f"{page.request.key} was refused: {page.message}")
            return []
        stats.pages += 1
        stats.records += page.count
        stats.windows += page.number == 1
        self.stream.received.append(received(page))
        self._check_cap(page)
        return reader.rows(page.records, page.request.key, more=bool(page.has_more))

    def _check_cap(self, page: Page) -> None:
        """Notice where the API ends a list although there is more of it (REF23)."""
        most = page.request.table.max_records
        if most and not page.has_more and (page.cursor or 0) >= most:
            self.capped[scan_name(page.request.scan)] = (
                f"the API gives no more than {most:,} {page.request.table.name}"
                f" of {page.request.key}"
            )

    def note_caps(self) -> None:
        """Mark the result as lacking rows if the API itself has cut a list."""
        stats = self.stream.stats
        if self.capped and stats.complete:
            stats.complete = False
            stats.reason = next(iter(self.capped.values()))

    def _note_keys_left(
        self, requests: Sequence[Request], latest: Mapping[int, Page | Refusal]
    ) -> None:
        """Name the keys that were not asked, and those that have more than was read."""
        keyed = [(r.key, latest.get(id(r))) for r in requests if r.key is not None]
        left = [key for key, page in keyed if page is None]
        begun = [key for key, page in keyed if isinstance(page, Page) and page.has_more]
        for what, keys in (("not asked", left), ("read in part", begun)):
            if keys:
                self.stream.notes.append(f"{what}: {_some(keys)}")

    def fail(self, error: TikSQLError | KeyboardInterrupt) -> None:
        """Mark the result as lacking rows."""
        stats = self.stream.stats
        if isinstance(error, KeyboardInterrupt):
            error = InterruptError("TS801", "interrupted")
        stats.complete = False
        stats.reason = error.message
        stats.error = error

    def account(self) -> None:
        """Complete the stats, once everything has been read."""
        stats = self.stream.stats
        stats.requests, stats.retries = self._meter.requests, self._meter.retries
        stats.duplicates = sum(reader.duplicates for reader in self._readers)
        stats.elapsed_ms = round(1000 * (self._clock() - self._started))
        for reader in self._readers:
            self.stream.notes.extend(
                f"{count} values of {name} did not have the documented type and are NULL"
                for name, count in reader.drift.items()
            )
            reader.drift.clear()


def requests_of_keys(scan: Scan, keys: Sequence[object]) -> list[Request]:
    """Make the requests of a scan whose keys another scan gave, each key once."""
    assert scan.first is not None
    assert scan.key is not None
    distinct = {str(key).lower(): str(key) for key in reversed(keys) if key not in {None, ""}}
    return [of_key(scan.first, scan.key, key) for key in reversed(distinct.values())]


def _some(keys: Sequence[object]) -> str:
    """Name some keys, and count the others."""
    named = ", ".join(str(key) for key in keys[:SHOWN])
    return named + (f" and {len(keys) - SHOWN:,} more" if len(keys) > SHOWN else "")
