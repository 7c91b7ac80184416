"""Why a result has no rows: an empty table alone leaves everybody guessing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiksql.planning.plan import Plan
    from tiksql.stream import Stats, Stream


def why_empty(stream: Stream) -> str | None:
    """Say why a whole result has no rows; None where it has some, or where nothing is to be said.

    A result that is not whole has said so already, and ``LIMIT 0`` wanted none.
    """
    stats, plan = stream.stats, stream.plan
    if stats.rows or not stats.complete or plan is None or not plan.scans or plan.limit == 0:
        return None
    if stats.requests == 0:
        return "no rows: nothing was asked, as no record can match"
    if stats.records == 0:
        return f"no rows: the API has no record that matches{_days(plan)}"
    return f"no rows: {_turned_away(stats, plan)}"


def _days(plan: Plan) -> str:
    windows = [request.window for request in plan.requests if request.window]
    if not windows:
        return ""
    first, last = min(w.start for w in windows), max(w.end for w in windows)
    return f" from {first} to {last}" if first != last else f" on {first}"


def _turned_away(stats: Stats, plan: Plan) -> str:
    from tiksql.translate.steps import filter_of  # noqa: PLC0415 - rarely needed

    came = f"{stats.records:,} records came" if stats.records > 1 else "1 record came"
    if not stats.dropped:
        return f"{came}, and the rest of the statement keeps none of them"
    all_ = "none of them" if stats.dropped >= stats.records else "too few of them"
    return f"{came}, and {all_} met {_as_written(filter_of(plan), plan)}, which is judged here"


def _as_written(condition: str | None, plan: Plan) -> str:
    """Leave out the name that a scan has in DuckDB alone."""
    text = condition or "the rest of the WHERE"
    for scan in plan.scans:
        text = text.replace(f'"{scan.name}".', "")
    return text
