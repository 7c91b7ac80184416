"""A study that is only looked at: nothing of it, and nothing beside it, is changed or made.

While a log (``-wal``) lies beside the file, SQLite reads both, as it does beside a collector.
Without one nobody writes, and the file alone is read, as it could not be in a place that cannot be
written; should somebody begin meanwhile, what was read is read again.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from tiksql.errors import StudyError
from tiksql.store.log import path_of
from tiksql.store.study import BUSY_SECONDS, Study, check_file, check_log, prepared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Mark = tuple[int, int, int]


class Look(Study):
    """A study of a file that exists, which cannot be written, whatever its directory allows.

    Raise ``StudyError`` (exit 6) for a file that is none, or that a later version wrote.
    """

    path: Path
    can_write = False

    def __init__(self, path: Path) -> None:
        self._mark: Mark | None = None
        super().__init__(path)

    @contextmanager
    def writing(self) -> Iterator[NoReturn]:
        """Raise ``StudyError`` (TS710): nothing is written."""
        raise StudyError("TS710", f"{self.name} is only read here, and cannot be written")
        yield

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """Return the rows of a query, read again where the file has changed meanwhile."""
        with self._lock:
            while True:
                failed = None
                try:
                    found = super().rows(sql, *values)
                except StudyError as error:
                    failed = error
                if self._mark in {None, _mark(self.path)}:
                    break
                self._connection.close()
                with self._translated():
                    self._connection = self._opened()
        if failed:
            raise failed
        return found

    def _opened(self) -> sqlite3.Connection:
        check_file(self.path)
        check_log(self.path)
        self._mark = _mark(self.path)
        how = "mode=ro" if self._mark is None else "mode=ro&immutable=1"
        connection = sqlite3.connect(
            f"{self.path.resolve().as_uri()}?{how}",
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )
        return prepared(connection)

    def _prepare(self) -> None:
        application, version, tables = self._marks()
        if application == version == tables == 0:
            raise StudyError("TS711", f"{self.name} is empty, and no study yet")
        self._check_marks(application, version)
        self.check()


def opened(path: Path | None) -> Study:
    """Open a study to work with; one that cannot be written is looked at."""
    try:
        return Study(path)
    except StudyError as error:
        if error.code != "TS710" or path is None or not path.is_file() or _can_be_written(path):
            raise
        return Look(path)


def _can_be_written(path: Path) -> bool:
    return all(os.access(each, os.W_OK) for each in (path, path.resolve().parent))


def _mark(path: Path) -> Mark | None:
    """Return what tells a file from what it is later; None while there is a log beside it."""
    if path_of(path).exists():
        return None
    found = path.stat()
    return (found.st_ino, found.st_size, found.st_mtime_ns)
