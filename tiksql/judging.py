"""DuckDB prepared for a plan: its tables made, its queries printed and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.catalog import load
from tiksql.evaluation import Judge
from tiksql.local import functions
from tiksql.local.database import SECONDS
from tiksql.local.engine import Engine
from tiksql.local.relations import Bindings, LocalColumn, Relation
from tiksql.local.sql import to_duckdb
from tiksql.planning.order import in_order
from tiksql.planning.usage import definitions
from tiksql.syntax import ast

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from tiksql.local.relations import LocalQuery
    from tiksql.planning.plan import Plan
    from tiksql.rows import StoredColumn


_KEY = "sort key"


class _Names:
    """What the names of a plan's local queries mean."""

    def __init__(self, plan: Plan, now: dt.datetime) -> None:
        self._scans = {scan.name: scan for scan in plan.scans}
        self._stored = {table.key: table for table in plan.stored}
        columns = [column for scan in plan.scans for column in scan.columns]
        caseless = frozenset(column.name for column in columns if column.caseless)
        caseless |= {c.name for t in plan.stored for c in t.columns if _is_caseless(c)}
        self.bindings = Bindings(now, self.relation_of, self.type_of, caseless)
        self.numbered = structs.replace(self.bindings, relation_of=self.numbered_relation_of)

    def relation_of(self, node: ast.TableRef) -> Relation | None:
        """Find the scan that a name in FROM stands for."""
        name = node.parts[0].text
        if stored := self._stored.get(name):
            return Relation(name, tuple(column.name for column in stored.columns))
        scan = self._scans.get(name)
        if scan is None:
            return None
        return Relation(scan.name, tuple(c.name for c in scan.columns), scan.residual)

    def numbered_relation_of(self, node: ast.TableRef) -> Relation | None:
        """Find a scan whose rows have numbers, by which rows are put in order."""
        relation = self.relation_of(node)
        is_scan = node.parts[0].text in self._scans
        return structs.replace(relation, numbered=True) if relation and is_scan else relation

    def in_order(self, query: ast.Query) -> tuple[ast.Query, Bindings]:
        """Put a query in order; only one that names the numbers of rows gets them."""
        ordered = in_order(query, functions.aggregates)
        return ordered, self.bindings if ordered.order == query.order else self.numbered

    def type_of(self, node: ast.Column) -> str | None:
        """Find the type of a column of a scan."""
        if len(node.parts) != 2:  # noqa: PLR2004 - relation and column
            return None
        scan = self._scans.get(node.parts[0].text)
        column = scan.table.columns.get(node.parts[1].text) if scan else None
        return column.type if column else None


def _is_caseless(stored: StoredColumn) -> bool:
    """Say whether a kept column is one of the API whose case does not count."""
    table, _, name = stored.source.partition(".")
    column = load().tables[table].columns.get(name) if table in load().tables else None
    return column is not None and column.caseless


def prepare(
    plan: Plan, now: dt.datetime, folder: Path | None = None, seconds: float | None = None
) -> tuple[Plan, Judge]:
    """Check what DuckDB has to do before anything is asked; return the plan with its heads.

    ``folder`` is the one place whose files it may read and write, ``seconds`` what each of its
    answers may take. Raise ``ResolveError`` at the place that DuckDB does not understand.
    """
    assert plan.local is not None
    engine = Engine(folder=folder, max_seconds=seconds or SECONDS)
    made = _created(engine, plan)
    names = _Names(plan, now)
    local = plan.local
    if plan.streams:
        local = structs.replace(local, limit=None, offset=None)
    answer = to_duckdb(*((local, names.bindings) if plan.streams else names.in_order(local)))
    heads = engine.check(answer)
    for definition in definitions(local):  # DuckDB looks at no WITH that nothing uses
        engine.check(to_duckdb(definition, names.bindings))
    keys = {
        scan.number: _checked(engine, to_duckdb(scan.keys, names.numbered))
        for scan in plan.scans
        if scan.keys is not None
    }
    stop = None
    if plan.stop and not plan.scans[0].second:  # what a second look brings may belong anywhere
        stop = _checked(engine, to_duckdb(_stop(plan), names.bindings))
    dropped = tuple(_dropped(plan, names.bindings))
    scans = tuple(
        structs.replace(
            scan,
            definition=made[scan.name],
            keys_text=keys[scan.number].text if scan.keys is not None else None,
        )
        for scan in plan.scans
    )
    whole = structs.replace(
        plan,
        scans=scans,
        heads=heads,
        local_text=answer.text,
        stop=plan.stop if stop else "",
    )
    return whole, Judge(engine, answer, keys, stop, dropped)


def _created(engine: Engine, plan: Plan) -> dict[str, str]:
    """Make the tables of a plan, empty; return how those of scans are made, by their names."""
    for table in plan.stored:
        engine.create(
            table.key, [LocalColumn(c.name, c.type, stored=c.stored) for c in table.columns]
        )
    return {
        scan.name: engine.create(
            scan.name, [LocalColumn(c.name, c.type, c.members) for c in scan.columns]
        )
        for scan in plan.scans
    }


def _checked(engine: Engine, query: LocalQuery) -> LocalQuery:
    engine.check(query)
    return query


def _stop(plan: Plan) -> ast.Query:
    """Make the query that counts what a limit would keep and finds the last of the sort keys."""
    assert plan.local is not None
    assert isinstance(plan.local.body, ast.Select)
    key = ast.Name(_KEY)
    items = (*plan.local.body.items, ast.Item(plan.local.order[0].expression, key))
    count = ast.Integer((plan.limit or 0) + plan.offset)
    kept = structs.replace(
        plan.local, body=structs.replace(plan.local.body, items=items), limit=count, offset=None
    )
    column = ast.Column((key,))
    found = tuple(ast.Item(ast.Call(ast.Name(name), (column,))) for name in ("count", "min"))
    return ast.Query(ast.Select(found, ast.Derived(kept, ast.Name("kept"))))


def _dropped(plan: Plan, bindings: Bindings) -> Iterator[LocalQuery]:
    """Make the queries that count the records that a residual turns away, scan by scan."""

    def turned_away(node: ast.TableRef) -> Relation | None:
        relation = bindings.relation_of(node)
        if relation is None or relation.residual is None:
            return relation
        passes = ast.Call(ast.Name("coalesce"), (relation.residual, ast.Boolean(value=False)))
        return structs.replace(relation, residual=ast.Not(passes))

    counting = structs.replace(bindings, relation_of=turned_away)
    item = ast.Item(ast.Call(ast.Name("count"), star=True))
    for scan in plan.scans:
        if scan.residual is not None:
            source = ast.TableRef((ast.Name(scan.name),))
            yield to_duckdb(ast.Query(ast.Select((item,), source)), counting)
