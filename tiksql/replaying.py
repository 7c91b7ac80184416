"""``tiksql replay``: make the rows of an export again from the answers that its manifest names.

Three things are asked of an export: whether its files are what was written, whether every answer
is still there as it came, and whether these answers give these rows. Nothing is sent.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs

from tiksql.api.settings import Settings as ClientSettings
from tiksql.backend import Backend
from tiksql.catalog import load
from tiksql.errors import IncompleteError, TikSQLError, UsageError
from tiksql.exporting import manifest as manifests
from tiksql.exporting.comparing import difference
from tiksql.exporting.export import Export, circumstances
from tiksql.exporting.order import FORMATS, PERIODS, PROFILES, Order
from tiksql.recorded import Recorded, Silent, refill
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.store.archive import Archive
from tiksql.stream import Stream
from tiksql.syntax import ast
from tiksql.syntax.parser import parse
from tiksql.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.exporting.manifest import CollectionEntry, FileEntry, Manifest

SHOWN = 5
"""Digests that are listed for people."""

BIGGEST = 1_000_000_000
"""Bytes of a manifest: one of a million answers has half of that."""


class File(Struct, frozen=True):
    """A file of an export: whether it is ``unchanged``, ``changed`` or ``missing`` here.

    ``difference`` says where what was made again differs from it: '' nowhere, None if nothing was.
    """

    name: str
    state: str
    difference: str | None = None


class Replay(Struct, frozen=True, kw_only=True):
    """What came of making an export again; ``missing`` and ``damaged`` are digests of answers.

    ``reproduced`` is true where the rows were made again, and nobody has changed the files.
    """

    manifest: str
    statement: str
    answers: int
    missing: list[str]
    damaged: list[str]
    files: list[File]
    rows: int
    rows_again: int | None = None
    complete: bool
    reason: str | None
    notes: list[str]
    from_collections: bool = False
    reproduced: bool = False

    @property
    def exit_status(self) -> int:
        """The status that the command ends with."""
        return 0 if self.reproduced else IncompleteError.exit_status


def replay(path: Path, against: Path) -> Replay:
    """Make an export again; ``against`` is a directory with studies or bodies, or one study.

    Raise ``UsageError`` (TS613) for what is no manifest, or names what no manifest may.
    """
    told = _read(path)
    if not against.exists():
        raise UsageError("TS607", f"there is no {against}")
    with closing(Archive(against, {answer.sha256 for answer in told.answers})) as archive:
        lost = [each.sha256 for each in told.answers if each.sha256 not in archive]
        found = Replay(
            manifest=str(path),
            statement=told.statement,
            answers=len(told.answers),
            missing=[digest for digest in lost if digest not in archive.damaged],
            damaged=[digest for digest in lost if digest in archive.damaged],
            files=[File(file.name, _state(path.parent, file)) for file in told.files],
            rows=told.rows,
            complete=told.complete,
            reason=told.reason,
            notes=list(_versions(told)),
            from_collections=bool(told.collections),
        )
        if lost:
            return found
        with tempfile.TemporaryDirectory(prefix="tiksql-replay-") as folder:
            return _again(told, found, archive, Path(folder))


def _read(path: Path) -> Manifest:
    try:
        if path.stat().st_size > BIGGEST:
            raise UsageError("TS613", f"{path} is too large for a manifest")
        told = manifests.from_json(path.read_bytes())
    except OSError as error:
        raise UsageError("TS607", f"{path} cannot be read: {error.strerror}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(
            "TS613",
            f"{path} is no manifest: {error}",
            hint="COPY … TO 'NAME' writes NAME.manifest.json",
        ) from None
    if told.manifest != manifests.VERSION:
        raise UsageError(
            "TS613",
            f"{path} is a manifest of version {told.manifest}, and this program knows 1",
            hint="install a later version of tiksql",
        )
    if not _is_possible(told):
        raise UsageError("TS613", f"{path} is of no export that this program could have written")
    return told


def _is_possible(told: Manifest) -> bool:
    """Say whether there is such an export: a manifest may be anybody's, and its names anything."""
    form = told.export
    return (
        form.format in FORMATS
        and form.profile in PROFILES
        and form.partition_by in {None, *PERIODS}
        and bool(told.files)
        and all(_is_name(file.name) for file in told.files)
        and len({PurePosixPath(file.name).parts[0] for file in told.files}) == 1
    )


