"""An export: a stream of rows, written aside, described, and moved into place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from tiksql.catalog import load
from tiksql.errors import IncompleteError, ResolveError
from tiksql.exporting import manifest
from tiksql.exporting.origins import origins
from tiksql.exporting.placing import aside, move
from tiksql.rows import Head
from tiksql.stream import Stream
from tiksql.syntax.printer import to_sql
from tiksql.translate.json import document
from tiksql.version import __version__
from tiksql.words import ours, theirs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tiksql.backend import Backend
    from tiksql.exporting.manifest import Manifest
    from tiksql.exporting.measures import Measures
    from tiksql.exporting.order import Order
    from tiksql.rows import Row
    from tiksql.settings import Settings
    from tiksql.syntax import ast


class Circumstances(Struct, frozen=True):
    """What a statement says, and what it depends on: server, settings, and its time, naive UTC."""

    statement: str
    server: str
    settings: dict[str, int | bool | str]
    now: dt.datetime


SHAPING: Final = (
    "window_days",
    "max_branches",
    "page_size",
    "allow_full_scan",
    "extra_day",
    "strict_catalog",
    "max_requests",
    "allow_partial",
)
"""The settings that what is asked, or how much of it, depends on."""


def circumstances(query: ast.Query, backend: Backend, settings: Settings) -> Circumstances:
    """Say under which circumstances a query is about to run."""
    chosen = {name: settings[name] for name in SHAPING}
    return Circumstances(to_sql(query), backend.name, chosen, backend.now())


def utc_now() -> dt.datetime:
    """Return the time of this computer, naive and in UTC."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Export:
    """A stream and what is to become of it; nothing is asked or written before ``write``.

    Raise ``ResolveError`` where the format cannot hold the columns of the stream.
    """

    order: Order
    stream: Stream
    circumstances: Circumstances
    clock: Callable[[], dt.datetime] = utc_now

    def __post_init__(self) -> None:
        """Check the columns."""
        check_columns(self.order, self.stream.heads)

    def write(self, batches: Iterable[list[Row]] | None = None) -> Manifest:
        """Write the rows (``batches`` are those of the stream, watched), and what describes them.

        A result that lacks rows is written and said to lack them; one without any is not, and the
        error that cut it is raised. Raise ``OutputError`` where the disk refuses.
        """
        from tiksql.exporting.measures import Measures  # noqa: PLC0415 - see below

        with aside(self.order) as folder:
            measures = Measures(self.stream.heads)
            self._fill(folder, self.stream.batches() if batches is None else batches, measures)
            made = self._manifest(folder)
            (folder / self.order.manifest.name).write_bytes(made.to_json())
            if self.order.codebook:
                self._write_codebook(folder, made, measures)
            move(self.order, folder)
        return made

    def summary(self) -> Stream:
        """Write everything, and return what was written as a result of its own."""
        made = self.write()
        heads = (Head("file", "text"), Head("rows", "integer"), Head("bytes", "integer"))
        row = (str(self.order.path), made.rows, sum(file.bytes for file in made.files))
        told = self.stream
        stats = replace(told.stats, rows=0)
        return Stream(heads, lambda _: iter([[row]]), stats, told.notes, told.received, told.plan)

    def _fill(self, folder: Path, batches: Iterable[list[Row]], measures: Measures) -> None:
        from tiksql.exporting.opening import opened  # noqa: PLC0415 - only once something is written

        heads = self.stream.heads
        target = folder / self.order.path.name
        writer = opened(self.order, target, heads, origins(heads, self.stream.plan))
        try:
            for rows in batches:
                writer.write(rows)
                measures.add(rows)
            self._check_rows()
            writer.close()
        finally:
            writer.abandon()
        self.stream.notes.extend(writer.notes)

    def _check_rows(self) -> None:
        stats = self.stream.stats
        if not stats.complete and not stats.rows:
            raise stats.error or IncompleteError("TS540", stats.reason or "rows are missing")

    def _manifest(self, folder: Path) -> Manifest:
        order, stream, stats = self.order, self.stream, self.stream.stats
        target = folder / order.path.name
        files = sorted(target.rglob("*.parquet")) if order.partition else [target]
        sources = origins(stream.heads, stream.plan)
        return manifest.Manifest(
            written_at=self.clock().isoformat(timespec="seconds") + "Z",
            made_by=manifest.Versions(__version__, load().version),
            server=self.circumstances.server,
            statement=self.circumstances.statement,
            settings=self.circumstances.settings,
            now=self.circumstances.now.isoformat() + "Z",
            export=manifest.Form(
                order.format, order.header, order.profile, order.partition or None
            ),
            columns=[
                manifest.ColumnEntry(head.name, head.type, source.name)
                for head, source in zip(stream.heads, sources, strict=True)
            ],
            files=list(manifest.described(folder, files)),
            rows=stats.rows,
            complete=stats.complete,
            reason=stats.reason and ours(stats.reason),
            from_server=theirs(stats.reason),
            notes=[ours(note) for note in stream.notes],
            drift=dict(stream.drift),
            counts=msgspec.convert(stats, manifest.Counts, from_attributes=True),
            requests=document(stream.plan)["requests"] if stream.plan else [],
            answers=msgspec.convert(stream.answers(), list[manifest.Answer]),
            refused=msgspec.convert(stream.refused, list[manifest.Refused]),
            collections=msgspec.convert(
                [each.facts() for each in stream.kept], list[manifest.CollectionEntry]
            ),
        )

    def _write_codebook(self, folder: Path, made: Manifest, measures: Measures) -> None:
        from tiksql.exporting import codebook  # noqa: PLC0415 - see above

        sources = origins(self.stream.heads, self.stream.plan)
        columns = list(zip(sources, measures.columns, strict=True))
        path = folder / self.order.codebook_file.name
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            codebook.write(stream, made, columns, load().sources)


def check_columns(order: Order, heads: tuple[Head, ...]) -> None:
    """Raise where a format cannot hold columns: ``ResolveError`` (TS275), or a missing library."""
    if order.format == "xlsx":
        from tiksql.output.workbook import check_library  # noqa: PLC0415 - an extra

        check_library(heads)
    if order.format == "parquet":
        _check_names(order, heads)


def _check_names(order: Order, heads: tuple[Head, ...]) -> None:
    names = [head.name.casefold() for head in heads]
    twice = next((head.name for head in heads if names.count(head.name.casefold()) > 1), None)
    if twice is not None:
        raise ResolveError(
            "TS275",
            f'two columns are called "{twice}", and Parquet tells columns apart by name alone',
            span=order.place,
            hint="give one another name with AS",
        )
    if order.partition and order.time_column(heads) is None:
        raise ResolveError(
            "TS275",
            f"there is no time to take the {order.partition} from",
            span=order.partition_place,
            hint="select a column with times or days, too",
        )
    if order.partition in names:
        raise ResolveError(
            "TS275",
            f"a column is called {order.partition}, like the directories of the partitions",
            span=order.partition_place,
            hint="give it another name with AS",
        )
