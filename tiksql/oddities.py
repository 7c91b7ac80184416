"""What is odd about pages of which each by itself is fine: told in notes, and nothing is dropped.

An id holds the second of its video in its upper half. A scheduled post is the one thing that may be
older than its window says, by days (C4D); nothing is younger.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiksql.planning.plan import Window
from tiksql.planning.requests import last_day
from tiksql.words import some

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiksql.api.pages import Page
    from tiksql.planning.plan import Request

SCHEDULED = dt.timedelta(days=30)
"""How much older than its window an id may be; C4D saw 2.5 days."""

LATE = dt.timedelta(days=2)
"""New videos appear so late (FAQ), so that the end of a fresh window proves nothing."""

ENOUGH = 10
"""Records that days should have had before their absence means something."""

FULL = 0.9
"""The part of a full page that has records at least: removed videos take positions, too (C4D)."""


FOLLOWED = frozenset({"search", "index", "time"})
LAST_ID = 2**63
OK = 200


@dataclass(slots=True)
class Oddities:
    """What has been odd so far about the pages of one statement."""

    disputed: int = 0
    long: int = 0
    unsaid: int = 0
    outside: int = 0
    expected: float = 0.0
    last_days: int = 0
    early: list[Request] = field(default_factory=list)
    """Searches whose end may be none (C4D saw has_more fail in other ways)."""

    def count(self, page: Page) -> None:
        """Count a page whose status disputes that it is one."""
        self.disputed += page.status != OK and not page.kept

    def look(self, page: Page, ids: Sequence[object]) -> None:
        """Look at a page and the keys of its records, in which duplicates are still there."""
        paging, body = page.request.table.paging, page.request.body
        asked = int(body.get(paging.size_field, paging.default_size))
        self.long += paging.kind in FOLLOWED and 0 < asked < page.count
        self.unsaid += paging.kind in FOLLOWED and page.has_more is None
        window = page.request.window
        if window is not None and page.request.table.record_key == "id":
            days = [_day(each) for each in ids if isinstance(each, int) and 0 < each < LAST_ID]
            asked_for = Window(window.start, last_day(page.request))
            self.outside += sum(not _is_within(day, asked_for) for day in days)
            full = page.count >= FULL * asked
            if page.has_more is False and full and _is_early(days, window):
                self.early.append(page.request)
            if window.days > 1 and page.received_at.date() - window.end > LATE:
                self.expected += len(days) / window.days
                self.last_days += days.count(window.end)

    def notes(self) -> Iterator[str]:
        """Say what was odd, with what it can mean."""
        if self.disputed:
            yield f"pages with the code ok that came with status 500, all kept: {self.disputed:,}"
        if self.long:
            yield f"pages with more records than were asked for, all kept: {self.long:,}"
        if self.unsaid:
            yield (
                f"pages that did not say whether there is more: {self.unsaid:,};"
                " one that is not full was taken for the last"
            )
        if self.outside:
            yield f"records with ids of other days than was asked, all kept: {self.outside:,}"
        if self.early:
            yield (
                "searches that ended on a full page, long before the first day of"
                f" {some([place(each) for each in self.early])}:"
                " there may be more (ask for the missing days by themselves)"
            )
        if not self.last_days and self.expected >= ENOUGH:
            yield (
                "no record is of the last day of any window: if this API leaves out the end date,"
                " a day of each window is missing (SET extra_day = on asks for it)"
            )


def _is_early(days: Sequence[dt.date], window: Window) -> bool:
    """Whether a last page leaves days out that should have records, if they are as its own are."""
    if not days:
        return False
    left_out = (min(days) - window.start).days
    return left_out * len(days) >= ENOUGH * ((max(days) - min(days)).days + 1)


def place(request: Request) -> str:
    """Name a request by its key or its days."""
    if request.window is None:
        return str(request.key)
    return f"{request.window.start} to {request.window.end}"


def _day(identity: int) -> dt.date:
    return dt.datetime.fromtimestamp(identity >> 32, dt.UTC).date()


def _is_within(day: dt.date, window: Window) -> bool:
    return window.start - SCHEDULED <= day <= window.end
