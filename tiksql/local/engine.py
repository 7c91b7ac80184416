"""DuckDB as the judge of what the API cannot judge: one database in memory for each statement.

The database is shut off before anything is asked of it: no file, no network, no extension, no
variable of Python, no spilling to disk, a limit of memory, and then no further change of
settings. Statements reach it only as trees that this program printed. Nothing secret is ever put
into it.

DuckDB runs in a process of its own, because it stops for no limit within a single step, and a
step may build gigabytes: ``repeat`` of a column's number of times.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from tiksql.local.database import ALL, SECONDS, Database, DatabaseError
from tiksql.local.failures import failure
from tiksql.local.loading import encode
from tiksql.local.sql_parts import literal, quoted
from tiksql.local.tables import Table, exact, kept_as
from tiksql.local.types import shape_of
from tiksql.rows import Head, StoredColumn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from tiksql.local.relations import LocalColumn, LocalQuery
    from tiksql.local.types import Shape
    from tiksql.rows import Row

BATCH = 1000
"""Rows that are loaded by one statement: fewer cost more time each, more cost memory."""

FETCH = 2048

_SETTINGS = (
    "errors_as_json = true",
    "enable_progress_bar = false",
    "max_temp_directory_size = '0B'",
    "temp_directory = ''",
    "TimeZone = 'UTC'",
    "ieee_floating_point_ops = false",
    "allow_persistent_secrets = false",
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "allow_community_extensions = false",
    "python_enable_replacements = false",
    "enable_external_access = false",
)
_NEWER_SETTINGS = ("error_on_division_by_zero = false",)
"""Settings that older versions do not know, because there they are as they should be."""
_LAST_SETTING = ("lock_configuration = true", False)


class Engine:
    """One sandboxed database; a context manager that throws it away.

    Rows are put in batch by batch and become visible when something is asked. The files of
    ``folder`` are the only ones that it can read or write, and only ``attach`` and ``export`` do.
    """

    def __init__(
        self,
        memory_limit: str = "2GB",
        *,
        max_seconds: float = SECONDS,
        folder: Path | None = None,
    ) -> None:
        self._tables: dict[str, Table] = {}
        self._known: dict[str, list[tuple[str, Shape]]] = {}
        self._asked = 0
        limits = [f"memory_limit = {literal(memory_limit)}", f"threads = {_threads()}"]
        if folder is not None:
            limits.append(f"allowed_directories = [{literal(str(folder))}]")
        settings = [(setting, False) for setting in (*limits, *_SETTINGS)]
        settings += [(setting, True) for setting in _NEWER_SETTINGS]
        with self._translated():
            self._database = Database([*settings, _LAST_SETTING], max_seconds)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Throw the database away."""
        self.close()

    def close(self) -> None:
        """Throw the database away; doing it twice is doing it once."""
        self._database.close()

    def create(self, table: str, columns: Sequence[LocalColumn]) -> str:
        """Make an empty table, with an INTEGER column ``_branch`` behind those given.

        Return the SQL that makes it.
        """
        self._tables[table] = made = Table(table, columns)
        self._known.clear()
        definition = made.definition()
        with self._translated():
            self._ask(definition)
        return definition

    def load(self, table: str, rows: Sequence[Row], branch: int = 0) -> None:
        """Put in rows of canonical values, such as those of a page, in their order.

        Raise ``EvaluationError`` for a number beyond 64 bits and where memory is used up.
        """
        filling = self._tables[table]
        filling.waiting += filling.shaper.shaped(rows, branch)
        if len(filling.waiting) >= BATCH:
            self._flush(filling)

    def clear(self, table: str) -> None:
        """Take out all rows of a table."""
        self._tables[table].waiting = []
        with self._translated():
            self._ask(f"TRUNCATE {quoted(table)}")

    def attach(self, table: str, files: Sequence[Path]) -> None:
        """Put the rows of Parquet files in the place of a table that was made for them."""
        made = self._tables[table]
        listed = ", ".join(literal(str(file)) for file in files)
        rows = f"SELECT {made.typed()} FROM read_parquet([{listed}])"  # noqa: S608 - names and literals are quoted
        with self._translated():
            self._ask(f"DROP TABLE {quoted(table)}")
            self._ask(f"CREATE VIEW {quoted(table)} AS {rows}")

    def export(self, query: LocalQuery, file: Path) -> int:
        """Write the rows of a query into a Parquet file; return how many there are.

        Sums become DECIMAL(38, 0), as Parquet would keep them as rounded numbers.
        """
        for table in self._tables.values():
            self._flush(table)
        with self._translated(query, len("DESCRIBE ")):
            columns = ", ".join(exact(*column) for column in self._described(query))
        rows = f"SELECT {columns} FROM ({query.text}) AS rows"  # noqa: S608 - printed by us
        options = "FORMAT parquet, COMPRESSION zstd"
        with self._translated(query, rows.index("(") + len("COPY (") + 1):
            copied: Any = self._ask(f"COPY ({rows}) TO {literal(str(file))} ({options})", rows=ALL)
        return int(copied[0][0])

    def stored(self, query: LocalQuery) -> tuple[StoredColumn, ...]:
        """Say as what the columns of a query are kept in a file."""
        with self._translated(query, len("DESCRIBE ")):
            described = self._described(query)
        heads = self.check(query)
        return tuple(
            StoredColumn(name, head.type, kept_as(type_))
            for (name, type_), head in zip(described, heads, strict=True)
        )

    def check(self, query: LocalQuery) -> tuple[Head, ...]:
        """Say which columns a query gives, without running it.

        Raise ``ResolveError`` at the place of the statement that cannot be.
        """
        shapes = self._shapes(query)
        return tuple(Head(name, shape.type) for name, shape in shapes)  # type: ignore[arg-type]

    def run(self, query: LocalQuery) -> Iterator[list[Row]]:
        """Yield the rows of a query in batches, their values as ``rows`` says they are.

        A number that is not finite and a time outside the calendar are NULL. One result is read
        at a time: after anything else was asked of the engine, reading on is a ``RuntimeError``.
        """
        for table in self._tables.values():
            self._flush(table)
        shapes = [shape for _, shape in self._shapes(query)]
        before, after = _wrapping(shapes)
        with self._translated(query, len(before)):
            batch = self._ask(before + query.text + after, rows=FETCH)
        asked = self._asked
        while batch:
            yield _canonical(batch, shapes)
            batch = self._fetched(query, len(before), asked)

    def _fetched(self, query: LocalQuery, shift: int, asked: int) -> list[Row]:
        if asked != self._asked:
            # DuckDB would go on with the rows of the later statement.
            raise RuntimeError("a result was read on after the engine was asked something else")
        with self._translated(query, shift):
            return self._database.more(FETCH)

    def interrupt(self) -> None:
        """End what is running, from another thread or a signal, in an ``InterruptError``."""
        self._database.interrupt()

    def _ask(self, sql: str, parameters: list[str] | None = None, rows: int = 0) -> list[Row]:
        self._asked += 1
        return self._database.ask(sql, parameters, rows)

    def _flush(self, table: Table) -> None:
        if not table.waiting:
            return
        text, table.waiting = encode(table.waiting), []
        with self._translated():
            self._ask(table.insertion, [text])

    def _shapes(self, query: LocalQuery) -> list[tuple[str, Shape]]:
        """Find the names and shapes of a result, once for all its runs."""
        if query.text not in self._known:
            self._known[query.text] = self._found_shapes(query)
        return self._known[query.text]

    def _found_shapes(self, query: LocalQuery) -> list[tuple[str, Shape]]:
        with self._translated(query, len("DESCRIBE ")):
            described = self._described(query)
        ids = self._ids(query) - query.computed
        return [
            (name, shape_of(type_, is_id=index in ids))
            for index, (name, type_) in enumerate(described)
        ]

    def _described(self, query: LocalQuery) -> list[tuple[str, str]]:
        rows: Any = self._ask(f"DESCRIBE {query.text}", rows=ALL)
        return [(name, type_) for name, type_, *_ in rows]

    def _ids(self, query: LocalQuery) -> set[int]:
        """Find the columns of a result that hold ids.

        DuckDB is asked once more, over empty tables that hide the real ones and in which ids,
        and nothing else, have an unsigned type. It follows them through any subquery.
        """
        marked = [t for t in self._tables.values() if t.has_ids]
        try:
            for table in marked:
                self._ask(table.definition(marked=True))
            described = self._described(query)
        except DatabaseError:
            return set()
        finally:
            for table in marked:
                self._ask(f"DROP TABLE IF EXISTS temp.{quoted(table.name)}")
        return {i for i, (_, type_) in enumerate(described) if type_.startswith("UBIGINT")}

    @contextmanager
    def _translated(self, query: LocalQuery | None = None, shift: int = 0) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise failure(error, query, shift) from None


def _threads() -> int:
    return min(4, os.cpu_count() or 1)


def _wrapping(shapes: Sequence[Shape]) -> tuple[str, str]:
    """Put a query within one that makes its values canonical, where any needs it."""
    if all(shape.select == "{}" for shape in shapes):
        return "", ""
    names = [f"c{number}" for number in range(len(shapes))]
    selected = [shape.select.format(n) for n, shape in zip(names, shapes, strict=True)]
    head = f"SELECT {', '.join(selected)} FROM ("  # noqa: S608 - names of its own
    return head, f") AS whole({', '.join(names)})"


def _canonical(batch: list[Row], shapes: Sequence[Shape]) -> list[Row]:
    if all(shape.convert is None for shape in shapes):
        return batch
    columns: list[Any] = []
    for values, shape in zip(zip(*batch, strict=True), shapes, strict=True):
        convert = shape.convert
        columns.append([v if v is None else convert(v) for v in values] if convert else values)
    return list(zip(*columns, strict=True))
