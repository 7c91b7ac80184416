"""What is done about each thing that can go wrong with a request: the whole policy, as one table.

Every answer that is no page, and every missing answer, is exactly one ``Outcome``. ``POLICY`` says
how often it is tried, how long is waited, whether the API counted the request, and how it ends.
Tries are counted for each page and outcome, so every page ends.
ARCHITECTURE.md prints the table for people, which a test keeps true.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto

from tiksql.api.quota import Spent
from tiksql.errors import (
    ConnectionFailedError,
    CredentialsError,
    QuotaError,
    RefusedError,
    TikSQLError,
)

LONGEST_WAIT = 15 * 60.0
SHORTEST_RETRY_AFTER = 1.0
ABSURD = 24 * 3600.0


class Outcome(Enum):
    """What came of one request, where it was not a page."""

    NO_CONTACT = auto()
    CONTACT_LOST = auto()
    UNTRUSTED = auto()
    OUTDATED = auto()
    BROKEN = auto()
    NOT_THE_API = auto()
    TOO_LARGE = auto()
    INTERNAL = auto()
    STALE = auto()
    REFUSED = auto()
    SCOPE = auto()
    TOKEN = auto()
    CLIENT = auto()
    RATE = auto()
    QUOTA = auto()
    REDIRECTED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the policy.

    ``tries`` includes the first; ``waits`` are the seconds before the second, third … try, of
    which the last repeats; up to ``jitter`` of each is added by chance. After the last try comes
    ``error`` with ``code``, the sentence ``says`` and the ``hint``.
    """

    tries: int
    waits: tuple[float, ...]
    error: type[TikSQLError]
    code: str
    says: str
    hint: str
    jitter: float = 0.25
    spent: Spent = Spent.YES


_LOST, _KEY = ConnectionFailedError, CredentialsError
_DOUBLING = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
_NEVER: tuple[float, ...] = ()
_AGAIN = "run it again later"
_SECRETS = "check TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET"

# Sources: FAQ, ERR (developers.tiktok.com/doc/tiktok-api-v2-error-handling), C4D (a request whose
# search_id was rejected succeeds seconds later), RATE (a sliding window of one minute). Numbers
# without a source are decisions of this project.
# fmt: off
POLICY: dict[Outcome, Rule] = {
    Outcome.NO_CONTACT:   Rule(3, _DOUBLING, _LOST, "TS510", "{host} cannot be reached",
                               "check the network, and the base URL if one was given",
                               spent=Spent.UNSENT),
    Outcome.CONTACT_LOST: Rule(10, _DOUBLING, _LOST, "TS510", "{host} cannot be reached any more",
                               _AGAIN, spent=Spent.UNSENT),
    Outcome.UNTRUSTED:    Rule(1, _NEVER, _LOST, "TS513", "{host} has no certificate to be trusted",
                               "behind a company's proxy, name its certificates in SSL_CERT_FILE",
                               spent=Spent.UNSENT),
    Outcome.OUTDATED:     Rule(1, _NEVER, _LOST, "TS523",
                               "{host} speaks only TLS that is too old: 1.2 is the least",
                               "there may be an old proxy in between",
                               spent=Spent.UNSENT),
    Outcome.BROKEN:       Rule(4, _DOUBLING, _LOST, "TS511", "{host} gave no whole answer", _AGAIN),
    Outcome.NOT_THE_API:  Rule(2, (1.0,), _LOST, "TS519",
                               "{host} answered with a web page, not JSON",
                               "there may be a proxy or a login page in between"),
    Outcome.TOO_LARGE:    Rule(1, _NEVER, _LOST, "TS517", "{host} sent an answer of absurd size",
                               "this is not what the API sends"),
    Outcome.INTERNAL:     Rule(3, (2.0, 10.0), _LOST, "TS518", "the API reports an internal error",
                               _AGAIN + ", or with fewer days to a window (SET window_days)"),
    Outcome.STALE:        Rule(4, (5.0, 10.0, 15.0), RefusedError, "TS522",
                               "the API no longer knows the search that it began",
                               "run it again: the window is searched anew", jitter=0.0),
    Outcome.REFUSED:      Rule(1, _NEVER, RefusedError, "TS521", "the API refused the request",
                               "EXPLAIN (FORMAT curl) shows what was sent"),
    Outcome.SCOPE:        Rule(1, _NEVER, _KEY, "TS504",
                               "the API does not grant this client access to the endpoint",
                               "see in the developer portal whether the project is approved"),
    Outcome.TOKEN:        Rule(2, (0.0,), _KEY, "TS502", "the API refuses the token that it issued",
                               _SECRETS),
    Outcome.CLIENT:       Rule(1, _NEVER, _KEY, "TS502", "the API refuses the credentials",
                               _SECRETS),
    Outcome.RATE:         Rule(6, (2.0, 4.0, 8.0, 16.0, 32.0), QuotaError, "TS533",
                               "the API is asked too often", "lower the concurrency, or wait"),
    Outcome.QUOTA:        Rule(1, _NEVER, QuotaError, "TS532",
                               "the day's quota is used up until 00:00 UTC", "run it again then",
                               spent=Spent.REFUSED),
    Outcome.REDIRECTED:   Rule(1, _NEVER, _LOST, "TS512",
                               "{host} points to another address, which is never followed",
                               "check the base URL; there may be a login page in between"),
    Outcome.UNKNOWN:      Rule(1, _NEVER, _LOST, "TS515", "the API gave an unknown error", _AGAIN),
}
# fmt: on

