"""A database of DuckDB's in a process of its own, which can be ended whatever DuckDB is doing.

A process that has done its work well waits for the next database, as starting one takes 0.1 s.
"""

from __future__ import annotations

import atexit
import datetime as dt
import decimal
import os
import pickle
import subprocess
import sys
import uuid
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet, finalize

from tiksql.errors import EvaluationError, InterruptError
from tiksql.local.duckdb_process import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.errors import TikSQLError

__all__ = ["ALL", "SECONDS", "Database", "DatabaseError", "expect", "hurry"]

SECONDS: Final = 600.0
"""How long DuckDB may work on one answer, if nothing else is said."""

HURRY_SECONDS: Final = 1.5
"""How long it may still work after Ctrl-C, all in all."""

_LEAST = 0.05
_NEEDED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""What a process may need of the environment to load a library at all."""

_CLASSES: Final = {
    (kind.__module__, kind.__qualname__): kind
    for kind in (dt.date, dt.time, dt.datetime, dt.timedelta, dt.timezone, decimal.Decimal)
} | {("uuid", "UUID"): uuid.UUID, ("uuid", "SafeUUID"): uuid.SafeUUID}


class DatabaseError(Exception):
    """What DuckDB says is wrong; the text is its own."""


class Database:
    """One database in memory, empty but for its settings; whatever is asked ends.

    A setting is what stands behind SET, and whether it may be unknown to an older version.
    """

    def __init__(self, settings: Sequence[tuple[str, bool]], seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._deadline: float | None = None
        pid = os.getpid()
        self._child = _spare.pop(pid) if pid in _spare else _Child()
        self._end = finalize(self, _keep, self._child)
        _open.add(self)
        self._tell("open", list(settings))

    def ask(
        self, sql: str, parameters: list[str] | None = None, rows: int = 0
    ) -> list[tuple[Any, ...]]:
        """Run a statement and return its first rows, or ``ALL``.

        Raise ``DatabaseError`` for what DuckDB refuses, ``EvaluationError`` where time or memory
        are used up, ``InterruptError`` where somebody wants no answer any more. After the last two
        the database is gone.
        """
        return self._tell("ask", sql, parameters, rows)

    def more(self, rows: int) -> list[tuple[Any, ...]]:
        """Return the next rows of what was asked last."""
        return self._tell("more", rows)

    def interrupt(self, within: float = 0.0) -> None:
        """End what is running now, and whatever is asked later, within some seconds."""
        self._deadline = monotonic() + within
        child, call = self._child, self._child.calls
        if not (child.busy and self._end.alive):
            return
        if within:
            timer = Timer(within, child.kill_at, [call])
            timer.daemon = True
            timer.start()
        else:
            child.kill()

    def close(self) -> None:
        """Throw the database away; doing it twice is doing it once."""
        self._end()

    def _tell(self, *request: object) -> list[tuple[Any, ...]]:
        if not self._end.alive:
            raise DatabaseError("this database is gone")
        began = monotonic()
        seconds = self._seconds
        if self._deadline is not None:
            seconds = max(min(seconds, self._deadline - began), _LEAST)
        try:
            what, found = self._child.answer((seconds, *request))
        except (EOFError, OSError, pickle.UnpicklingError):
            raise self._ending(monotonic() - began >= seconds, request[0] == "open") from None
        if what == "error":
            raise DatabaseError(found)
        return found or []

    def _ending(self, too_long: bool, at_start: bool) -> TikSQLError:  # noqa: FBT001 - facts
        """Say why the process is gone."""
        if self._deadline is not None:
            return InterruptError("TS801", "interrupted")
        if too_long:
            return EvaluationError(
                "TS543",
                f"the local part of the statement took longer than {self._seconds:g} s",
                hint="select fewer days; a join without ON gives every pair of rows",
            )
        if at_start:
            return EvaluationError("TS544", "DuckDB does not start in a process of its own")
        return EvaluationError(
            "TS541",
            "the local part of the statement needs more memory than it may have",
            hint="select fewer columns or days, or sort and group less at once",
        )


class _Child:
    """The process, which is at work on one request or on none."""

    def __init__(self) -> None:
        here = Path(__file__).with_name("duckdb_process.py")
        self._process = subprocess.Popen(  # noqa: S603 - this program, with nothing from outside
            [sys.executable, "-I", "-S", str(here), _packages()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=here.anchor,
            env={name: os.environ[name] for name in _NEEDED if name in os.environ},
            start_new_session=True,  # Ctrl-C is for the program, which then decides
        )
        self.calls = 0
        self.busy = False

    def answer(self, request: tuple[object, ...]) -> tuple[str, Any]:
        """Ask and wait; when anything stops the waiting, nobody can ask any more."""
        self.busy = True
        self.calls += 1
        try:
            self.send(request)
            assert self._process.stdout
            what, found = _Unpickler(self._process.stdout).load()
            self.busy = False
        finally:
            if self.busy:
                self.end()
        return what, found

    def send(self, request: tuple[object, ...]) -> None:
        """Ask without waiting."""
        assert self._process.stdin
        if self._process.stdin.closed:
            raise EOFError
        self._process.stdin.write(pickle.dumps(request, 5))
        self._process.stdin.flush()

    @property
    def works(self) -> bool:
        """Say whether it can be asked something else."""
        return not self.busy and self._process.poll() is None

    def kill_at(self, call: int) -> None:
        """End the process if it is still at work on one request, by its number."""
        if self.busy and self.calls == call:
            self.kill()

    def kill(self) -> None:
        """End the process, whatever it does; who waits for its answer gets none."""
        self._process.kill()

    def end(self) -> None:
        """End the process, and forget it."""
        self.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream
            with suppress(OSError):  # what was written to a process that is gone
                stream.close()


class _Unpickler(pickle.Unpickler):
    """Reads what holds nothing but values: what runs statements may not run anything here."""

    def find_class(self, module: str, name: str) -> Any:
        """Find the class of a value."""
        if (module, name) not in _CLASSES:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return _CLASSES[module, name]


_spare: dict[int, _Child] = {}
"""The process that waits, by the program that started it: a fork of that one has none."""

_open: WeakSet[Database] = WeakSet()


def expect() -> None:
    """Start the process that the next database will need, while something else is done."""
    if os.getpid() not in _spare:
        _spare[os.getpid()] = _Child()


def hurry() -> None:
    """Let whatever any database is asked end soon, as Ctrl-C wishes."""
    for database in list(_open):
        database.interrupt(HURRY_SECONDS)


def _keep(child: _Child) -> None:
    """Let a process wait for the next database; one is enough."""
    if os.getpid() in _spare or not child.works:
        child.end()
        return
    try:
        child.send((0, "close"))
        _spare[os.getpid()] = child
    except OSError:
        child.end()


@atexit.register
def _end_spare() -> None:
    if child := _spare.pop(os.getpid(), None):
        child.end()


@cache
def _packages() -> str:
    """Find the directory that DuckDB lies in, without importing it."""
    spec = find_spec("duckdb")
    assert spec
    assert spec.origin
    return str(Path(spec.origin).parents[1])
