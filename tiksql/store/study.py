"""The file of a study: opened, checked, written in whole transactions.

SQLite in WAL mode: readers work while a collector writes. ``synchronous = FULL``: what was
committed survives a power cut.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from tiksql.errors import StudyError
from tiksql.store import log, schema, seals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

BUSY_SECONDS = 30.0
"""How long a writer waits for another one, whose transactions are short."""

MENDED = "go back to a copy of it; or tiksql recover STUDY NEW, which keeps what is left"

HEADER = b"SQLite format 3\x00"


class Study:
    """An open study; ``path`` None is one in memory, which ends with the program.

    Raise ``StudyError`` (exit 6) for a file that is none, that a later version wrote, or that
    cannot be opened.
    """

    can_write = True

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        with self._translated():
            self._connection = self._opened()
            self._number = _number_of(path)
            self._prepare()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    @property
    def name(self) -> str:
        """What messages call it by."""
        return str(self.path) if self.path else "the study in memory"

    def close(self) -> None:
        """Close the file; closing twice is closing once."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make everything within one transaction, durable when it ends."""
        with self._lock, self._translated():
            if self._depth:
                yield
                return
            self._check_place()
            self._depth += 1
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            finally:
                self._depth -= 1
                if self._connection.in_transaction:  # something failed, so nothing of it counts
                    self._connection.execute("ROLLBACK")

    def execute(self, sql: str, *values: Any) -> int:
        """Run a statement that changes something; return the id of what it put in."""
        with self._lock, self._translated():
            return self._connection.execute(sql, values).lastrowid or 0

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """Return the rows of a query, each with its columns by name and by number."""
        with self._lock, self._translated():
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> Any | None:
        """Return the first row of a query, None if there is none."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def damage(self) -> list[str]:
        """Say what is wrong with the file, nothing if it is whole; contents are read by others."""
        found = [row[0] for row in self.rows("PRAGMA integrity_check(10)") if row[0] != "ok"]
        if not found and self._version >= schema.SEALED:
            found = [f"row {row[1]} of {row[0]} has changed" for row in self._unsealed()]
        return found

    def _unsealed(self) -> Iterator[Any]:
        for name, sql in seals.expected(schema.TABLES).items():
            if not self.rows("SELECT 1 FROM sqlite_schema WHERE name = ? AND sql = ?", name, sql):
                yield "sqlite_schema", name
        for sql in seals.checks(schema.TABLES):
            yield from self.rows(sql)

    def check(self) -> None:
        """Raise ``StudyError`` (TS716) where a byte of the file is not what was written."""
        if found := self.damage():
            raise StudyError("TS716", f"{self.name} is damaged: {found[0]}", hint=MENDED)

    def _opened(self) -> sqlite3.Connection:
        if self.path is not None:
            check_file(self.path)
            check_log(self.path)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        place = self.path or ":memory:"
        connection = sqlite3.connect(
            place, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        return prepared(connection)

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA foreign_keys = ON")
        application, version, tables = self._marks()
        if application == version == tables == 0:
            run("PRAGMA journal_mode = WAL")
            schema.create(self._connection)
        else:
            self._check_marks(application, version)
            self.check()
            if version < schema.VERSION:
                schema.migrate(self._connection, self.path, version)
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")

    def _check_marks(self, application: int, version: int) -> None:
        if application != schema.APPLICATION_ID:
            raise StudyError("TS711", f"{self.name} is a database, but no study of TikSQL")
        if version > schema.VERSION:
            raise StudyError(
                "TS712",
                f"{self.name} was written by a later version of TikSQL",
                hint="install the version that wrote it, or a later one",
            )
        self._version = version
        if version < 1:
            raise StudyError("TS716", f"{self.name} is damaged: it has no version")

    def _marks(self) -> list[int]:
        """Read application, version and number of tables, all at one moment."""
        self._connection.execute("BEGIN")
        found = [self._connection.execute(sql).fetchone()[0] for sql in _MARKS]
        self._connection.execute("COMMIT")
        return found

    def _check_place(self) -> None:
        """Notice that the file was removed or replaced while it is open: nothing would be kept."""
        if _number_of(self.path) != self._number:
            raise StudyError("TS713", f"{self.name} was moved or removed while it was in use")

    @contextmanager
    def decoding(self) -> Iterator[None]:
        """Read what was put into the file; raise ``StudyError`` (TS716) where it has changed."""
        try:
            yield
        except (ValueError, KeyError, TypeError, zlib.error) as error:
            raise StudyError("TS716", f"{self.name} is damaged: {error}") from None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise StudyError(*_meaning(error, self.name)) from None
        except UnicodeDecodeError as error:  # of a text in the file, or of a message about it
            raise StudyError("TS716", f"{self.name} is damaged: {error}") from None
        except OSError as error:
            raise StudyError("TS710", f"{self.name} cannot be used: {error.strerror}") from None


_MARKS = (
    "PRAGMA application_id",
    "PRAGMA user_version",
    "SELECT count(*) FROM sqlite_schema",
)


def _number_of(path: Path | None) -> tuple[int, int] | None:
    """Return what the system knows a file by; None where there is none."""
    try:
        found = path.stat() if path else None
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Let a connection give rows by name, and know seals."""
    connection.row_factory = sqlite3.Row
    seals.install(connection)
    return connection


def check_log(path: Path) -> None:
    """Raise ``StudyError`` (TS716) before SQLite leaves out what it cannot read of a log."""
    if log.is_damaged(path):
        raise StudyError("TS716", f"{log.path_of(path)} is damaged", hint=MENDED)


def check_file(path: Path) -> None:
    """Refuse what is no study before SQLite changes anything of it."""
    if not path.exists():
        return
    if not stat.S_ISREG(path.stat().st_mode):
        raise StudyError("TS711", f"{path} is no file that could be a study")
    with path.open("rb") as file:
        head = file.read(len(HEADER))
    if head not in {b"", HEADER}:
        raise StudyError("TS711", f"{path} is no study of TikSQL")


DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_CONSTRAINT")
"""Codes that a statement of ours ends with where the file is not what was written."""


def _meaning(error: sqlite3.DatabaseError, name: str) -> tuple[str, str]:
    """Say what an error of SQLite is, by its code."""
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith("SQLITE_FULL"):
        return "TS714", f"the disk of {name} is full; what was committed is safe"
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "TS715", f"{name} is being written by another program for too long"
    if code.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN", "SQLITE_AUTH")):
        return "TS710", f"{name} cannot be written: {error}"
    if code.startswith("SQLITE_IOERR"):
        return "TS710", f"the disk of {name} fails: {error}; what was committed is safe"
    if code.startswith(DAMAGED) or (not code and isinstance(error, sqlite3.OperationalError)):
        return "TS716", f"{name} is damaged: {error}"
    return "TS710", f"{name} cannot be used: {error}"
