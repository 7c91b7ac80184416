"""The local half, measured in this process: planning a large WHERE, and judging many records.

More than a hundred thousand records of a served emulator are fetched, filtered and grouped; the
time that counts is that from the last page to the last row.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import tiksql
from tiksql.backend import Server, emulator
from tiksql.judging import prepare
from tiksql.planning.planner import plan
from tiksql.planning.resolver import resolve
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax.parser import parse

DAYS = "create_date BETWEEN '2024-01-01' AND '2024-12-31'"
REGIONS = ["US", "GB", "DE", "FR", "BR", "MX", "ID", "JP", "TR", "IT", "ES", "TH", "VN", "PH"]
REPETITIONS = 25
NOWHERE = Path("/nonexistent")
"""Neither a ledger nor credentials are kept: the server is on this computer."""


def nested(predicates: int) -> str:
    """Write a WHERE of many predicates that becomes one branch: groups of ORs under ANDs."""
    groups = [
        f"(like_count > {n} AND (video_duration < {n + 5} OR share_count = {n})"
        f" OR NOT (region_code = '{REGIONS[n % len(REGIONS)]}' AND voice_to_text LIKE '%{n}%'))"
        for n in range(predicates // 5)
    ]
    return f"SELECT id FROM videos WHERE keyword = 'x' AND {DAYS} AND {' AND '.join(groups)}"


def planned(predicates: int) -> dict[str, float]:
    """Measure the planning of a nested WHERE, and DuckDB's check of it; medians in milliseconds."""
    session = Session(emulator(), DEFAULTS)
    (statement,) = parse(Source(nested(predicates))).statements
    scope = session.scope()
    plans, checks = [], []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        made = plan(resolve(statement, scope), scope)  # type: ignore[arg-type]
        middle = time.perf_counter()
        prepare(made, scope.now)
        plans.append(1000 * (middle - start))
        checks.append(1000 * (time.perf_counter() - middle))
    return {"plan_ms": statistics.median(plans), "check_ms": statistics.median(checks)}


def judged(base_url: str) -> dict[str, Any]:
    """Fetch, filter and group many records; time what happens behind the last page."""
    settings = DEFAULTS.having("max_requests", 10_000, "flag")
    environ = {"TIKTOK_CLIENT_KEY": "any", "TIKTOK_CLIENT_SECRET": "any"}
    session = Session(Server(base_url, environ, NOWHERE, NOWHERE).backend(), settings)
    regions = ", ".join(f"'{region}'" for region in REGIONS)
    sql = (
        "SELECT username, count(*) AS n, sum(like_count) AS likes FROM videos"
        f" WHERE region_code IN ({regions}) AND {DAYS} AND like_count > 10"
        " GROUP BY username ORDER BY n DESC LIMIT 10"
    )
    last_page = time.perf_counter()
    asking = session.line.asking

    def watched(*arguments: Any, **more: Any) -> Any:
        ask = asking(*arguments, **more)

        def pages(requests: Any) -> Any:
            nonlocal last_page
            for page in ask(requests):
                last_page = time.perf_counter()
                yield page

        return pages

    session.line.asking = watched  # type: ignore[method-assign]  # the last page is seen here alone
    start = time.perf_counter()
    with tiksql.Connection(session) as connection:
        result = connection.execute(sql)
    end = time.perf_counter()
    return {
        "records": result.stats.records,
        "complete": result.complete,
        "seconds": end - start,
        "after_last_page": end - last_page,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    print(json.dumps(judged(sys.argv[1]) | planned(100)))
