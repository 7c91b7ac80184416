"""A plan as JSON: the stable contract for programs that read plans.

Each entry of ``requests`` is the first page's request as it would be sent: one for each window and
branch, or for each key.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tiksql.planning.requests import of_key
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Plan, Request, Scan


def to_json(plan: Plan) -> str:
    """Print a plan as JSON, indented by two spaces, without a line end."""
    return json.dumps(document(plan), indent=2, ensure_ascii=False)


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


def filter_of(plan: Plan) -> str | None:
    """Print what DuckDB filters the records of the scans by; None where it filters nothing."""
    residuals = [to_sql(scan.residual) for scan in plan.scans if scan.residual is not None]
    if len(residuals) > 1:
        return " AND ".join(f"({each})" for each in residuals)
    return residuals[0] if residuals else None


def _requests(scan: Scan) -> Iterator[dict[str, Any]]:
    """Describe the first pages of a scan; a scan whose keys are not known yet is one entry."""
    for request in scan.requests:
        yield _entry(request, scan)
    if scan.keys is not None and scan.first is not None and scan.key is not None:
        source = scan.after[-1] if scan.after else None
        request = of_key(scan.first, scan.key, "0")
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
