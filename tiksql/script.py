"""A script, run: statements one after another, their results delivered, their errors shown."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tiksql.delivery import Delivery, wholeness
from tiksql.emptiness import why_empty
from tiksql.errors import InterruptError, TikSQLError, UsageError
from tiksql.interrupts import AbortedError, Interrupts
from tiksql.midnight import UNTIL_MIDNIGHT
from tiksql.parameters import typed
from tiksql.planning.trees import harmless
from tiksql.session import Text
from tiksql.stream import Stream
from tiksql.syntax import ast
from tiksql.words import counted, ours, theirs

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.arguments import Arguments
    from tiksql.console import Console
    from tiksql.exporting.export import Export
    from tiksql.session import Session
    from tiksql.source import Source
    from tiksql.stream import Stats


@dataclass(slots=True)
class Run:
    """The running of one command's scripts: what was written so far, and how it went.

    ``confirm`` is asked before a stream is read. ``mended`` is told an error and says whether
    it did something about it, so that the statement shall be tried again. ``kept`` may hold on to
    a stream before it is read. ``agrees`` asks whether a script of others is trusted, None where
    nobody can be asked. ``for_people`` adds what a program does not need to be told.
    """

    session: Session
    console: Console
    arguments: Arguments
    values: dict[str, object]
    bound: dict[str, object] = field(default_factory=dict)
    status: int = 0
    totals: dict[str, Any] = field(default_factory=dict)
    confirm: Callable[[Stream], bool] = lambda _: True
    mended: Callable[[TikSQLError], bool] = lambda _: False
    kept: Callable[[Stream], None] = lambda _: None
    agrees: Callable[[str], bool] | None = None
    for_people: bool = False
    delivery: Delivery = field(init=False)
    _warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the way out."""
        self.for_people = self.for_people or self.console.stderr.isatty()
        self.delivery = Delivery(self.session, self.console, self.arguments.output)
        self.session.line.warn = self._warnings.append
        if not self.console.shows_progress:
            self.delivery.watch.say = self.note

    def script(self, source: Source) -> bool:
        """Run the statements of a source; say whether what comes after it shall run, too."""
        from tiksql.syntax.parser import parse  # noqa: PLC0415 - lark only where there is a text

        try:
            statements = parse(source).statements
            self.bound = typed(source, self.values)
            self._check_single(statements)
            if source.doubt and not (self.arguments.trust or self.arguments.dry_run):
                self._check_trust(source, statements)
        except TikSQLError as error:
            self.mended(error)
            return self._failed(error, source, None)
        for number, statement in enumerate(statements, 1):
            if not self._goes_on(statement, source, number):
                self._note_left(len(statements) - number)
                return False
        return True

    def _goes_on(self, statement: ast.Statement, source: Source, number: int) -> bool:
        """Run one statement; say whether the next one shall run."""
        with Interrupts(self._stop) as interrupts:
            try:
                self._tried(statement)
            except AbortedError:
                return self._failed(InterruptError("TS801", "aborted"), source, number)
            except TikSQLError as error:
                return self._failed(error, source, number)
        return not interrupts.pressed

    def _check_single(self, statements: tuple[ast.Statement, ...]) -> None:
        silent = ast.SetSetting | ast.ResetSetting | ast.Copy
        shown = [s for s in statements if not isinstance(s, silent)]
        if self.arguments.output and len(shown) + self.delivery.results > 1:
            raise UsageError(
                "TS605",
                "-o takes one result, and there are more",
                hint="run one statement, or redirect standard output",
            )

    def _check_trust(self, source: Source, statements: tuple[ast.Statement, ...]) -> None:
        """Let a script of others leave nothing behind unless its user says so."""
        from tiksql import trust  # noqa: PLC0415 - most scripts are of their user
        from tiksql.output.sanitize import visible_lines  # noqa: PLC0415 - see above

        found = trust.deeds(statements, self.bound)
        if found and self.agrees:
            self.console.stderr.write(visible_lines(trust.question(source, found)) + "\n")
        if found and not (self.agrees and self.agrees("run it? [y/N] ")):
            raise trust.distrust(source, found)

    def _failed(self, error: TikSQLError, source: Source, number: int | None) -> bool:
        """Show an error of a source; say whether the next statement shall run."""
        error.source = error.source or source
        self.failed(error, number)
        if isinstance(error, InterruptError):
            return False
        return self.session.settings["on_error"] == "continue"

    def _note_left(self, statements: int) -> None:
        if statements:
            many = "statement" if statements == 1 else f"{statements} statements"
            self.note(f"the {many} after it did not run")

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

    def _stop(self) -> bool:
        """Ask the statement under way to end well; say whether it will."""
        from tiksql.local.database import hurry  # noqa: PLC0415 - Ctrl-C is rare

        hurry()
        self.delivery.watch.stopping = self.session.line.stop()
        return self.delivery.watch.stopping

    # --- one statement

    def _tried(self, statement: ast.Statement) -> None:
        """Run a statement, and once more if what stopped it has been mended."""
        try:
            self._statement(statement)
        except TikSQLError as error:
            if not self.mended(error):
                raise
            self._statement(statement)
        finally:
            while self._warnings:
                self.note(self._warnings.pop(0))

    def _statement(self, statement: ast.Statement) -> None:
        if self.arguments.dry_run:
            if isinstance(statement, ast.Copy):
                self.session.execute(statement, self.bound)  # which checks it and writes nothing
            statement = harmless(statement)
        answer = self.session.execute(statement, self.bound)
        if isinstance(answer, Text):
            self.delivery.text(answer.text)
            if answer.stream:
                self._add(answer.stream.stats)
        elif isinstance(answer, Stream):
            if self.confirm(answer):
                self.kept(answer)
                self._told(answer, lambda: self._delivered(answer))
        elif answer is not None and self.confirm(answer.stream):
            self._told(answer.stream, lambda: self._exported(answer))

    def _told(self, stream: Stream, deliver: Callable[[], str | None]) -> None:
        """Deliver a stream, and say what has to be said of it."""
        try:
            account = deliver()
        finally:
            self._add(stream.stats)
        for text in stream.notes:
            self.note(text)
        why = why_empty(stream) if self.for_people and stream.heads else None
        if why is not None:
            self.note(why)
        if not stream.stats.complete and not (account and self.for_people):
            self.note(wholeness(stream.stats))
        error = stream.stats.error
        if error and error.hint and error.code in UNTIL_MIDNIGHT:
            self.note(error.hint)

    def _exported(self, export: Export) -> None:
        with closing(self.delivery.watch.batches(export.stream, erased=False)) as batches:
            made = export.write(batches)
        self.note(f"{counted(made.rows, 'row')} written to {export.order.path}")

    def _delivered(self, stream: Stream) -> str | None:
        """Deliver what there is, and return what a person has been told of it."""
        if stream.heads:
            return self.delivery.rows(stream)
        self.delivery.read(stream)
        account = self.delivery.account(stream) if self.for_people else None
        if account:
            self.note(account)
        return account

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
        line: dict[str, Any] = dict.fromkeys(("rows", "records", "requests", "retries"), 0)
        line |= {"complete": True, "reason": None, "elapsed_ms": 0, **self.totals}
        line["complete"] = line["complete"] and self.status == 0
        if said := theirs(line["reason"]):
            line |= {"reason": ours(line["reason"]), "from_server": said}
        self.console.stderr.write(json.dumps(line, separators=(",", ":")) + "\n")
