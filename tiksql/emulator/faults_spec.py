"""A fault as one line: ``500 at 3``, ``cut 80 on videos p=0.05 seed=7``.

First what goes wrong, then which requests it meets: ``at 3``, ``at 2,5``, ``at 3-5``, ``from 3``,
``between 20240101 and 20240107``, ``on videos``, ``p=0.05``, ``seed=7``, in any order.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from typing import TYPE_CHECKING, Any

from tiksql.catalog import load
from tiksql.emulator.faults import KINDS, TOKEN, Fault, When

if TYPE_CHECKING:
    from collections.abc import Iterator

HELP = "tiksql emulator --faults lists all"
CLAUSE_WORDS = {"at", "from", "between", "on"}
CLAUSES = """\
at 3, at 2,5, at 3-5, from 3     by number, among those that the other words let through
between 20240101 and 20240107    requests whose dates overlap these days
on videos                        an endpoint, by the name of its table; on token
p=0.05 seed=7                    by chance, which is the same in every run"""

_CLAUSE = re.compile(
    r"(?:^|\s+)(?:at (?P<at>[0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*)|from (?P<since>[0-9]+)"
    r"|between (?P<first>[0-9]{8}) and (?P<last>[0-9]{8})|on (?P<endpoint>[a-z_]+)"
    r"|p=(?P<chance>[0-9.]+)|seed=(?P<seed>[0-9]+))\s*$"
)


def read_fault(text: str) -> Fault:
    """Read a fault from a line; raise ``ValueError`` with what would work."""
    given: dict[str, str] = {}
    rest = text.strip()
    while found := _CLAUSE.search(rest):
        for name, value in found.groupdict().items():
            if value is not None and name in given:
                raise ValueError(f"{text!r} says twice which requests it meets")
            given |= {name: value} if value is not None else {}
        rest = rest[: found.start()]
    kind, value = _kind(rest, text)
    if given and KINDS[kind].lasting:
        raise ValueError(f"{kind} is always so: write {f'{kind} {value}'!r} alone")
    return Fault(kind, value, _when(given, text))


def listing() -> str:
    """Show every kind, and how to say when, as plain text."""
    lines = [f"  {f'{name} {k.takes}'.strip():43} {k.says}" for name, k in KINDS.items()]
    return "\n".join(
        ["What can go wrong:", *lines, "", "Which requests it meets, in any order:"]
        + [f"  {line}" for line in CLAUSES.splitlines()]
        + ["", "Examples: --fault '500 at 3'", "          --fault 'cut p=0.05 seed=7'"]
        + ["          --fault '500 between 20240101 and 20240107'", ""]
    )


def _kind(rest: str, text: str) -> tuple[str, str]:
    """Read what goes wrong; three digits are a status."""
    name, _, value = rest.strip().partition(" ")
    if not name:
        raise ValueError(f"say what goes wrong, such as '500 at 3', not {text!r} ({HELP})")
    if re.fullmatch(r"[1-5][0-9][0-9]", name):
        name, value = "status", rest.strip()
    value = value.strip()
    if name not in KINDS:
        near = difflib.get_close_matches(name, KINDS, 1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"no fault is called {name!r}{meant} ({HELP})")
    if words := CLAUSE_WORDS & set(value.split()[:2]):
        raise ValueError(f"{text!r}: {_example(words.pop())}")
    kind = KINDS[name]
    value = value or kind.default
    if not re.fullmatch(kind.pattern, value):
        takes = f"takes {kind.takes}" if kind.takes else "takes no value"
        raise ValueError(f"{name} {takes}, not {value!r} ({HELP})")
    return name, value


def _example(word: str) -> str:
    endpoints = ", ".join((*load().tables, TOKEN))
    return {
        "at": "write at with numbers: at 3, at 2,5 or at 3-5",
        "from": "write from with a number: from 3",
        "between": "write days as between 20240101 and 20240107",
        "on": f"write on with one of {endpoints}",
    }[word]


def _when(given: dict[str, str], text: str) -> When:
    changed: dict[str, Any] = {}
    if "at" in given or "since" in given:
        changed["numbers"] = tuple(_numbers(given, text))
    if "first" in given:
        changed["days"] = _days(given, text)
    if "endpoint" in given:
        if given["endpoint"] not in {*load().tables, TOKEN}:
            raise ValueError(f"{text!r}: {_example('on')}")
        changed["endpoint"] = given["endpoint"]
    if "chance" in given:
        changed["chance"] = _chance(given["chance"])
    return When(**changed, seed=int(given.get("seed", 0)))


def _numbers(given: dict[str, str], text: str) -> Iterator[tuple[int, int | None]]:
    for part in given.get("at", "").split(","):
        if part:
            first, _, last = part.partition("-")
            if int(first) < 1 or int(last or first) < int(first):
                raise ValueError(f"{text!r}: numbers begin with 1 and rise, such as at 3-5")
            yield int(first), int(last or first)
    if "since" in given:
        yield int(given["since"]), None


def _days(given: dict[str, str], text: str) -> tuple[dt.date, dt.date]:
    try:
        first, last = (dt.datetime.strptime(given[n], "%Y%m%d").date() for n in ("first", "last"))  # noqa: DTZ007 # a day
    except ValueError:
        raise ValueError(f"{text!r}: there is no such day") from None
    if last < first:
        raise ValueError(f"{text!r}: the second day is before the first")
    return first, last


def _chance(text: str) -> float:
    try:
        chance = float(text)
    except ValueError:
        chance = -1
    if not 0 <= chance <= 1:
        raise ValueError(f"p is a probability from 0 to 1, such as p=0.05, not {text!r}")
    return chance
