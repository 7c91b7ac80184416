"""A process of its own that DuckDB runs in; the owner of duckdb where a statement is asked of it.

DuckDB looks at its limits between steps, and one step may build gigabytes or take minutes: ``hex``
within ``hex``, a wide ``format``. A process ends at once when it is told to, and gives back what it
took. It is started as a script with an empty environment and without the caller's search path, so
that nothing of the program, no secret and no file of the working directory is within its reach.

Asked on standard input, in pickles: ``(seconds, "open", settings)``, where a setting is its text
and whether a version may not know it; ``(seconds, "ask", sql, parameters, rows)``; ``(seconds,
"more", rows)``; ``(0, "close")``, which has no answer. Answered: ``("rows", rows)``, or ``("error",
message)``. What takes longer than its seconds has no answer: the process is gone.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any

MEMORY = 3 * 2**30
"""Bytes that the process may have, however they are asked for; DuckDB's own limit is below."""

LARGEST = 2**29
"""Bytes of one answer."""

ALL = -1


def main() -> None:
    """Answer until standard input ends, which it also does when the caller is killed."""
    sys.path.append(sys.argv[1])
    limit_memory()
    asked: SimpleQueue[tuple[Any, ...]] = SimpleQueue()
    Thread(target=listen, args=(asked,), daemon=True).start()
    answers = Answers()
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - pathlib costs 10 ms
        while True:
            seconds, *request = asked.get()
            if seconds:
                faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
            answer = answers.to(*request)
            faulthandler.cancel_dump_traceback_later()
            if answer:
                sys.stdout.buffer.write(answer)
                sys.stdout.buffer.flush()


def listen(asked: SimpleQueue[tuple[Any, ...]]) -> None:
    """Pass on what is asked; nobody asks any more when the input has ended."""
    with suppress(EOFError, pickle.UnpicklingError):
        while True:
            asked.put(pickle.load(sys.stdin.buffer))  # noqa: S301 - the caller started this process
    os._exit(0)


def limit_memory() -> None:
    """Let the kernel refuse more memory, where there is such a limit."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - POSIX only

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, most))


class Answers:
    """One database in memory after another, and the answers that it gives."""

    def __init__(self) -> None:
        try:
            import _duckdb as duckdb  # noqa: PLC0415 - a fifth of the time of the package around it
        except ImportError:
            import duckdb  # type: ignore[no-redef]  # noqa: PLC0415 - see above
        self._connect = duckdb.connect
        self._failures = (duckdb.Error, MemoryError, RuntimeError, ValueError, ArithmeticError)
        self._connection: Any = None

    def to(self, what: str, *given: Any) -> bytes:
        """Answer one request, in one pickle."""
        try:
            answer = pickle.dumps(("rows", getattr(self, what)(*given)), 5)
        except self._failures as error:
            kind = "Out of Memory: " if isinstance(error, MemoryError) else ""
            return pickle.dumps(("error", f"{kind}{error}"), 5)
        if what == "close":
            return b""
        if len(answer) > LARGEST:
            return pickle.dumps(("error", "Out of Memory: rows of so much text"), 5)
        return answer

    def open(self, settings: list[tuple[str, bool]]) -> None:
        """Begin with an empty database and its settings."""
        self.close()
        self._connection = self._connect(":memory:")
        for setting, is_newer in settings:
            try:
                self._connection.execute(f"SET {setting}")
            except self._failures as error:
                if not is_newer or "unrecognized configuration parameter" not in str(error):
                    raise

    def ask(self, sql: str, parameters: list[str] | None, rows: int) -> list[Any]:
        """Run a statement and return its first rows."""
        self._connection.execute(sql, parameters)
        return self.more(rows) if rows else []

    def more(self, rows: int) -> list[Any]:
        """Return the next rows of the last statement."""
        connection = self._connection
        found: list[Any] = connection.fetchall() if rows == ALL else connection.fetchmany(rows)
        return found

    def close(self) -> None:
        """Throw the database away."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


if __name__ == "__main__":
    main()
