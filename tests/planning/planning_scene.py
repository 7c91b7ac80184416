"""Statements planned on a fixed day, and their errors as a reader of the text sees them."""

from __future__ import annotations

import datetime as dt

import pytest

from tiksql.catalog import load
from tiksql.errors import LanguageError
from tiksql.judging import prepare
from tiksql.local.functions import aggregates, known
from tiksql.planning.binding import bind
from tiksql.planning.planner import plan
from tiksql.planning.query import Options, Scope
from tiksql.planning.resolver import resolve
from tiksql.source import Source
from tiksql.syntax.parser import parse
from tiksql.syntax.printer import to_sql

NOW = dt.datetime.fromisoformat("2026-09-01T12:00:00")
TODAY = NOW.date()
JANUARY = "create_date BETWEEN '2024-01-01' AND '2024-01-30'"


def planned(sql, values=None, **options):
    """Plan the one statement of a text."""
    (statement,) = parse(Source(sql)).statements
    return plan_of(bind(statement, values or {}), **options)


def plan_of(query, **options):
    scope = Scope(load(), NOW, Options(**options), load().base_url, known, aggregates)
    return plan(resolve(query, scope), scope)


def checked(query, **options):
    """Plan a query, and have DuckDB check its part, as is done before anything is asked."""
    made = plan_of(query, **options)
    return made if made.local is None else prepare(made, NOW)[0]


def judged(sql, values=None, **options):
    """Plan and check the one statement of a text."""
    (statement,) = parse(Source(sql)).statements
    return checked(bind(statement, values or {}), **options)


def asked(sql, **options):
    """Return the name of each scan's table with the query or the keys that are sent for it."""
    return [
        (scan.table.name, [request.body.get("query", request.key) for request in scan.requests])
        for scan in judged(sql, **options).scans
    ]


def kept(sql, **options):
    """Return what DuckDB judges of the records of each scan, without the name of the scan."""
    made = judged(sql, **options)
    return [scan.residual and plainly(scan.residual) for scan in made.scans]


def rest(sql, **options):
    """Return the query that DuckDB answers."""
    return plainly(judged(sql, **options).local)


def plainly(node):
    return to_sql(node).replace('"', "")


def searched(where, values=None, **options):
    """Plan a search of January 2024 and return the one query that it sends."""
    sql = f"SELECT id FROM videos WHERE {where} AND {JANUARY}"
    (request,) = planned(sql, values, **options).requests
    return request.body["query"]


def branches(where, **options):
    """Plan a search of January 2024 and return the queries that it sends, in their order."""
    sql = f"SELECT id FROM videos WHERE {where} AND {JANUARY}"
    return [request.body["query"] for request in planned(sql, **options).requests]


def refused(sql, values=None, **options):
    """Return code, underlined text and hint of the error of a statement."""
    with pytest.raises(LanguageError) as caught:
        planned(sql, values, **options)
    error = caught.value
    return error.code, Source(sql)[error.span], error.hint


def condition(field, operation, *values):
    return {"operation": operation, "field_name": field, "field_values": list(values)}


def windows(plan_):
    return [(str(r.window.start), str(r.window.end)) for r in plan_.requests]
