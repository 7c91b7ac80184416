"""Collections and their runs, as a study has them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tiksql.rows import StoredColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.store.study import Study


class Definition(Struct, frozen=True):
    """What a collection is: a canonical statement, and what was set and known when it was made."""

    statement: str
    options: Mapping[str, Any]
    columns: tuple[StoredColumn, ...]
    server: str
    catalog: str
    program: str


class Collection(Struct, frozen=True):
    """A collection of a study."""

    id: int
    name: str
    definition: Definition
    created_at: dt.datetime


class Run(Struct, frozen=True):
    """One asking of a collection; ``moment`` is the time that its statement was resolved with."""

    id: int
    number: int
    moment: dt.datetime
    finished_at: dt.datetime | None


def find(study: Study, name: str) -> Collection | None:
    """Return a collection by its name, whatever its case."""
    row = study.row("SELECT * FROM collections WHERE name = ?", name)
    with study.decoding():
        return _collection(row) if row else None


def every(study: Study) -> list[Collection]:
    """List the collections in the order in which they were made."""
    with study.decoding():
        return [_collection(row) for row in study.rows("SELECT * FROM collections ORDER BY id")]


def create(study: Study, name: str, definition: Definition, moment: dt.datetime) -> Collection:
    """Make a collection, and the run that will fill it."""
    with study.writing():
        study.execute(
            "INSERT INTO collections (name, statement, options, columns, server, catalog,"
            " program, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            name,
            definition.statement,
            json.dumps(dict(definition.options)),
            json.dumps([[c.name, c.type, c.stored, c.source] for c in definition.columns]),
            definition.server,
            definition.catalog,
            definition.program,
            moment.isoformat(),
        )
        made = find(study, name)
        assert made
        begin(study, made, moment)
    return made


def drop(study: Study, collection: Collection) -> None:
    """Take a collection out, with its runs and pages; what it cost stays on record."""
    with study.writing():
        study.execute("DELETE FROM collections WHERE id = ?", collection.id)


def runs(study: Study, collection: Collection) -> list[Run]:
    """List the runs of a collection, the newest first."""
    found = study.rows(
        "SELECT * FROM runs WHERE collection = ? ORDER BY number DESC", collection.id
    )
    with study.decoding():
        return [_run(row) for row in found]


def begin(study: Study, collection: Collection, moment: dt.datetime) -> Run:
    """Begin a run of a collection."""
    with study.writing():
        study.execute(
            "INSERT INTO runs (collection, number, moment) SELECT ?1, 1 + count(*), ?2"
            " FROM runs WHERE collection = ?1",
            collection.id,
            moment.isoformat(),
        )
    return runs(study, collection)[0]


def finish(study: Study, run: Run, moment: dt.datetime) -> None:
    """Note that nothing of a run is missing."""
    with study.writing():
        study.execute("UPDATE runs SET finished_at = ? WHERE id = ?", moment.isoformat(), run.id)


def desk(study: Study) -> int:
    """Return the run that statements without a collection belong to; make it if there is none."""
    with study.writing():
        row = study.row("SELECT id FROM runs WHERE collection IS NULL")
        if row:
            return int(row["id"])
        return study.execute("INSERT INTO runs (number, moment) VALUES (0, '')")


def _collection(row: Any) -> Collection:
    columns: Sequence[Any] = json.loads(row["columns"])
    definition = Definition(
        row["statement"],
        json.loads(row["options"]),
        tuple(StoredColumn(*column) for column in columns),
        row["server"],
        row["catalog"],
        row["program"],
    )
    return Collection(
        row["id"], row["name"], definition, dt.datetime.fromisoformat(row["created_at"])
    )


def _run(row: Any) -> Run:
    finished = row["finished_at"]
    return Run(
        row["id"],
        row["number"],
        dt.datetime.fromisoformat(row["moment"]),
        dt.datetime.fromisoformat(finished) if finished else None,
    )
