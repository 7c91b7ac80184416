"""Answers of another time in the place of a server, for making rows again that were exported.

A manifest names the answers that its rows are from, in the order in which they were read. Here
they become what a statement finds on record: pages that need not be asked for, and collections as
they were. Nobody is asked for anything.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NoReturn

from tiksql.api.client import Client
from tiksql.api.events import Keeper, Known
from tiksql.api.pages import decode_page
from tiksql.catalog import load
from tiksql.errors import IncompleteError
from tiksql.keeping import first_of, request_of, stored
from tiksql.store import chains, collections
from tiksql.store.chains import First, Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tiksql.api.pages import Page
    from tiksql.exporting.manifest import Answer, CollectionEntry, Kept, Refused
    from tiksql.planning.plan import Request
    from tiksql.store.collections import Definition
    from tiksql.store.study import Study

    Body = Callable[[str], bytes]
    """Gives the body with a digest."""

    Found = tuple[Answer, Kept]


class Silent(Client):
    """A client that asks nobody: what is not on record is missing."""

    async def fetch_page(self, request: Request, body: dict[str, Any], number: int) -> NoReturn:  # noqa: ARG002 - see Client
        """Raise ``IncompleteError`` (TS545)."""
        place = request.window or request.key or request.table.name
        raise IncompleteError("TS545", f"page {number} of {place} is not on record")


class Recorded(Keeper):
    """The answers of one statement, as it finds them where it would ask."""

    def __init__(self, answers: Sequence[Answer], refused: Sequence[Refused], body: Body) -> None:
        self._body = body
        self._searches: defaultdict[bytes, list[list[Answer]]] = defaultdict(list)
        for answer in answers:
            searches = self._searches[_sent(answer)]
            if answer.page == 1 or not searches:
                searches.append([])
            searches[-1].append(answer)
        self._refused = {_sent(each): each.message for each in refused}

    def known(self, request: Request) -> Known:
        """Return the pages that came for a request: of lost searches, and of the last one.

        Random draws are no searches: each answers one request.
        """
        sent = first_of(request).sent
        searches = self._searches[sent]
        if request.body.get("is_random"):
            return Known((), self._pages(request, searches.pop(0) if searches else []))
        earlier = (page for search in searches[:-1] for page in self._pages(request, search))
        last = searches[-1] if searches else []
        return Known(earlier, self._pages(request, last), self._refused.get(sent))

    def _pages(self, request: Request, search: Sequence[Answer]) -> Iterator[Page]:
        for answer in search:
            came = dt.datetime.fromisoformat(answer.received_at)
            yield decode_page(request, answer.page, self._body(answer.sha256), came).as_kept()


def _sent(answer: Answer | Refused) -> bytes:
    """Return what tells a request from others, as a study has it."""
    return First(0, 0, "", answer.url, tuple(answer.fields), answer.body).sent


def refill(
    study: Study,
    entry: CollectionEntry,
    definition: Definition,
    answers: Sequence[Answer],
    body: Body,
) -> None:
    """Make a collection as it was when it was read: its runs, with the pages that it had."""
    runs = [dt.datetime.fromisoformat(run.moment) for run in entry.runs]
    with study.writing():
        made = collections.create(study, entry.name, definition, runs[0])
        for number, run in enumerate(entry.runs, 1):
            if number > 1:
                collections.begin(study, made, runs[number - 1])
            newest = collections.runs(study, made)[0]
            own = [(a, a.kept) for a in answers if a.kept and a.kept.run == run.number]
            _refill_run(study, newest.id, own, body)
            if run.finished_at:
                collections.finish(study, newest, dt.datetime.fromisoformat(run.finished_at))


def _refill_run(study: Study, run: int, answers: Sequence[Found], body: Body) -> None:
    """Put the pages of a run on record, chain by chain in the order in which they were read."""
    found = list(_chains(answers))
    firsts = [_first(*pages[0]) for pages in found]
    numbers = chains.plan(study, run, firsts, dt.datetime.min)  # noqa: DTZ901 - nobody reads it
    for number, first, pages in zip(numbers, firsts, found, strict=True):
        request, search = request_of(load(), first), 1
        for answer, kept in sorted(pages, key=_place):
            for _ in range(search, kept.search):
                chains.next_lap(study, number)
            search = kept.search
            came = dt.datetime.fromisoformat(answer.received_at)
            page = decode_page(request, answer.page, body(answer.sha256), came)
            sent = Sent(request.table.pool, page.number, "", again=False, sent_at=came)
            chains.keep(study, number, chains.send(study, number, sent), stored(page))


def _chains(answers: Sequence[Found]) -> Iterator[list[Found]]:
    """Part the answers of a run where those of another chain begin."""
    pages: list[Found] = []
    for found in answers:
        places = {_place(each) for each in pages}
        if pages and (_first(*found) != _first(*pages[0]) or _place(found) in places):
            yield pages
            pages = []
        pages.append(found)
    if pages:
        yield pages


def _place(found: Found) -> tuple[int, int]:
    answer, kept = found
    return kept.search, answer.page


def _first(answer: Answer, kept: Kept) -> First:
    days = (kept.first_day, kept.last_day)
    fields = tuple(answer.fields)
    return First(
        kept.scan, kept.branch, kept.table, answer.url, fields, answer.body, kept.key, *days
    )
