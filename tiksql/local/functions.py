"""The functions that expressions may call: those of DuckDB."""

from __future__ import annotations

from functools import cache


@cache
def known() -> frozenset[str]:
    """Ask DuckDB for the names of its functions; only worth its 0.1 s where a call is written."""
    import duckdb  # noqa: PLC0415 - see above

    with duckdb.connect(":memory:") as connection:
        rows = connection.execute("SELECT DISTINCT function_name FROM duckdb_functions()")
        return frozenset(name for (name,) in rows.fetchall())
