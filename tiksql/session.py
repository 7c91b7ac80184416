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
from tiksql.catalog import load
from tiksql.errors import LanguageError, QuotaError, ResolveError, UnavailableError, UsageError
from tiksql.planning.binding import bind
from tiksql.planning.planner import plan
from tiksql.planning.query import Options, Scope
from tiksql.planning.resolver import describe, resolve
from tiksql.settings import TABLE, Settings
from tiksql.syntax import ast
from tiksql.translate import translator

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from tiksql.api.client import Client
    from tiksql.api.executor import Refusal
    from tiksql.api.pages import Page
    from tiksql.api.quota import Meter
    from tiksql.api.runner import Runner
    from tiksql.backend import Backend
    from tiksql.evaluation import Judge
    from tiksql.planning.plan import Plan, Request
    from tiksql.rows import Row
    from tiksql.source import Span
    from tiksql.stream import Stream


@dataclass(frozen=True, slots=True)
class Text:
    """An answer that is a text, such as that of ``EXPLAIN``; ``ANALYZE`` has read a stream."""

    text: str
    stream: Stream | None = None


Answer: TypeAlias = "Stream | Text | None"


class Session:
    """Statements on one server, with settings that they can change.

    ``warn`` is told what a user should know that belongs to no statement.
    """

    def __init__(
        self,
        backend: Backend,
        settings: Settings,
        warn: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.backend = backend
        self.settings = settings
        self._base = settings
        self._warn = warn
        self._clock = clock
        self._client: Client | None = None
        self._runner: Runner | None = None

    def close(self) -> None:
        """Close the line to the server."""
        if self._runner:
            self._runner.close()
        self._runner = self._client = None

    def execute(self, statement: ast.Statement, values: Mapping[str, object]) -> Answer:
        """Run one statement; a query is only asked once its stream is read."""
        match bind(statement, values):
            case ast.Query() as query:
                return self._query(*self.plan(query))
            case ast.Explain() as explain:
                return self._explain(explain)
            case ast.Show() as show:
                return self._show(show)
            case ast.Describe(name=name):
                return _listing(listings.columns(describe(load(), name)))
            case ast.SetSetting() as setting:
                self._set(setting)
            case ast.ResetSetting(name=name):
                self._reset(name)
            case other:
                raise _studies(other)
        return None

    # --- queries

    def plan(self, query: ast.Query) -> tuple[Plan, Judge | None]:
        """Resolve and plan a query, and prepare DuckDB where it has something to do."""
        scope = self._scope()
        made = plan(resolve(query, scope), scope)
        if made.local is None:
            return made, None
        from tiksql.judging import prepare  # noqa: PLC0415 - DuckDB is only loaded where needed

        return prepare(made, scope.now)

    def translate(self, query: ast.Query, target: str, span: Span) -> str:
        """Print the plan of a query in a form."""
        form = translator(target, span)
        made, _ = self.plan(query)
        used = self.backend.used_today(made.pool) if made.pool and target == "text" else None
        return form(structs.replace(made, used_today=used))

    def _scope(self) -> Scope:
        from tiksql.local import functions  # noqa: PLC0415 - it asks DuckDB only where needed

        settings = self.settings
        options = Options(
            window_days=settings.number("window_days"),
            max_branches=settings.number("max_branches"),
            page_size=settings.number("page_size"),
            allow_full_scan=settings.flag("allow_full_scan"),
            strict_catalog=settings.flag("strict_catalog"),
        )
        return Scope(
            load(),
            self.backend.now(),
            options,
            self.backend.base_url,
            functions.known,
            functions.aggregates,
        )

    def _query(self, made: Plan, judge: Judge | None) -> Stream:
        from tiksql.api.quota import Meter  # noqa: PLC0415 - a translation asks for nothing
        from tiksql.evaluation import Evaluation  # noqa: PLC0415 - see above
        from tiksql.reading import Reading  # noqa: PLC0415 - see above
        from tiksql.stream import Stream  # noqa: PLC0415 - see above

        meter = Meter(max_requests=self.settings.number("max_requests"))

        def ask(requests: Sequence[Request]) -> Generator[Page | Refusal, None, None]:
            return self._pages(made, requests, meter)

        def rows(stream: Stream) -> Iterator[list[Row]]:
            reading = Reading(stream, ask, meter, self._clock)
            partial = self.settings.flag("allow_partial")
            return Evaluation(made, reading, judge, allow_partial=partial).rows()

        return Stream(made.heads, rows, notes=list(made.notes), plan=made)

    def _pages(
        self, made: Plan, requests: Sequence[Request], meter: Meter
    ) -> Generator[Page | Refusal, None, None]:
        from tiksql.api.executor import fetch  # noqa: PLC0415 - see above

        client, runner = self._line()
        meter.ledger = client.meter.ledger
        self._keep_reserve(requests[0].table.pool, meter)
        careful = made.limit is not None and (made.streams or made.stop)
        concurrency = 1 if careful else self.settings.number("concurrency")
        asking = client.metered(meter)
        yield from runner.run(lambda: fetch(requests, asking, concurrency=concurrency))

    def _line(self) -> tuple[Client, Runner]:
        from tiksql.api.runner import Runner  # noqa: PLC0415 - see above

        if self._client is None or self._runner is None:
            self._client = self.backend.connect(self._warn)
            self._runner = Runner(self._client.aclose)
        return self._client, self._runner

    def _keep_reserve(self, pool: str, meter: Meter) -> None:
        """Lower the cap so that the reserved part of a pool's quota of today stays untouched."""
        reserve = self.settings.number("reserve")
        used = self.backend.used_today(pool) if reserve else None
        if used is None:
            return
        free = load().pools[pool].requests_a_day - used - reserve
        if free <= 0:
            raise QuotaError(
                "TS532",
                f"only the reserve of {reserve} requests is left of today's quota",
                hint="SET reserve = 0 gives it free",
            )
        meter.max_requests = min(meter.requests + free, self.settings.number("max_requests"))

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
        return Text(f"{text}\n{_analysis(stream)}", stream)

    def _show(self, node: ast.Show) -> Stream:
        match node.what:
            case "tables":
                return _listing(listings.tables(load()))
            case "settings":
                return _listing(listings.settings(self.settings))
            case "quota":
                pools = load().pools
                used = {name: self.backend.used_today(name) for name in pools}
                return _listing(listings.quota(pools, used))
            case _:
                raise _studies(node)

    def _set(self, node: ast.SetSetting) -> None:
        value = node.value
        given = value.text if isinstance(value, ast.Name) else getattr(value, "value", "")
        try:
            self.settings = self.settings.having(node.name.text, given, "session")
        except UsageError as error:
            known = node.name.text.lower() in TABLE
            raise _placed(error, value.span if known else node.name.span) from None

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
    kind = UnavailableError if error.code.startswith("TS4") else ResolveError
    return kind(error.code, error.message, span=span, hint=error.hint)


def _studies(node: ast.Statement) -> UnavailableError:
    what = (
        "COPY cannot be run" if isinstance(node, ast.Copy) else "collections cannot be made or read"
    )
    return UnavailableError(
        "TS404",
        f"{what} yet",
        span=node.span,
        hint="SELECT … with -o FILE keeps the rows of one statement",
    )


def _analysis(stream: Stream) -> str:
    """Run a query and say what it brought."""
    for _ in stream.batches():
        pass
    stats = stream.stats
    whole = "complete" if stats.complete else f"incomplete: {stats.reason}"
    lines = [
        "analysis",
        f"  {stats.requests:,} requests, {stats.retries:,} of them retries",
        f"  {stats.records:,} records, {stats.duplicates:,} duplicates, {stats.rows:,} rows",
        f"  {stats.dropped:,} records dropped by the local filter",
        f"  {stats.elapsed_ms:,} ms, {whole}",
        *(f"  {note}" for note in stream.notes),
    ]
    return "\n".join(lines)
