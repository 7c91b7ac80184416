"""A plan in plain English: what is asked, of which days, what is judged where, what it costs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from tiksql.catalog import load
from tiksql.output.sanitize import visible
from tiksql.translate import english
from tiksql.translate.steps import kept
from tiksql.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Plan, Scan


def to_prose(plan: Plan) -> str:
    """Print a plan as paragraphs of plain text, without a line end."""
    return "\n\n".join(
        textwrap.fill(each, 88, break_long_words=False, break_on_hyphens=False)
        for each in paragraphs(plan)
    )


def paragraphs(plan: Plan) -> list[str]:
    """Write the paragraphs, each one line of plain text."""
    found = [" ".join(_scan(scan)) for scan in plan.scans]
    found += [f"{line}." for line in kept(plan)]
    if not plan.scans:
        found.append("Nothing is asked of the API: the statement reads no table of it.")
    found.append(" ".join([*english.judged_here(plan), *english.shaped(plan)]))
    found.append(" ".join(_cost(plan)))
    found.append(" ".join(f"Note: {visible(note)}." for note in plan.notes))
    return [each for each in found if each]


def _scan(scan: Scan) -> Iterator[str]:
    table = scan.table
    yield f"Scan {scan.number} asks TikTok's Research API for {table.description} ({table.name}),"
    if not scan.requests and scan.keys is None:
        yield "and sends nothing: no record can match, or none is wanted."
        return
    where = [when if (when := english.period(scan)) else "", english.keys(scan)]
    yield f"{' '.join(each for each in where if each)}.".replace(" .", ".")
    yield from english.searches(scan)
    if scan.sample is not None:
        yield f"The API draws {counted(scan.sample, 'record')} at random."
    if fields := english.fields(scan):
        yield f"Of each record it is asked for {fields}."
    if table.notes:
        yield f"About this table: {'; '.join(table.notes)}."


def _cost(plan: Plan) -> Iterator[str]:
    if not plan.scans:
        yield "This costs nothing."
        return
    least = counted(len(plan.requests), "request")
    pool = load().pools.get(plan.pool or "")
    of = f" of the {pool.requests_a_day:,} that a day allows for {pool.description}" if pool else ""
    yield f"This costs at least {least}{of}."
    for scan in plan.scans:
        if scan.keys is not None and scan.key is not None:
            yield f"Each {scan.key.name} that is found costs one more."
    if any(scan.table.paging.kind != "none" and scan.sample is None for scan in plan.scans):
        yield "Each further page of a request costs one more, too."
