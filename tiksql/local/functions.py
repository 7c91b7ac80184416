"""The functions that expressions may call: those of DuckDB."""

from __future__ import annotations

from functools import cache

from tiksql.local.database import ALL, Database


def known() -> frozenset[str]:
    """Return the names of all functions."""
    return frozenset(_kinds())


def aggregates() -> frozenset[str]:
    """Return the names of the functions that make one value of many rows."""
    return frozenset(name for name, kind in _kinds().items() if kind == "aggregate")


@cache
def _kinds() -> dict[str, str]:
    """Ask DuckDB for its functions; only worth its time where a call is written."""
    database = Database(())
    found = database.ask("SELECT function_name, function_type FROM duckdb_functions()", rows=ALL)
    database.close()
    return {**SYNTAX, **dict(found)}


SYNTAX = dict.fromkeys(
    ("coalesce", "grouping", "if", "ifnull", "nullif", "try", "try_cast", "unnest"), "scalar"
)
"""What DuckDB's grammar knows and its list of functions leaves out."""
