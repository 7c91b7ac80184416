"""A plan as JSON: the stable contract for programs that read plans.

Each entry of ``requests`` is the first page's request as it would be sent: one for each window and
branch, or for each key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiksql.translate.escaping import json_text
from tiksql.translate.steps import dependent, filter_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Plan, Request, Scan


def to_json(plan: Plan) -> str:
    """Print a plan as JSON, indented by two spaces, without a line end."""
    return json_text(document(plan), 2)


def document(plan: Plan) -> dict[str, Any]:
    """Make the JSON document of a plan."""
    return {
        "statement": plan.statement,
        "requests": [entry for scan in plan.scans for entry in _requests(scan)],
        "local": {
            "filter": filter_of(plan),
            "sort": list(plan.sort),
            "limit": plan.limit,
            "reasons": list(plan.reasons),
            "query": plan.local_text,
        },
        "cost": {"requests_at_least": len(plan.requests), "pool": plan.pool},
        "notes": list(plan.notes),
    }


def _requests(scan: Scan) -> Iterator[dict[str, Any]]:
    """Describe the first pages of a scan; a scan whose keys are not known yet is one entry."""
    yield from (_entry(request, scan) for request in scan.requests)
    if (request := dependent(scan)) is not None and scan.key is not None:
        source = scan.after[-1] if scan.after else None
        body = {**request.body, scan.key.key: {"$keys_of": source}}
        yield {**_entry(request, scan), "body": body, "depends_on": source}


def _entry(request: Request, scan: Scan) -> dict[str, Any]:
    window = request.window
    return {
        "method": "POST",
        "url": request.url,
        "fields": list(request.fields),
        "body": request.body,
        "window": [window.start.isoformat(), window.end.isoformat()] if window else None,
        "branch": request.branch,
        "table": scan.table.name,
        "scan": request.scan,
        "depends_on": None,
    }
