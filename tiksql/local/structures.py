"""Structures with the members of the catalog: what is missing is NULL, nothing else is kept.

So a structure looks the same whether its record went through DuckDB or not. The page, which is kept
as it came, has what the catalog does not know.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiksql.catalog import ColumnType

_WHOLE = re.compile(r"-?[0-9]{1,40}")


class Structures:
    """Reads the structures of one column; ``unfit`` counts the members that could not be read."""

    def __init__(self, members: Mapping[str, ColumnType]) -> None:
        self._members = members
        self.unfit = 0

    def read(self, value: Any) -> Any:
        """Read a structure or a list of them; NULL stays NULL."""
        if isinstance(value, list):
            return [self.read(each) for each in value]
        if not isinstance(value, dict):
            return None
        return {name: self._member(kind, value.get(name)) for name, kind in self._members.items()}

    def _member(self, kind: ColumnType, given: Any) -> object:
        """Read a value that is only spelt differently, too; what is of another type is NULL."""
        if given is None:
            return None
        found = member(kind, given)
        self.unfit += found is None
        return found


def member(kind: ColumnType, given: Any) -> object:
    """Read one member; an id that came as a decimal number was rounded, and is none."""
    match kind:
        case "text":
            return given if isinstance(given, str) else json.dumps(given)
        case "id" | "integer":
            return _whole(given, exact=kind == "id")
        case "boolean":
            return given if isinstance(given, bool) else None
    return given


def _whole(given: Any, *, exact: bool) -> int | None:
    if isinstance(given, str) and _WHOLE.fullmatch(given):
        return int(given)
    if isinstance(given, float) and given.is_integer() and not exact:
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None
