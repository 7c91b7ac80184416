"""A plan as JSON: the stable contract for programs that read plans.

Each entry of ``requests`` is the first page's request as it would be sent: one for each window and
branch, or for each key.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiksql.planning.plan import Plan, Request


def to_json(plan: Plan) -> str:
    """Print a plan as JSON, indented by two spaces, without a line end."""
    return json.dumps(document(plan), indent=2, ensure_ascii=False)


def document(plan: Plan) -> dict[str, Any]:
    """Make the JSON document of a plan."""
    return {
        "statement": plan.statement,
        "requests": [_request(request) for request in plan.requests],
        "local": {
            "filter": None,
            "sort": [],
            "limit": plan.limit,
            "reasons": [],
            "query": None,
        },
        "cost": {"requests_at_least": len(plan.requests), "pool": plan.pool},
        "notes": list(plan.notes),
    }


def _request(request: Request) -> dict[str, Any]:
    window = request.window
    return {
        "method": "POST",
        "url": request.url,
        "fields": list(request.fields),
        "body": request.body,
        "window": [window.start.isoformat(), window.end.isoformat()] if window else None,
        "branch": request.branch,
        "table": request.table.name,
        "scan": request.scan,
        "depends_on": None,
    }
