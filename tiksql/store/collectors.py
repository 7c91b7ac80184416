"""Who is collecting: one for each run, whom others can see; the place of a dead one is taken."""

from __future__ import annotations

import datetime as dt
import os
import socket
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiksql.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.store.study import Study

SILENCE = dt.timedelta(minutes=10)
"""After which a collector on another computer counts as dead."""


@contextmanager
def collecting(study: Study, run: int, name: str, now: dt.datetime) -> Iterator[None]:
    """Be the one collector of a run; raise ``StudyError`` (TS717) while another one is."""
    mine = (socket.gethostname(), os.getpid(), _started(os.getpid()))
    with study.writing():
        check_free(study, run, name, now)
        moment = now.isoformat()
        study.execute(
            "INSERT OR REPLACE INTO collectors VALUES (?, ?, ?, ?, ?, ?)",
            run,
            *mine,
            moment,
            moment,
        )
    try:
        yield
    finally:
        with study.writing():
            study.execute(_LEAVE, run, *mine)


_LEAVE = "DELETE FROM collectors WHERE run = ? AND host = ? AND process = ? AND started = ?"


def check_free(study: Study, run: int, name: str, now: dt.datetime) -> None:
    """Raise ``StudyError`` (TS717) while somebody collects a run."""
    row = study.row("SELECT * FROM collectors WHERE run = ?", run)
    if row and _is_alive(row, now):
        raise StudyError(
            "TS717",
            f"{name} is being collected by process {row['process']} on {row['host']}"
            f" since {row['since'][:19]} UTC",
            hint="wait for it, or stop it; reading works meanwhile",
        )


def seen(study: Study, run: int, now: dt.datetime) -> None:
    """Show that the collector of a run is alive.

    Raise ``StudyError`` (TS719) where another one has taken its place, as after a long sleep.
    """
    with study.writing():
        found = study.row(_SEEN, now.isoformat(), run, socket.gethostname(), os.getpid())
    if found is None:
        raise StudyError("TS719", f"another program collects this in {study.name} by now")


_SEEN = """
UPDATE collectors SET seen_at = ? WHERE run = ? AND host = ? AND process = ? RETURNING run
"""


def alive(study: Study, now: dt.datetime) -> dict[int, Any]:
    """Return the collectors at work, by their runs."""
    found = study.rows("SELECT * FROM collectors")
    return {row["run"]: row for row in found if _is_alive(row, now)}


def _is_alive(row: Any, now: dt.datetime) -> bool:
    if row["host"] != socket.gethostname():
        return now - dt.datetime.fromisoformat(row["seen_at"]) < SILENCE
    return is_running(row["process"]) and row["started"] in {"", _started(row["process"])}


def is_running(process: int) -> bool:
    """Say whether this computer has a process of a number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(process: int) -> str:
    """Say when a process was started, so that its number in another's hands is not taken for it."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:  # a system without /proc
        return ""
    return fields.rpartition(")")[2].split()[19]
