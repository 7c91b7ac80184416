"""A plan as text for people: what is sent, what stays here and why, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.translate.steps import filter_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Branch, Condition, Plan, Scan, Window

SHOWN = 6
"""Windows or keys listed before the rest is only counted."""


def to_text(plan: Plan) -> str:
    """Print a plan as indented text, without a line end."""
    return "\n".join(_lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    for scan in plan.scans:
        yield from _scan(scan, plan)
    yield from _stored(plan)
    yield "local"
    yield from _local(plan)
    yield "cost"
    yield from _cost(plan)
    if plan.notes:
        yield "notes"
        yield from (f"  {note}" for note in plan.notes)


def _stored(plan: Plan) -> Iterator[str]:
    """Name the collections that are read, whose rows are here already."""
    for table in plan.stored:
        yield f"{table.key}: kept rows, no request"


def _scan(scan: Scan, plan: Plan) -> Iterator[str]:
    yield f"scan {scan.number}: {scan.table.name}"
    if scan.keys is not None and scan.first is not None:
        yield from _dependent(scan, plan)
        return
    if not scan.requests:
        yield "  nothing is sent: no record can match, or none is wanted"
        return
    first = scan.requests[0]
    yield f"  POST {first.url}"
    if first.fields:
        yield f"  fields   {', '.join(first.fields)}"
    if scan.key:
        yield f"  {_counted(len(scan.requests), 'key')}: one request for each {scan.key.name}"
        yield from _some([f"    {request.key}" for request in scan.requests])
        return
    if scan.sample is not None:
        yield f"  sample   {_counted(scan.sample, 'record')} at random, shared by the windows"
    for branch in scan.branches:
        yield from _branch(branch)


def _dependent(scan: Scan, plan: Plan) -> Iterator[str]:
    assert scan.first is not None
    assert scan.key is not None
    sources = " and ".join(_sources(scan, plan)) or "the statement"
    yield f"  POST {scan.first.url}"
    if scan.first.fields:
        yield f"  fields   {', '.join(scan.first.fields)}"
    yield f"  keys     {scan.key.name} from {sources}: one request for each, after it"


def _sources(scan: Scan, plan: Plan) -> Iterator[str]:
    """Name what the keys of a dependent scan are read from."""
    yield from (f"scan {number}" for number in scan.after)
    for table in plan.stored:
        quoted = '"' + table.key.replace('"', '""') + '"'
        if quoted in (scan.keys_text or ""):
            yield table.key


def _branch(branch: Branch) -> Iterator[str]:
    conditions = branch.conditions
    yield f"  branch {branch.number}"
    yield from _group("and", conditions.all_of)
    yield from _group("or", conditions.any_of)
    yield from _group("not", conditions.none_of)
    if not (conditions.all_of or conditions.any_of or conditions.none_of):
        yield "    and    create_date GTE the first day of the window (every record)"
    yield f"    {_counted(len(branch.windows), 'window')}, the newest first"
    yield from _some([f"      {_window(window)}" for window in branch.windows])


def _group(name: str, conditions: tuple[Condition, ...]) -> Iterator[str]:
    for number, condition in enumerate(conditions):
        values = ", ".join(f'"{value}"' for value in condition.field_values)
        listed = f"[{values}]" if condition.operation == "IN" else values
        word = name if number == 0 else ""
        yield f"    {word:<6} {condition.field_name} {condition.operation} {listed}"


def _window(window: Window) -> str:
    return f"{window.start} to {window.end}, {_counted(window.days, 'day')}"


def _some(lines: list[str]) -> Iterator[str]:
    shown = lines if len(lines) <= SHOWN else [*lines[: SHOWN - 2], "…", lines[-1]]
    for line in shown:
        yield line if line != "…" else f"      … {len(lines) - SHOWN + 1} more"


def _local(plan: Plan) -> Iterator[str]:
    """Say what is done here, and why."""
    lines = list(_steps(plan))
    yield from lines or ["  nothing: the API judges every condition"]
    for reason in plan.reasons:
        yield f"  because  {reason}"


def _steps(plan: Plan) -> Iterator[str]:
    if (filtered := filter_of(plan)) is not None:
        yield f"  filter   {filtered}"
    for column in plan.output:
        if column.derived:
            yield f"  {column.name} is made from {', '.join(column.derived.sources)}"
    if plan.sort:
        yield f"  sort     {', '.join(plan.sort)}"
    if plan.offset:
        yield f"  offset   {_counted(plan.offset, 'row')} at the start not shown"
    if plan.limit is not None:
        yield f"  limit    {_limit(plan)}"
    if plan.local_text is not None:
        yield f"  query    {plan.local_text}"


def _limit(plan: Plan) -> str:
    rows = _counted(plan.limit or 0, "row")
    if plan.streams:
        return f"paging stops as soon as {rows} {'has' if plan.limit == 1 else 'have'} come"
    if plan.stop:
        return f"{rows}; reading stops after the first {plan.stop} behind which none can belong"
    return f"{rows} of the result"


def _cost(plan: Plan) -> Iterator[str]:
    least = len(plan.requests)
    dependent = [scan for scan in plan.scans if scan.keys is not None]
    each = "".join(f", and 1 for each {scan.key.name}" for scan in dependent if scan.key)
    pool = f", from the pool {plan.pool}" if plan.pool else ""
    yield f"  {_counted(least, 'request')} at least{each}{pool}"
    if any(map(_has_pages, plan.scans)) and (plan.limit is None or not plan.streams):
        yield "  1 more for each further 100 matching records of a window"
    yield f"  quota used today: {_quota(plan)}"


def _has_pages(scan: Scan) -> bool:
    """Say whether a request of a scan may have more pages than its first."""
    asked = bool(scan.requests) or scan.keys is not None
    return asked and scan.sample is None and scan.table.paging.kind != "none"


def _quota(plan: Plan) -> str:
    if plan.used_today is None:
        return "not counted"
    return f"{plan.used_today:,} requests"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
