"""``tiksql recover``: what is left of a damaged study, as a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.store.recovery import Recovery, recover
from tiksql.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Recovery", "recover", "shown"]

NAMES = {"chains": "part"}
"""What ``tiksql status`` calls a stretch of days or a key; the others are called as their table."""


def shown(found: Recovery) -> Iterator[str]:
    """Say in lines what was done, and how to go on."""
    yield f"{found.new} has what is left of {found.study}"
    yield f"  kept: {_counted(found.kept)}"
    if not found.exit_status:
        yield "  lost: nothing"
        return
    yield f"  lost: {_counted(found.lost)}, at least"
    if found.open:
        yield f"  to be asked for again, by the statement that made it: {', '.join(found.open)}"


def _counted(numbers: dict[str, int]) -> str:
    return ", ".join(
        counted(number, NAMES.get(table, table.removesuffix("s")))
        for table, number in numbers.items()
        if number
    )