def _is_name(name: str) -> bool:
    """Say whether a name is that of a file beside the manifest, or below it."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not {"/", ".."} & set(parts) and name.isprintable() and "\\" not in name


def _state(folder: Path, file: FileEntry) -> str:
    path = folder / file.name
    if path.is_symlink() or not path.is_file():
        return "missing"
    (now,) = manifests.described(folder, [path])
    return "unchanged" if now == file else "changed"


def _versions(told: Manifest) -> Iterator[str]:
    """Say where another program or catalog may account for other rows."""
    was, is_ = told.made_by, manifests.Versions(__version__, load().version)
    if was != is_:
        yield (
            f"made by tiksql {was.tiksql} with catalog {was.catalog};"
            f" this is {is_.tiksql} with {is_.catalog}"
        )


# --- making again


def _again(told: Manifest, found: Replay, archive: Archive, folder: Path) -> Replay:
    """Run the statement on its answers, write the export once more, and compare."""
    try:
        made = _made(told, archive, folder)
    except TikSQLError as error:
        notes = [*found.notes, f"the rows could not be made again: {error.message}"]
        return structs.replace(found, notes=notes)
    except (ValueError, msgspec.MsgspecError) as error:
        raise UsageError("TS613", f"{found.manifest} contradicts itself: {error}") from None
    files = [
        _compared(file, told, made, folder, Path(found.manifest).parent) for file in found.files
    ]
    if more := {file.name for file in made.files} - {file.name for file in found.files}:
        files += [File(name, "missing", "no such file was exported") for name in sorted(more)]
    same = all(file.state == "unchanged" and file.difference == "" for file in files)
    whole = (made.rows, made.complete) == (told.rows, told.complete)
    return structs.replace(found, files=files, rows_again=made.rows, reproduced=same and whole)


def _made(told: Manifest, archive: Archive, folder: Path) -> Manifest:
    """Run the statement on its answers, and write the export into a directory."""
    with closing(_session(told, folder)) as session:
        session.recorded = Recorded(
            [each for each in told.answers if each.kept is None], told.refused, archive.body
        )
        for entry in told.collections:
            _refill(session, entry, told, archive)
        return _written(session, told, folder)


def _compared(file: File, told: Manifest, made: Manifest, folder: Path, here: Path) -> File:
    """Compare a file with the one that was made again: by its bytes, then by its rows."""
    was, is_ = (
        next((each for each in which.files if each.name == file.name), None)
        for which in (told, made)
    )
    if is_ is None:
        found = "nothing was written there again"
    elif is_ == was:
        found = ""
    elif file.state == "unchanged":
        found = difference(told.export.format, here / file.name, folder / file.name)
    else:
        found = "other bytes, and the file is not here to compare its rows"
    return structs.replace(file, difference=found)


def _session(told: Manifest, folder: Path) -> Session:
    now = dt.datetime.fromisoformat(told.now).replace(tzinfo=None)
    server = Backend(told.server, _base_url(told), lambda _: Silent(ClientSettings()), lambda: now)
    settings = DEFAULTS
    for name, value in told.settings.items():
        settings = settings.having(name, value, "session")
    return Session(server, settings, study=folder / "study.db" if told.collections else None)


def _base_url(told: Manifest) -> str:
    """Find where the requests went, from an address of one of them."""
    paths = [table.path for table in load().tables.values()]
    for url in [answer.url for answer in told.answers] + [each.url for each in told.refused]:
        for path in paths:
            if url.endswith(path):
                return url.removesuffix(path)
    return load().base_url


def _refill(session: Session, entry: CollectionEntry, told: Manifest, archive: Archive) -> None:
    """Make a collection as it was, from its own answers."""
    if not entry.runs:
        raise UsageError("TS613", f"the manifest does not say which runs {entry.name} had")
    definitions = session.studies.definitions
    created = dt.datetime.fromisoformat(entry.created_at)
    meant = definitions.meant(entry.statement, entry.name, entry.settings, created)
    definition = structs.replace(definitions.define(*meant), server=entry.server)
    own = [each for each in told.answers if each.kept and each.kept.collection == entry.name]
    refill(session.studies.study, entry, definition, own, archive.body)


def _written(session: Session, told: Manifest, folder: Path) -> Manifest:
    """Write the export of a manifest once more, into a directory."""
    form, statement = told.export, Source(told.statement, "the manifest")
    order = Order(
        folder / PurePosixPath(told.files[0].name).parts[0],
        form.format,
        header=form.header,
        partition=form.partition_by or "",
        profile=form.profile,
    )
    (query, *more) = parse(statement).statements
    stream = session.execute(query, {}) if isinstance(query, ast.Query) and not more else None
    if not isinstance(query, ast.Query) or not isinstance(stream, Stream):
        raise UsageError("TS613", "the statement of the manifest is no query")
    said = circumstances(query, session.backend, session.settings)
    return Export(order, stream, said).write()


# --- saying


def shown(found: Replay) -> Iterator[str]:
    """Write what came of it as lines for people."""
    yield found.statement
    here = found.answers - len(found.missing) - len(found.damaged)
    yield f"  answers: {here:,} of {found.answers:,} are here as they came"
    for digests, what in ((found.missing, "missing"), (found.damaged, "damaged")):
        yield from (f"    {what}: {digest}" for digest in digests[:SHOWN])
        if len(digests) > SHOWN:
            yield f"    and {len(digests) - SHOWN:,} more are {what}"
    if found.missing and not found.from_collections:
        yield "    only collections keep their answers; a plain SELECT keeps none"
    for file in found.files:
        again = {None: "not made again", "": "the same rows again"}.get(file.difference)
        yield f"  {file.name}: {file.state}, {again or f'differs: {file.difference}'}"
    again = "none" if found.rows_again is None else f"{found.rows_again:,}"
    yield f"  rows: {found.rows:,} exported, {again} made again"
    if not found.complete:
        yield f"  the export is incomplete, as its manifest says: {found.reason}"
    yield from (f"  note: {note}" for note in found.notes)
    yield "reproduced" if found.reproduced else "NOT reproduced"
