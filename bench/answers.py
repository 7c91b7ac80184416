"""The check that every contender did the same work: the ids in its output."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processes import Contender, FailedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Answers:
    """The ids that are expected: so many, all different, and those of the first contender."""

    size: int
    first: str = ""
    ids: list[str] = field(default_factory=list)

    def check(self, contender: Contender) -> None:
        """Raise ``FailedError`` if a contender's latest run brought other records."""
        ids = sorted(_ids(contender.output))
        if len(ids) != self.size or len(set(ids)) != self.size:
            raise FailedError(
                f"{contender.name} fetched {len(ids):,} records with {len(set(ids)):,} ids, "
                f"not {self.size:,}"
            )
        if not self.first:
            self.first, self.ids = contender.name, ids
        if ids != self.ids:
            raise FailedError(f"{contender.name} and {self.first} fetched different records")


def _ids(output: Path) -> Iterator[str]:
    """Read line by line: the measured processes start with no less memory than this one has."""
    with output.open(encoding="utf-8") as lines:
        for line in lines:
            yield str(json.loads(line)["id"])
