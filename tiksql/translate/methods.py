"""A plan as text for the methods section of a paper: short or long, in Markdown or LaTeX.

What a statement decides is written out. What only the collection can tell comes from an
``Account``; without one there is a placeholder in square brackets, never a number. The long text
follows the disclosure checklist of Kostygina et al. 2023 (PMC10795517).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.catalog import load
from tiksql.translate import english
from tiksql.translate.escaping import fenced, json_text, latex, markdown
from tiksql.translate.json import document
from tiksql.translate.sql import to_sql
from tiksql.translate.steps import kept
from tiksql.version import __version__
from tiksql.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Plan


class Account(Struct, frozen=True):
    """What a study knows of a collection; what it does not know stays a placeholder.

    ``began`` and ``ended`` are days as text; ``manifest`` is a hash of the manifest. ``synthetic``
    says that the emulator has answered; ``not_returned`` are records of earlier askings that the
    last one did not bring; ``reasons`` say, by name, why something is not known.
    """

    began: str | None = None
    ended: str | None = None
    requests: int | None = None
    failed_requests: int | None = None
    records: int | None = None
    duplicates: int | None = None
    rows: int | None = None
    shortfall: int | None = None
    gaps: int | None = None
    not_returned: int | None = None
    remeasurements: int | None = None
    manifest: str | None = None
    synthetic: bool = False
    reasons: dict[str, str] = {}


NOTHING_KNOWN = Account()


def to_methods(plan: Plan, account: Account = NOTHING_KNOWN) -> str:
    """Print the short text in Markdown, without a line end."""
    return _in_markdown([("", _short(plan, account))])


def to_methods_long(plan: Plan, account: Account = NOTHING_KNOWN) -> str:
    """Print the long text with its appendix in Markdown, without a line end."""
    text = _in_markdown(list(_long(plan, account)))
    lines = ["", "### Appendix: the query", "", *fenced(to_sql(plan), "sql"), ""]
    return "\n".join([text, *lines, *fenced(_requests(plan), "json")])


def to_methods_latex(plan: Plan, account: Account = NOTHING_KNOWN) -> str:
    """Print the short text in LaTeX, without a line end."""
    return _in_latex([("", _short(plan, account))])


def to_methods_long_latex(plan: Plan, account: Account = NOTHING_KNOWN) -> str:
    """Print the long text with its appendix in LaTeX, without a line end."""
    text = _in_latex(list(_long(plan, account)))
    appendix = [*_typewriter(to_sql(plan)), *_typewriter(_requests(plan))]
    return "\n".join([text, "", r"\subsection*{Appendix: the query}", "", *appendix])


# --- what is said


def _short(plan: Plan, account: Account) -> list[str]:
    """Write one paragraph of some 120 words."""
    return [
        " ".join([*_tool(account), *_asked(plan), *_judged(plan), *_brought(account), _terms()])
    ]


def _long(plan: Plan, account: Account) -> Iterator[tuple[str, list[str]]]:
    """Write headed paragraphs, one for each question that a reader may have."""
    yield (
        "Source and access",
        [" ".join([*_tool(account), "Access was held by [WHO: ROLE, NOT NAME]."])],
    )
    yield "Query", [*_asked(plan), "The statement and its requests are in the appendix.", _terms()]
    yield "Processing", _judged(plan) + english.shaped(plan) or ["The records are as they came."]
    yield "Collection", _brought(account) + _collected(account)
    yield "Sampling", [_sampling(plan)]
    yield "Quality", list(_quality(plan, account))
    yield "Quota", [_quota(plan)]
    yield "Flow", _flow(plan, account)


def _tool(account: Account) -> list[str]:
    if account.synthetic:
        return [f"SYNTHETIC DATA, made by the emulator of TikSQL {__version__} for practice."]
    api = f"TikTok's Research API (documentation of {load().version})"
    return [f"Data were collected through {api} with TikSQL {__version__}."]


def _asked(plan: Plan) -> list[str]:
    lines = []
    for scan in plan.scans:
        where = [english.keys(scan)]
        where += [when if (when := english.period(scan)) else ""]
        what = " ".join(each for each in where if each)
        lines.append(f"We asked for {scan.table.description}{what and f', {what}'}.")
        lines += english.searches(scan)
        if fields := english.fields(scan):
            lines.append(f"The fields requested were {fields}.")
    lines += [f"{line}." for line in kept(plan)]
    return lines or ["No table of the API was asked."]


def _judged(plan: Plan) -> list[str]:
    return english.judged_here(plan)[:1] if any(s.residual is not None for s in plan.scans) else []


def _brought(account: Account) -> list[str]:
    began, ended = (day or f"[{name}]" for day, name in _days(account))
    requests, records, rows = (_number(account, n) for n in ("requests", "records", "rows"))
    return [
        f"The collection ran from {began} to {ended} and took {requests} requests.",
        f"They returned {records} records, of which {rows} rows were kept.",
        *([f"{account.gaps:,} of the days asked for are missing."] if account.gaps else []),
    ]


def _days(account: Account) -> tuple[tuple[str | None, str], ...]:
    return (account.began, "FIRST DAY OF COLLECTION"), (account.ended, "LAST DAY OF COLLECTION")


def _collected(account: Account) -> list[str]:
    return [
        f"Requests that failed: {_number(account, 'failed_requests')}.",
        f"Records that came twice and were kept once: {_number(account, 'duplicates')}.",
        f"Records that pages lacked: {_number(account, 'shortfall')}.",
        f"Days with gaps: {_number(account, 'gaps')}.",
    ]


def _number(account: Account, name: str) -> str:
    """Write a number of the account, or a placeholder that nobody can take for one."""
    value = getattr(account, name)
    return (
        _open(account, name, f"N {name.upper().replace('_', ' ')}")
        if value is None
        else f"{value:,}"
    )


def _open(account: Account, name: str, placeholder: str) -> str:
    """Write a placeholder, with the reason if one is known."""
    reason = account.reasons.get(name)
    return f"[{placeholder}: {reason}]" if reason else f"[{placeholder}]"


def _terms() -> str:
    return "The terms were chosen because [REASON FOR THE TERMS]."


def _sampling(plan: Plan) -> str:
    drawn = [scan for scan in plan.scans if scan.sample is not None]
    if not drawn:
        return _unsampled(plan)
    wanted = english.listed([counted(scan.sample or 0, "record") for scan in drawn])
    return f"The API drew {wanted} at random (is_random), shared evenly by the windows."


def _unsampled(plan: Plan) -> str:
    if plan.limit is not None and plan.streams:
        return "Reading stopped at a limit: the rows are the first in the API's order, no sample."
    return "No sample was drawn: every record that the API returns for the query was asked for."


def _quality(plan: Plan, account: Account) -> Iterator[str]:
    for scan in {scan.table.name: scan for scan in plan.scans}.values():
        if scan.table.notes:
            notes = "; ".join(scan.table.notes)
            yield f"The documentation and audits say of {scan.table.name}: {notes}."
    yield from (f"Of this query: {note}." for note in plan.notes)
    yield "Known faults of the API in the period: [FAULTS, WITH SOURCES]."
    yield f"Times that the records were asked for again: {_number(account, 'remeasurements')}."
    yield (
        "Records that had come before and did not come the last time (deleted, private or left out"
        f" by the API): {_number(account, 'not_returned')}."
    )
    manifest = account.manifest or _open(account, "manifest", "HASH OF THE MANIFEST")
    yield f"Ids of the records: [WHERE THEY CAN BE HAD]. Hash of the manifest: {manifest}."


def _quota(plan: Plan) -> str:
    pools = {scan.table.pool: load().pools[scan.table.pool] for scan in plan.scans}
    if not pools:
        return "No quota was used."
    return " ".join(
        f"A day allows {pool.requests_a_day:,} requests and {pool.records_a_day:,} records"
        f" for {pool.description}."
        for pool in pools.values()
    )


def _flow(plan: Plan, account: Account) -> list[str]:
    """Write the steps from plan to rows, as a PRISMA diagram has them."""
    windows = {r.window for r in plan.requests if r.window is not None}
    first = counted(len(plan.requests), "first request")
    steps = [
        f"planned: {first} in {counted(len(windows), 'window')}",
        f"requests sent: {_number(account, 'requests')}",
        f"records returned: {_number(account, 'records')}",
        f"after duplicates were removed: {_unique(account)}",
        f"rows after processing: {_number(account, 'rows')}",
    ]
    return [" → ".join(steps) + "."]


def _unique(account: Account) -> str:
    if account.records is None or account.duplicates is None:
        return _open(account, "duplicates", "N UNIQUE RECORDS")
    return f"{account.records - account.duplicates:,}"


# --- how it is set


def _requests(plan: Plan) -> str:
    return json_text(document(plan)["requests"], 2)


def _in_markdown(sections: list[tuple[str, list[str]]]) -> str:
    blocks = []
    for head, lines in sections:
        blocks += [f"### {markdown(head)}"] if head else []
        blocks.append(markdown(" ".join(lines)))
    return "\n\n".join(blocks)


def _in_latex(sections: list[tuple[str, list[str]]]) -> str:
    blocks = ["% Needs the packages fontenc (T1) and textcomp; emoji need XeLaTeX or LuaLaTeX."]
    for head, lines in sections:
        blocks += [f"\\paragraph{{{latex(head)}}}"] if head else []
        blocks.append(latex(" ".join(lines)))
    return "\n\n".join(blocks)


def _typewriter(text: str) -> Iterator[str]:
    """Set lines as they are: LaTeX's verbatim could be ended by what stands in it."""
    yield r"\begin{flushleft}\ttfamily\footnotesize"
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        yield f"\\mbox{{}}{'~' * indent}{latex(line.lstrip(' '))}\\\\"
    yield r"\end{flushleft}"
