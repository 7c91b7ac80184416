"""One DuckDB for all engines, each with a catalog of its own: a new one costs 25 ms, this 1 ms.

The settings of the sandbox are of one database, and are left away; others test them.
"""

from __future__ import annotations

from functools import cache
from itertools import count

import duckdb

NEW = duckdb.connect
KEPT = ("TimeZone", "ieee_floating_point_ops", "errors_as_json", "enable_progress_bar")


@cache
def database():
    return NEW(":memory:", config={"threads": 1}), count()


class Catalog:
    """A connection that looks new, as an engine knows it."""

    def __init__(self, _place):
        root, numbers = database()
        self.name = f"catalog_{next(numbers)}"
        self.connection = root.cursor()
        self.connection.execute(f"ATTACH ':memory:' AS {self.name}")
        self.connection.execute(f"USE {self.name}")

    def execute(self, sql, *values):
        if sql.startswith("SET ") and not sql.startswith(tuple(f"SET {name}" for name in KEPT)):
            return self.connection
        return self.connection.execute(sql, *values)

    def close(self):
        if self.connection:
            self.connection.execute("USE memory")
            self.connection.execute(f"DETACH {self.name}")
            self.connection.close()
        self.connection = None

    def __getattr__(self, name):
        return getattr(self.connection, name)
