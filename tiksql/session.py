"""Where the stages meet: statement by statement, from text to rows.

text → syntax → query → plan → pages → rows. Every arrow is one call below; nothing else in the
program calls two of them in a row.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from msgspec import structs

from tiksql import listings
from tiksql.asking import Line
from tiksql.catalog import load
from tiksql.errors import (
    LanguageError,
    ResolveError,
    UnavailableError,
    UsageError,
)
from tiksql.midnight import renewal
from tiksql.planning.binding import bind
from tiksql.planning.planner import plan
from tiksql.planning.query import Options, Scope
from tiksql.planning.resolver import describe, resolve
from tiksql.planning.trees import copied
from tiksql.settings import TABLE, Settings, check_written
from tiksql.syntax import ast
from tiksql.translate import ACCOUNTING, translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tiksql.api.events import Keeper
    from tiksql.backend import Backend
    from tiksql.desk import Desk
    from tiksql.evaluation import Judge
    from tiksql.exporting.export import Export
    from tiksql.planning.plan import Plan, StoredTable
    from tiksql.rows import Row
    from tiksql.source import Span
    from tiksql.stream import Stream
    from tiksql.studies import Studies
    from tiksql.translate.methods import Account


@dataclass(frozen=True, slots=True)
class Text:
    """An answer that is a text, as that of ``EXPLAIN``; ``ANALYZE`` has read a stream."""

    text: str
    stream: Stream | None = None


Answer: TypeAlias = "Stream | Text | Export | None"


class Session:
    """Statements on one server, with settings that they can change, and perhaps in a study.

    ``warn`` is told what belongs to no statement. ``allow_outside`` lets ``COPY`` leave the working
    directory, ``recorded`` has answers of another time, and ``seconds`` bounds what DuckDB works
    on; no statement sets them.
    """

    def __init__(
        self,
        backend: Backend,
        settings: Settings,
        warn: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        study: Path | None = None,
    ) -> None:
        self.backend = backend
        self.settings = settings
        self.allow_outside = False
        self.recorded: Keeper | None = None
        self.seconds: float | None = None
        self.line = Line(backend, lambda: self.settings, warn)
        self._base = settings
        self._clock = clock
        self._study = study
        self._studies: Studies | None = None
        self._desk: Desk | None = None
        if study is not None:
            self._open_study()

    def close(self) -> None:
        """Close the line to the server, and the study."""
        self.line.close()
        if self._studies:
            self._studies.close()
        self._studies = None

    @property
    def studies(self) -> Studies:
        """The collections: of the study, or of one in memory."""
        return self._studies or self._open_study()

    def _open_study(self) -> Studies:
        from tiksql.definitions import Definitions  # noqa: PLC0415 - most statements need no study
        from tiksql.derived import Derived  # noqa: PLC0415 - see above
        from tiksql.local.database import expect  # noqa: PLC0415 - see above
        from tiksql.store.looking import opened  # noqa: PLC0415 - see above
        from tiksql.studies import Studies  # noqa: PLC0415 - see above

        expect()  # a large study takes as long to be checked as DuckDB to start
        study = opened(self._study)
        derived = Derived(study)
        definitions = Definitions(self.scope, derived.folder, self.backend.server)
        self._studies = Studies(
            study, derived, definitions, self.line, self._clock, self.backend.now
        )
        return self._studies

    def execute(self, statement: ast.Statement, values: Mapping[str, object]) -> Answer:
        """Run one statement; a query is only asked once its stream or export is used."""
        match bind(statement, values):
            case ast.Query() as query:
                return self._query(*self.plan(query))
            case ast.Explain() as explain:
                return self._explain(explain)
            case ast.Copy() as copy:
                return self._copy(copy)
            case ast.Show() as show:
                return self._show(show)
            case ast.Describe(name=name):
                return self._describe(name)
            case ast.CreateCollection() as made:
                return self.studies.create(made)
            case ast.RefreshCollection() as refreshed:
                return self.studies.refresh(refreshed)
            case ast.DropCollection() as dropped:
                self.studies.drop(dropped)
            case ast.SetSetting() as setting:
                self._set(setting)
            case ast.ResetSetting(name=name):
                self._reset(name)
        return None

    # --- queries

    def plan(self, query: ast.Query) -> tuple[Plan, Judge | None]:
        """Resolve and plan a query, and prepare DuckDB where it has something to do."""
        scope = self.scope()
        made = plan(resolve(query, scope), scope)
        if made.local is None:
            return made, None
        from tiksql.judging import prepare  # noqa: PLC0415 - DuckDB is only loaded where needed

        folder = self.studies.derived.folder if made.stored else None
        return prepare(made, scope.now, folder, self.seconds)

    def translate(
        self, query: ast.Query, target: str, span: Span, *, all_pages: bool = False
    ) -> str:
        """Print the plan of a query in a form; ``all_pages`` follows those behind the first."""
        form = translator(target, span, all_pages=all_pages)
        made, _ = self.plan(query)
        if target.lower() in ACCOUNTING and len(made.stored) == 1 and not made.scans:
            return form(*self._story(made.stored[0]))
        used = self.backend.used_today(made.pool) if made.pool and target == "text" else None
        return form(structs.replace(made, used_today=used))

    def _story(self, table: StoredTable) -> tuple[Plan, Account]:
        from tiksql.story import story  # noqa: PLC0415 - for these forms only

        return story(self.studies, table, lambda query: self._query(*self.plan(query)))

    def scope(self) -> Scope:
        """Return what statements can refer to now."""
        from tiksql.local import functions  # noqa: PLC0415 - it asks DuckDB only where needed

        names = Options.__struct_fields__
        options = Options(*(self.settings[name] for name in names))  # type: ignore[arg-type]
        return Scope(
            load(),
            self.backend.now(),
            options,
            self.backend.base_url,
            functions.known,
            functions.aggregates,
            self._studies.tables() if self._studies else {},
        )

    def _query(self, made: Plan, judge: Judge | None) -> Stream:
        from tiksql.api.quota import Meter  # noqa: PLC0415 - a translation asks for nothing
        from tiksql.desk import held  # noqa: PLC0415 - see above
        from tiksql.evaluation import Evaluation  # noqa: PLC0415 - see above
        from tiksql.reading import Reading  # noqa: PLC0415 - see above
        from tiksql.stream import Stream  # noqa: PLC0415 - see above

        meter = Meter(max_requests=self.settings.number("max_requests"))

        def rows(stream: Stream) -> Iterator[list[Row]]:
            if made.stored and judge:
                self.studies.attach(made, judge, stream)
            with held(self._keeper(made), stream, durable=self._study is not None) as keeper:
                ask = self.line.asking(made, meter, keeper)
                reading = Reading(stream, ask, meter, self._clock)
                partial = self.settings.flag("allow_partial")
                yield from Evaluation(made, reading, judge, allow_partial=partial).rows()

        return Stream(made.heads, rows, notes=list(made.notes), plan=made, meter=meter)

    def _keeper(self, made: Plan) -> Keeper:
        from tiksql.api.events import FORGETFUL  # noqa: PLC0415 - see above
        from tiksql.desk import Desk  # noqa: PLC0415 - see above

        if self.recorded is not None:
            return self.recorded
        if self._study is not None:
            return self.studies.kept() if made.scans else FORGETFUL
        if made.local is None:
            return FORGETFUL
        self._desk = self._desk or Desk()
        return self._desk

    def _copy(self, node: ast.Copy) -> Export:
        from tiksql.exporting.export import Export, circumstances  # noqa: PLC0415 - only for COPY
        from tiksql.exporting.order import ordered  # noqa: PLC0415 - see above

        order, query = ordered(node, outside=self.allow_outside), copied(node)
        stream = self._query(*self.plan(query))
        return Export(order, stream, circumstances(query, self.backend, self.settings))

    # --- statements about statements

    def _explain(self, node: ast.Explain) -> Answer:
        name = node.format or ast.Name("text", span=node.span)
        if not node.analyze:
            return Text(self.translate(node.query, name.text, name.span))
        if name.text.lower() != "text":
            raise UnavailableError(
                "TS405", "EXPLAIN ANALYZE prints text only", span=name.span, hint="EXPLAIN ANALYZE"
            )
        text = self.translate(node.query, "text", name.span)
        stream = self._query(*self.plan(node.query))
        return Text(f"{text}\n{stream.analysis()}", stream)

    def _show(self, node: ast.Show) -> Stream:
        match node.what:
            case "tables":
                return _listing(listings.tables(load()))
            case "settings":
                return _listing(listings.settings(self.settings))
            case "quota":
                pools = load().pools
                used = {name: self.backend.used_today(name) for name in pools}
                stream = _listing(listings.quota(pools, used))
                stream.notes.append(f"the quota is new at {renewal(self.backend.now())}")
                return stream
            case _:
                return _listing(self.studies.show(node))

    def _describe(self, name: ast.Name) -> Stream:
        if self._studies and self._studies.has(name):
            return _listing(self._studies.describe(name))
        return _listing(listings.columns(describe(load(), name)))

    def _set(self, node: ast.SetSetting) -> None:
        value = node.value
        given = value.text if isinstance(value, ast.Name) else getattr(value, "value", "")
        try:
            check_written(node.name.text, given)
            self.settings = self.settings.having(node.name.text, given, "session")
        except UsageError as error:
            place = value if node.name.text.lower() in TABLE else node.name
            raise _placed(error, place.span) from None

    def _reset(self, name: ast.Name | None) -> None:
        try:
            self.settings = self.settings.without(name.text if name else None, self._base)
        except UsageError as error:
            assert name
            raise _placed(error, name.span) from None


def _listing(listing: listings.Listing) -> Stream:
    from tiksql.stream import listed  # noqa: PLC0415 - see above

    return listed(listing.heads, listing.rows)


def _placed(error: UsageError, span: Span) -> LanguageError:
    """Give an error about a setting the place at which the setting was written."""
    return ResolveError(error.code, error.message, span=span, hint=error.hint)
