"""What goes over the line, one line of text an exchange, for who has to see it (TIKSQL_LOG=debug).

A request for a token shows no body: key and secret are in it. Answers show what they are; of those
that are no page, the beginning, too. Secrets are taken out of all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiksql.api.answers import Reply
from tiksql.api.failures import plain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from tiksql.api.failures import Trouble

MOST_SHOWN = 4_000
"""Characters of a line; a page of conditions has fewer."""

EXCERPT = 300
"""Octets of an answer that is no page."""

GOOD = 200


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, what came of it, when it was sent, and the seconds that it took."""

    url: str
    content: bytes
    found: Reply | Trouble
    sent_at: dt.datetime
    seconds: float
    is_secret: bool


def entry(exchange: Exchange, secrets: Iterable[str]) -> str:
    """Write an exchange as one printable line without secrets."""
    content = "(key and secret)" if exchange.is_secret else exchange.content.decode()
    came = f"{_told(exchange)}, {exchange.seconds:.2f} s"
    time = exchange.sent_at.isoformat(timespec="milliseconds")
    return plain(f"{time} POST {exchange.url} {content} -> {came}", secrets, MOST_SHOWN)


def _told(exchange: Exchange) -> str:
    found = exchange.found
    if not isinstance(found, Reply):
        return found.detail or found.outcome.name.lower().replace("_", " ")
    told = f"{found.status}, {len(found.body):,} bytes"
    if found.status == GOOD or exchange.is_secret:
        return told
    return f"{told}: {found.body[:EXCERPT].decode('utf-8', 'replace')}"
