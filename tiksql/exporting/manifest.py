"""The manifest beside an export: what it is, where it is from, and whether it is whole.

A stable contract, version 1. Members may be added; none changes its meaning without a new version.
``statement`` and ``settings`` make the requests again, ``answers`` says which bodies came for them
(in the order in which they were read), so that whoever has these bodies can make the rows again.
Nothing in it is secret: bodies of research requests hold conditions, never a key or a token.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

VERSION: Final = 1


class Versions(Struct, frozen=True):
    """The program and the catalog that made an export."""

    tiksql: str
    catalog: str


class ColumnEntry(Struct, frozen=True):
    """A column: its name in the export, its type, and the catalog's name for it or ''."""

    name: str
    type: str
    source: str = ""


class FileEntry(Struct, frozen=True):
    """A file of an export: its path from the directory of the manifest, its size, its digest."""

    name: str
    bytes: int
    sha256: str


class Form(Struct, frozen=True):
    """How the rows were written; ``profile`` is ``excel`` where fields were marked for Excel."""

    format: str
    header: bool
    profile: str
    partition_by: str | None


class Counts(Struct, frozen=True):
    """What the statement cost and brought."""

    records: int
    pages: int
    duplicates: int
    dropped: int
    requests: int
    retries: int


class Kept(Struct, frozen=True):
    """Where a collection keeps an answer: its run and search, and what it was asked for.

    ``run`` and ``search`` count from 1: a search that the API lost has another after it.
    """

    collection: str
    run: int
    search: int
    table: str
    scan: int
    branch: int
    key: str | None
    first_day: str | None
    last_day: str | None


class Answer(Struct, frozen=True):
    """One answer that brought rows: what was asked, when it came, what it was.

    ``body`` is that of the first page of its request, ``page`` counts from 1, ``sha256`` is that of
    the body of the answer. ``kept`` says where a collection has it, if one was read.
    """

    url: str
    fields: list[str]
    body: dict[str, Any]
    page: int
    records: int
    received_at: str
    log_id: str
    sha256: str
    kept: Kept | None = None


class Refused(Struct, frozen=True):
    """A request whose key the API refused, such as a user who is gone, and its words for it."""

    url: str
    fields: list[str]
    body: dict[str, Any]
    message: str


class RunEntry(Struct, frozen=True):
    """One asking of a collection: its statement was meant as at ``moment``."""

    number: int
    moment: str
    finished_at: str | None


class CollectionEntry(Struct, frozen=True):
    """A collection that was read: its definition, who was asked, and what it lacks.

    Each of ``gaps`` has the members of ``SHOW GAPS``, and each of ``coverage`` those of its own.
    """

    name: str
    statement: str
    settings: dict[str, Any]
    server: str
    catalog: str
    tiksql: str
    created_at: str
    gaps: list[dict[str, str | None]]
    coverage: list[dict[str, str | None]] = []
    runs: list[RunEntry] = []


class Manifest(Struct, frozen=True, kw_only=True):
    """All of it; times are ISO 8601 in UTC.

    ``server`` is who was asked, whatever the addresses say: ``emulator`` marks synthetic data.
    ``now`` is the time that the statement ran at, for ``CURRENT_DATE`` and open ranges.
    ``requests`` are those of ``EXPLAIN (FORMAT json)``, ``notes`` what the user was told. ``drift``
    counts, by column, the values that did not have the documented type and are NULL. What a server
    said of a loss or a key stands in ``from_server`` and ``refused`` alone.
    """

    manifest: int = VERSION
    written_at: str
    made_by: Versions
    server: str
    statement: str
    settings: dict[str, int | bool | str]
    now: str
    export: Form
    columns: list[ColumnEntry]
    files: list[FileEntry]
    rows: int
    complete: bool
    reason: str | None
    notes: list[str]
    drift: dict[str, int]
    counts: Counts
    requests: list[dict[str, Any]]
    answers: list[Answer]
    refused: list[Refused] = []
    collections: list[CollectionEntry] = []
    from_server: str | None = None

    def to_json(self) -> bytes:
        """Write it, indented, with a line end."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


def from_json(octets: bytes) -> Manifest:
    """Read a manifest; raise ``msgspec.ValidationError`` for anything else."""
    return msgspec.json.decode(octets, type=Manifest)


def described(folder: Path, files: Iterable[Path]) -> Iterator[FileEntry]:
    """Measure files, named from a directory."""
    for path in files:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        yield FileEntry(path.relative_to(folder).as_posix(), path.stat().st_size, digest)
