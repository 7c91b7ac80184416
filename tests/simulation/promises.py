"""What is promised at any time: P1 to P5 of a study, checked from outside of the product."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

from store.studies_world import execute

NOT_SEEN = {"NO_CONTACT", "CONTACT_LOST", "UNTRUSTED", "OUTDATED", "BROKEN"}
"""Outcomes after which nobody knows whether the server has seen the request."""


def check(played):
    """Check everything; ``played`` is a simulation between two steps."""
    if not played.path.exists():
        return
    requests_bracket_the_servers_count(played)
    every_page_leads_to_its_request(played)
    before = played.api.emulator.api_requests
    states = {row[0]: row for row in execute(played.open(), "SHOW COLLECTIONS").rows}
    for each in played.collections.values():
        assert (each.name in states) == played.exists(each)
        mark = played.rows(MARK, each.name)
        if each.name in states and (mark != each.checked or each is played.last):
            the_collection_is_the_truth_or_names_its_lack(played, each, states[each.name])
            each.checked = mark
    assert played.api.emulator.api_requests == before, "reading asked the server"


MARK = """
SELECT group_concat(h.id || h.state || h.lap || h.changed_at), max(r.number), max(finished_at),
       (SELECT count(*) FROM pages JOIN chains ON chains.id = chain
        JOIN runs ON runs.id = run WHERE collection = c.id)
FROM chains AS h JOIN runs AS r ON r.id = h.run JOIN collections AS c ON c.id = r.collection
WHERE c.name = ?
"""
"""What changes whenever a collection does; nothing is read where nothing has changed."""


def requests_bracket_the_servers_count(played):
    """P4: what was sent is on record, in the study and in the ledger."""
    api = played.api
    outcomes = Counter(dict(played.rows("SELECT outcome, count(*) FROM requests GROUP BY 1")))
    sure = sum(n for outcome, n in outcomes.items() if outcome and outcome not in NOT_SEEN)
    unanswered = outcomes[None]
    assert sure <= api.emulator.api_requests + api.answered_by_the_line
    assert api.emulator.api_requests <= outcomes.total(), "a request is not on record"
    assert unanswered <= played.concurrency * played.kills, "a request has no outcome"
    for day, rows in played.rows(
        "SELECT substr(sent_at, 1, 10), count(*) FROM requests GROUP BY 1"
    ):
        used = api.ledger.used("research", dt.date.fromisoformat(day))
        assert used <= rows, "the ledger counts what was not sent"
        assert api.counted(day) - api.vague[day] <= used, "the ledger lacks a request"


ORPHANS = """
SELECT 1 FROM pages AS p WHERE NOT EXISTS
(SELECT 1 FROM requests AS r WHERE r.id = p.request AND r.chain = p.chain AND outcome = 'PAGE')
"""
PAID_TWICE = """
SELECT 1 FROM requests AS r JOIN chains AS h ON h.id = r.chain
WHERE outcome = 'PAGE' GROUP BY h.id, page HAVING count(*) > lap
"""


def every_page_leads_to_its_request(played):
    assert played.rows(ORPHANS) == []
    assert played.rows(PAID_TWICE) == [], "a page of a search was paid for twice"


def the_collection_is_the_truth_or_names_its_lack(played, collection, state):
    """P1, P2, P3: nothing lost, nothing twice, and incomplete never shown as complete."""
    name, key = collection.name, collection.question.key
    finished = played.is_finished(collection)
    read = execute(played.open(), f"SELECT {key} FROM {name}")
    gaps = execute(played.open(), f"SHOW GAPS FOR {name}").rows
    ids = [value for (value,) in read.rows]
    assert len(ids) == len(set(ids)), "P2: a record is there twice"
    found = set(ids)
    lost = committed(played, collection) - found
    assert not lost, f"P1: records of committed pages are lost: {sorted(lost)[:3]}"
    assert found <= collection.may, "there is what the API never had"
    assert read.stats.complete == finished == (state[1] == "complete"), "P3: SELECT and SHOW differ"
    if finished:
        assert gaps == [], "P3: complete with gaps"
        assert is_enough(found, collection), "P3: complete, and short"
    elif played.last is collection and played.status in {0, 5}:
        assert gaps, "P3: incomplete without a gap"
    if played.last is collection:
        assert (played.status == 0) == finished, "P3: the exit status says otherwise"


def is_enough(found, collection):
    limit = collection.question.limit
    if limit is None:
        return found >= collection.must
    return min(limit, len(collection.must)) <= len(found) <= limit


COMMITTED = """
SELECT p.log_id FROM pages AS p JOIN chains AS h ON h.id = p.chain
JOIN runs AS r ON r.id = h.run JOIN collections AS c ON c.id = r.collection WHERE c.name = ?
"""


def committed(played, collection):
    """Name the records that pages on record have to have brought, as the line saw them pass."""
    if collection.kind == "joined":  # a row is made of the records of two pages
        return set()
    if collection.question.limit:  # a page may have more than are wanted
        return set()
    kept = played.rows(COMMITTED, collection.name)
    delivered = {each for (log_id,) in kept for each in played.api.delivered[log_id]}
    return delivered & collection.question.truth


def check_export(played, collection, target, made):
    """P3, P10: a file has what a reader gets, and says whether that is all."""
    key = collection.question.key
    read = execute(played.open(), f"SELECT {key} FROM {collection.name}")
    if made is None:
        assert not target.exists()
        assert (read.rows, read.stats.complete) == ([], False), "what is there was not written"
        return
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [str(row[key]) for row in rows] == [str(value) for (value,) in read.rows]
    assert made.rows == len(rows)
    assert made.complete == read.stats.complete
