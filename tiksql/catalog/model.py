"""The shape of ``catalog.toml``, and the one function that reads it.

The file is checked when it is loaded: unknown keys and wrong types by msgspec, references between
its parts here. Everything is frozen, so the whole program shares one catalog.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

ColumnType = Literal[
    "id",
    "integer",
    "number",
    "text",
    "boolean",
    "timestamp",
    "date",
    "text[]",
    "id[]",
    "struct",
    "struct[]",
    "json",
]
Operation = Literal["EQ", "IN", "GT", "GTE", "LT", "LTE"]
Match = Literal["exact", "approximate", "date"]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of the catalog: frozen, and without keys that nobody reads."""


class Pool(Part, frozen=True, kw_only=True):
    """A quota that several endpoints draw from, renewed at 00:00 UTC."""

    description: str
    requests_a_day: int
    records_a_day: int
    source: str


class Enumeration(Part, frozen=True, kw_only=True):
    """The values that a column can have, with a few words on each."""

    description: str
    source: str
    values: dict[str, str]
    mistaken: dict[str, str] = {}


class Filter(Part, frozen=True, kw_only=True):
    """The condition that the API offers for a column."""

    operations: tuple[Operation, ...]
    match: Match
    field: str = ""


class Derived(Part, frozen=True, kw_only=True, rename={"sources": "from"}):
    """How a column is made from others."""

    rule: Literal["day", "length_class", "template"]
    sources: tuple[str, ...]
    template: str = ""


class Column(Part, frozen=True, kw_only=True):
    """One thing that a statement can name in a table."""

    name: str = ""
    type: ColumnType
    description: str
    source: str
    field: str = ""
    also: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    selectable: bool = True
    requested: bool = True
    many_valued: bool = False
    upper: bool = False
    caseless: bool = False
    instead: str = ""
    narrowed_by: str = ""
    unit: Literal["seconds", "milliseconds"] = "seconds"
    values: str = ""
    key: str = ""
    members: dict[str, ColumnType] = {}
    renamed: dict[str, str] = {}
    filter: Filter | None = None
    derived: Derived | None = None

    @property
    def is_field(self) -> bool:
        """Whether the API can be asked to return it."""
        return self.selectable and self.requested and self.derived is None

    @property
    def spellings(self) -> tuple[str, ...]:
        """The names under which answers may carry it, the usual one first."""
        return (self.field, *self.also)


class Paging(Part, frozen=True, kw_only=True):
    """How the pages of one request follow each other.

    ``search``: an index cursor and a search_id; ``index``: an index cursor; ``time``: a time
    cursor; ``page``: a page number; ``none``: there is one page.
    """

    kind: Literal["search", "index", "time", "page", "none"]
    size_field: str = ""
    default_size: int = 0
    max_size: int = 0
    page_field: str = ""
    first_page: int = 0
    unit: Literal["", "seconds", "opaque"] = ""


class Table(Part, frozen=True, kw_only=True):
    """One endpoint of the API, as a table."""

    name: str = ""
    aliases: tuple[str, ...] = ()
    description: str
    source: str
    path: str
    pool: str
    scope: str
    fields_in: Literal["url", "body", "none"]
    list_keys: tuple[str, ...]
    record_key: str = ""
    needs: Literal["conditions", "key"]
    paging: Paging
    order: str = ""
    max_days: int = 0
    max_records: int = 0
    lag_hours: int = 0
    first_date: dt.date | None = None
    notes: tuple[str, ...] = ()
    columns_of: str = ""
    columns: dict[str, Column] = {}

    def column(self, name: str) -> Column | None:
        """Find a column by its name or another name of it, whatever their case."""
        folded = name.lower()
        if found := self.columns.get(folded):
            return found
        return next((c for c in self.columns.values() if folded in c.names), None)

    @property
    def keys(self) -> tuple[Column, ...]:
        """The columns of which one has to be given."""
        return tuple(c for c in self.columns.values() if c.key)

    @property
    def key_field(self) -> str:
        """The condition that asks for records by their key; none is the empty text."""
        key = self.columns.get(self.record_key)
        return key.filter.field if key and key.filter else ""

    @property
    def selectable(self) -> tuple[Column, ...]:
        """The columns of ``SELECT *``."""
        return tuple(c for c in self.columns.values() if c.selectable)


class Catalog(Part, frozen=True, kw_only=True):
    """The whole API, as far as statements can name it."""

    version: str
    base_url: str
    token_path: str
    sources: dict[str, str]
    pools: dict[str, Pool]
    enumerations: dict[str, Enumeration]
    column_sets: dict[str, dict[str, Column]]
    tables: dict[str, Table]

    def table(self, name: str) -> Table | None:
        """Find a table by its name or another name of it, whatever their case."""
        folded = name.lower()
        if found := self.tables.get(folded):
            return found
        return next((t for t in self.tables.values() if folded in t.aliases), None)


@cache
def load() -> Catalog:
    """Read the catalog that comes with the program."""
    return read(Path(__file__).with_name("catalog.toml").read_bytes())


def read(toml: bytes) -> Catalog:
    """Read a catalog; raise ``ValueError`` where it contradicts itself."""
    raw: dict[str, Any] = msgspec.toml.decode(toml)
    for table in raw["tables"].values():
        shared = raw["column_sets"].get(table.get("columns_of", ""), {})
        table["columns"] = {**shared, **table.get("columns", {})}
    for name, table in raw["tables"].items():
        table["name"] = name
        table["columns"] = {n: _named(n, c) for n, c in table["columns"].items()}
    catalog = msgspec.convert(raw, Catalog)
    for table in catalog.tables.values():
        _check(catalog, table)
    return catalog


def _named(name: str, column: dict[str, Any]) -> dict[str, Any]:
    named = {"name": name, "field": name, **column}
    if "filter" in named:
        named["filter"] = {"field": name, **named["filter"]}
    return named


def _check(catalog: Catalog, table: Table) -> None:
    """Raise ``ValueError`` for a reference to something that the catalog does not have."""
    wrong = [
        *([f"pool {table.pool}"] if table.pool not in catalog.pools else []),
        *([f"record_key {table.record_key}"] if not _knows(table, table.record_key) else []),
        *(
            f"{what} of column {column.name}"
            for column in table.columns.values()
            for what, right in (
                ("values", column.values in {"", *catalog.enumerations}),
                ("instead", _knows(table, column.instead)),
                ("narrowed_by", _knows(table, column.narrowed_by)),
                ("derived", all(_knows(table, s) for s in _sources(column))),
                ("members", bool(column.members) == column.type.startswith("struct")),
                ("selectable", column.selectable or column.filter is not None),
            )
            if not right
        ),
        *(["no key column"] if table.needs == "key" and not table.keys else []),
    ]
    if wrong:
        raise ValueError(f"catalog, table {table.name}: {', '.join(wrong)}")


def _knows(table: Table, name: str) -> bool:
    return not name or name in table.columns


def _sources(column: Column) -> tuple[str, ...]:
    return column.derived.sources if column.derived else ()
