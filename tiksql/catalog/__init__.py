"""What the API offers, as data: tables, columns, conditions, limits and their sources."""

from tiksql.catalog.model import (
    Catalog,
    Column,
    ColumnType,
    Derived,
    Enumeration,
    Filter,
    Operation,
    Paging,
    Pool,
    Table,
    load,
)

__all__ = [
    "Catalog",
    "Column",
    "ColumnType",
    "Derived",
    "Enumeration",
    "Filter",
    "Operation",
    "Paging",
    "Pool",
    "Table",
    "load",
]
