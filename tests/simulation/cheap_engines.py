"""One DuckDB in this process for all engines, each with a catalog of its own.

A database in a process of its own costs tens of milliseconds each time, this one. The settings of
the sandbox are of one database, and are left away; others test them, and the process.
"""

from __future__ import annotations

from functools import cache
from itertools import count

import duckdb

from tiksql.local.database import ALL, DatabaseError

KEPT = ("TimeZone", "ieee_floating_point_ops", "errors_as_json", "enable_progress_bar")


@cache
def database():
    return duckdb.connect(":memory:", config={"threads": 1}), count()


class Catalog:
    """A database that looks new, as an engine knows it."""

    def __init__(self, settings, _seconds=None):
        root, numbers = database()
        self.name = f"catalog_{next(numbers)}"
        self.connection = root.cursor()
        self.connection.execute(f"ATTACH ':memory:' AS {self.name}")
        self.connection.execute(f"USE {self.name}")
        for setting, _ in settings:
            if setting.startswith(KEPT):
                self.connection.execute(f"SET {setting}")

    def ask(self, sql, parameters=None, rows=0):
        try:
            self.connection.execute(sql, parameters)
            return self.more(rows) if rows else []
        except duckdb.Error as error:
            raise DatabaseError(str(error)) from None

    def more(self, rows):
        return self.connection.fetchall() if rows == ALL else self.connection.fetchmany(rows)

    def interrupt(self, _within=0.0):
        self.connection.interrupt()

    def close(self):
        if self.connection:
            self.connection.execute("USE memory")
            self.connection.execute(f"DETACH {self.name}")
            self.connection.close()
        self.connection = None
