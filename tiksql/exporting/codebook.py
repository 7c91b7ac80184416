"""A codebook: what each column of an export is, where it is from, and what is in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiksql.output.markdown import MarkdownWriter, escape
from tiksql.output.writer import Style
from tiksql.rows import Head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiksql.exporting.manifest import Manifest
    from tiksql.exporting.measures import Measure
    from tiksql.exporting.origins import Origin
    from tiksql.output.writer import Sink

HEADS = tuple(
    Head(name, "text")
    for name in ("column", "type", "meaning", "from", "source", "missing", "values")
)


def write(
    sink: Sink,
    manifest: Manifest,
    columns: Sequence[tuple[Origin, Measure]],
    sources: Mapping[str, str],
) -> None:
    """Write a codebook in Markdown; ``sources`` says what the catalog's marks stand for."""
    sink.write(f"# Codebook of {escape(manifest.files[0].name.partition('/')[0])}\n\n")
    sink.write(f"{manifest.rows:,} rows, {_state(manifest)}, written {manifest.written_at}.\n\n")
    sink.write(f"Statement: {escape(manifest.statement)}\n\n")
    writer = MarkdownWriter(sink, HEADS, Style(null=""))
    writer.write([_row(*column) for column in columns])
    writer.close()
    used = list(_sources_of(columns, sources))
    if used:
        sink.write("\nSources:\n\n")
    for mark in used:
        sink.write(f"- {mark}: {escape(sources[mark])}\n")


def _state(manifest: Manifest) -> str:
    return "complete" if manifest.complete else f"INCOMPLETE: {escape(manifest.reason or '')}"


def _row(origin: Origin, measure: Measure) -> tuple[str | None, ...]:
    column = origin.column
    return (
        measure.head.name,
        measure.head.type,
        column.description if column else "an expression of the statement" * bool(origin.made),
        "; ".join(part for part in (origin.name, origin.made) if part),
        column.source if column else "",
        measure.share_missing,
        measure.range,
    )


def _sources_of(
    columns: Sequence[tuple[Origin, Measure]], sources: Mapping[str, str]
) -> Iterator[str]:
    named = " ".join(origin.column.source for origin, _ in columns if origin.column)
    return (mark for mark in sources if re.search(rf"\b{re.escape(mark)}\b", named))