# ERR; invalid_param, invalid_request, invalid_token and timeout are known from CLIENTS alone.
_BY_CODE = {
    "access_token_invalid": Outcome.TOKEN,
    "invalid_token": Outcome.TOKEN,
    "scope_not_authorized": Outcome.SCOPE,
    "scope_permission_missed": Outcome.SCOPE,
    "invalid_params": Outcome.REFUSED,
    "invalid_param": Outcome.REFUSED,
    "invalid_request": Outcome.REFUSED,
    "invalid_file_upload": Outcome.REFUSED,
    "rate_limit_exceeded": Outcome.RATE,
    "daily_quota_limit_exceeded": Outcome.QUOTA,
    "internal_error": Outcome.INTERNAL,
    "timeout": Outcome.BROKEN,
}
_BY_STATUS = {
    401: Outcome.TOKEN,
    404: Outcome.REFUSED,
    405: Outcome.REFUSED,
    408: Outcome.BROKEN,
    429: Outcome.RATE,
    501: Outcome.REFUSED,
    502: Outcome.BROKEN,
    503: Outcome.BROKEN,
    504: Outcome.BROKEN,
}
# The two messages of invalid_params that pass by themselves, both from C4D.
_STALE = re.compile(
    r"search.?id .*(invalid|expired)|invalid count or cursor", re.IGNORECASE | re.DOTALL
)


def outcome_of(status: int, code: str | None, message: str) -> Outcome:
    """Name an answer that is no page; ``code`` is None where no error object came with it.

    The error object counts before the status (ERR), except that a redirect is one whatever it says.
    """
    if 300 <= status < 400:  # noqa: PLR2004 - the class of redirects
        return Outcome.REDIRECTED
    if known := _BY_CODE.get(code or ""):
        stale = known is Outcome.REFUSED and _STALE.search(message)
        return Outcome.STALE if stale else known
    if by_status := _BY_STATUS.get(status):
        return by_status
    if code and code != "ok":
        return Outcome.UNKNOWN
    if 400 <= status < 500:  # noqa: PLR2004 - the class of the asker's mistakes
        return Outcome.REFUSED
    return Outcome.INTERNAL if status == 500 else Outcome.BROKEN  # noqa: PLR2004


def pause(
    outcome: Outcome, failures: int, retry_after: float | None, chance: float
) -> float | None:
    """Return the seconds to wait after the n-th failure of a kind; None when it is final.

    ``retry_after`` is what the server asks for, in seconds; ``chance`` is in [0, 1).
    """
    rule = POLICY[outcome]
    if failures >= rule.tries:
        return None
    planned = rule.waits[min(failures, len(rule.waits)) - 1] * (1 + rule.jitter * chance)
    if retry_after is None or outcome is Outcome.TOKEN:
        return planned
    asked = min(max(retry_after, SHORTEST_RETRY_AFTER), LONGEST_WAIT)
    return asked if outcome is Outcome.RATE else max(asked, planned)


def retry_after(header: str | None, now: dt.datetime) -> float | None:
    """Read a Retry-After header, in seconds or as a date; None where it makes no sense."""
    if not header:
        return None
    seconds = _seconds(header.strip(), now)
    return None if seconds is None or not 0 <= seconds <= ABSURD else seconds


def _seconds(text: str, now: dt.datetime) -> float | None:
    if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=dt.UTC)
    return max(0.0, (then - now).total_seconds())
