"""First pages as they were planned, what was sent for them, and what came: data of SQLite alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tiksql.errors import StudyError
from tiksql.store.seals import unpacked
from tiksql.words import kept, recalled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tiksql.store.study import Study

GONE = "TS719"
"""The code of the error that another program has taken out what is being asked for."""

LEVEL = 1
"""Of compression: a third of the time of the usual level, for a tenth more of space."""


class First(Struct, frozen=True):
    """The first page of a chain: what is sent, and what it is for. Days and times are ISO 8601."""

    scan: int
    branch: int
    endpoint: str
    url: str
    fields: tuple[str, ...]
    body: dict[str, Any]
    key: str | None = None
    first_day: str | None = None
    last_day: str | None = None

    @property
    def sent(self) -> bytes:
        """What tells it from others: address, fields and body."""
        return json.dumps([self.url, self.fields, self.body], sort_keys=True).encode()


class Chain(Struct, frozen=True):
    """A chain as it stands."""

    id: int
    first: First
    lap: int
    state: str
    reason: str


class StoredPage(Struct, frozen=True):
    """A page as it came; ``content`` is None where only its place in the chain was asked for."""

    number: int
    received_at: dt.datetime
    records: int
    cursor: int | None
    has_more: bool | None
    search_id: str | None
    log_id: str
    content: bytes | None = None
    status: int = 200


class Sent(Struct, frozen=True):
    """A request that is about to be sent."""

    pool: str
    page: int
    body: str
    again: bool
    sent_at: dt.datetime


class Came(Struct, frozen=True):
    """What came of a request, where it was no page."""

    outcome: str
    status: int
    log_id: str
    came_at: dt.datetime


def identities(firsts: Iterable[First]) -> Iterator[str]:
    """Name first pages by what they send; equal ones, such as random draws, by their order too."""
    seen: Counter[str] = Counter()
    for first in firsts:
        digest = hashlib.sha256(first.sent).hexdigest()[:32]
        seen[digest] += 1
        yield f"{digest}-{seen[digest]}"


def plan(
    study: Study, run: int, firsts: Sequence[First], now: dt.datetime, parent: int | None = None
) -> list[int]:
    """Put first pages on record that are not yet; return the ids of their chains, in order."""
    names = list(identities(firsts))
    with study.writing():
        for place, (name, first) in enumerate(zip(names, firsts, strict=True)):
            study.execute(_PLAN, run, name, place, parent, *_columns(first), now.isoformat())
        known = {r["identity"]: r["id"] for r in study.rows(_IDS, run)}
    return [known[name] for name in names]


_PLAN = """
INSERT INTO chains (run, identity, place, parent, scan, branch, endpoint, key, first_day, last_day,
                    url, fields, body, changed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_IDS = "SELECT identity, id FROM chains WHERE run = ?"


def _columns(first: First) -> tuple[object, ...]:
    return (
        first.scan,
        first.branch,
        first.endpoint,
        first.key,
        first.first_day,
        first.last_day,
        first.url,
        json.dumps(first.fields),
        json.dumps(first.body),
    )


def chain(study: Study, number: int) -> Chain | None:
    """Return a chain by its id; None where another program has taken it out."""
    row = study.row("SELECT * FROM chains WHERE id = ?", number)
    with study.decoding():
        return _chain(row) if row else None


def of_run(study: Study, run: int, scan: int, *states: str) -> list[Chain]:
    """List the chains of a scan that are in one of some states, or all, the newest days first."""
    wanted = f"AND state IN ({', '.join('?' * len(states))})" if states else ""
    sql = f"SELECT * FROM chains WHERE run = ? AND scan = ? {wanted} {_ORDER}"  # noqa: S608 - marks alone
    with study.decoding():
        return [_chain(row) for row in study.rows(sql, run, scan, *states)]


_ORDER = "ORDER BY first_day DESC, branch, place, id"


def mark(
    study: Study, number: int, state: str, now: dt.datetime, reason: str | None = None
) -> None:
    """Change the state of a chain."""
    with study.writing():
        study.execute(
            "UPDATE chains SET state = ?, reason = ?, changed_at = ? WHERE id = ?",
            state,
            reason and kept(reason),
            now.isoformat(),
            number,
        )


def need_no_more(study: Study, run: int, now: dt.datetime) -> None:
    """Note of what a run did not ask for, or missed at another time, that its limit is reached."""
    with study.writing():
        study.execute(
            "UPDATE chains SET state = 'needless', reason = NULL, changed_at = ?"
            " WHERE run = ? AND state IN ('planned', 'gap')",
            now.isoformat(),
            run,
        )


def next_lap(study: Study, number: int) -> None:
    """Begin the search of a chain anew; its earlier pages stay."""
    with study.writing():
        study.execute("UPDATE chains SET lap = lap + 1 WHERE id = ?", number)


def forget(study: Study, numbers: Iterable[int]) -> None:
    """Take chains and their pages out; what they cost stays on record."""
    with study.writing():
        for number in numbers:
            study.execute("DELETE FROM chains WHERE id = ?", number)


# --- requests and pages ---------------------------------------------------------------------------


def send(study: Study, number: int, sent: Sent) -> int:
    """Put a request on record before it is sent; return its id, or raise ``StudyError`` (GONE)."""
    values = (sent.pool, sent.page, sent.body, sent.again, sent.sent_at.isoformat())
    with study.writing():
        row = study.row(_SEND, *values, number)
    if row is None:
        raise StudyError(GONE, f"what was being collected is in {study.name} no more")
    return int(row["id"])


_SEND = """
INSERT INTO requests (chain, collection, endpoint, first_day, last_day, key,
                      pool, page, body, again, sent_at)
SELECT h.id, c.name, h.endpoint, h.first_day, h.last_day, h.key, ?, ?, ?, ?, ?
FROM chains AS h JOIN runs AS r ON r.id = h.run LEFT JOIN collections AS c ON c.id = r.collection
WHERE h.id = ? RETURNING id
"""


def fail(study: Study, request: int, came: Came) -> None:
    """Put on record what came of a request that brought no page."""
    with study.writing():
        study.execute(
            "UPDATE requests SET came_at = ?, outcome = ?, status = ?, log_id = ? WHERE id = ?",
            came.came_at.isoformat(),
            came.outcome,
            came.status,
            came.log_id,
            request,
        )


def keep(study: Study, number: int, request: int, page: StoredPage) -> None:
    """Put a page on record, and the request that brought it, in one transaction."""
    content = page.content or b""
    came = page.received_at.isoformat()
    packed, digest = zlib.compress(content, LEVEL), hashlib.sha256(content).digest()
    with study.writing():
        study.execute(
            "UPDATE requests SET came_at = ?, outcome = 'PAGE', status = ?, log_id = ?,"
            " records = ? WHERE id = ?",
            *(came, page.status, page.log_id, page.records, request),
        )
        study.execute(
            "INSERT OR REPLACE INTO pages SELECT id, lap, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
            " FROM chains WHERE id = ?",
            page.number,
            request,
            came,
            page.records,
            None if page.cursor is None else str(page.cursor),
            page.has_more,
            page.search_id,
            page.log_id,
            digest,
            packed,
            number,
        )


def pages(study: Study, number: int, lap: int, *, contents: bool = True) -> Iterator[StoredPage]:
    """Yield the pages of one search of a chain, in order, a few at a time, up to a missing one."""
    sql = f"SELECT {_PLACE}, {'content, sha256' if contents else 'NULL, NULL'} {_FROM}"
    last = 0
    while found := study.rows(sql, number, lap, last):
        for row in found:
            if row["number"] != last + 1:
                return
            with study.decoding():
                page = _page(row)
            last = page.number
            yield page


_PLACE = "number, received_at, records, cursor, has_more, search_id, log_id"
_FROM = "FROM pages WHERE chain = ? AND lap = ? AND number > ? ORDER BY number LIMIT 50"


def _page(row: Any) -> StoredPage:
    return StoredPage(
        row["number"],
        dt.datetime.fromisoformat(row["received_at"]),
        row["records"],
        None if row["cursor"] is None else int(row["cursor"]),
        None if row["has_more"] is None else bool(row["has_more"]),
        row["search_id"],
        row["log_id"],
        None if row[-1] is None else unpacked(row[-2], row[-1]),
    )


def _chain(row: Any) -> Chain:
    first = First(
        row["scan"],
        row["branch"],
        row["endpoint"],
        row["url"],
        tuple(json.loads(row["fields"])),
        json.loads(row["body"]),
        row["key"],
        row["first_day"],
        row["last_day"],
    )
    return Chain(row["id"], first, row["lap"], row["state"], recalled(row["reason"] or ""))
