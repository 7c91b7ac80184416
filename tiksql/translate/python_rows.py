"""Rows of a scan in Python: a function that makes each from a record, and those that it needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiksql.translate.escaping import Code, python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.catalog import Column
    from tiksql.planning.plan import Scan

FUNCTIONS = {
    "given": '''
def given(record, *names):
    """Return the first of some fields that a record has: the API spells some in two ways."""
    return next((record[name] for name in names if record.get(name) is not None), None)
''',
    "whole": '''
def whole(number):
    """Return an id as it came; a rounded one is an error, because an id is exact or nothing."""
    if isinstance(number, float):
        sys.exit(f"the API sent a rounded id: {number!r}")
    return int(number) if isinstance(number, str) else number
''',
    "moment": '''
def moment(number, in_a_second=1):
    """Turn seconds (or smaller parts) since 1970 into a time of UTC."""
    if number is None:
        return None
    return dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=number * (10**6 // in_a_second))
''',
    "day": '''
def day(time_):
    """Return the day of a time."""
    return None if time_ is None else time_.date()
''',
    "upper": '''
def upper(text):
    """Write a code in capitals, whatever the page."""
    return None if text is None else text.upper()
''',
    "length_class": '''
def length_class(seconds):
    """Name the class of a video's length."""
    if seconds is None:
        return None
    classes = ((15, "SHORT"), (61, "MID"), (301, "LONG"))
    return next((name for end, name in classes if seconds < end), "EXTRA_LONG")
''',
    "members": '''
def members(value, kinds):
    """Give a structure, or each of a list, the documented members: None where one is missing."""
    if isinstance(value, list):
        return [members(each, kinds) for each in value]
    if not isinstance(value, dict):
        return None
    return {name: member(kind, value.get(name)) for name, kind in kinds.items()}
''',
    "member": '''
def member(kind, given):
    """Read a member that may be spelt otherwise; what is of another type is None."""
    if kind == "text" and given is not None:
        return given if isinstance(given, str) else json.dumps(given)
    if kind == "boolean":
        return given if isinstance(given, bool) else None
    if kind not in ("id", "integer"):
        return given
    if isinstance(given, str) and given.removeprefix("-").isdecimal():
        return int(given)
    if isinstance(given, float) and given.is_integer() and kind == "integer":
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None
''',
    "renamed": '''
def renamed(value, names):
    """Give the members of a structure, or of a list of them, the names of other endpoints."""
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    if isinstance(value, dict):
        return {names.get(name, name): each for name, each in value.items()}
    return value
''',
    "filled": '''
def filled(template, **values):
    """Fill a template, unless a value is missing."""
    return None if None in values.values() else template.format(**values)
''',
}
"""What a function for rows may call, by name, each before those that need it."""

OUTPUT = '''
def printed(kind, value):
    """Make a value ready for JSON: ids are strings, times are ISO 8601 in UTC."""
    if kind == "id":
        return None if value is None else str(value)
    if kind == "id[]":
        return None if value is None else [str(each) for each in value]
    if kind == "json" and isinstance(value, str):
        value = json.loads(value)
    return exact(value, kind)


def exact(value, kind=""):
    """Make a value ready for readers that take every number for a double."""
    if isinstance(value, dict):
        return {name: exact(each) for name, each in value.items()}
    if isinstance(value, list):
        return [exact(each) for each in value]
    if isinstance(value, dt.datetime):
        return value.isoformat() + "Z"
    if isinstance(value, decimal.Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and kind != "integer" and abs(value) > 2**53:
        return str(value)
    return value


def show(values):
    """Print a row as a line of JSON."""
    row = {name: printed(kind, value) for (name, kind), value in zip(HEADS, values)}
    print(json.dumps(row, default=str))
'''
"""How rows are printed: exactly as ``tiksql --format jsonl`` prints them, but in ASCII."""


def row_function(scan: Scan) -> str:
    """Print the function ``row_N(record, key)`` of a scan: its columns, from the API's fields."""
    lines = [f'    "{column.name}": {expression(column, scan)},' for column in scan.columns]
    body = "\n".join(["    return {", *(f"    {line}" for line in lines), "    }"])
    words = f'"""Make a row of {scan.table.name} from a record and the key that was asked for."""'
    unused = "" if "key" in re.findall(r"\bkey\b", body) else "_"
    return f"\ndef row_{scan.number}(record, {unused}key):\n    {words}\n{body}\n"


def expression(column: Column, scan: Scan) -> str:
    """Print the expression that makes a column from ``record`` and ``key``."""
    if column.derived is not None:
        return _derived(column, scan)
    if not column.is_field:
        return "key" if column == scan.key else "None"
    names = ", ".join(map(python, column.spellings))
    made = f"record.get({names})" if len(column.spellings) == 1 else f"given(record, {names})"
    if column == scan.key:
        made = f"record.get({names}, key)"
    match column.type:
        case "id":
            made = f"whole({made})"
        case "timestamp":
            made = f"moment({made}{', 1000' if column.unit == 'milliseconds' else ''})"
    if column.upper:
        return f"upper({made})"
    if column.renamed:
        made = f"renamed({made}, {python(column.renamed)})"
    return f"members({made}, {python(dict(column.members))})" if column.members else made


def _derived(column: Column, scan: Scan) -> str:
    assert column.derived is not None
    sources = {name: expression(scan.table.columns[name], scan) for name in column.derived.sources}
    if column.derived.rule == "template":
        values = ", ".join(f"{name}={made}" for name, made in sources.items())
        return f"filled({python(column.derived.template)}, {values})"
    (made,) = sources.values()
    return f"{column.derived.rule}({made})"


def functions_of(scans: tuple[Scan, ...]) -> Iterator[Code]:
    """Print the functions for the rows of scans, after those that they call."""
    rows = "\n".join(map(row_function, scans))
    called = rows + FUNCTIONS["members"] * ("members(" in rows)
    yield from (Code(text) for name, text in FUNCTIONS.items() if f"{name}(" in called)
    yield Code(rows)
