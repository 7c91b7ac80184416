"""One run in a study: each request is written before it is sent, each page before it is seen."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tiksql.api.events import Keeper, Known
from tiksql.api.pages import Page, decode_page
from tiksql.catalog import load
from tiksql.errors import StudyError, TikSQLError
from tiksql.planning.plan import Request, Window
from tiksql.store import chains, collectors
from tiksql.store.chains import First
from tiksql.words import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tiksql.api.failures import Trouble
    from tiksql.api.quota import Charge
    from tiksql.catalog import Catalog
    from tiksql.store.chains import Chain
    from tiksql.store.study import Study

HEARTBEAT = dt.timedelta(minutes=1)


def first_of(request: Request) -> First:
    """Write a request as a study has it."""
    window = request.window
    days = (window.start.isoformat(), window.end.isoformat()) if window else (None, None)
    return First(
        request.scan,
        request.branch,
        request.table.name,
        request.url,
        request.fields,
        request.body,
        None if request.key is None else str(request.key),
        *days,
    )


def request_of(catalog: Catalog, first: First) -> Request:
    """Read a request back from a study."""
    table = catalog.tables[first.endpoint]
    window = None
    if first.first_day and first.last_day:
        days = (dt.date.fromisoformat(day) for day in (first.first_day, first.last_day))
        window = Window(*days)
    sent = {first.body.get(column.key) for column in table.keys} - {None}
    key = next((value for value in sent if str(value) == first.key), first.key)
    return Request(
        table, first.url, first.fields, first.body, first.scan, first.branch, window, key
    )


class Kept(Keeper):
    """One run in a study, as the executor and the meter tell of it.

    With ``contents`` false what is known is not read, only how it goes on. With ``is_claimed`` its
    collector is on record, and shows every minute that it is alive.
    """

    def __init__(
        self, study: Study, run: int, now: Callable[[], dt.datetime], *, is_claimed: bool = False
    ) -> None:
        self.study = study
        self.run = run
        self.contents = True
        self._is_claimed = is_claimed
        self._now = now
        self._seen_at = now()
        self._chains: dict[int, tuple[Request, int]] = {}

    def plan(self, requests: Sequence[Request], parent: Request | None = None) -> None:
        """Put requests on record, so that none can be forgotten."""
        above = self._chain(parent) if parent is not None else None
        firsts = [first_of(request) for request in requests]
        ids = chains.plan(self.study, self.run, firsts, self._now(), above)
        for request, number in zip(requests, ids, strict=True):
            self._adopt(request, number)

    def expect(self, requests: Sequence[Request]) -> None:
        """Put requests on record that are not yet."""
        if unknown := [request for request in requests if id(request) not in self._chains]:
            self.plan(unknown)

    def requests(self, scan: int, *states: str) -> list[Request]:
        """Return the requests of a scan that are in one of some states, in their order."""
        found = []
        for chain in chains.of_run(self.study, self.run, scan, *states):
            with self.study.decoding():
                request = request_of(load(), chain.first)
            self._adopt(request, chain.id)
            found.append(request)
        return found

    def _adopt(self, request: Request, number: int) -> None:
        self._chains[id(request)] = request, number  # it is kept, so that its id stays its own

    def state(self, request: Request) -> Chain | None:
        """Say how a request stands; None where another program has taken it out."""
        return chains.chain(self.study, self._chain(request))

    def _chain(self, request: Request) -> int:
        return self._chains[id(request)][1]

    # --- for the executor

    def known(self, request: Request) -> Known:
        """Return the pages that were committed."""
        chain = self.state(request)
        if chain is None:
            return Known()
        if chain.state == "refused":
            return Known(refused=chain.reason)
        laps = range(1, chain.lap) if self.contents else ()
        earlier = (page for lap in laps for page in self._pages(request, chain, lap))
        return Known(earlier, self._pages(request, chain, chain.lap))

    def _pages(self, request: Request, chain: Chain, lap: int) -> Iterator[Page]:
        return pages_of(self.study, request, chain, lap, contents=self.contents)

    def restarted(self, request: Request) -> None:
        """Let a new search begin."""
        chains.next_lap(self.study, self._chain(request))

    def done(self, request: Request) -> None:
        """Note that a request is answered."""
        chain = self.state(request)
        if chain and chain.state != "done":
            self._mark(request, "done")

    def refused(self, request: Request, message: str) -> None:
        """Note that a key is refused."""
        self._mark(request, "refused", quoted("", message))

    def missed(self, request: Request, error: TikSQLError) -> None:
        """Note that a request failed for good."""
        self._mark(request, "gap", error.message)

    def split(self, request: Request, parts: Sequence[Request]) -> None:
        """Note that a request is asked in parts from now on; both or neither is on record."""
        with self.study.writing():
            self.plan(parts, parent=request)
            self._mark(request, "split")

    def remark(self, request: Request, remark: str) -> None:
        """Put a remark beside a request that is answered to its end."""
        self._mark(request, "done", remark)

    def _mark(self, request: Request, state: str, reason: str | None = None) -> None:
        chains.mark(self.study, self._chain(request), state, self._now(), reason)

    def forget(self) -> None:
        """Take out what this run was told of, as nobody will ask for it again."""
        chains.forget(self.study, [number for _, number in self._chains.values()])

    # --- for the meter

    def sending(self, charge: Charge) -> int:
        """Write a request down before it is sent."""
        sent = chains.Sent(
            charge.pool, charge.number, charge.content.decode(), charge.again, charge.sent_at
        )
        now = self._now()
        if self._is_claimed and abs(now - self._seen_at) > HEARTBEAT:
            self._seen_at = now
            collectors.seen(self.study, self.run, now)
        try:
            return chains.send(self.study, self._chain(charge.request), sent)
        except StudyError as error:
            if self._is_claimed or error.code != chains.GONE:
                raise
        self.plan([charge.request])  # another program was through with the same statement
        return chains.send(self.study, self._chain(charge.request), sent)

    def came(self, mark: int, charge: Charge, found: Page | Trouble) -> None:
        """Write down what came: a page is committed here, before anyone sees it."""
        if isinstance(found, Page):
            chains.keep(self.study, self._chain(charge.request), mark, stored(found))
            return
        came = chains.Came(found.outcome.name, found.status, found.log_id, self._now())
        chains.fail(self.study, mark, came)


def pages_of(
    study: Study, request: Request, chain: Chain, lap: int, *, contents: bool = True
) -> Iterator[Page]:
    """Yield the pages of one search of a chain, marked as kept."""
    for page in chains.pages(study, chain.id, lap, contents=contents):
        yield _page(request, page)


def stored(page: Page) -> chains.StoredPage:
    """Write a page as a study has it."""
    return chains.StoredPage(
        page.number,
        page.received_at,
        page.count,
        page.cursor,
        page.has_more,
        page.search_id,
        page.log_id,
        page.raw,
        page.status,
    )


def _page(request: Request, stored: chains.StoredPage) -> Page:
    if stored.content is not None:
        page = decode_page(request, stored.number, stored.content, stored.received_at)
        return page.as_kept()
    return Page(
        request=request,
        number=stored.number,
        raw=b"",
        records=b"[]",
        count=stored.records,
        cursor=stored.cursor,
        has_more=stored.has_more,
        search_id=stored.search_id,
        log_id=stored.log_id,
        received_at=stored.received_at,
        kept=True,
    )
