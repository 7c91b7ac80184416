"""What is left of a damaged study, read row by row: only what is still as it was sealed.

A damaged page of the file makes some rows unreadable, a flipped byte makes one another; both are
left out and counted. The file itself is never opened: SQLite works on a copy.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tiksql.store import log, seals
from tiksql.store.study import HEADER, prepared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FARTHEST = 2**62
"""Behind this row nobody looks for others."""


@dataclass(slots=True)
class Wreck:
    """A damaged study; ``lost`` counts by table what is known to be missing from it."""

    connection: sqlite3.Connection
    sealed: bool
    lost: Counter[str] = field(default_factory=Counter)

    def rows(self, table: str) -> Iterator[sqlite3.Row]:
        """Yield the rows of a table that are as they were written, in their order."""
        key, found = seals.SEALED[table], set()
        for row in self._readable(table):
            if self._is_as_written(table, row):
                found.add(row[key])
                yield row
            else:
                self.lost[table] += 1
        self.lost[table] = max(self.lost[table], len(self._sealed(table) - found))

    def _readable(self, table: str) -> Iterator[sqlite3.Row]:
        behind = 0
        while behind < FARTHEST:
            try:
                for row in self._behind(table, behind):
                    yield row
                    behind = row[0]
            except sqlite3.DatabaseError:
                self.lost[table] += 1
                behind = self._passed(table, behind)
            else:
                return

    def _behind(self, table: str, place: int) -> Iterator[sqlite3.Row]:
        sql = f"SELECT rowid, * FROM {table} NOT INDEXED WHERE rowid > ? ORDER BY rowid"  # noqa: S608 - names of ours
        return self.connection.execute(sql, (place,))

    def _passed(self, table: str, place: int) -> int:
        """Find the first place behind a damaged one from which on rows can be read again."""
        low, step = place, 1
        while not self._can_read(table, place + step):
            low, step = place + step, 2 * step
            if step > FARTHEST:
                return FARTHEST
        high = place + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._can_read(table, middle) else (middle, high)
        return high

    def _can_read(self, table: str, place: int) -> bool:
        try:
            next(self._behind(table, place), None)
        except sqlite3.DatabaseError:
            return False
        return True

    def _is_as_written(self, table: str, row: sqlite3.Row) -> bool:
        if table == "pages" and not seals.is_as_it_came(row["content"], row["sha256"]):
            return False
        if not self.sealed:
            return True
        said = zip(row.keys()[1:], tuple(row)[1:], strict=True)
        values = [value for name, value in said if name != seals.APART]
        return self._seal(table, row[seals.SEALED[table]]) == seals.seal(*values)

    def _seal(self, table: str, key: Any) -> int | None:
        sql = "SELECT seal FROM seals WHERE part = ? AND row = ?"
        try:
            found = self.connection.execute(sql, (table, key)).fetchone()
        except sqlite3.DatabaseError:
            return None
        return int(found[0]) if found else None

    def _sealed(self, table: str) -> set[Any]:
        """Name the rows that there were, as far as their seals can be read."""
        if not self.sealed:
            return set()
        try:
            found = self.connection.execute("SELECT row FROM seals WHERE part = ?", (table,))
            return {row[0] for row in found}
        except sqlite3.DatabaseError:
            return set()


@contextmanager
def wreck(path: Path, folder: Path) -> Iterator[Wreck]:
    """Open a copy of a damaged study in a folder; raise ``sqlite3.DatabaseError`` if none can."""
    copy = folder / "copy.db"
    shutil.copyfile(path, copy)
    with copy.open("r+b") as file:
        file.write(HEADER)
    torn = log.is_damaged(path)
    if log.path_of(path).exists():
        shutil.copyfile(log.path_of(path), log.path_of(copy))
    with closing(prepared(sqlite3.connect(copy))) as connection:
        connection.text_factory = lambda octets: octets.decode("utf-8", "surrogateescape")
        connection.execute(
            "PRAGMA writable_schema = ON"
        )  # what is wrong in one table is no other's
        tables = {row["name"] for row in connection.execute("SELECT name FROM sqlite_schema")}
        found = Wreck(connection, "seals" in tables)
        if torn:
            found.lost["requests"] += 1
        yield found
