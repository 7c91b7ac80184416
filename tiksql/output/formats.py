"""The formats by name, and the one function that opens a writer for a result."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiksql.output.writer import Sink, Style, Writer
    from tiksql.rows import Head

_WRITERS: Final = {
    "table": ("table", "TableWriter"),
    "vertical": ("vertical", "VerticalWriter"),
    "fitting": ("fitting", "FittingWriter"),
    "csv": ("separated", "CsvWriter"),
    "tsv": ("separated", "TsvWriter"),
    "json": ("objects", "JsonWriter"),
    "jsonl": ("objects", "JsonlWriter"),
    "markdown": ("markdown", "MarkdownWriter"),
}
"""The module and the class of each format: only the one that is used is imported."""

FORMATS: Final = tuple(name for name in _WRITERS if name != "fitting")
"""The names of the formats, as ``--format`` takes them; one is chosen by what fits."""

EXACT: Final = frozenset({"csv", "tsv", "json", "jsonl"})
"""The formats that keep every character, unless they are written to a terminal."""

BETWEEN: Final = {name: "" if name in {"json", "jsonl"} else "\n" for name in _WRITERS}
"""What is written between two results of one run."""


def open_writer(name: str, sink: Sink, heads: Sequence[Head], style: Style) -> Writer:
    """Open a writer for one result; nothing is written before its first rows or its end.

    ``fitting`` is a table, or vertical where that would hide columns. ``KeyError`` for a name
    that is neither this nor in ``FORMATS``.
    """
    from tiksql.output.writer import VisibleSink  # noqa: PLC0415 - names alone need no writer

    module, kind = _WRITERS[name]
    writer: Callable[[Sink, Sequence[Head], Style], Writer] = getattr(
        import_module(f"tiksql.output.{module}"), kind
    )
    return writer(VisibleSink(sink) if style.terminal and name in EXACT else sink, heads, style)
