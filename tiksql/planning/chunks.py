"""Long lists of values, cut into conditions that a request can carry.

How many values a condition may hold is undocumented (HERE: a thousand). A long list under OR or NOT
becomes several conditions of the same group, which mean the same. Under AND it becomes several
branches; where a record can have several of the values, each branch excludes what those before it
bring, so that none is paid for twice. Ids are sorted before they are cut: those of a part are then
of few days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.planning.plan import Condition, Conditions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.catalog import Table

MOST_IN_A_CONDITION = 1_000
MOST_IN_A_LIST = 100_000
"""Values that one IN may have; more would not end within many days of quota."""


def chunked(table: Table, conditions: Conditions) -> Iterator[Conditions]:
    """Yield the requests that together ask what one with too long lists would."""
    whole = structs.replace(
        conditions,
        any_of=tuple(part for each in conditions.any_of for part in _parts(each)),
        none_of=tuple(part for each in conditions.none_of for part in _parts(each)),
    )
    long = next((c for c in whole.all_of if len(c.field_values) > MOST_IN_A_CONDITION), None)
    if long is None:
        yield whole
        return
    before: list[Condition] = []
    for part in _parts(_sorted(table, long)):
        all_of = tuple(part if each is long else each for each in whole.all_of)
        excluded = () if _is_single(table, long.field_name) else tuple(before)
        yield from chunked(
            table, structs.replace(whole, all_of=all_of, none_of=(*whole.none_of, *excluded))
        )
        before.append(part)


def _parts(condition: Condition) -> Iterator[Condition]:
    values = condition.field_values
    if len(values) <= MOST_IN_A_CONDITION:
        yield condition
        return
    for start in range(0, len(values), MOST_IN_A_CONDITION):
        chunk = values[start : start + MOST_IN_A_CONDITION]
        yield Condition("EQ" if len(chunk) == 1 else "IN", condition.field_name, chunk)


def _sorted(table: Table, condition: Condition) -> Condition:
    if condition.field_name != table.key_field:
        return condition
    values = tuple(sorted(condition.field_values, key=int))
    return structs.replace(condition, field_values=values)


def _is_single(table: Table, field: str) -> bool:
    filters = [column.filter for column in table.columns.values() if column.filter]
    return any(each.field == field and each.match == "exact" for each in filters)
