"""What comes back, page by page, and how the next page is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tiksql.api.envelope import Answer, read_answer
from tiksql.errors import ConnectionFailedError, RefusedError

if TYPE_CHECKING:
    import datetime as dt

    import msgspec

    from tiksql.planning.plan import Request

LAST_CURSOR = 2**63 - 1
EMPTY_PAGES = 5
"""How many pages without records may follow each other, each with a cursor that advances."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a request, numbered from 1.

    ``raw`` is the body as it came; ``records`` is its list of ``count`` records, a JSON array that
    one call decodes: ``msgspec.json.Decoder(list[Record]).decode(page.records)``. One that is
    ``kept`` was paid for earlier. ``status`` is that of HTTP; a study has
    it with the request, so a page that is read from one has 200.
    """

    request: Request
    number: int
    raw: bytes = field(repr=False)
    records: bytes | msgspec.Raw = field(repr=False)
    count: int
    cursor: int | None
    has_more: bool | None
    search_id: str | None
    log_id: str
    received_at: dt.datetime
    kept: bool = False
    status: int = 200

    def as_kept(self) -> Page:
        """Return this page as one that was paid for earlier."""
        return replace(self, kept=True)


def page_of(
    request: Request, number: int, raw: bytes, received_at: dt.datetime, answer: Answer
) -> Page:
    """Make a page of an answer that is ok."""
    return Page(
        request=request,
        number=number,
        raw=raw,
        records=answer.records,
        count=answer.count,
        cursor=answer.cursor,
        has_more=answer.has_more,
        search_id=answer.search_id,
        log_id=answer.log_id,
        received_at=received_at,
    )


def decode_page(request: Request, number: int, raw: bytes, received_at: dt.datetime) -> Page:
    """Make a page of the bytes that were kept of it; raise ``MalformedError`` for others."""
    return page_of(request, number, raw, received_at, read_answer(request.table, raw))


@dataclass(slots=True)
class Trail:
    """What the pages of one request have said so far about how to go on."""

    cursors: set[int] = field(default_factory=set)
    search_id: str | None = None
    empty: int = 0


def next_body(request: Request, page: Page, trail: Trail) -> dict[str, Any] | None:
    """Return the body that asks for the page after this one, or None after the last.

    Raise ``RefusedError`` (TS522) where the page is of another search than those before, as its
    places are not those that the cursor counts. Raise ``ConnectionFailedError`` (TS516) where the
    API says that there is more and gives no way to it. A page may be short or empty and not be the
    last (REF).
    """
    kind = request.table.paging.kind
    if kind == "none" or request.body.get("is_random"):
        return None
    if kind == "page":
        return _next_number(request, page)
    trail.empty = 0 if page.count else trail.empty + 1
    if trail.search_id and page.search_id not in {None, trail.search_id}:
        raise _other_search(page)
    trail.search_id = page.search_id or trail.search_id
    if not _goes_on(request, page):
        return None
    cursor = _checked(request, page, trail)
    trail.cursors.add(cursor)
    body = {**request.body, "cursor": cursor}
    return {**body, "search_id": trail.search_id} if kind == "search" else body


def _next_number(request: Request, page: Page) -> dict[str, Any] | None:
    paging = request.table.paging
    if page.count < _size(request):
        return None
    first = request.body.get(paging.page_field, paging.first_page)
    return {**request.body, paging.page_field: first + page.number}


def _goes_on(request: Request, page: Page) -> bool:
    """Whether there is more; an answer that does not say (CLIENTS) is followed if it is full."""
    if page.has_more is None:
        return page.cursor is not None and page.count >= _size(request)
    return page.has_more


def _size(request: Request) -> int:
    paging = request.table.paging
    size = request.body.get(paging.size_field, paging.default_size)
    return max(1, int(size))


def _checked(request: Request, page: Page, trail: Trail) -> int:
    """Return the cursor of the next page, or raise for one that leads nowhere."""
    kind = request.table.paging.kind
    asked = request.body.get("cursor") or 0
    if page.cursor is None:
        raise _stuck(page, "no cursor comes with it")
    if page.cursor > LAST_CURSOR:
        raise _stuck(page, "its cursor has more than 64 bits")
    if page.cursor in trail.cursors or page.cursor in {0, asked}:
        raise _stuck(page, f"cursor {page.cursor} has been asked for already")
    if page.cursor < (0 if kind == "time" else max(trail.cursors, default=asked)):
        raise _stuck(page, f"cursor {page.cursor} goes back")
    if trail.empty > EMPTY_PAGES:
        raise _stuck(page, f"{trail.empty} pages in a row were empty")
    if kind == "search" and trail.search_id is None:
        raise _stuck(page, "no search_id comes with it")
    return page.cursor


def _other_search(page: Page) -> RefusedError:
    return RefusedError(
        "TS522",
        f"the API no longer knows the search that it began: page {page.number} is of another one",
        hint="run it again: the window is searched anew",
    )


def _stuck(page: Page, why: str) -> ConnectionFailedError:
    return ConnectionFailedError(
        "TS516",
        f"the API says there is more and gives no way to it: after page {page.number}, {why}",
        hint="run it again later; fewer days to a window (SET window_days) may help",
    )
