"""A new study out of a damaged one: whatever is as it was written, and nothing else.

What is missing has to be asked for again, so nothing may look complete that cannot be proved to
be: a search stays ``done`` only if its pages, or all of its requests, say so.
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.errors import StudyError, UsageError
from tiksql.store.salvage import wreck
from tiksql.store.seals import SEALED
from tiksql.store.study import Study

if TYPE_CHECKING:
    from collections import Counter

    from tiksql.store.salvage import Wreck

PARENTS = {
    "runs": ("collection", "collections"),
    "chains": ("run", "runs"),
    "requests": ("chain", "chains"),
    "pages": ("chain", "chains"),
}
"""By table, what a row belongs to; a request without that still was sent, and counts."""


class Recovery(Struct, frozen=True):
    """What was taken over, and what is known to be lost, by table; collections to go on with."""

    study: str
    new: str
    kept: dict[str, int]
    lost: dict[str, int]
    open: list[str]

    @property
    def exit_status(self) -> int:
        """The status that the command ends with: 5 where something is missing."""
        return 5 if any(self.lost.values()) else 0


def recover(path: Path, new: Path) -> Recovery:
    """Make a new study of what is left of a damaged one, which is not touched.

    Raise ``UsageError`` (TS607, TS647) where there is none, or where the new one would be, and
    ``StudyError`` (TS716) where nothing of it can be read.
    """
    if not path.is_file():
        raise UsageError("TS607", f"there is no study {path}")
    if new.exists():
        raise UsageError("TS647", f"{new} is there already", hint="name a file that is not")
    try:
        with tempfile.TemporaryDirectory(dir=new.absolute().parent, prefix=".tiksql-") as folder:
            made = _made(path, Path(folder))
            (Path(folder) / "new.db").rename(new)
    except OSError as error:
        raise StudyError("TS710", f"{new} cannot be made: {error.strerror}") from None
    except sqlite3.DatabaseError as error:
        raise StudyError("TS716", f"nothing of {path} can be read: {error}") from None
    kept, lost, opened = made
    return Recovery(str(path), str(new), kept, lost, opened)


def _made(path: Path, folder: Path) -> tuple[dict[str, int], dict[str, int], list[str]]:
    with wreck(path, folder) as found, Study(folder / "new.db") as study:
        with study.writing():
            kept = {table: _taken_over(found, study, table) for table in SEALED}
            if not any(kept.values()):
                raise StudyError("TS716", f"nothing of {path} is as it was written")
            if any(found.lost.values()):
                _reopen(study, found.lost)
        opened = [row["name"] for row in study.rows(_OPEN)]
        return kept, {table: found.lost[table] for table in SEALED}, opened


def _taken_over(found: Wreck, study: Study, table: str) -> int:
    """Take the rows of a table over whose parents are there, and count them."""
    kept = orphans = 0
    for row in found.rows(table):
        values = dict(zip(row.keys()[1:], tuple(row)[1:], strict=True))
        if not _has_parents(study, table, values):
            orphans += 1
            continue
        marks = ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 - names of ours
        study.execute(sql, *values.values())
        kept += 1
    found.lost[table] += orphans
    return kept


def _has_parents(study: Study, table: str, values: dict[str, object]) -> bool:
    column, parents = PARENTS.get(table, ("", ""))
    wanted = [(parents, values[column])] if column and values[column] is not None else []
    if table == "pages":
        wanted.append(("requests", values["request"]))
    there = all(study.row(f"SELECT 1 FROM {name} WHERE id = ?", id_) for name, id_ in wanted)  # noqa: S608 - see above
    if not there and table == "requests":
        values[column] = None
        return True
    return there


def _reopen(study: Study, lost: Counter[str]) -> None:
    """Let everything be asked for again that is not proved to be there."""
    study.execute(_WITHOUT_RUN)
    study.execute(_UNPROVED, not lost["requests"])
    study.execute("UPDATE chains SET state = 'planned' WHERE state = 'needless'")
    if lost["chains"]:  # among them may be parts of what was split, and of any run
        study.execute("UPDATE chains SET state = 'planned' WHERE state = 'split'")
        study.execute("UPDATE runs SET finished_at = NULL")
    study.execute(_UNFINISHED)


_WITHOUT_RUN = """
INSERT INTO runs (collection, number, moment) SELECT id, 1, created_at FROM collections
WHERE id NOT IN (SELECT collection FROM runs WHERE collection IS NOT NULL)
"""
_UNPROVED = """
UPDATE chains SET state = 'planned' WHERE state = 'done' AND NOT (
    EXISTS (SELECT 1 FROM pages WHERE chain = chains.id AND lap = chains.lap
            GROUP BY chain HAVING count(*) = max(number) AND sum(has_more = 0) = 1)
    OR ? AND (SELECT count(*) FROM pages WHERE chain = chains.id)
       = (SELECT max(1, count(*)) FROM requests WHERE chain = chains.id AND outcome = 'PAGE')
)
"""
"""The pages of a search that has ended are all there up to the one that says so, or every one of
its requests is known and has its page."""

_UNFINISHED = """
UPDATE runs SET finished_at = NULL WHERE id IN
(SELECT run FROM chains WHERE state NOT IN ('done', 'refused', 'split', 'needless'))
"""
_OPEN = """
SELECT name FROM collections AS c WHERE (SELECT finished_at FROM runs WHERE collection = c.id
ORDER BY number DESC LIMIT 1) IS NULL ORDER BY id
"""
