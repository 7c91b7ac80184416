"""The pages of a plan's scans as rows, with every loss on record."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from tiksql.api.events import Gap, Refusal, Restart
from tiksql.api.pages import Page
from tiksql.errors import InterruptError, TikSQLError
from tiksql.local.records import Reader
from tiksql.oddities import Oddities, place
from tiksql.planning.ids import looked_again
from tiksql.planning.plan import scan_name
from tiksql.planning.requests import of_key
from tiksql.stream import asked, received
from tiksql.words import behind, quoted, some

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence

    from tiksql.api.events import Event
    from tiksql.api.quota import Meter
    from tiksql.planning.plan import Request, Scan
    from tiksql.rows import Row
    from tiksql.stream import Stream

    Ask = Callable[[Sequence[Request]], Generator[Event, None, None]]


class Reading:
    """The reading of one statement's scans; ``ask`` sends requests and yields their pages."""

    def __init__(self, stream: Stream, ask: Ask, meter: Meter, clock: Callable[[], float]) -> None:
        self.stream = stream
        self._ask = ask
        self._meter = meter
        self._clock = clock
        self._started = clock()
        self._readers: list[Reader] = []
        self.oddities = Oddities()
        self.capped: dict[str, str] = {}
        """Names of the scans that the API itself has cut, and what it has cut of them."""

    def pages(self, scan: Scan, requests: Sequence[Request]) -> Iterator[tuple[Event, list[Row]]]:
        """Yield each page, or the refusal of a key, with its rows, in a fixed order."""
        if not requests:
            return
        reader = Reader(scan.table, scan.columns, scan.key)
        self._readers.append(reader)
        yield from self._asked(reader, requests)
        if again := looked_again(scan, reader.seen):
            yield from self._looked_again(scan, reader, again)
        if scan.name not in self.capped:
            self._note_missing(scan, reader.seen)
        if scan.sample is not None and reader.kept < scan.sample:
            self.stream.notes.append(
                f"TABLESAMPLE wanted {scan.sample:,} rows and drew {reader.kept:,} different ones"
            )

    def _looked_again(
        self, scan: Scan, reader: Reader, requests: Sequence[Request]
    ) -> Iterator[tuple[Event, list[Row]]]:
        try:
            yield from self._asked(reader, requests)
        except (TikSQLError, KeyboardInterrupt):
            left = {id_ for look in scan.second for id_ in look.ids} - reader.seen
            if left:
                self.stream.notes.append(f"not looked for again: {some(sorted(left))}")
            raise

    def keys(self, scan: Scan, requests: Sequence[Request]) -> Iterator[Event]:
        """Yield each page of some requests, looking into no more of it than its keys."""
        reader = Reader(scan.table, ())
        for event in self.received(requests):
            if isinstance(event, Page) and not event.kept:
                self.oddities.look(event, reader.peek(event.records))
            yield event

    def received(self, requests: Sequence[Request]) -> Generator[Event, None, None]:
        """Yield each page of some requests without looking into it."""
        latest: dict[int, Event] = {}
        try:
            with closing(self._ask(requests)) as events:
                for event in events:
                    latest[id(event.request)] = event
                    self._count(event)
                    yield event
        except (TikSQLError, KeyboardInterrupt):
            self._note_keys_left(requests, latest)
            raise

    def _asked(
        self, reader: Reader, requests: Sequence[Request]
    ) -> Iterator[tuple[Event, list[Row]]]:
        with closing(self.received(requests)) as events:
            for event in events:
                rows = _rows(reader, event)
                if isinstance(event, Page):
                    self.oddities.look(event, reader.keys)
                yield event, rows

    def _note_missing(self, scan: Scan, seen: Collection[object]) -> None:
        """Name the ids that did not come, and say what that can mean."""
        missing = {id_: False for look in scan.second for id_ in look.ids if id_ not in seen}
        missing |= {
            id_: True for look in scan.second if look.alone for id_ in look.ids if id_ in missing
        }
        for alone, what in (
            (True, "not found"),
            (False, "not found, or other conditions do not hold"),
        ):
            ids = sorted(id_ for id_, known in missing.items() if known is alone)
            if ids:
                self.stream.notes.append(f"{what}: {some(ids)}")

    def _count(self, event: Event) -> None:
        stats = self.stream.stats
        stats.requests, stats.retries = self._meter.requests, self._meter.retries
        if not isinstance(event, Page):
            self._mishap(event)
            return
        self.oddities.count(event)
        stats.pages += 1
        stats.records += event.count
        stats.windows += event.number == 1
        self.stream.received.append(received(event))
        self._check_cap(event)

    def _mishap(self, event: Refusal | Restart | Gap) -> None:
        """Note what came in the place of a page; a gap is a loss."""
        where = place(event.request)
        match event:
            case Refusal(message=message):
                self.stream.notes.append(quoted(f"{where} was refused", f": {message}"))
                self.stream.refused.append({**asked(event.request), "message": message})
            case Restart():
                again = "the API lost it, and it was asked again from its start"
                self.stream.notes.append(f"search of {where}: {again}")
            case Gap(error=error):
                missing = behind(f"{where} is missing: ", error.message)
                self.capped[scan_name(event.request.scan)] = missing

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

    def _note_keys_left(self, requests: Sequence[Request], latest: Mapping[int, Event]) -> None:
        """Name the keys that were not asked, and those that have more than was read."""
        keyed = [(r.key, latest.get(id(r))) for r in requests if r.key is not None]
        left = [key for key, page in keyed if page is None]
        begun = [key for key, page in keyed if isinstance(page, Page) and page.has_more]
        for what, keys in (("not asked", left), ("read in part", begun)):
            if keys:
                self.stream.notes.append(f"{what}: {some(keys)}")

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
        self.stream.notes.extend(self.oddities.notes())
        self.oddities = Oddities()
        for reader in self._readers:
            self.stream.notes.extend(
                f"{count} values of {name} did not have the documented type and are NULL"
                for name, count in reader.drift.items()
            )
            self.stream.drift.update(reader.drift)
            reader.drift.clear()


def requests_of_keys(scan: Scan, keys: Sequence[object]) -> list[Request]:
    """Make the requests of a scan whose keys another scan gave, each key once, as first spelt."""
    assert scan.first is not None
    assert scan.key is not None
    spelt: dict[str, str] = {}
    for key in keys:
        if key is not None and key != "":
            spelt.setdefault(str(key).lower(), str(key))
    return [of_key(scan.first, scan.key, key) for key in spelt.values()]


def _rows(reader: Reader, event: Event) -> list[Row]:
    if not isinstance(event, Page):
        return []
    return reader.rows(event.records, event.request.key, more=bool(event.has_more))
