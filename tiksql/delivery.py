"""A result on its way to whoever asked: where it goes, in which form, and what is said about it."""

from __future__ import annotations

import io
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tiksql.catalog import load
from tiksql.errors import OutputError, UsageError
from tiksql.files import written_aside
from tiksql.output.formats import BETWEEN, FORMATS, open_writer
from tiksql.watching import Watch
from tiksql.words import counted

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tiksql.console import Console
    from tiksql.output.writer import Style
    from tiksql.rows import Row
    from tiksql.session import Session
    from tiksql.stream import Stats, Stream

READ_BY_PEOPLE = frozenset({"table", "vertical", "fitting"})
BY_COPY = frozenset({"parquet", "xlsx"})
"""Suffixes of formats that only COPY writes; other unknown ones are written as csv."""

NAMED = {"md": "markdown", "txt": "table", "ndjson": "jsonl"}
"""Suffixes that are not called as their format is."""


class Delivery:
    """The way out of one run.

    ``output`` is the file that takes its one result, ``appended`` one that takes all results for as
    long as it is set; without either, results go to standard output.
    """

    def __init__(self, session: Session, console: Console, output: str | None) -> None:
        self._session = session
        self._console = console
        self.watch = Watch(session, console)
        self.output = output
        self.appended: Path | None = None
        self.results = 0

    def text(self, text: str) -> None:
        """Write a text as it is."""
        from tiksql.output.sanitize import visible_lines  # noqa: PLC0415 - not for rows

        with self._target() as out:
            self._part("table", out)
            out.write((visible_lines(text) if out.isatty() else text) + "\n")

    def rows(self, stream: Stream, name: str | None = None) -> str | None:
        """Write the rows of a stream while they come, in a form or in the usual one.

        Return the account below them, None where the form has none.
        """
        form = name or self.form()
        with self._target() as out, closing(self._batches(stream, out)) as batches:
            first = next(batches, [])
            self._part(form, out)
            style = replace(self._style(out), wraps=stream.plan is None)
            writer = open_writer(form, out, stream.heads, style)
            writer.write(first)
            for rows in batches:
                writer.write(rows)
            footer = self._footer(stream, form, out)
            writer.close(footer)
            if isinstance(out, Screen):
                out.account, out.folds = footer, form != "table"
            out.flush()
        return footer

    def read(self, stream: Stream) -> None:
        """Read a stream that has no rows to show: a collection is being filled."""
        for _ in self.watch.batches(stream, erased=False):
            pass

    def _batches(self, stream: Stream, out: TextIO) -> Generator[list[Row], None, None]:
        return self.watch.batches(stream, erased=out is self._console.stdout)

    def begin(self) -> None:
        """Begin anew: what comes next need not be parted from what a terminal has shown."""
        if self.appended is None:
            self.results = 0

    def _part(self, form: str, out: TextIO) -> None:
        """Part this result from the one before it."""
        if self.results:
            out.write(BETWEEN[form])
        self.results += 1

    # --- where

    @contextmanager
    def _target(self) -> Iterator[TextIO]:
        console = self._console
        if self.appended:
            with _appending(self.appended) as stream:
                yield stream
        elif self.output:
            with written_aside(Path(self.output)) as stream:
                yield stream
        elif words := self._pager():
            screen = Screen()
            yield screen
            screen.show(console, words)
        else:
            yield console.stdout

    def _pager(self) -> tuple[str, ...]:
        """Return the words that start a pager for what goes to the terminal, none for none."""
        if self._console.height() is None:
            return ()
        from tiksql.pager import command  # noqa: PLC0415 - not for files

        return tuple(command(self._session.settings.text("pager"), self._console.environ))

    # --- how

    def form(self) -> str:
        """Choose the form of a result."""
        name = self._session.settings.text("format")
        if name != "auto":
            return name
        if path := self.appended or self.output:
            return form_of(Path(path))
        if not self._console.stdout.isatty():
            return "csv"
        expanded = self._session.settings.text("expanded")
        return {"on": "vertical", "auto": "fitting"}.get(expanded, "table")

    def _style(self, out: TextIO) -> Style:
        from tiksql.output.writer import Style  # noqa: PLC0415 - not for a translation

        settings = self._session.settings
        terminal = out.isatty()
        return Style(
            width=self._console.width() if terminal else None,
            color=terminal and self._console.paints(self._console.stdout, settings.text("color")),
            null=settings.text("null"),
            terminal=terminal,
        )

    def _footer(self, stream: Stream, form: str, out: TextIO) -> str | None:
        if form not in READ_BY_PEOPLE or not (out.isatty() or not stream.stats.complete):
            return None
        return self.account(stream, people=out.isatty())

    def account(self, stream: Stream, *, people: bool = True) -> str:
        """Say what a result brought and cost, and whether it is whole."""
        stats = stream.stats
        parts = [counted(stats.rows, "row")]
        if stream.plan and stream.plan.scans:
            parts += [counted(stats.records, "record"), counted(stats.requests, "request")]
            left = self._quota_left(stream.plan.pool) if people and stats.requests else None
            parts += [f"{left:,} left today"] if left is not None else []
        if people and self._session.settings.flag("timing"):
            parts.append(f"{stats.elapsed_ms / 1000:.1f} s")
        return " · ".join([*parts, wholeness(stats)])

    def _quota_left(self, pool: str | None) -> int | None:
        used = self._session.backend.used_today(pool) if pool else None
        if pool is None or used is None:
            return None
        return max(load().pools[pool].requests_a_day - used, 0)


class Screen(io.StringIO):
    """What goes to a terminal, held back until it is known whether it needs a pager.

    ``account`` is its last line, which is shown below the pager rather than at its end, where
    not everybody gets. ``folds`` says whether lines that are too long are folded there, or cut.
    """

    account: str | None = None
    folds = True

    def isatty(self) -> bool:
        """Say that it ends on a terminal."""
        return True

    def show(self, console: Console, pager: tuple[str, ...]) -> None:
        """Write everything, through the pager if the terminal is too short for it."""
        text = self.getvalue()
        if console.holds(text):
            console.stdout.write(text)
            return
        from tiksql import pager as pages  # noqa: PLC0415 - rarely needed
        from tiksql.output.sanitize import visible  # noqa: PLC0415 - see above

        console.stdout.flush()
        account = visible(self.account) + "\n" if self.account else ""
        rows = text.removesuffix(account)
        shown = pages.show(rows, pager, console.environ, folds=self.folds)
        console.stdout.write(account if shown else text)


@contextmanager
def _appending(path: Path) -> Iterator[TextIO]:
    try:
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            yield stream
    except OSError as error:
        raise OutputError("TS701", f"{path} cannot be written: {error.strerror}") from None


def form_of(path: Path) -> str:
    """Choose the form of a file by its suffix; raise ``UsageError`` for what only COPY writes."""
    suffix = path.suffix.lstrip(".").lower()
    named = NAMED.get(suffix, suffix)
    if named in BY_COPY:
        hint = f"write COPY (SELECT …) TO '{path.name}'"
        raise UsageError("TS605", f"{named} is written by COPY alone", hint=hint)
    return named if named in FORMATS else "csv"


def wholeness(stats: Stats) -> str:
    """Say whether a result is whole, and if not, why."""
    return "complete" if stats.complete else f"INCOMPLETE: {stats.reason}"
