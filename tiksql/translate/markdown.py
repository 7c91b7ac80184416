"""A plan as a block of Markdown for an appendix: SQL, prose, parameters and the JSON sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.catalog import load
from tiksql.translate import english
from tiksql.translate.escaping import fenced, json_text, markdown
from tiksql.translate.json import document
from tiksql.translate.prose import paragraphs
from tiksql.translate.sql import to_sql
from tiksql.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Plan


def to_markdown(plan: Plan) -> str:
    """Print a plan as Markdown, without a line end; no value in it is Markdown or HTML."""
    return "\n".join(_lines(plan)).rstrip("\n")


def _lines(plan: Plan) -> Iterator[str]:
    yield "### Query"
    yield ""
    yield from fenced(to_sql(plan), "sql")
    yield ""
    for paragraph in paragraphs(plan):
        yield markdown(paragraph)
        yield ""
    yield "### Parameters"
    yield ""
    yield "| parameter | value |"
    yield "|---|---|"
    for name, value in parameters(plan):
        yield f"| {markdown(name)} | {markdown(value)} |"
    yield ""
    yield "### Requests"
    yield ""
    yield from fenced(json_text(document(plan)["requests"], 2), "json")


def parameters(plan: Plan) -> Iterator[tuple[str, str]]:
    """List what a reader needs to ask again: names and values as plain text."""
    yield "tool", f"TikSQL {__version__}"
    yield "documentation of the API", load().version
    for scan in plan.scans:
        label = f"scan {scan.number}"
        yield f"{label}: table", f"{scan.table.name} (POST {scan.table.path})"
        if when := english.period(scan):
            yield f"{label}: period", when
        if keys := english.keys(scan):
            yield f"{label}: keys", keys
        if scan.first is not None:
            yield f"{label}: fields", english.fields(scan) or "all that the endpoint gives"
            size = scan.table.paging.size_field
            asked = scan.requests[0].body if scan.requests else {}
            if size:
                yield f"{label}: records a page", str(asked.get(size, scan.first.size))
    yield "quota", plan.pool or "none"
    yield "rows wanted", "all" if plan.limit is None else f"{plan.limit:,}"
