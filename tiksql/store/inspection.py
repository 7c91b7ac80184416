"""Whether a study is whole, read without changing a byte of it or of the files beside it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiksql.store import seals
from tiksql.store.schema import APPLICATION_ID, TABLES, VERSION
from tiksql.store.study import HEADER

if TYPE_CHECKING:
    from pathlib import Path

_MARK = slice(68, 72)
"""Where the header of an SQLite file has the number of its application."""

_STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: pages whose hash was compared, damage, and whether all was looked at."""

    pages: int = 0
    damage: tuple[str, ...] = ()
    whole: bool = True


def is_study(path: Path) -> bool:
    """Say by its first octets whether a file is a study; False for one that cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError:
        return False
    return head.startswith(HEADER) and head[_MARK] == APPLICATION_ID.to_bytes(4, "big")


def inspect(path: Path, seconds: float) -> Inspection:
    """Check the file, the hash of every page and the seal of every row, for some seconds."""
    end = time.monotonic() + seconds
    try:
        with closing(_opened(path)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
            return _inspected(connection)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            return Inspection(whole=False)
        return Inspection(damage=(str(error),))
    except sqlite3.DatabaseError as error:
        return Inspection(damage=(str(error),))


def _opened(path: Path) -> sqlite3.Connection:
    """Open for reading; where nobody writes, without the files that WAL mode needs beside it."""
    log = path.with_name(f"{path.name}-wal")
    still = not (log.exists() and log.stat().st_size)
    how = "immutable=1" if still else "mode=ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)


def _inspected(connection: sqlite3.Connection) -> Inspection:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        return Inspection(damage=("a later version of TikSQL wrote it",))
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(10)")]
    damage = [] if found == ["ok"] else found
    pages = 0
    query = "SELECT chain, lap, number, sha256, content FROM pages"
    for chain, lap, number, digest, content in connection.execute(query):
        pages += 1
        if not seals.is_as_it_came(content, digest):
            damage.append(f"page {number} of search {lap} of chain {chain} is not as it came")
    damage += _unsealed(connection) if version == VERSION else []
    return Inspection(pages, tuple(damage))


def _unsealed(connection: sqlite3.Connection) -> list[str]:
    """Name a row of each table that is not as it was sealed."""
    connection.create_function("seal", -1, seals.seal, deterministic=True)
    rows = (row for check in seals.checks(TABLES) for row in connection.execute(check))
    return [f"row {number} of {table} is not as it was written" for table, number in rows]
