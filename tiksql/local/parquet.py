"""Rows as Parquet, written by a database of its own that is asked nothing else.

The rows are kept in a file of DuckDB's beside the target until all are there, so that memory does
not grow with them and types can follow from all of them. No text of a statement reaches this
database, which is why it may write files although the engine may not.

Types: ids and counts are INT64 (a column of sums beyond 64 bits is DECIMAL(38, 0), never a
double), times are instants in UTC, lists are lists; a struct is one if its members are known, and
otherwise JSON text, as is everything whose shape is not documented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

from tiksql.errors import EvaluationError, OutputError
from tiksql.local.loading import LEAST, MOST, Shaper, encode
from tiksql.local.sql_parts import literal, quoted
from tiksql.local.types import stored_type
from tiksql.output.values import jsonable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiksql.local.relations import LocalColumn
    from tiksql.rows import Row

BATCH: Final = 2000
PERIODS: Final = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}
PART: Final = "part-0.parquet"
NO_PERIOD: Final = "__HIVE_DEFAULT_PARTITION__"
"""The directory of rows without a time, as every reader of such data sets knows it."""

_SETTINGS: Final = (
    "memory_limit = '256MB'",
    "threads = 2",
    "TimeZone = 'UTC'",
    "enable_progress_bar = false",
    "preserve_insertion_order = true",
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
)
_WIDEST: Final = 10**38


class ParquetWriter:
    """Rows on their way into one file, or into a directory with one file for each period.

    ``target`` lies in a directory that only this writer uses. Columns have distinct names whatever
    their case. ``partition`` is the position of the column with the time and a name of ``PERIODS``.
    """

    def __init__(
        self,
        target: Path,
        columns: Sequence[LocalColumn],
        partition: tuple[int, str] | None = None,
    ) -> None:
        import duckdb  # noqa: PLC0415 - costs 0.1 s, and most exports are text

        self._target = target
        self._partition = partition
        self._columns = [_kept(column) for column in columns]
        self._shaper = Shaper(self._columns)
        self._whole = [i for i, column in enumerate(columns) if column.type == "integer"]
        self._json = [i for i, column in enumerate(columns) if "JSON" in stored_type(column)]
        self._errors = duckdb.Error
        self._spool = target.with_name("rows.duckdb")
        self._connection = duckdb.connect(str(self._spool))
        self._waiting: list[dict[str, object]] = []
        for setting in _SETTINGS:
            self._execute(f"SET {setting}")
        kinds = [f"{quoted(c.name)} {stored_type(c)}" for c in self._columns]
        self._execute(f"CREATE TABLE rows ({', '.join([*kinds, '_branch INTEGER'])})")

    def write(self, rows: Sequence[Row]) -> None:
        """Keep rows; raise ``EvaluationError`` for an id beyond 64 bits."""
        self._waiting += self._shaper.shaped(self._readable(self._exact(rows)), 0)
        if len(self._waiting) >= BATCH:
            self._flush()

    @property
    def notes(self) -> list[str]:
        """Nothing: no value is changed."""
        return []

    def close(self) -> None:
        """Write the files, once all rows are here."""
        self._flush()
        selected = ", ".join(map(self._selected, self._columns))
        if self._partition is None:
            self._copy(f"SELECT {selected} FROM rows", self._target)  # noqa: S608 - quoted
        else:
            self._copy_periods(selected, *self._partition)
        self.abandon()

    def abandon(self) -> None:
        """Close the database and remove its file."""
        self._connection.close()
        self._spool.unlink(missing_ok=True)

    # --- keeping

    def _exact(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Write numbers beyond 64 bits as text: JSON would make doubles of them."""
        values: list[Any] = [row[i] for row in rows for i in self._whole if row[i] is not None]
        if not values or LEAST <= min(values) <= max(values) <= MOST:
            return rows
        if max(map(abs, values)) >= _WIDEST:
            raise EvaluationError(
                "TS542",
                "a number has more than 38 digits, which Parquet cannot hold",
                hint="CAST it to text",
            )
        return [
            tuple(str(v) if i in self._whole and v is not None else v for i, v in enumerate(row))
            for row in rows
        ]

    def _readable(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Write ids inside JSON text as every other format does."""
        if not self._json or not rows:
            return rows
        columns: list[Any] = list(zip(*rows, strict=True))
        for i in self._json:
            columns[i] = jsonable("json", columns[i])
        return list(zip(*columns, strict=True))

    def _flush(self) -> None:
        if self._waiting:
            text, self._waiting = encode(self._waiting), []
            structure = literal(self._shaper.structure)
            unnested = f"SELECT unnest(from_json_strict(?, {structure})) AS row"
            self._execute(f"INSERT INTO rows SELECT row.* FROM ({unnested})", [text])  # noqa: S608 - quoted

    # --- writing

    def _selected(self, column: LocalColumn) -> str:
        name = quoted(column.name)
        match column.type:
            case "whole":
                kind = "BIGINT" if self._fits(name) else "DECIMAL(38, 0)"
                return f"CAST({name} AS {kind}) AS {name}"
            case "timestamp":
                return f"{name} AT TIME ZONE 'UTC' AS {name}"
            case _ if "JSON" in stored_type(column):
                return f"CAST({name} AS VARCHAR) AS {name}"
        return name

    def _fits(self, name: str) -> bool:
        low, high = self._rows(f"SELECT min({name}), max({name}) FROM rows")[0]  # noqa: S608 - quoted
        return low is None or LEAST <= low <= high <= MOST

    def _copy_periods(self, selected: str, place: int, period: str) -> None:
        form = PERIODS[period]
        made = f"strftime({quoted(self._columns[place].name)}, {literal(form)})"
        found = self._rows(f"SELECT DISTINCT {made} AS period FROM rows ORDER BY ALL")  # noqa: S608 - quoted
        if not found:  # a directory that only says NULL would be read by few
            self._target.mkdir()
            self._copy(f"SELECT {selected} FROM rows", self._target / PART)  # noqa: S608 - quoted
        for (value,) in found:
            folder = self._target / f"{period}={NO_PERIOD if value is None else value}"
            folder.mkdir(parents=True)
            which = f"{made} IS NOT DISTINCT FROM {'NULL' if value is None else literal(value)}"
            self._copy(f"SELECT {selected} FROM rows WHERE {which}", folder / PART)  # noqa: S608 - quoted

    def _copy(self, query: str, path: Path) -> None:
        self._execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")

    def _rows(self, sql: str) -> list[Any]:
        return list(self._execute(sql).fetchall())

    def _execute(self, sql: str, parameters: list[str] | None = None) -> Any:
        try:
            return self._connection.execute(sql, parameters)
        except self._errors as error:
            (line, *_) = str(error).splitlines()
            raise OutputError("TS703", f"{self._target.name} cannot be written: {line}") from None


def _kept(column: LocalColumn) -> LocalColumn:
    return structs.replace(column, type="whole") if column.type == "integer" else column


def same_rows(one: Path, other: Path) -> bool:
    """Say whether two Parquet files hold the same columns and rows in the same order.

    Raise ``OutputError`` (TS703) where one of them cannot be read.
    """
    import duckdb  # noqa: PLC0415 - see above

    files = [f"read_parquet({literal(str(path))}, file_row_number = true)" for path in (one, other)]
    try:
        with duckdb.connect() as connection:
            ask = connection.execute
            heads = [ask(f"DESCRIBE FROM {file}").fetchall() for file in files]
            if heads[0] != heads[1]:
                return False
            return not any(
                ask(f"SELECT 1 FROM (FROM {a} EXCEPT ALL FROM {b}) LIMIT 1").fetchall()  # noqa: S608 - quoted
                for a, b in (files, files[::-1])
            )
    except duckdb.Error as error:
        (line, *_) = str(error).splitlines()
        raise OutputError("TS703", f"{one.name} cannot be read: {line}") from None
