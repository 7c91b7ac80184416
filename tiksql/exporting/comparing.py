"""Two files of one export, compared by what they hold: bytes differ where no row does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile

if TYPE_CHECKING:
    from pathlib import Path

WHEN_WRITTEN: Final = "docProps/core.xml"
"""The part of a workbook that says when it was made."""


def difference(form: str, one: Path, other: Path) -> str:
    """Say where two files of a format differ, '' if their rows are the same in the same order."""
    match form:
        case "parquet":
            from tiksql.local.parquet import same_rows  # noqa: PLC0415 - DuckDB only where needed

            return "" if same_rows(one, other) else "other rows"
        case "xlsx":
            return _workbooks(one, other)
        case _:
            return _texts(one, other)


def _texts(one: Path, other: Path) -> str:
    with one.open("rb") as first, other.open("rb") as second:
        number = 1
        while (line := first.readline()) == second.readline():
            if not line:
                return ""
            number += 1
    return f"line {number:,}"


def _workbooks(one: Path, other: Path) -> str:
    try:
        with ZipFile(one) as first, ZipFile(other) as second:
            names = set(first.namelist()) | set(second.namelist())
            if names - set(first.namelist()) or names - set(second.namelist()):
                return "other parts"
            wrong = (n for n in sorted(names - {WHEN_WRITTEN}) if first.read(n) != second.read(n))
            return next(wrong, "")
    except BadZipFile:
        return "no workbook"
