"""A plan as a flow chart in Mermaid: from scans over branches and windows to the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.translate.escaping import mermaid
from tiksql.translate.steps import filter_of, kept
from tiksql.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Branch, Plan, Scan

SHOWN = 6
"""Windows or keys that have a box of their own before the rest shares one."""
LONGEST = 80
"""Letters of a label before it is cut."""


def to_mermaid(plan: Plan) -> str:
    """Print a plan as a Mermaid flow chart, without a line end."""
    return "\n".join(["flowchart TD", *(f"  {line}" for line in _lines(plan))])


def _lines(plan: Plan) -> Iterator[str]:
    for scan in plan.scans:
        yield from _scan(scan)
    for number, line in enumerate(kept(plan), 1):
        yield f"kept{number}[({_label(line)})]"
    here = [f"DuckDB: {filter_of(plan)}"] if filter_of(plan) else []
    if plan.local is not None and not here:
        here = ["DuckDB: the rest of the statement"]
    last = [f"scan{scan.number}_rows" for scan in plan.scans]
    last += [f"kept{number}" for number, _ in enumerate(kept(plan), 1)]
    if here:
        yield f"local[{_label(here[0])}]"
        yield from (f"{each} --> local" for each in last)
        last = ["local"]
    yield f"result([{_label(_result(plan))}])"
    yield from (f"{each} --> result" for each in last)


def _result(plan: Plan) -> str:
    parts = ["the rows"]
    parts += [f"sorted by {', '.join(plan.sort)}"] if plan.sort else []
    parts += [f"the first {plan.limit}"] if plan.limit is not None else []
    return ", ".join(parts)


def _scan(scan: Scan) -> Iterator[str]:
    name = f"scan{scan.number}"
    yield f"{name}[{_label(f'scan {scan.number}: {scan.table.name}')}]"
    yield f"{name}_rows[({_label(f'records of {scan.table.name}')})]"
    if scan.keys is not None and scan.key is not None:
        yield from (f"scan{n}_rows -- {_label(scan.key.name)} --> {name}" for n in scan.after)
        yield f"{name} -- {_label('one request for each')} --> {name}_rows"
    elif scan.table.needs == "key":
        yield from _boxes(name, [f"{request.key}" for request in scan.requests], f"{name}_rows")
    else:
        for branch in scan.branches:
            yield from _branch(branch, name)


def _branch(branch: Branch, scan: str) -> Iterator[str]:
    name = f"{scan}_b{branch.number}"
    groups = (
        ("and", branch.conditions.all_of),
        ("or", branch.conditions.any_of),
        ("not", branch.conditions.none_of),
    )
    words = [
        f"{group}: {each.field_name} {each.operation} {', '.join(each.field_values)}"
        for group, all_ in groups
        for each in all_
    ]
    yield f"{scan} --> {name}[{_label('; '.join([f'branch {branch.number}', *words]))}]"
    windows = [f"{window.start} to {window.end}" for window in branch.windows]
    yield from _boxes(name, windows, f"{scan}_rows")


def _boxes(source: str, labels: list[str], target: str) -> Iterator[str]:
    """Print a box for each label between two others; many share the last."""
    shown = labels
    if len(labels) > SHOWN:
        shown = [*labels[: SHOWN - 1], counted(len(labels) - SHOWN + 1, "more window")]
    for number, label in enumerate(shown, 1):
        yield f"{source} --> {source}_{number}[{_label(label)}]"
        yield f"{source}_{number} --> {target}"


def _label(text: str) -> str:
    return mermaid(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")
