"""Statements about collections: made, continued, asked again, dropped, listed, read.

A collection is a statement with a clock that stands still: what ``CURRENT_DATE`` and an open end
mean is settled when a run begins, so that running it again continues the same requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiksql import accounts
from tiksql.catalog import load
from tiksql.collecting import Collecting
from tiksql.derived import OBSERVED, Derived
from tiksql.errors import (
    IncompleteError,
    InterruptError,
    QuotaError,
    ResolveError,
    StudyError,
    TikSQLError,
)
from tiksql.keeping import Kept
from tiksql.midnight import UNTIL_MIDNIGHT, after_midnight, renewal, shown, until_midnight
from tiksql.planning.plan import StoredTable
from tiksql.reading import Reading
from tiksql.rows import StoredColumn
from tiksql.spelling import nearest
from tiksql.store import chains, collections, reports
from tiksql.store.collectors import check_free, collecting
from tiksql.stream import Stream
from tiksql.syntax.printer import to_sql
from tiksql.words import counted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from tiksql import listings
    from tiksql.asking import Line
    from tiksql.definitions import Definitions
    from tiksql.evaluation import Judge
    from tiksql.planning.plan import Plan
    from tiksql.rows import Row
    from tiksql.store.collections import Collection, Run
    from tiksql.store.study import Study
    from tiksql.syntax import ast


@dataclass(slots=True)
class Studies:
    """The collections of one study."""

    study: Study
    derived: Derived
    definitions: Definitions
    line: Line
    clock: Callable[[], float]
    now: Callable[[], dt.datetime]
    wait: Callable[[float], None] | None = None
    """Waits some seconds for the quota of the next day; None: nobody wants to wait."""

    def close(self) -> None:
        """Close the file."""
        self.derived.close()
        self.study.close()

    # --- making

    def create(self, node: ast.CreateCollection) -> Stream:
        """Make a collection, or go on with one that is the same; the stream asks when it is read.

        Raise ``StudyError`` for a name that is taken by another definition.
        """
        name, statement = node.name.text, to_sql(node.query)
        if load().table(name) is not None:
            raise ResolveError(
                "TS231", f"{name} is a table of the API", span=node.name.span, hint=f"my_{name}"
            )
        found = collections.find(self.study, name)
        if found and node.replace:
            self._drop(found)
            found = None
        if found and found.definition.statement != statement:
            raise ResolveError(
                "TS232",
                f"there is a collection {name} with another definition",
                span=node.name.span,
                hint=f"choose another name, or CREATE OR REPLACE COLLECTION {name} AS …",
            )
        return self._filled(found or self._made(name, node.query))

    def _made(self, name: str, query: ast.Query) -> Collection:
        scope = self.definitions.scope()
        return collections.create(
            self.study, name, self.definitions.define(query, scope), scope.now
        )

    def refresh(self, node: ast.RefreshCollection) -> Stream:
        """Ask for a collection again, or go on with an asking that was cut."""
        found = self.named(node.name)
        if collections.runs(self.study, found)[0].finished_at is not None:
            collections.begin(self.study, found, self.now())
        return self._filled(found)

    def drop(self, node: ast.DropCollection) -> None:
        """Take a collection out of the study."""
        self._drop(self.named(node.name))

    def _drop(self, found: Collection) -> None:
        with self.study.writing():
            for run in collections.runs(self.study, found):
                check_free(self.study, run.id, found.name, self.now())
            self.derived.drop(found)
            collections.drop(self.study, found)

    def named(self, name: ast.Name) -> Collection:
        """Find a collection; raise ``ResolveError`` with the name that was probably meant."""
        found = collections.find(self.study, name.text)
        if found is None:
            known = [each.name for each in collections.every(self.study)]
            near = nearest(name.text, known)
            raise ResolveError(
                "TS233",
                f'there is no collection "{name.text}"',
                span=name.span,
                hint=f'did you mean "{near}"?' if near else "SHOW COLLECTIONS lists them",
            )
        return found

    def has(self, name: ast.Name) -> bool:
        """Say whether there is a collection of a name."""
        return collections.find(self.study, name.text) is not None

    # --- asking

    def kept(self) -> Kept:
        """Return where the pages of statements that make no collection are kept until they end."""
        return Kept(self.study, collections.desk(self.study), self.now)

    def _filled(self, found: Collection) -> Stream:
        run = collections.runs(self.study, found)[0]
        if found.definition.server != self.definitions.server:
            raise StudyError(
                "TS718",
                f"{found.name} was collected from {found.definition.server}",
                hint="go on with the same server, or choose another name",
            )
        made, judge = self.definitions.asked(found, run.moment)

        def source(stream: Stream) -> Iterator[list[Row]]:
            if run.finished_at is not None:
                judge.engine.close()
                stream.notes.append(f"{found.name} is complete: nothing was asked")
                return
            yield from self._patiently(found, run, judge, stream)

        return Stream((), source, notes=list(made.notes), plan=made)

    def _patiently(
        self, found: Collection, run: Run, judge: Judge, stream: Stream
    ) -> Iterator[list[Row]]:
        """Collect, and where that is wanted, wait for the quota of another day and go on."""
        while True:
            try:
                yield from self._collected(found, run, judge, stream)
            except QuotaError as error:
                if self.wait is None or error.code not in UNTIL_MIDNIGHT:
                    raise
            else:
                return
            seconds = until_midnight(self.now()) + after_midnight()
            stream.notes.append(f"waited {shown(seconds)} for the quota of the next day")
            self.wait(seconds)
            _, judge = self.definitions.asked(found, run.moment)

    def _collected(
        self, found: Collection, run: Run, judge: Judge, stream: Stream
    ) -> Iterator[list[Row]]:
        assert stream.plan
        kept = Kept(self.study, run.id, self.now, is_claimed=True)
        meter = stream.meter = self.line.budget(stream.plan)
        reading = Reading(
            stream, self.line.asking(stream.plan, meter, kept, goes_on=True), meter, self.clock
        )
        job = Collecting(stream.plan, judge, kept, reading)
        try:
            with collecting(self.study, run.id, found.name, self.now()):
                for _ in job.batches():
                    yield []
        except KeyboardInterrupt:
            raise self._cut(InterruptError("TS801", "interrupted")) from None
        except TikSQLError as error:
            raise self._cut(error) from None
        finally:
            reading.account()
        self._conclude(found, run, stream)

    def _cut(self, error: TikSQLError) -> TikSQLError:
        where = f"tiksql {self.study.path} and " if self.study.path else ""
        again = f"what came is kept: {where}the same statement again goes on from here"
        if error.code in UNTIL_MIDNIGHT:
            again += f"; the quota is new at {renewal(self.now())}"
        elif error.hint:
            again += f"; {error.hint}"
        error.hint = again
        return error

    def _conclude(self, found: Collection, run: Run, stream: Stream) -> None:
        if stream.plan and stream.plan.limit is not None and stream.stats.complete:
            chains.need_no_more(self.study, run.id, self.now())
        account = reports.account(self.study, run.id)
        cost = f"{counted(account.records, 'record')} in {counted(account.requests, 'request')}"
        if not account.open:
            collections.finish(self.study, run, self.now())
            stream.notes.append(f"{found.name} is complete: {cost}")
            return
        stats = stream.stats
        stats.complete = False
        stats.reason = (
            f"{account.open:,} of {account.chains:,} requests of {found.name} are gaps;"
            f" SHOW GAPS FOR {found.name} lists them"
        )
        stats.error = IncompleteError("TS541", stats.reason)
        stream.notes.append(f"{found.name}: {cost}; run it again to ask for the gaps")

    # --- reading

    def tables(self) -> Mapping[str, StoredTable]:
        """Return what statements can read, by name."""
        found: dict[str, StoredTable] = {}
        time = StoredColumn("observed_at", "timestamp", "TIMESTAMP", f"{OBSERVED.name}")
        for each in collections.every(self.study):
            columns, name = each.definition.columns, each.name.lower()
            found[name] = StoredTable(each.name, columns)
            found[f"{name}.observations"] = StoredTable(
                each.name, (*columns, time), observations=True
            )
        return found

    def attach(self, made: Plan, judge: Judge, stream: Stream) -> None:
        """Put the rows of collections before DuckDB, and say what they lack."""
        for table in made.stored:
            found = collections.find(self.study, table.collection)
            assert found
            # First, as somebody may finish collecting while files are made of what was there.
            self._note_gaps(found, stream)
            files = self.derived.files(
                found,
                self.definitions.observations if table.observations else self.definitions.rows,
                observations=table.observations,
            )
            judge.engine.attach(table.key, files)
            stream.kept.append(accounts.origin(self.study, found))

    def _note_gaps(self, found: Collection, stream: Stream) -> None:
        run = collections.runs(self.study, found)[0]
        if run.finished_at is None:
            account = reports.account(self.study, run.id)
            stream.stats.complete = False
            stream.stats.reason = (
                f"{found.name} is incomplete: {account.open:,} of {account.chains:,} requests"
                " are not answered to their end"
            )

    # --- saying

    def show(self, node: ast.Show) -> listings.Listing:
        """List what the study has on record."""
        found = self.named(node.name) if node.name else None
        with self.study.decoding():
            match node.what:
                case "collections":
                    return accounts.collections(self.study, self.now())
                case "gaps":
                    return accounts.gaps(self.study, found)
                case "coverage":
                    return accounts.coverage(self.study, found)
                case "requests":
                    return accounts.requests(self.study)
                case _:
                    assert found
                    return accounts.provenance(self.study, found)

    def describe(self, name: ast.Name) -> listings.Listing:
        """List the columns of a collection."""
        return accounts.columns(self.named(name))
