"""A plan as a ``.http`` file, for the REST Client of VS Code and for JetBrains' HTTP client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.translate.curl import label, said
from tiksql.translate.escaping import commented, json_text
from tiksql.translate.steps import address, base_of, dependent, keyless

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Plan, Request, Scan

TOKEN = "@token = {{$processEnv TIKTOK_ACCESS_TOKEN}}"  # noqa: S105 - a variable, not its value
"""VS Code's way to a variable of the environment."""

MARKS = {
    "search": "cursor and search_id of the answer",
    "index": "cursor of the answer",
    "time": "cursor of the answer",
    "page": "next page number",
}


def to_http(plan: Plan) -> str:
    """Print a plan as a file of requests, without a line end."""
    return "\n".join(_lines(plan)).rstrip("\n")


def _lines(plan: Plan) -> Iterator[str]:
    # A line of a text must not look like a directive, such as "# @prompt" of VS Code.
    yield from commented(plan.statement, "# |")
    yield from said(plan)
    yield "# JetBrains: write {{$env.TIKTOK_ACCESS_TOKEN}} behind @token instead."
    yield f"@base = {base_of(plan)}"
    yield TOKEN
    yield ""
    for scan in plan.scans:
        for request in scan.requests:
            yield from _request(scan, request, label(request, scan), _body(request.body))
        if (template := dependent(scan)) is not None:
            yield from _for_each_key(scan, template)


def _request(scan: Scan, request: Request, title: str, body: str) -> Iterator[str]:
    yield from commented(title, "###")
    if scan.table.paging.kind in MARKS and scan.sample is None:
        yield f"# The next page: the same body with the {MARKS[scan.table.paging.kind]}."
    yield f"POST {address(request, '{{base}}')}"
    yield "Authorization: Bearer {{token}}"
    yield "Content-Type: application/json"
    yield ""
    yield body
    yield ""


def _for_each_key(scan: Scan, request: Request) -> Iterator[str]:
    assert scan.key is not None
    sources = " and ".join(f"scan {number}" for number in scan.after)
    name = scan.key.key
    sign = "" if scan.key.type == "id" else '"'
    yield from commented(f"Put each {scan.key.name} of {sources} here; they are the rows of", "#")
    yield from commented(scan.keys_text or "", "#  ")
    yield f"@{name} = "
    rest = _body(keyless(scan))[1:].lstrip()
    between = ", " if rest != "}" else ""
    body = f'{{"{name}": {sign}{{{{{name}}}}}{sign}{between}{rest}'
    yield from _request(scan, request, f"{scan.table.name} of one {scan.key.name}", body)


def _body(body: object) -> str:
    """Print a body in which no value can be read as a variable: ``{{`` is written as an escape."""
    return json_text(body).replace("{{", "{\\u007b")
