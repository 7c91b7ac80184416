"""How lists are cut into pages: by index, by time, or by page number.

A cursor beyond the end is refused in the words that were recorded for ``video/query`` (C4D); one
at the end brings an empty page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tiksql.emulator.bodies import Body, read_number
from tiksql.emulator.envelope import invalid, invalid_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.catalog import Paging

Item = TypeVar("Item")


def read_size(body: Body, paging: Paging) -> int:
    """Read how many records a page may have; what is out of range is refused (HERE)."""
    size = read_number(body, paging.size_field, paging.default_size)
    if not 1 <= size <= paging.max_size:
        reason = f"it must be from 1 to {paging.max_size}"
        raise invalid_value(paging.size_field, size, reason)
    return size


def read_cursor(body: Body) -> int:
    """Read a cursor; 0, null, "" and absence mean from the start."""
    cursor = read_number(body, "cursor", 0)
    if cursor < 0:
        raise invalid_value("cursor", cursor, "it must not be negative")
    return cursor


def index_page(
    body: Body, paging: Paging, items: Sequence[Item]
) -> tuple[Sequence[Item], dict[str, Any]]:
    """Cut the page that begins at an index; with it comes what the answer says about paging."""
    size, first = read_size(body, paging), read_cursor(body)
    if first > len(items):
        raise invalid("Invalid count or cursor")
    cursor = min(first + size, len(items))
    return items[first:cursor], {"cursor": cursor, "has_more": cursor < len(items)}


def numbered_page(body: Body, paging: Paging, items: Sequence[Item]) -> Sequence[Item]:
    """Cut a numbered page; one beyond the end is empty (HERE)."""
    size = read_size(body, paging)
    number = read_number(body, paging.page_field, paging.first_page)
    if number < paging.first_page:
        reason = f"it must be at least {paging.first_page}"
        raise invalid_value(paging.page_field, number, reason)
    first = (number - paging.first_page) * size
    return items[first : first + size]


def time_paging(times: Sequence[int], size: int) -> dict[str, Any]:
    """Tell how to go on after ``size`` of some times, falling, of which one more may be known.

    The cursor is the time of the first record of the next page, and on the last page that of the
    last record: "on or before" it there is all that is left (HERE).
    """
    return {"cursor": times[: size + 1][-1] if times else 0, "has_more": len(times) > size}
