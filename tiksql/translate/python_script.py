"""A script of Python around the part that asks: what it needs, rows, DuckDB, output."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tiksql.translate.escaping import commented, python
from tiksql.translate.python_local import heads_of, local_of, main_of
from tiksql.translate.python_rows import OUTPUT, functions_of
from tiksql.translate.steps import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Plan, Scan

STANDARD = (
    "contextlib",
    "datetime as dt",
    "decimal",
    "json",
    "math",
    "os",
    "re",
    "sys",
    "time",
)
_VERSIONS = {"duckdb": "'duckdb>=2'", "tiktok_research_api": "TikTokResearchApi==1.0.4"}
_IMPORTS = {"tiktok_research_api": "import tiktok_research_api as official"}

CALL = """
if __name__ == "__main__":
    main()
"""
CHECKED = """\
    if INCOMPLETE:
        sys.exit("INCOMPLETE: " + "; ".join(INCOMPLETE))
"""


READING = '''
def rows_of(name):
    """Yield the rows of a scan page by page, each record once, with the branch they are from."""
    scan = SCANS[name]
    seen = set()
    yield from rows_of_requests(scan, scan["requests"], seen)
    ids, requests = scan.get("again", ((), ()))
    if not seen.issuperset(ids):
        yield from rows_of_requests(scan, requests, seen)
        missing = sorted(set(ids) - seen)
        if missing:
            note(f"not found: {missing}")


def rows_of_requests(scan, requests, seen):
    """Yield the rows that some requests bring, page by page, without those in ``seen``."""
    for branch, request in requests:
        key = key_of(scan, request)
        if scan["key"]:
            seen.clear()
        for records in pages_of(scan, request):
            new = []
            for record in records:
                mark = next((record[n] for n in scan["mark"] if record.get(n) is not None), None)
                if mark is None or mark not in seen:
                    new.append(record)
                    seen.add(mark)
            yield branch, [scan["row"](record, key) for record in new]
'''
"""How both ways to ask read a scan, over their own ``key_of`` and ``pages_of``."""


class Script(Struct):
    """What one way to ask adds to a script.

    ``how`` is said at its top; ``libraries`` are what it installs; ``asking`` are pieces of code,
    one of which defines ``rows_of(name)`` over ``SCANS``, which ``scans`` become.
    """

    how: str
    libraries: tuple[str, ...]
    asking: Sequence[str]
    scans: dict[str, Any]


def script(plan: Plan, given: Script) -> str:
    """Print a script, without a line end; without scans it asks for nothing."""
    if why := kept(plan):
        return refusal(plan, why, "tiksql itself can, with the study.")
    pieces = [
        *given.asking,
        *functions_of(plan.scans),
        f"\nSCANS = {python(given.scans)}\n",
        *local_of(plan),
        f"\n{heads_of(plan)}",
        OUTPUT,
        main_of(plan),
        CALL + (CHECKED if given.asking else ""),
    ]
    code = "\n".join(pieces).strip()
    libraries = [*(given.libraries if given.asking else ()), *(["duckdb"] if plan.local else [])]
    return "\n".join([*_opening(plan, given.how, libraries), *_imports(code, libraries), code])


def refusal(plan: Plan, why: Sequence[str], instead: str) -> str:
    """Print a script that asks for nothing, and says why as its only act."""
    lines = [
        "#!/usr/bin/env python3",
        *commented(plan.statement, "#  "),
        "#",
        f"# This script cannot do that; {instead}",
        *(f"# {line}" for line in why),
        "import sys\n",
        f"sys.exit({python('; '.join(why))})",
    ]
    return "\n".join(lines)


def marks_of(scan: Scan) -> list[str]:
    """Name the fields that tell the records of a scan apart, if it has such."""
    key = scan.table.record_key
    if not key or not scan.table.columns[key].is_field or not scan.table.list_keys:
        return []
    return list(scan.table.columns[key].spellings)


def _opening(plan: Plan, how: str, libraries: list[str]) -> Iterator[str]:
    yield "#!/usr/bin/env python3"
    yield "# The rows of this statement, as lines of JSON:"
    yield "#"
    yield from commented(plan.statement, "#  ")
    yield "#"
    if libraries:
        yield f"# Needs: pip install {' '.join(_VERSIONS.get(each, each) for each in libraries)}"
        yield f"# {how}"
    for note in plan.notes:
        yield from commented(f"Note: {note}", "#")
    if plan.stop:
        yield "# Every page is read here; TikSQL stops after the last that can matter."
    yield ""


def _imports(code: str, libraries: list[str]) -> Iterator[str]:
    for name in STANDARD:
        if re.search(rf"\b{name.split()[-1]}\.", code):
            yield f"import {name}"
    yield ""
    for name in sorted(libraries):
        yield _IMPORTS.get(name, f"import {name}")
    yield ""
