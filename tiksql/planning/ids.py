"""Records asked for by their ids: the days that follow from an id, and the second look for it.

The upper half of an id is the second in which it was made (C4D). A scheduled post is younger than
its id, so a record is looked for some days on, and then once more as wide as one window.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.planning.plan import Branch, Condition
from tiksql.planning.requests import of_window
from tiksql.planning.windows import Piece, around, shared, tile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tiksql.catalog import Table
    from tiksql.planning.plan import Conditions, Request, Scan, SecondLook

EPOCH = dt.date(1970, 1, 1)
LATER = 3
"""Days after its id's day on which a record is looked for first; a scheduled one came 2.5 later."""


def day_of_id(id_: int) -> dt.date:
    """Read the day on which an id was made."""
    return EPOCH + dt.timedelta(seconds=id_ >> 32)


def ids_of(table: Table, conditions: Conditions) -> list[int]:
    """List the ids that every record has to have one of."""
    return [int(value) for each in _of_ids(table, conditions) for value in each.field_values]


def strange(table: Table, ids: Iterable[int], today: dt.date) -> int | None:
    """Find an id whose day is none on which a record can have been made."""
    first = table.first_date or EPOCH
    return next((id_ for id_ in ids if not first <= day_of_id(id_) <= today), None)


def is_of_ids_alone(table: Table, conditions: Conditions) -> bool:
    """Say whether every record with one of the ids matches, whatever else it is."""
    given = (*conditions.all_of, *conditions.any_of, *conditions.none_of)
    return all(each.field_name == table.key_field for each in given)


def looked_again(scan: Scan, seen: Collection[object]) -> list[Request]:
    """Make the requests of a second look for what did not come, as wide as one window each."""
    return [request for look in scan.second for request in _again(scan, look, seen)]


def _again(scan: Scan, look: SecondLook, seen: Collection[object]) -> Iterator[Request]:
    assert scan.first is not None
    missing = {id_ for id_ in look.ids if id_ not in seen}
    if not missing:
        return
    kept = tuple(_only(scan.table, each, missing) for each in look.conditions.all_of)
    branch = Branch(look.branch, structs.replace(look.conditions, all_of=kept), ())
    days = around(map(day_of_id, missing), look.days, look.days)
    allowed = [Piece(window.start, window.end) for window in look.within]
    windows = [window for piece in shared(days, allowed) for window in tile(piece, look.days)]
    for window in reversed(windows):
        yield of_window(scan.first, branch, window)


def _of_ids(table: Table, conditions: Conditions) -> list[Condition]:
    wanted = (c for c in conditions.all_of if c.field_name == table.key_field)
    return [each for each in wanted if each.operation in {"EQ", "IN"}]


def _only(table: Table, condition: Condition, ids: set[int]) -> Condition:
    if condition.field_name != table.key_field:
        return condition
    kept = tuple(value for value in condition.field_values if int(value) in ids)
    return Condition("EQ" if len(kept) == 1 else "IN", condition.field_name, kept)
