"""What a query says, checked; what it means is in ``matching``.

Which fields and operations exist is read from the catalog. All three groups and the rules of
arity are those of api notes 3.1 to 3.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tiksql.catalog import load
from tiksql.emulator.bodies import Body, read_object, to_date, to_number, to_text
from tiksql.emulator.envelope import ApiError, invalid, invalid_value

if TYPE_CHECKING:
    from tiksql.catalog import Column

GROUPS = ("and", "or", "not")
KEYS = {"operation", "field_name", "field_values"}
OPERATIONS = ("EQ", "IN", "GT", "GTE", "LT", "LTE")


@dataclass(frozen=True)
class Condition:
    """One condition; the values are texts, as documented, even where a client sent numbers."""

    operation: str
    field_name: str
    field_values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """All of ``every``, some of ``some`` unless it is empty, and none of ``none``."""

    every: tuple[Condition, ...] = ()
    some: tuple[Condition, ...] = ()
    none: tuple[Condition, ...] = ()


def read_query(body: Body) -> Query:
    """Read and check the ``query`` of a body."""
    if body.get("query") in (None, ""):
        raise invalid("`query` is required")
    query = read_object(body["query"], "query")
    if unknown := sorted(query.keys() - set(GROUPS)):
        raise invalid_value("query", unknown[0], "the groups are and, or, not")
    every, some, none = (_group(query, name) for name in GROUPS)
    if not (every or some or none):
        raise invalid("`query` is invalid: at least one of and, or, not needs a condition")
    return Query(every, some, none)


def _group(query: Body, name: str) -> tuple[Condition, ...]:
    group = query.get(name)
    if group is None:
        return ()
    if not isinstance(group, list):
        raise invalid(f"`query.{name}` is invalid: it must be a list of conditions")
    return tuple(_condition(item, f"query.{name}[{n}]") for n, item in enumerate(group))


def _condition(item: object, path: str) -> Condition:
    if not isinstance(item, dict):
        raise invalid(f"`{path}` is invalid: it must be a condition")
    if item.keys() & set(GROUPS):
        raise invalid(f"`{path}` is invalid: groups cannot be nested")
    if missing := sorted(KEYS - item.keys()):
        raise invalid(f"`{path}.{missing[0]}` is required")
    if unknown := sorted(item.keys() - KEYS):
        raise invalid_value(path, unknown[0], "unknown key of a condition")
    column = _column(item["field_name"], path)
    operation = _operation(item["operation"], column, path)
    values = _values(item["field_values"], operation, path)
    for number, value in enumerate(values):
        _check_value(column, value, f"{path}.field_values[{number}]")
    return Condition(operation, item["field_name"], values)


def _column(name: object, path: str) -> Column:
    if isinstance(name, str) and (column := _columns().get(name)):
        return column
    raise invalid_value(f"{path}.field_name", name, "unknown field")


@cache
def _columns() -> dict[str, Column]:
    """Find the column of each field that can be filtered by."""
    columns = load().tables["videos"].columns.values()
    return {column.filter.field: column for column in columns if column.filter}


def _operation(operation: object, column: Column, path: str) -> str:
    if operation not in OPERATIONS:
        raise invalid_value(f"{path}.operation", operation, f"use one of {', '.join(OPERATIONS)}")
    known = column.filter.operations if column.filter else ()
    if operation not in known:
        reason = f"{column.name} takes {', '.join(known)}"
        raise invalid_value(f"{path}.operation", operation, reason)
    return str(operation)


def _values(given: object, operation: str, path: str) -> tuple[str, ...]:
    name = f"{path}.field_values"
    if not isinstance(given, list) or not given:
        raise invalid(f"`{name}` is invalid: it must be a list with at least one value")
    if operation != "IN" and len(given) != 1:
        raise invalid_value(name, len(given), f"{operation} takes exactly one value")
    values = [to_text(value) for value in given]
    if any(value is None or not value.strip() for value in values):
        raise invalid(f"`{name}` is invalid: every value must be a string that is not empty")
    return tuple(value for value in values if value is not None)


def _check_value(column: Column, value: str, name: str) -> None:
    """Refuse a value that its field cannot have."""
    wrong: ApiError | None = None
    if column.values and value not in load().enumerations[column.values].values:
        wrong = invalid_value(name, value, f"unknown {column.name}")
    elif column.type == "date" and to_date(value) is None:
        wrong = invalid_value(name, value, "it must be a date as YYYYMMDD")
    elif column.type in {"id", "integer"} and to_number(value) is None:
        wrong = invalid_value(name, value, "it must be a whole number")
    if wrong:
        raise wrong
