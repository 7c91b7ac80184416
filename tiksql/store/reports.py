"""What a study can say of itself: how far its collections are, what they cost, what they lack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from tiksql.store.study import Study


class Account(Struct, frozen=True):
    """How far one run is: chains, those still open, those that failed, and what they brought."""

    chains: int
    open: int
    gaps: int
    refused: int
    pages: int
    records: int
    requests: int


def account(study: Study, run: int) -> Account:
    """Count what a run has and lacks."""
    row = study.row(_ACCOUNT, run)
    assert row
    return Account(*row)


_ACCOUNT = """
SELECT count(*) FILTER (WHERE state <> 'split'),
       count(*) FILTER (WHERE state IN ('planned', 'gap')),
       count(*) FILTER (WHERE state = 'gap'), count(*) FILTER (WHERE state = 'refused'),
       coalesce(sum((SELECT count(*) FROM pages WHERE chain = chains.id)), 0),
       coalesce(sum((SELECT sum(records) FROM pages WHERE chain = chains.id)), 0),
       coalesce(sum((SELECT count(*) FROM requests WHERE chain = chains.id)), 0)
FROM chains WHERE run = ?
"""


def listing(study: Study) -> list[Any]:
    """List the collections, each with the state of its newest run."""
    return study.rows(_LISTING)


def state(row: Any, *, at_work: bool) -> str:
    """Name the state of a collection of a listing."""
    if row["finished_at"] is not None:
        return "complete"
    return "being collected" if at_work else "incomplete"


_LISTING = """
SELECT c.name, r.id AS run, r.number, r.finished_at, c.created_at, c.statement
FROM collections AS c JOIN runs AS r ON r.collection = c.id
WHERE r.number = (SELECT max(number) FROM runs WHERE collection = c.id) ORDER BY c.id
"""


def coverage(study: Study, collection: int | None, *states: str) -> list[Any]:
    """List the chains of the newest runs, of one collection or of all, and what each brought."""
    wanted = f"AND h.state IN ({', '.join('?' * len(states))})" if states else ""
    return study.rows(f"{_COVERAGE} {wanted} {_ORDER}", collection, *states)


_COVERAGE = """
SELECT c.name, h.endpoint, h.branch, h.first_day, h.last_day, h.key, h.state, h.reason,
       (SELECT count(*) FROM pages WHERE chain = h.id) AS pages,
       (SELECT coalesce(sum(records), 0) FROM pages WHERE chain = h.id) AS records,
       (SELECT count(*) FROM requests WHERE chain = h.id) AS requests, h.changed_at
FROM chains AS h JOIN runs AS r ON r.id = h.run JOIN collections AS c ON c.id = r.collection
WHERE r.number = (SELECT max(number) FROM runs WHERE collection = c.id)
  AND c.id = coalesce(?, c.id) AND h.state <> 'split'
"""
_ORDER = "ORDER BY c.id, h.scan, h.first_day, h.branch, h.place, h.id"


def requests(study: Study) -> list[Any]:
    """List every request, the oldest first."""
    return study.rows(_REQUESTS)


_REQUESTS = """
SELECT sent_at, came_at, collection, endpoint, first_day, last_day, key, page, again, pool,
       outcome, status, records, log_id
FROM requests ORDER BY id
"""


def provenance(study: Study, collection: int) -> list[Any]:
    """List the requests of a collection with what was sent and what came, the oldest first."""
    return study.rows(_PROVENANCE, collection)


_PROVENANCE = """
SELECT r.number AS run, h.endpoint, h.url, h.fields, q.body, h.key, h.first_day, h.last_day,
       q.page, q.sent_at, q.came_at, q.outcome, q.status, q.log_id, q.records,
       lower(hex(p.sha256)) AS sha256
FROM requests AS q JOIN chains AS h ON h.id = q.chain JOIN runs AS r ON r.id = h.run
LEFT JOIN pages AS p ON p.chain = h.id AND p.request = q.id
WHERE r.collection = ? ORDER BY q.id
"""


def history(study: Study, collection: int) -> Any:
    """Count what the runs of a collection cost and brought, and what days the last one lacks."""
    return study.row(_HISTORY, collection)


_HISTORY = """
WITH own AS (
    SELECT h.*, r.number FROM chains AS h JOIN runs AS r ON r.id = h.run WHERE r.collection = ?1
), sent AS (SELECT q.* FROM requests AS q JOIN own ON own.id = q.chain)
SELECT (SELECT min(sent_at) FROM sent) AS began,
       (SELECT max(coalesce(came_at, sent_at)) FROM sent) AS ended,
       (SELECT count(*) FROM sent) AS requests,
       (SELECT count(*) FROM sent WHERE outcome IS NOT 'PAGE') AS failed,
       (SELECT coalesce(sum(p.records), 0) FROM pages AS p JOIN own ON own.id = p.chain) AS records,
       (SELECT max(number) FROM runs WHERE collection = ?1) AS runs,
       (SELECT coalesce(sum(julianday(last_day) - julianday(first_day) + 1), 0) FROM own
        WHERE state IN ('gap', 'planned')
          AND number = (SELECT max(number) FROM runs WHERE collection = ?1)) AS days_missing
"""


def shortfall(study: Study, collection: int, endpoints: tuple[str, ...]) -> int:
    """Count the positions of searches that came without a record: deleted or private since (REF).

    ``endpoints`` are those whose cursors count positions.
    """
    marks = ", ".join("?" * len(endpoints))
    row = study.row(f"{_SHORTFALL} IN ({marks}) GROUP BY p.chain, p.lap)", collection, *endpoints)
    assert row
    return int(row[0])


_SHORTFALL = """
SELECT coalesce(sum(max(0, positions - found)), 0) FROM (
    SELECT max(CAST(p.cursor AS INTEGER)) AS positions, sum(p.records) AS found
    FROM pages AS p JOIN chains AS h ON h.id = p.chain JOIN runs AS r ON r.id = h.run
    WHERE r.collection = ? AND h.endpoint
"""


def answers(study: Study, collection: int) -> list[Any]:
    """List the pages of a collection: what was asked first, and what came, in reading order."""
    return study.rows(_ANSWERS, collection)


_ANSWERS = """
SELECT h.url, h.fields, h.body, p.number AS page, p.records, p.received_at, p.log_id,
       lower(hex(p.sha256)) AS sha256,
       r.number AS run, p.lap AS search, h.endpoint AS "table", h.scan, h.branch, h.key,
       h.first_day, h.last_day
FROM pages AS p JOIN chains AS h ON h.id = p.chain JOIN runs AS r ON r.id = h.run
WHERE r.collection = ? AND h.state <> 'refused'
ORDER BY r.number DESC, h.scan, h.first_day DESC, h.branch, h.place, h.id, p.lap DESC, p.number
"""
