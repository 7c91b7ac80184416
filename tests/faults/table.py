"""The table of faults, as the tests tell it: each names what it injects and what then happens."""

from __future__ import annotations

from dataclasses import dataclass

from faults.catalogue import CANNOT_ARISE, FAULTS

HEAD = """\
# The faults, and the tests that inflict them

Made by `make faults` from the tests marked with `@pytest.mark.fault(number, injection, what then \
happens)`: a test that fails shows here as failed, and a fault without a test has its reason.
`make check` fails when this page and the tests differ.
"""


@dataclass(frozen=True, order=True)
class Injection:
    """One fault in one test; ``test`` is its file and name, without the cases."""

    fault: str
    test: str
    injected: str
    happened: str


def marked(item):
    """Return what a test says that it inflicts; `FAULTS` knows every number."""
    place = item.nodeid.split("[")[0].removeprefix("tests/")
    for mark in item.iter_markers("fault"):
        fault, injected, happened = mark.args
        if fault not in FAULTS:
            raise LookupError(f"{place}: there is no fault {fault}")
        yield Injection(fault, place, injected, happened)


def table(injections, failed=frozenset()):
    """Print the page: a row an injection, ordered by fault; ``failed`` are names of tests."""
    known = sorted(set(injections))
    tested = {one.fault for one in known}
    lines = [HEAD]
    lines.append(f"{len(tested)} of {len(FAULTS)} faults are inflicted by {len(known)} injections.")
    lines += ["", "| fault | injection | what happened | test |", "|---|---|---|---|"]
    for fault, meaning in FAULTS.items():
        rows = [one for one in known if one.fault == fault]
        for one in rows:
            happened = "FAILED" if one.test in failed else one.happened
            lines.append(f"| {fault} {meaning} | {one.injected} | {happened} | `{one.test}` |")
        if not rows:
            reason = CANNOT_ARISE.get(fault, "not tested")
            lines.append(f"| {fault} {meaning} | none | {reason} | |")
    return "\n".join(lines) + "\n"
