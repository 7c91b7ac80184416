"""A plan as curl commands for bash: one for the first page of each request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.output.sanitize import visible
from tiksql.translate.escaping import commented, json_text, shell
from tiksql.translate.steps import address, dependent, keyless, left_to_do, made_here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import Plan, Request, Scan


def to_curl(plan: Plan) -> str:
    """Print a plan as commands that use ``$TIKTOK_ACCESS_TOKEN``, without a line end."""
    return "\n".join(_lines(plan)).rstrip("\n")


def _lines(plan: Plan) -> Iterator[str]:
    yield from commented(plan.statement, "#")
    yield "# First pages only: tiksql translate --to curl --all-pages prints a script for all."
    yield from said(plan)
    yield ""
    for scan in plan.scans:
        for request in scan.requests:
            yield from commented(label(request, scan), "#")
            yield command(shell(address(request)), shell(json_text(request.body)))
            yield ""
        if (template := dependent(scan)) is not None:
            yield from _for_each_key(scan, template)


def said(plan: Plan, *, raw: bool = True) -> Iterator[str]:
    """Print as comments what the requests alone do not do, and what is worth knowing.

    ``raw`` says that nobody makes rows of the records.
    """
    left = left_to_do(plan)
    if left:
        yield "# Not done by these requests, but by TikSQL with what they bring:"
    for line in left:
        yield from commented(line, "#  ")
    for line in made_here(plan) if raw else ():
        yield f"# Not in the answers, and made by TikSQL: {line}"
    for note in plan.notes:
        yield from commented(f"Note: {note}", "#")


def label(request: Request, scan: Scan) -> str:
    """Say in a few words what a request asks for, on one line."""
    if request.window is not None:
        branch = f", branch {request.branch}" if len(scan.branches) > 1 else ""
        sample = ", at random" if scan.sample is not None else ""
        return f"{scan.table.name}, {request.window.start} to {request.window.end}{branch}{sample}"
    return visible(f"{scan.table.name} of {request.key}")


def command(url: str, body: str) -> str:
    """Print a curl command; both arguments are words of the shell."""
    return (
        f"curl --silent --show-error {url} \\\n"
        '  --header "Authorization: Bearer $TIKTOK_ACCESS_TOKEN" \\\n'
        "  --header 'Content-Type: application/json' \\\n"
        f"  --data-raw {body}"
    )


def _for_each_key(scan: Scan, request: Request) -> Iterator[str]:
    """Print the command for the keys that others give, with the key in a variable."""
    assert scan.key is not None
    sources = " and ".join(f"scan {number}" for number in scan.after)
    yield from commented(f"{scan.table.name}: once for each {scan.key.name} of {sources},", "#")
    kind = "a number" if scan.key.type == "id" else "JSON, with its quotes"
    yield f"# as the variable key ({kind}); the keys are the rows of"
    yield from commented(scan.keys_text or "", "#  ")
    yield command(shell(address(request)), body_with(scan, '"$key"'))
    yield ""


def body_with(scan: Scan, key: str) -> str:
    """Print the body of a dependent request as a word; ``key`` is the shell's for JSON."""
    assert scan.key is not None
    rest = json_text(keyless(scan))[1:]
    head = f'{{"{scan.key.key}": '
    return shell(head) + key + shell((", " if rest != "}" else "") + rest)
