"""DuckDB prepared for a plan: its tables made, its queries printed and checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.evaluation import Judge
from tiksql.local.engine import Engine
from tiksql.local.relations import Bindings, LocalColumn, Relation
from tiksql.local.sql import to_duckdb
from tiksql.syntax import ast

if TYPE_CHECKING:
    import datetime as dt

    from tiksql.local.relations import LocalQuery
    from tiksql.planning.plan import Plan


class _Names:
    """What the names of a plan's local queries mean."""

    def __init__(self, plan: Plan, now: dt.datetime) -> None:
        self._scans = {scan.name: scan for scan in plan.scans}
        columns = [column for scan in plan.scans for column in scan.columns]
        caseless = frozenset(column.name for column in columns if column.caseless)
        self.bindings = Bindings(now, self.relation_of, self.type_of, caseless)

    def relation_of(self, node: ast.TableRef) -> Relation | None:
        """Find the scan that a name in FROM stands for."""
        scan = self._scans.get(node.parts[0].text)
        if scan is None:
            return None
        return Relation(scan.name, tuple(c.name for c in scan.columns), scan.residual)

    def type_of(self, node: ast.Column) -> str | None:
        """Find the type of a column of a scan."""
        if len(node.parts) != 2:  # noqa: PLR2004 - relation and column
            return None
        scan = self._scans.get(node.parts[0].text)
        column = scan.table.columns.get(node.parts[1].text) if scan else None
        return column.type if column else None


def prepare(plan: Plan, now: dt.datetime) -> tuple[Plan, Judge]:
    """Check what DuckDB has to do before anything is asked; return the plan with its heads.

    Raise ``ResolveError`` at the place that DuckDB does not understand.
    """
    assert plan.local is not None
    engine = Engine()
    for scan in plan.scans:
        engine.create(scan.name, [LocalColumn(c.name, c.type, c.members) for c in scan.columns])
    names = _Names(plan, now)
    local = plan.local
    if plan.streams:
        local = replace(local, limit=None, offset=None)
    answer = to_duckdb(local, names.bindings)
    heads = engine.check(answer)
    keys = {}
    for scan in plan.scans:
        if scan.keys is not None:
            keys[scan.number] = _checked(engine, to_duckdb(scan.keys, names.bindings))
    stop = _checked(engine, to_duckdb(_stop(plan), names.bindings)) if plan.stop else None
    whole = structs.replace(plan, heads=heads, local_text=answer.text)
    return whole, Judge(engine, answer, keys, stop)


def _checked(engine: Engine, query: LocalQuery) -> LocalQuery:
    engine.check(query)
    return query


def _stop(plan: Plan) -> ast.Query:
    """Make the query for the sort keys that a limit would keep."""
    assert plan.local is not None
    assert isinstance(plan.local.body, ast.Select)
    key = plan.local.order[0].expression
    body = replace(plan.local.body, items=(ast.Item(key),))
    count = ast.Integer((plan.limit or 0) + plan.offset)
    return replace(plan.local, body=body, limit=count, offset=None)
