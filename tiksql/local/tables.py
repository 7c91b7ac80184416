"""Tables in the engine: how they are made, filled and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.local.loading import Shaper
from tiksql.local.sql_parts import literal, quoted
from tiksql.local.types import stored_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.local.relations import LocalColumn


def kept_as(type_: str) -> str:
    """Say as which type of DuckDB a file keeps one: no sum is rounded (Parquet has no HUGEINT)."""
    return "DECIMAL(38,0)" if type_ in {"HUGEINT", "UHUGEINT"} else type_


def exact(name: str, type_: str) -> str:
    """Print a column as a file keeps it."""
    kept = kept_as(type_)
    return quoted(name) if kept == type_ else f"CAST({quoted(name)} AS {kept}) AS {quoted(name)}"


class Table:
    """A table in the engine, and the rows that wait to be put in."""

    def __init__(self, name: str, columns: Sequence[LocalColumn]) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.shaper = Shaper(columns)
        self.waiting: list[dict[str, object]] = []
        self.has_ids = any(stored_type(c) != stored_type(c, marked=True) for c in columns)
        structure = literal(self.shaper.structure)
        self.insertion = (
            f"INSERT INTO {quoted(name)} "  # noqa: S608 - names and literals are quoted
            f"SELECT page.* FROM (SELECT unnest(from_json_strict(?, {structure})) AS page)"
        )

    def typed(self) -> str:
        """Print the columns with the types that they have here, whatever a file makes of them."""
        return ", ".join(
            f"CAST({quoted(c.name)} AS {stored_type(c)}) AS {quoted(c.name)}" for c in self.columns
        )

    def definition(self, *, marked: bool = False) -> str:
        """Print the statement that makes it, or its double in which ids are marked."""
        columns = [f"{quoted(c.name)} {stored_type(c, marked=marked)}" for c in self.columns]
        what = "CREATE TEMP TABLE" if marked else "CREATE TABLE"
        return f"{what} {quoted(self.name)} ({', '.join([*columns, '_branch INTEGER'])})"
