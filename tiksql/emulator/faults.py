"""What an emulator can be told to do wrong, and when; ``faults_spec`` reads it from a line.

Nothing here acts. What a kind does is a function of its name in the module of its stage:
``faults_asking``, ``faults_pages`` or ``faults_wire``.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

TOKEN = "token"  # noqa: S105 # the name of an endpoint
"""The token endpoint, which only faults meet that name it."""


@dataclass(frozen=True)
class When:
    """Which requests a fault meets; all to research endpoints unless something is said.

    ``endpoint`` is a table of the catalog, or ``token``. The days meet each request whose dates
    overlap them. ``numbers`` are ranges, counted from 1 among the requests that endpoint and days
    let through. Of these each is met with probability ``chance``, drawn with ``seed``.
    """

    numbers: tuple[tuple[int, int | None], ...] = ()
    days: tuple[dt.date, dt.date] | None = None
    endpoint: str = ""
    chance: float = 1.0
    seed: int = 0

    def concerns(self, endpoint: str, days: tuple[dt.date, dt.date] | None) -> bool:
        """Whether a request to an endpoint, for these days, can be met."""
        if endpoint != (self.endpoint or endpoint) or (endpoint == TOKEN and not self.endpoint):
            return False
        if self.days is None:
            return True
        return days is not None and days[0] <= self.days[1] and self.days[0] <= days[1]

    def meets(self, number: int) -> bool:
        """Whether the n-th of the requests that are concerned is met."""
        if self.numbers and not any(
            first <= number and (last is None or number <= last) for first, last in self.numbers
        ):
            return False
        drawn = random.Random(f"{self.seed}:{number}").random()  # noqa: S311 # repeatable, no secret
        return drawn < self.chance


ALWAYS = When()


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong: ``Fault("cut", "100", When(chance=0.05, seed=7))``."""

    kind: str
    value: str = ""
    when: When = ALWAYS

    @property
    def name(self) -> str:
        """What it is, without when."""
        return f"{self.kind} {self.value[:40]}".strip()


class Kind(NamedTuple):
    """One row of the table of faults: what value it takes, and what it does.

    ``pattern`` is what a value looks like and ``default`` the one that is meant where none is
    given; a kind without a pattern takes none. One that is ``lasting`` is always so.
    """

    takes: str
    pattern: str
    default: str
    says: str
    lasting: bool = False


_NUMBER, _DECIMAL = r"[0-9]{1,9}", r"[0-9]{1,6}(\.[0-9]+)?"
_STATUS = r"[1-5][0-9][0-9]"

KINDS: dict[str, Kind] = {
    # in place of an answer
    "status": Kind(
        "STATUS [CODE [MESSAGE]]",
        rf"{_STATUS}( [a-z_]+( .+)?)?",
        "500",
        "the API refuses, with this status and code; also without the word: 500. "
        "With the code ok the page comes all the same",
    ),
    "html": Kind("[STATUS]", _STATUS, "200", "a web page for people"),
    "empty-body": Kind("[STATUS]", _STATUS, "200", "no body at all"),
    "body": Kind("TEXT", r".+", "null", "this text as the body, with status 200"),
    "redirect": Kind("URL", r"\S+", "https://elsewhere.example/", "307 to this address"),
    # beside an answer
    "retry-after": Kind("TEXT", r".+", "60", "a Retry-After header that says this"),
    "log-id": Kind("[TEXT]", r".*", "", "this log_id; without a text one with escape sequences"),
    # on its way
    "delay": Kind("[SECONDS]", _DECIMAL, "1", "the answer comes so much later"),
    "drip": Kind("[SECONDS]", _DECIMAL, "0.1", "the answer comes byte by byte, so far apart"),
    "cut": Kind("[BYTES]", _NUMBER, "100", "the connection ends after so much of the body"),
    "short-body": Kind("[BYTES]", _NUMBER, "100", "only so much of the body, as if that were all"),
    "reset": Kind("", "", "", "the connection is reset in the middle of the body"),
    "charset": Kind("[NAME]", r"[a-z0-9_-]+", "utf-16", "a charset other than the header says"),
    "gzip": Kind("[cut|damaged]", r"cut|damaged", "damaged", "compressed, and broken in this way"),
    "huge": Kind("[MEGABYTES]", _NUMBER, "100", "a body of this size, sent bit by bit"),
    "bomb": Kind("[MEGABYTES]", _NUMBER, "1000", "a small body that unpacks to this size"),
    # tokens, searches and quota
    "token-expired": Kind("", "", "", "all tokens given so far are refused from now on"),
    "token-ttl": Kind("SECONDS", _NUMBER, "60", "tokens live so long", lasting=True),
    "search-lost": Kind("", "", "", "the search_id is called invalid or expired"),
    "search-ttl": Kind("SECONDS", _NUMBER, "60", "searches live so long", lasting=True),
    "search-changed": Kind("", "", "", "another search_id comes back than was sent"),
    "spent": Kind("N", _NUMBER, "700", "a colleague has used N of each day's quota", lasting=True),
    # pages
    "empty-page": Kind("", "", "", "a page without records that says that there is more"),
    "cursor": Kind(
        "[stuck|gone|JSON]", r".+", "stuck", "this cursor, and more to come; stuck: the one sent"
    ),
    "has-more": Kind("[gone|JSON]", r".+", "gone", "has_more says this, or is missing"),
    "short-page": Kind("[N]", _NUMBER, "1", "only the first N records of the page"),
    "long-page": Kind("[N]", _NUMBER, "2", "N pages in one"),
    "duplicates": Kind("[N]", _NUMBER, "1", "the first N records come twice on the page"),
    "overlap": Kind(
        "[N]", _NUMBER, "1", "the last N records of the page before come again, with more likes"
    ),
    "unsorted": Kind("", "", "", "the records come in the opposite order"),
    "outside": Kind("[DAYS]", _NUMBER, "40", "the first id is of a time so much later"),
    # records
    "ids": Kind(
        "[text|float|high|huge|negative|zero]",
        r"text|float|high|huge|negative|zero",
        "text",
        "ids as text, rounded, above 2^63, above 2^64, negative, or 0",
    ),
    "field": Kind("NAME gone|JSON", r"\w+ .+", "extra 1", "this value in all records, or none"),
    "rename": Kind("OLD NEW", r"\w+ \w+", "id video_id", "a field or a list has another name"),
    "hostile": Kind("", "", "", "texts that steer terminals, spreadsheets and parsers"),
    # time
    "exclusive": Kind("", "", "", "end_date is not included"),
    "lag": Kind("[HOURS]", _NUMBER, "48", "videos are not given before they are so old"),
}


class Faults:
    """The faults of one emulator, and how many requests each has met."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = tuple(fault for fault in faults if not KINDS[fault.kind].lasting)
        self._concerned: Counter[int] = Counter()
        self.met: Counter[str] = Counter()

    def meeting(
        self, endpoint: str, days: tuple[dt.date, dt.date] | None = None
    ) -> tuple[Fault, ...]:
        """Return the faults that the next request meets, and count it."""
        found = []
        for place, fault in enumerate(self._faults):
            if not fault.when.concerns(endpoint, days):
                continue
            self._concerned[place] += 1
            if fault.when.meets(self._concerned[place]):
                self.met[fault.name] += 1
                found.append(fault)
        return tuple(found)


def last_value(faults: Sequence[Fault], kind: str) -> int | None:
    """Return the number that the last fault of a lasting kind says; None where there is none."""
    return next((int(fault.value) for fault in reversed(faults) if fault.kind == kind), None)
