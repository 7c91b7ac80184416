"""A seal on every row: a checksum beside it, by which a byte that has flipped is noticed.

Triggers keep the table ``seals``: whoever writes a row seals it, in the same transaction. A page's
``content`` has a digest of its own, which is sealed.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

SEALED = {
    "collections": "id",
    "runs": "id",
    "chains": "id",
    "requests": "id",
    "pages": "request",
}
"""The tables whose rows are sealed, each behind those it refers to, and what names a row."""

APART = "content"

TABLE = """
CREATE TABLE IF NOT EXISTS seals (
    part TEXT NOT NULL,
    row INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (part, row)
) WITHOUT ROWID;
"""


def seal(*values: str | bytes | float | None) -> int:
    """Return the seal of a row: CRC-32, which sees every single bit."""
    return zlib.crc32(ascii(values).encode())


def unpacked(content: bytes, digest: bytes) -> bytes:
    """Return a page as it came; raise ``ValueError`` where it has changed since."""
    octets = zlib.decompress(content)
    if hashlib.sha256(octets).digest() != digest:
        raise ValueError("a page is not what came")
    return octets


def is_as_it_came(content: Any, digest: Any) -> bool:
    """Whether a page on record is what came, whatever lies in its place now."""
    try:
        unpacked(content, digest)
    except (ValueError, TypeError, zlib.error):
        return False
    return True


def install(connection: sqlite3.Connection) -> None:
    """Let a connection write and read seals."""
    connection.create_function("seal", -1, seal, deterministic=True)
    connection.execute("PRAGMA trusted_schema = ON")  # or a trigger may not call it
    connection.execute("PRAGMA recursive_triggers = ON")  # what is replaced is deleted


@cache
def script(tables: str) -> str:
    """Write what makes the seals of some tables: their own table, and the triggers."""
    return TABLE + "".join(_triggers(name, key, columns) for name, key, columns in _columns(tables))


@cache
def filling(tables: str) -> str:
    """Write what seals rows that are there."""
    return "".join(
        f"INSERT INTO seals SELECT '{name}', {key}, seal({', '.join(columns)}) FROM {name};"  # noqa: S608 - names of ours
        for name, key, columns in _columns(tables)
    )


def checks(tables: str) -> Iterator[str]:
    """Yield the queries that find a row that is not as it was sealed, or one of the two alone."""
    for name, key, columns in _columns(tables):
        values = ", ".join(f"t.{column}" for column in columns)
        yield (
            f"SELECT '{name}', t.{key} FROM {name} AS t NOT INDEXED LEFT JOIN seals AS s"  # noqa: S608 - see above
            f" ON s.part = '{name}' AND s.row = t.{key} WHERE s.seal IS NOT seal({values})"
            f" UNION ALL SELECT part, row FROM seals WHERE part = '{name}'"
            f" AND row NOT IN (SELECT {key} FROM {name} NOT INDEXED) LIMIT 1"
        )


def schema(connection: sqlite3.Connection) -> dict[str, str]:
    """Return how the tables, indexes and triggers of a file are defined, by name."""
    found = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {row[0]: row[1] for row in found}


@cache
def expected(tables: str) -> dict[str, str]:
    """Return how they are defined where nothing has changed."""
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.executescript(tables + script(tables))
        return schema(scratch)


def _triggers(name: str, key: str, columns: list[str]) -> str:
    values = ", ".join(f"NEW.{column}" for column in columns)
    away = f"DELETE FROM seals WHERE part = '{name}' AND row ="  # noqa: S608 - see above
    made = f"INSERT INTO seals VALUES ('{name}', NEW.{key}, seal({values}))"  # noqa: S608 - see above
    return (
        f"CREATE TRIGGER IF NOT EXISTS {name}_made AFTER INSERT ON {name}"
        f" BEGIN {made}; END;\n"
        f"CREATE TRIGGER IF NOT EXISTS {name}_changed AFTER UPDATE ON {name}"
        f" BEGIN {away} OLD.{key}; {made}; END;\n"
        f"CREATE TRIGGER IF NOT EXISTS {name}_gone AFTER DELETE ON {name}"
        f" BEGIN {away} OLD.{key}; END;\n"
    )


def _columns(tables: str) -> Iterator[tuple[str, str, list[str]]]:
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.executescript(tables)
        for name, key in SEALED.items():
            found = [row[1] for row in scratch.execute(f"PRAGMA table_info({name})")]
            yield name, key, [column for column in found if column != APART]
