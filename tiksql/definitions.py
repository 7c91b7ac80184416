"""What the statements of collections mean: planned as at the time that they were frozen at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec import convert, structs, to_builtins

from tiksql.catalog import load
from tiksql.derived import observed
from tiksql.errors import ResolveError, StudyError
from tiksql.judging import prepare
from tiksql.planning.planner import plan
from tiksql.planning.query import Options
from tiksql.planning.resolver import resolve
from tiksql.source import Source
from tiksql.store.collections import Definition
from tiksql.syntax import ast
from tiksql.syntax.printer import to_sql
from tiksql.version import __version__

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tiksql.evaluation import Judge
    from tiksql.planning.plan import Plan
    from tiksql.planning.query import Scope
    from tiksql.rows import StoredColumn
    from tiksql.store.collections import Collection

    Meant = tuple[ast.Query, Scope]


@dataclass(frozen=True, slots=True)
class Definitions:
    """Plans statements of collections; ``folder`` is where files are made of their rows."""

    scope: Callable[[], Scope]
    folder: Path
    server: str

    def define(self, query: ast.Query, scope: Scope) -> Definition:
        """Say what a collection of a statement is, with the columns that DuckDB finds in it."""
        made, judge = self.prepared(query, scope)
        with judge.engine:
            columns = sourced(judge.engine.stored(judge.answer), made)
        options = to_builtins(scope.options)
        statement = to_sql(query)
        return Definition(statement, options, columns, self.server, load().version, __version__)

    def meant(self, statement: str, name: str, options: Any, moment: dt.datetime) -> Meant:
        """Read the statement of a collection, as meant at some time."""
        from tiksql.syntax.parser import parse  # noqa: PLC0415 - lark only where there is a text

        (query, *more) = parse(Source(statement, name)).statements
        if not isinstance(query, ast.Query) or more:
            raise StudyError("TS716", f"the definition of {name} is no query any more")
        return query, structs.replace(self.scope(), now=moment, options=convert(options, Options))

    def asked(self, found: Collection, moment: dt.datetime) -> tuple[Plan, Judge]:
        """Plan what a collection asks for, as meant at some time."""
        return self.prepared(*self._meant(found, moment))

    def rows(self, found: Collection, moment: dt.datetime) -> tuple[Plan, Judge]:
        """Plan how the rows of a collection are made of its pages."""
        made, scope = _planned(*self._meant(found, moment))
        if made.limit is not None:  # DuckDB cuts, as nobody counts rows on their way
            made = structs.replace(made, streams=False)
        return prepare(made, scope.now, self.folder)

    def observations(self, found: Collection, moment: dt.datetime) -> tuple[Plan, Judge]:
        """Plan how every observation of a collection is made of its pages."""
        query, scope = self._meant(found, moment)
        made, _ = _planned(query, scope)
        return prepare(observed(made, query), scope.now, self.folder)

    def prepared(self, query: ast.Query, scope: Scope) -> tuple[Plan, Judge]:
        """Plan a statement for DuckDB; raise ``ResolveError`` for one that reads collections."""
        made, _ = _planned(query, scope)
        return prepare(made, scope.now)

    def _meant(self, found: Collection, moment: dt.datetime) -> Meant:
        is_ = found.definition
        return self.meant(is_.statement, found.name, is_.options, moment)


def _planned(query: ast.Query, scope: Scope) -> tuple[Plan, Scope]:
    made = plan(resolve(query, scope), scope, judged=True)
    if made.stored:
        table = made.stored[0]
        raise ResolveError(
            "TS234",
            f"a collection of {table.collection} would not follow its changes",
            span=query.span,
            hint="name tables of the API in it, and query collections with SELECT",
        )
    return made, scope


def sourced(columns: tuple[StoredColumn, ...], made: Plan) -> tuple[StoredColumn, ...]:
    """Note of which column of the API each column is a copy, if it is one."""
    assert made.local
    select = made.local.body
    items = select.items if isinstance(select, ast.Select) else ()
    if len(items) != len(columns):
        return columns
    tables = {scan.name: scan.table.name for scan in made.scans}
    return tuple(
        structs.replace(column, source=_source(item, tables))
        for column, item in zip(columns, items, strict=True)
    )


def _source(item: ast.Item | ast.Star, tables: Mapping[str, str]) -> str:
    parts: Any = item.expression.parts if _is_column(item) else ()  # type: ignore[union-attr]
    if len(parts) == 2 and parts[0].text in tables:  # noqa: PLR2004 - relation and column
        return f"{tables[parts[0].text]}.{parts[1].text}"
    return ""


def _is_column(item: ast.Item | ast.Star) -> bool:
    return isinstance(item, ast.Item) and isinstance(item.expression, ast.Column)
