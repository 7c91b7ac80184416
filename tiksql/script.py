"""A script, run: statements one after another, their results written, their errors shown."""

from __future__ import annotations

import json
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from tiksql.errors import TikSQLError, UsageError
from tiksql.files import written_aside
from tiksql.output.formats import BETWEEN, FORMATS, open_writer
from tiksql.parameters import typed
from tiksql.planning.binding import bind
from tiksql.session import Text
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tiksql.arguments import Arguments
    from tiksql.console import Console
    from tiksql.output.progress import Progress
    from tiksql.output.writer import Style
    from tiksql.session import Session
    from tiksql.source import Source
    from tiksql.stream import Stats, Stream

READ_BY_PEOPLE = frozenset({"table", "vertical"})
LATER = frozenset({"parquet", "xlsx"})
"""Suffixes of formats that are still to come; other unknown ones are written as csv."""


@dataclass(slots=True)
class Run:
    """The running of one command's scripts: what was written so far, and how it went."""

    session: Session
    console: Console
    arguments: Arguments
    values: dict[str, object]
    bound: dict[str, object] = field(default_factory=dict)
    status: int = 0
    results: int = 0
    totals: dict[str, Any] = field(default_factory=dict)
    confirm: Callable[[Stream], bool] = lambda _: True

    def script(self, source: Source) -> bool:
        """Run the statements of a source; say whether what comes after it shall run, too."""
        from tiksql.syntax.parser import parse  # noqa: PLC0415 - lark only where there is a text

        try:
            statements = parse(source).statements
            self.bound = typed(source, self.values)
            self._check_single(statements)
        except TikSQLError as error:
            return self._failed(error, source, None)
        for number, statement in enumerate(statements, 1):
            try:
                self._statement(statement)
            except TikSQLError as error:
                if not self._failed(error, source, number):
                    return False
        return True

    def _check_single(self, statements: tuple[ast.Statement, ...]) -> None:
        shown = [s for s in statements if not isinstance(s, ast.SetSetting | ast.ResetSetting)]
        if self.arguments.output and len(shown) + self.results > 1:
            raise UsageError(
                "TS605",
                "-o takes one result, and there are more",
                hint="run one statement, or redirect standard output",
            )

    def _failed(self, error: TikSQLError, source: Source, number: int | None) -> bool:
        """Show an error of a source; say whether the next statement shall run."""
        error.source = error.source or source
        self.failed(error, number)
        return self.session.settings["on_error"] == "continue"

    def failed(self, error: TikSQLError, number: int | None = None) -> None:
        """Show an error and remember it; the first decides the exit status."""
        self.show(error, number)
        self.status = self.status or error.exit_status
        self.totals["reason"] = self.totals.get("reason") or error.message

    def show(self, error: TikSQLError, number: int | None = None) -> None:
        """Write an error to standard error, as text or as JSON."""
        from tiksql.output.problems import render_json, render_text  # noqa: PLC0415 - rarely needed

        stream = self.console.stderr
        if self.arguments.errors == "json":
            stream.write(render_json(error, statement=number) + "\n")
        else:
            color = self.console.paints(stream, self.session.settings.text("color"))
            stream.write(render_text(error, color=color))

    def note(self, text: str) -> None:
        """Write something worth knowing to standard error."""
        from tiksql.output.sanitize import visible  # noqa: PLC0415 - rarely needed

        if self.arguments.errors == "json":
            self.console.stderr.write(json.dumps({"note": text}) + "\n")
        else:
            self.console.stderr.write(f"note: {visible(text)}\n")

    def translations(self, source: Source, target: str) -> Iterator[str]:
        """Print the queries of a source in a form; what only sets something is obeyed."""
        from tiksql.syntax.parser import parse  # noqa: PLC0415 - see above

        try:
            statements = parse(source).statements
            self.bound = typed(source, self.values)
            for statement in statements:
                query = statement.query if isinstance(statement, ast.Explain) else statement
                if isinstance(query, ast.Query):
                    yield self._translation(query, target) + "\n"
                elif isinstance(query, ast.SetSetting | ast.ResetSetting):
                    self.session.execute(query, self.bound)
        except TikSQLError as error:
            self._failed(error, source, None)

    def _translation(self, query: ast.Query, target: str) -> str:
        return self.session.translate(bind(query, self.bound), target, query.span)

    # --- one statement

    def _statement(self, statement: ast.Statement) -> None:
        if self.arguments.dry_run and isinstance(statement, ast.Query):
            statement = ast.Explain(statement, span=statement.span)
        elif self.arguments.dry_run and isinstance(statement, ast.CreateCollection):
            statement = ast.Explain(statement.query, span=statement.span)
        elif self.arguments.dry_run and isinstance(statement, ast.Explain):
            statement = replace(statement, analyze=False)
        answer = self.session.execute(statement, self.bound)
        if isinstance(answer, Text):
            self._write_text(answer.text)
            if answer.stream:
                self._add(answer.stream.stats)
        elif answer is not None and self.confirm(answer):
            self._write_rows(answer)

    def _write_text(self, text: str) -> None:
        from tiksql.output.sanitize import visible_lines  # noqa: PLC0415 - not for rows

        with self._target() as stream:
            self._part("table", stream)
            shown = visible_lines(text) if stream.isatty() else text
            stream.write(shown + "\n")

    def _write_rows(self, stream: Stream) -> None:
        if not stream.heads:
            self._watch(stream)
            return
        name = self._format()
        try:
            with self._target() as out, closing(self._watched(stream)) as batches:
                first = next(batches, [])
                self._part(name, out)
                writer = open_writer(name, out, stream.heads, self._style(out))
                writer.write(first)
                for rows in batches:
                    writer.write(rows)
                writer.close(self._footer(stream, name, out))
                out.flush()
        finally:
            self._add(stream.stats)
        self._notes(stream)

    def _watch(self, stream: Stream) -> None:
        """Read a stream that has no rows to show: a collection is being filled."""
        try:
            for _ in self._watched(stream):
                pass
        finally:
            self._add(stream.stats)
        self._notes(stream)

    def _notes(self, stream: Stream) -> None:
        for text in stream.notes:
            self.note(text)
        if not stream.stats.complete:
            self.note(f"INCOMPLETE: {stream.stats.reason}")

    def _watched(self, stream: Stream) -> Generator[list[Any], None, None]:
        """Pass the batches on, with a line of progress wherever the next one is waited for."""
        progress = self._progress()
        try:
            progress.show(_counts(stream))
            for rows in stream.batches():
                progress.clear()
                yield rows
                progress.show(_counts(stream))
        finally:
            progress.clear()

    def _progress(self) -> Progress:
        from tiksql.output.progress import Progress  # noqa: PLC0415 - only on a terminal

        return Progress(self.console.stderr, time.monotonic, self.console.environ)

    def _add(self, stats: Stats) -> None:
        """Add what a statement cost and brought to the account of the run."""
        self.status = self.status or stats.exit_status
        add = stats.as_json()
        for name in ("rows", "records", "requests", "retries", "elapsed_ms"):
            self.totals[name] = self.totals.get(name, 0) + add[name]
        self.totals["complete"] = self.totals.get("complete", True) and stats.complete
        self.totals["reason"] = self.totals.get("reason") or stats.reason

    def write_stats(self) -> None:
        """End with the line of ``--stats``."""
        empty = {"rows": 0, "records": 0, "requests": 0, "retries": 0}
        line = {**empty, "complete": self.status == 0, "reason": None, "elapsed_ms": 0}
        line |= self.totals
        line["complete"] = line["complete"] and self.status == 0
        self.console.stderr.write(json.dumps(line, separators=(",", ":")) + "\n")

    # --- where and how

    def _format(self) -> str:
        name = self.session.settings.text("format")
        if name != "auto":
            return name
        if self.arguments.output:
            suffix = Path(self.arguments.output).suffix.lstrip(".").lower()
            named = {"md": "markdown", "txt": "table", "ndjson": "jsonl"}.get(suffix, suffix)
            if named in LATER:
                raise UsageError(
                    "TS605", f"{named} cannot be written yet", hint="-o FILE.csv, or --format"
                )
            return named if named in FORMATS else "csv"
        if not self.console.stdout.isatty():
            return "csv"
        return "vertical" if self.session.settings["expanded"] == "on" else "table"

    def _style(self, out: TextIO) -> Style:
        from tiksql.output.writer import Style  # noqa: PLC0415 - not for a translation

        settings = self.session.settings
        terminal = out is self.console.stdout and out.isatty()
        return Style(
            width=self.console.width() if terminal else None,
            color=self.console.paints(out, settings.text("color")) and terminal,
            null=settings.text("null"),
            terminal=terminal,
        )

    def _footer(self, stream: Stream, name: str, out: TextIO) -> str | None:
        stats = stream.stats
        shown = out.isatty() and out is self.console.stdout
        if name not in READ_BY_PEOPLE or not (shown or not stats.complete):
            return None
        parts = [_counted(stats.rows, "row")]
        if stream.plan:
            parts += [_counted(stats.records, "record"), _counted(stats.requests, "request")]
        if shown and self.session.settings.flag("timing"):
            parts.append(f"{stats.elapsed_ms / 1000:.1f} s")
        parts.append("complete" if stats.complete else f"INCOMPLETE: {stats.reason}")
        return " · ".join(parts)

    def _part(self, name: str, out: TextIO) -> None:
        """Part this result from the one before it."""
        if self.results:
            out.write(BETWEEN[name])
        self.results += 1

    @contextmanager
    def _target(self) -> Iterator[TextIO]:
        if self.arguments.output is None:
            yield self.console.stdout
            return
        with written_aside(Path(self.arguments.output)) as stream:
            yield stream


def _counts(stream: Stream) -> Any:
    from tiksql.output.progress import Counts  # noqa: PLC0415 - only on a terminal

    stats = stream.stats
    return Counts(
        pages=stats.pages,
        records=stats.records,
        requests=stats.requests,
        retries=stats.retries,
        windows_done=max(0, stats.windows - 1),
        windows=len(stream.plan.requests) if stream.plan else 0,
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
