"""Faults in what an answer says: its paging, its records, their fields.

Each is a function from the data of an answer to other data; those of records change the list of
the page, under whatever name the catalog gives it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from tiksql.catalog import Table
    from tiksql.emulator.faults import Fault

    Data = dict[str, Any]
    Records = list[dict[str, Any]]

HOSTILE = "\x1b]52;c;aGk=\x07\x1b[2J\x9b31m\u202egnp.\u2028\x00=HYPERLINK(1)|\ud800\r\n'); DROP"
"""Escape and C1 sequences, change of direction, NUL, a formula, half a pair, line ends, SQL."""
IDS = ("id", "video_id", "comment_id")


@dataclass
class Page:
    """An answer on its way: what was asked, what is answered, how to ask for more of it.

    ``before`` holds the records of the page before, by endpoint, and ``aliases`` the search_ids
    that changed; both live as long as the emulator.
    """

    table: Table
    asked: dict[str, Any]
    data: Data
    more: Callable[[dict[str, Any]], Data]
    now: dt.datetime
    before: dict[str, Records] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name of the list of records; empty where the data are one record."""
        return next((key for key in self.table.list_keys if key in self.data), "")

    @property
    def records(self) -> Records:
        """The records of the page."""
        return self.data[self.key] if self.key else [self.data]

    def put(self, records: Records) -> None:
        """Replace the records."""
        if self.key:
            self.data[self.key] = records
        else:
            self.data = records[0]


def changed(met: Sequence[Fault], page: Page) -> Data:
    """Return the data as the faults leave them."""
    page.data = dict(page.data)
    page.put([dict(record) for record in page.records])
    whole = list(page.records)
    for fault in met:
        if fault.kind in PAGES:
            PAGES[fault.kind](page, fault.value)
        if fault.kind in RECORDS:
            page.put([RECORDS[fault.kind](record, fault.value) for record in page.records])
    page.before[page.table.name] = whole
    return page.data


# --- paging


def _empty_page(page: Page, _value: str) -> None:
    page.put([])
    page.data["has_more"] = True


def _cursor(page: Page, value: str) -> None:
    page.data["has_more"] = True
    if value == "stuck":
        page.data["cursor"] = page.asked.get("cursor") or 0
    else:
        _set(page.data, "cursor", value)


def _has_more(page: Page, value: str) -> None:
    _set(page.data, "has_more", value)


def _search_changed(page: Page, _value: str) -> None:
    old = page.data.get("search_id")
    if old and page.asked.get("search_id"):
        new = str(int(old) + 1)
        page.aliases[new] = old
        page.data["search_id"] = new


def _short_page(page: Page, value: str) -> None:
    page.put(page.records[: int(value)])


def _long_page(page: Page, value: str) -> None:
    """Put the pages that follow into this one, and go on after them."""
    for _ in range(int(value) - 1):
        if not page.data.get("has_more"):
            return
        told: Data = {
            name: page.data[name] for name in ("cursor", "search_id") if name in page.data
        }
        records, following = page.records, page.more(told)
        page.data = {**following, page.key: records + following[page.key]}


def _duplicates(page: Page, value: str) -> None:
    page.put(page.records + page.records[: int(value)])


def _overlap(page: Page, value: str) -> None:
    again = page.before.get(page.table.name, [])[-int(value) :]
    page.put([{**old, "like_count": old.get("like_count", 0) + 1} for old in again] + page.records)


def _unsorted(page: Page, _value: str) -> None:
    page.put(page.records[::-1])


def _outside(page: Page, value: str) -> None:
    records = page.records
    if records and "id" in records[0]:
        records[0]["id"] += int(value) * 86_400 << 32


def _rename(page: Page, value: str) -> None:
    old, new = value.split(" ")
    records = [{(new if k == old else k): v for k, v in r.items()} for r in page.records]
    page.put(records)
    page.data = {(new if key == old else key): each for key, each in page.data.items()}


def _lag(page: Page, value: str) -> None:
    newest = page.now.timestamp() - int(value) * 3600
    page.put([r for r in page.records if r.get("id", 0) >> 32 <= newest])


# --- records


def _ids(record: dict[str, Any], value: str) -> dict[str, Any]:
    return {n: ID_FORMS[value](v) if n in IDS else v for n, v in record.items()}


def _field(record: dict[str, Any], value: str) -> dict[str, Any]:
    name, what = value.split(" ", 1)
    _set(record, name, what)
    return record


def _hostile(record: dict[str, Any], _value: str) -> dict[str, Any]:
    return {n: v + HOSTILE if isinstance(v, str) else v for n, v in record.items()}


def _set(where: dict[str, Any], name: str, value: str) -> None:
    """Set a value from its JSON, from a text that is none, or take it out (``gone``)."""
    where.pop(name, None)
    if value != "gone":
        try:
            where[name] = json.loads(value)
        except ValueError:
            where[name] = value


ID_FORMS: dict[str, Callable[[int], object]] = {
    "text": str,
    "float": float,
    "high": lambda number: number | 2**63,
    "huge": lambda number: number + 2**64,
    "negative": lambda number: -number,
    "zero": lambda _number: 0,
}
PAGES: dict[str, Callable[[Page, str], None]] = {
    "empty-page": _empty_page,
    "cursor": _cursor,
    "has-more": _has_more,
    "search-changed": _search_changed,
    "short-page": _short_page,
    "long-page": _long_page,
    "duplicates": _duplicates,
    "overlap": _overlap,
    "unsorted": _unsorted,
    "outside": _outside,
    "rename": _rename,
    "lag": _lag,
}
RECORDS: dict[str, Callable[[dict[str, Any], str], dict[str, Any]]] = {
    "ids": _ids,
    "field": _field,
    "hostile": _hostile,
}
