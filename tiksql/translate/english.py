"""Sentences about a plan in plain English, from the catalog's descriptions.

They are plain text, one line each: whoever puts them into a document escapes them for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.catalog import load
from tiksql.output.sanitize import visible
from tiksql.translate.steps import filter_of
from tiksql.words import counted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from tiksql.catalog import Column, Table
    from tiksql.planning.plan import Branch, Condition, Plan, Scan, Window

SHOWN = 12
"""Values or keys of a list that are named before the rest is counted."""

OPERATIONS = {
    "EQ": "is",
    "IN": "is one of",
    "GT": "is greater than",
    "GTE": "is at least",
    "LT": "is less than",
    "LTE": "is at most",
}

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
"""Their names, whatever the locale."""


def listed(words: Sequence[str], last: str = "and", most: int = SHOWN) -> str:
    """Join words as a sentence does; count those behind the first ``most``."""
    if len(words) > most:
        words = [*words[:most], f"{len(words) - most:,} more"]
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def day(date: dt.date) -> str:
    """Write a day as 15 June 2022."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


# --- what is asked


def condition(each: Condition, table: Table) -> str:
    """Write a condition of the API, with what its column and its values mean."""
    column = filtered_by(each.field_name, table)
    what = f"{described(column)} ({each.field_name})" if column else each.field_name
    known = load().enumerations.get(column.values) if column and column.values else None
    values = [
        f"{value} ({known.values[value]})" if known and value in known.values else quoted(value)
        for value in each.field_values
    ]
    return f"{what} {OPERATIONS[each.operation]} {listed(values, 'or')}"


def described(column: Column) -> str:
    """Write what a column holds, without the advice behind its description."""
    return column.description.partition(";")[0]


def filtered_by(field: str, table: Table) -> Column | None:
    """Find the column whose condition the API calls so."""
    found = (c for c in table.columns.values() if c.filter is not None and c.filter.field == field)
    return next(found, None)


def quoted(text: str) -> str:
    """Write a value between quotation marks, on one line."""
    return f"“{visible(text)}”"


def conditions(branch: Branch, table: Table) -> str:
    """Write what the records of one search have to meet."""
    groups = branch.conditions
    parts = [condition(each, table) for each in groups.all_of]
    if groups.any_of:
        anyhow = [condition(each, table) for each in groups.any_of]
        parts.append(f"at least one of these holds: {'; or '.join(anyhow)}")
    parts += [f"it is not so that {condition(each, table)}" for each in groups.none_of]
    return "; and ".join(parts) or "nothing: every record of the period"


def periods(windows: Iterable[Window]) -> list[tuple[dt.date, dt.date]]:
    """Join windows that adjoin or overlap, the oldest first."""
    joined: list[tuple[dt.date, dt.date]] = []
    for window in sorted(windows, key=lambda w: (w.start, w.end)):
        if joined and (window.start - joined[-1][1]).days <= 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], window.end))
        else:
            joined.append((window.start, window.end))
    return joined


def period(scan: Scan) -> str:
    """Write the days that a search covers, and in how many windows; nothing without days."""
    windows = [request.window for request in scan.requests if request.window is not None]
    if not windows:
        return ""
    spans = periods(windows)
    names = [f"on {day(a)}" if a == b else f"from {day(a)} to {day(b)}" for a, b in spans]
    days = sum((b - a).days + 1 for a, b in spans)
    cut = counted(len(set(windows)), "window")
    return f"{listed(names)} ({counted(days, 'day')} of UTC, both ends included), in {cut}"


def keys(scan: Scan) -> str:
    """Write which keys a scan asks for."""
    if scan.key is None:
        return ""
    name = f"{described(scan.key)} ({scan.key.name})"
    if scan.keys is not None:
        return f"for each {name} that {listed([f'scan {n}' for n in scan.after])} brings"
    values = [quoted(str(request.key)) for request in scan.requests]
    return f"for {counted(len(values), 'key')}, {name} {listed(values)}" if values else ""


def fields(scan: Scan) -> str:
    """Write which fields a scan asks for, by name; nothing where the endpoint gives all it has."""
    if scan.first is None or scan.table.fields_in == "none":
        return ""
    return ", ".join(scan.first.fields)


def searches(scan: Scan) -> list[str]:
    """Write the conditions of each search of a scan, a line each."""
    if scan.table.needs == "key":
        return []
    made = [conditions(branch, scan.table) for branch in scan.branches]
    if len(made) == 1:
        return [f"The API selects records of which this holds: {made[0]}."]
    first = f"It takes {len(made)} searches; together they find what is wanted."
    return [first, *(f"Search {number}: {each}." for number, each in enumerate(made, 1))]


# --- what is done here


def judged_here(plan: Plan) -> list[str]:
    """Write what is done with the records on this side, and why."""
    lines = []
    if (filtered := filter_of(plan)) is not None:
        if len(plan.scans) == 1:
            filtered = filtered.replace(f'"{plan.scans[0].name}".', "")
        lines.append(f"Of the records that come, TikSQL keeps those of which: {visible(filtered)}.")
    if plan.reasons:
        lines.append(f"What is done here is done for these reasons: {'; '.join(_seen(plan))}.")
    return lines


def _seen(plan: Plan) -> list[str]:
    return [visible(reason) for reason in plan.reasons]


def shaped(plan: Plan) -> list[str]:
    """Write how the result is sorted and cut."""
    lines = []
    if plan.sort:
        lines.append(f"The result is sorted by {visible(', '.join(plan.sort))}.")
    elif plan.scans and plan.streams and plan.scans[0].table.needs == "conditions":
        lines.append("The rows come as the API sends them, window by window, the newest first.")
    if plan.offset:
        lines.append(f"{counted(plan.offset, 'row')} at the start left out.")
    if plan.limit is not None:
        lines.append(f"It is cut after {counted(plan.limit, 'row')}.")
    return lines
