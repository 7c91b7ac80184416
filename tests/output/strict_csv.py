"""A reader of RFC 4180 that refuses what the RFC does not allow and tells NULL from ''."""

from __future__ import annotations

import re

_FIELD = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')


def read(text: str) -> list[list[str | None]]:
    """Read every line; a field without quotes and characters is None."""
    rows, row, at = [], [], 0
    while at < len(text):
        found = _FIELD.match(text, at)
        quoted, bare = found.groups()
        row.append(bare or None if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        end = text[at : at + 1]
        if end == "\n":
            rows.append(row)
            row = []
        elif end != ",":
            raise ValueError(f"not RFC 4180 at {at}: {text[at : at + 20]!r}")
        at += 1
    if row:
        raise ValueError("the last line does not end")
    return rows
