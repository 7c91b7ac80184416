"""``video/query``: from a request to a page (api notes 2.1 and 3)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tiksql.catalog import load
from tiksql.emulator.bodies import (
    Body,
    read_body,
    read_date,
    read_fields,
    read_flag,
    read_text,
)
from tiksql.emulator.conditions import read_query
from tiksql.emulator.envelope import invalid, invalid_value
from tiksql.emulator.paging import read_cursor, read_size
from tiksql.emulator.records import SPELLINGS, project, record
from tiksql.emulator.searches import Question, Search, Searches

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from tiksql.emulator.dataset import Dataset
    from tiksql.emulator.playlists import Playlists

TABLE = load().tables["videos"]
FIELDS = frozenset(c.field for c in TABLE.columns.values() if c.is_field) | SPELLINGS.keys()
HELD_RECORDS = 2_000


@dataclass(frozen=True)
class PageRequest:
    """Which page of which question is asked for; an empty ``search_id`` starts a new search."""

    question: Question
    max_count: int
    cursor: int
    search_id: str


class Videos:
    """The videos of a data set, found by conditions and given out in pages."""

    def __init__(
        self, dataset: Dataset, playlists: Playlists, now: Callable[[], dt.datetime]
    ) -> None:
        self._dataset = dataset
        self._playlists = playlists
        self._searches = Searches(dataset, now)
        self._records: OrderedDict[int, dict[str, Any]] = OrderedDict()

    def query(self, fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """Answer one request; refuse it by ``ApiError``."""
        wanted = read_fields(fields, FIELDS)
        asked = _page_request(read_body(raw))
        search = self._search(asked)
        total = len(search.places)
        if asked.cursor > total:
            raise invalid("Invalid count or cursor")
        if not total:
            # Recorded: an empty result has no search_id.
            return {"videos": [], "cursor": 0, "has_more": False}
        cursor = min(asked.cursor + asked.max_count, total)
        return {
            "videos": self._page(search, asked, wanted),
            "cursor": cursor,
            "has_more": cursor < total,
            "search_id": search.search_id,
        }

    def _search(self, asked: PageRequest) -> Search:
        if asked.search_id:
            return self._searches.resume(asked.search_id, asked.question)
        if asked.cursor:
            # A cursor is an index into a kept result: without its search_id it means nothing.
            raise invalid("Invalid count or cursor")
        return self._searches.start(asked.question, asked.max_count)

    def _page(
        self, search: Search, asked: PageRequest, wanted: frozenset[str]
    ) -> list[dict[str, Any]]:
        """Show the videos at the positions of a page, without those that were removed."""
        # Recorded: the first page wrote "US", the second "us".
        lower = asked.cursor // asked.max_count % 2 == 1
        places = search.places[asked.cursor : asked.cursor + asked.max_count]
        return [
            project(full, wanted, lower_region=lower)
            for place in places
            if (full := self._record(place)) is not None
        ]

    def _record(self, place: int) -> dict[str, Any] | None:
        """Describe the video at a place; nothing if it was removed."""
        if place in self._records:
            return self._records[place]
        video = self._dataset.at(place)
        if video.removed:
            return None
        made = record(self._dataset.settings.seed, video, self._playlists.of(video))
        self._records[place] = made
        if len(self._records) > HELD_RECORDS:
            self._records.popitem(last=False)
        return made


def _page_request(body: Body) -> PageRequest:
    """Check everything about a body, in the order in which the reference lists its keys."""
    query = read_query(body)
    start, end = read_date(body, "start_date"), read_date(body, "end_date")
    if start > end:
        raise invalid_value("end_date", f"{end:%Y%m%d}", "it must not be before start_date")
    if (end - start).days > TABLE.max_days:
        reason = f"it must be at most {TABLE.max_days} days after start_date"
        raise invalid_value("end_date", f"{end:%Y%m%d}", reason)
    max_count, cursor = read_size(body, TABLE.paging), read_cursor(body)
    question = Question(query, start, end, read_flag(body, "is_random"))
    search_id = read_text(body, "search_id")
    return PageRequest(question, max_count, cursor, "" if search_id == "0" else search_id)
