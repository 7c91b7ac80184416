"""Rows of a scan in jq: the filter that makes each from a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.translate.escaping import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiksql.catalog import Column
    from tiksql.planning.plan import Scan


def object_of(named: Iterable[tuple[str, Column]], scan: Scan) -> str:
    """Print a filter that makes an object of columns from a record, and from ``$key``."""
    members = [f"  {json_text(name)}: ({expression(column, scan)})" for name, column in named]
    return "{\n" + ",\n".join(members) + "\n}"


def expression(column: Column, scan: Scan) -> str:
    """Print the filter of one column, written as ``tiksql --format jsonl`` writes it."""
    if column.derived is not None:
        return _derived(column, scan)
    if not column.is_field:
        return "$key" if column == scan.key else "null"
    field = " // ".join(f".{name}" for name in column.spellings)
    if column.type == "boolean":
        field = f".{column.field}"  # "//" would pass over a false
    if column == scan.key:
        field += " // $key"
    match column.type:
        case "id":
            return f"{field} | if . == null then null else tostring end"
        case "id[]":
            return f"{field} | if . == null then null else map(tostring) end"
        case "timestamp":
            return f"{field} | if . == null then null else {_moment(column)} end"
    if column.upper:
        return f"{field} | if . == null then null else ascii_upcase end"
    field = f"{field} | {_renamed(column)}" if column.renamed else field
    return f"{field} | {_members(column)}" if column.members else field


def _moment(column: Column) -> str:
    if column.unit == "seconds":
        return "todate"
    part = '(. % 1000 | if . == 0 then "" else "." + ("00" + tostring)[-3:] + "000" end)'
    return f'(. / 1000 | floor | todate[:-1]) + {part} + "Z"'


def _members(column: Column) -> str:
    """Print the filter that gives a structure the documented members, null where one is missing."""
    made = ", ".join(f"{json_text(n)}: {_member(n, kind)}" for n, kind in column.members.items())
    one = f'if type == "object" then {{{made}}} else null end'
    return f'if type == "array" then map({one}) else {one} end'


def _member(name: str, kind: str) -> str:
    given = f".[{json_text(name)}]"
    match kind:
        case "text":
            return f'({given} | if . == null or type == "string" then . else tojson end)'
        case "id" | "integer":
            read = 'if type == "string" and test("^-?[0-9]{1,15}$") then tonumber else . end'
            return f"({given} | {read})"
        case "boolean":
            return f'({given} | if type == "boolean" then . else null end)'
    return given


def _renamed(column: Column) -> str:
    names = json_text(column.renamed)
    one = f"with_entries(.key |= ({names}[.] // .))"
    return f'if type == "array" then map({one}) elif type == "object" then {one} else . end'


def _derived(column: Column, scan: Scan) -> str:
    assert column.derived is not None
    sources = [scan.table.columns[name] for name in column.derived.sources]
    made = [f"({expression(source, scan)})" for source in sources]
    match column.derived.rule:
        case "day":
            return f"{made[0]} | if . == null then null else .[:10] end"
        case "length_class":
            return (
                f"{made[0]} | if . == null then null"
                ' elif . < 15 then "SHORT" elif . < 61 then "MID"'
                ' elif . < 301 then "LONG" else "EXTRA_LONG" end'
            )
        case "template":
            text = column.derived.template
            for source, value in zip(sources, made, strict=True):
                text = text.replace(f"{{{source.name}}}", f"\\({value})")
            missing = " or ".join(f"{value} == null" for value in made)
            return f'if {missing} then null else "{text}" end'
