"""A plan as text for people: what is sent, what stays here and why, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        yield from _scan(scan)
    yield "local"
    yield from _local(plan)
    yield "cost"
    yield from _cost(plan)
    if plan.notes:
        yield "notes"
        yield from (f"  {note}" for note in plan.notes)


def _scan(scan: Scan) -> Iterator[str]:
    yield f"scan {scan.number}: {scan.table.name}"
    if not scan.requests:
        yield "  nothing is sent: no record can match, or none is wanted"
        return
    first = scan.requests[0]
    yield f"  POST {first.url}"
    if first.fields:
        yield f"  fields   {', '.join(first.fields)}"
    for branch in scan.branches:
        yield from _branch(branch)
    if scan.key:
        yield f"  {_counted(len(scan.requests), 'key')}: one request for each {scan.key.name}"
        yield from _some([f"    {request.key}" for request in scan.requests])


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
    derived = [c for c in plan.output if c.derived]
    if plan.limit is None and not plan.offset and not derived:
        yield "  nothing: the API judges every condition"
    for column in derived:
        assert column.derived
        yield f"  {column.name} is made from {', '.join(column.derived.sources)}"
    if plan.offset:
        yield f"  offset   {_counted(plan.offset, 'row')} at the start not shown"
    if plan.limit is not None:
        have = "has" if plan.limit == 1 else "have"
        yield f"  limit    paging stops as soon as {_counted(plan.limit, 'row')} {have} come"


def _cost(plan: Plan) -> Iterator[str]:
    least = len(plan.requests)
    yield f"  {_counted(least, 'request')} at least, from the pool {plan.pool}"
    sizes = {request.body.get(request.table.paging.size_field) for request in plan.requests}
    if plan.limit is None and sizes - {None}:
        yield "  1 more for each further 100 matching records of a window"
    yield f"  quota used today: {_quota(plan)}"


def _quota(plan: Plan) -> str:
    if plan.used_today is None:
        return "not counted"
    return f"{plan.used_today:,} requests"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
