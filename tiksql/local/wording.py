"""DuckDB's messages in the words of this program: short, and without what only DuckDB knows."""

from __future__ import annotations

import re
from typing import Any

LONGEST = 300
"""Code points of a message; data may stand in one, and data may be long."""

_TYPES = {
    "STRING_LITERAL": "VARCHAR",
    "INTEGER_LITERAL": "INTEGER",
    "INT8": "TINYINT",
    "INT16": "SMALLINT",
    "INT32": "INTEGER",
    "INT64": "BIGINT",
    "INT128": "HUGEINT",
    "BOOL": "BOOLEAN",
}
_TYPE = re.compile(rf"\b({'|'.join(_TYPES)})\b")
_NOISE = (
    r"(?s)\n?LINE \d+:.*",
    r"(?s)\n+\s*(Candidate|Did you mean|Possible|Use \"SET|Either add).*",
    r"(?s) (Use TRY\(|You might need|In order to select).*",
    r"^[A-Z][A-Za-z ]* Error: ",
    r" - an explicit cast is required",
)
_OPERATORS = {
    "~~": "LIKE",
    "!~~": "NOT LIKE",
    "~~*": "ILIKE",
    "!~~*": "NOT ILIKE",
    "list_contains": "CONTAINS",
}
_CALL = re.compile(r"""(?s)["'](\S+?)\((.*)\)["']""")
_AMBIGUOUS = re.compile(r'Ambiguous reference to column name "(.+?)" \(use: (.+?)\)')
_NO_STRUCTURE = re.compile(r"Cannot extract field '(.+?)' from expression \"(.+?)\" because")
_COLUMN = re.compile(r'column "?([^"\n]+?)"? must')


def cleaned(message: str) -> str:
    """Cut what is DuckDB's own from a message, and what is too long."""
    for pattern in _NOISE:
        message = re.sub(pattern, "", message)
    text = _TYPE.sub(lambda found: _TYPES[found[0]], " ".join(message.split())).rstrip("!. ")
    text = text[:1].lower() + text[1:] if text[1:2].islower() else text
    return (text if len(text) <= LONGEST else text[: LONGEST - 1] + "…") or "DuckDB refused this"


def in_words(report: dict[str, Any], code: str) -> tuple[str, str | None]:
    """Word the message of a query that cannot be bound, and a hint."""
    message = str(report["exception_message"])
    if code == "TS218" and (found := _COLUMN.search(message)):
        name = found[1]
        return (
            f"{name} is neither in GROUP BY nor in an aggregate",
            f"GROUP BY {name}, or ANY_VALUE({name}) for any one of its values",
        )
    if code == "TS205" and (found := _CALL.search(message)):
        return _mismatch(found[1], found[2], _only_candidate(report))
    if found := _AMBIGUOUS.search(message):
        return f'"{found[1]}" is in more than one table', f"write {found[2]}".replace("'", "")
    if found := _NO_STRUCTURE.search(message):
        name, whole = found[1], found[2].strip('"')
        return f'{whole} has no member "{name}"', f"an element of a list may have: list[1].{name}"
    if "explicit cast" in message:
        return cleaned(message), "CAST(… AS …) makes one type of another"
    return cleaned(message), None


def _mismatch(name: str, types: str, candidate: str | None) -> tuple[str, str | None]:
    given = " and ".join(cleaned(each) for each in types.split(", ")) if types else "nothing"
    shown = _OPERATORS.get(name, name)
    if name == "list_contains":
        candidate = "list CONTAINS value"
    return f"{shown} cannot be used with {given}", candidate


def _only_candidate(report: dict[str, Any]) -> str | None:
    """Return the one form that a function has; several forms would be no hint but a list."""
    forms = [line.strip() for line in str(report["exception_message"]).split("\n\t")[2:]]
    if len(forms) != 1 or forms[0].startswith('"~'):
        return None
    return f"it is {forms[0].replace(', /', '')}"[:LONGEST]
