"""What ``SHOW`` and ``DESCRIBE`` list of a study."""

from __future__ import annotations

import datetime as dt
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from tiksql.backend import EMULATOR
from tiksql.catalog import load
from tiksql.listings import Listing
from tiksql.rows import Head
from tiksql.store import collectors, reports
from tiksql.store.collections import runs
from tiksql.stream import Origin
from tiksql.translate.methods import Account
from tiksql.words import ours, recalled, theirs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.catalog import ColumnType
    from tiksql.store.collections import Collection
    from tiksql.store.study import Study
    from tiksql.tallies import Tally


def _heads(**types: ColumnType) -> tuple[Head, ...]:
    return tuple(Head(name, type_) for name, type_ in types.items())


def collections(study: Study, now: dt.datetime) -> Listing:
    """List the collections: how far each is, and what it has cost."""
    heads = _heads(
        collection="text",
        state="text",
        records="integer",
        requests="integer",
        open="integer",
        gaps="integer",
        run="integer",
        created_at="timestamp",
        statement="text",
    )
    alive = collectors.alive(study, now)
    rows = []
    for row in reports.listing(study):
        account = reports.account(study, row["run"])
        rows.append(
            (
                row["name"],
                reports.state(row, at_work=row["run"] in alive),
                account.records,
                account.requests,
                account.open,
                account.gaps,
                row["number"],
                _time(row["created_at"]),
                row["statement"],
            )
        )
    return Listing(heads, rows)


def gaps(study: Study, found: Collection | None) -> Listing:
    """List what was asked for and is missing, and what was not asked for yet."""
    heads = _heads(
        collection="text",
        table="text",
        first_day="date",
        last_day="date",
        key="text",
        state="text",
        reason="text",
        since="timestamp",
        from_server="text",
    )
    rows = [
        (
            row["name"],
            row["endpoint"],
            _day(row["first_day"]),
            _day(row["last_day"]),
            row["key"],
            "failed" if row["state"] == "gap" else _asked(row),
            reason and ours(reason),
            _time(row["changed_at"]),
            theirs(reason),
        )
        for row, reason in _with_reasons(study, found, "gap", "planned")
    ]
    return Listing(heads, rows)


def _with_reasons(
    study: Study, found: Collection | None, *states: str
) -> Iterator[tuple[Any, str | None]]:
    for row in reports.coverage(study, _number(found), *states):
        yield row, row["reason"] and recalled(row["reason"])


def _asked(row: Any) -> str:
    return "read in part" if row["pages"] else "not asked"


STATES = {"done": "complete", "needless": "not needed", "refused": "refused", "gap": "failed"}


def coverage(study: Study, found: Collection | None) -> Listing:
    """List every stretch of days and every key of the newest runs, and what each brought."""
    heads = _heads(
        collection="text",
        table="text",
        branch="integer",
        first_day="date",
        last_day="date",
        key="text",
        state="text",
        records="integer",
        requests="integer",
        reason="text",
        changed_at="timestamp",
        from_server="text",
    )
    rows = [
        (
            row["name"],
            row["endpoint"],
            row["branch"],
            _day(row["first_day"]),
            _day(row["last_day"]),
            row["key"],
            STATES.get(row["state"]) or _asked(row),
            row["records"],
            row["requests"],
            reason and ours(reason),
            _time(row["changed_at"]),
            theirs(reason),
        )
        for row, reason in _with_reasons(study, found)
    ]
    return Listing(heads, rows)


def requests(study: Study) -> Listing:
    """List every request that was sent from the study."""
    heads = _heads(
        sent_at="timestamp",
        came_at="timestamp",
        collection="text",
        table="text",
        first_day="date",
        last_day="date",
        key="text",
        page="integer",
        retry="boolean",
        pool="text",
        outcome="text",
        status="integer",
        records="integer",
        log_id="text",
    )
    rows = []
    for row in reports.requests(study):
        sent, came, name, table, first, last, key, page, again, pool, outcome, *rest = row
        times, days = (_time(sent), _time(came)), (_day(first), _day(last))
        known = (outcome or "unknown").lower()
        rows.append((*times, name, table, *days, key, page, bool(again), pool, known, *rest))
    return Listing(heads, rows)


def provenance(study: Study, found: Collection) -> Listing:
    """Say where the rows of a collection are from: its definition, then every request."""
    definition = found.definition
    facts = {
        "collection": found.name,
        "statement": definition.statement,
        "settings": json.dumps(dict(definition.options)),
        "server": definition.server,
        "catalog": definition.catalog,
        "tiksql": definition.program,
        "created_at": found.created_at.isoformat(),
    }
    rows: list[Any] = list(facts.items())
    for row in reports.provenance(study, found.id):
        rows.append(("request", json.dumps({name: row[name] for name in row.keys()})))  # noqa: SIM118, PERF401 - a Row is no dict
    return Listing(_heads(what="text", value="text"), rows)


def origin(study: Study, found: Collection) -> Origin:
    """Say where the rows of a collection are from, once somebody wants to know."""
    return Origin(partial(facts, study, found), partial(answers, study, found))


def facts(study: Study, found: Collection) -> dict[str, Any]:
    """Say what a collection is, and what it lacks."""
    definition = found.definition
    return {
        "name": found.name,
        "statement": definition.statement,
        "settings": dict(definition.options),
        "server": definition.server,
        "catalog": definition.catalog,
        "tiksql": definition.program,
        "created_at": found.created_at.isoformat(),
        "gaps": _as_texts(gaps(study, found)),
        "coverage": _as_texts(coverage(study, found)),
        "runs": [
            {
                "number": run.number,
                "moment": run.moment.isoformat(),
                "finished_at": run.finished_at and run.finished_at.isoformat(),
            }
            for run in reversed(runs(study, found))
        ],
    }


def _as_texts(listing: Listing) -> list[dict[str, str | None]]:
    """Return the rows of a listing with the names of their columns, every value as text."""
    names = [head.name for head in listing.heads]
    return [
        {
            name: None if value is None else str(value)
            for name, value in zip(names, row, strict=True)
        }
        for row in listing.rows
    ]


def answers(study: Study, found: Collection) -> list[dict[str, Any]]:
    """List the pages that a collection's rows are made of, as ``stream.received`` has them."""
    listed = []
    for row in reports.answers(study, found.id):
        answer: dict[str, Any] = {name: row[name] for name in row.keys()}  # noqa: SIM118 - a Row is no dict
        answer |= {name: json.loads(answer[name]) for name in ("fields", "body")}
        listed.append(answer | {"kept": {"collection": found.name, **answer}})
    return listed


UNHASHED = "sha256 of NAME.manifest.json; a study keeps no list of exports"
"""Why a study does not know the manifest of what was exported from it."""


def methods(study: Study, found: Collection, rows: int, tally: Tally) -> Account:
    """Say of a collection what a methods section has to, as the study counts it."""
    counts = reports.history(study, found.id)
    began, ended = (text and text[:10] for text in (counts["began"], counts["ended"]))
    return Account(
        began=began,
        ended=ended,
        requests=counts["requests"],
        failed_requests=counts["failed"],
        records=counts["records"],
        rows=rows,
        shortfall=reports.shortfall(study, found.id, _indexed()),
        gaps=int(counts["days_missing"]),
        remeasurements=counts["runs"] - 1,
        duplicates=tally.duplicates,
        not_returned=tally.not_returned,
        reasons={**tally.reasons, "manifest": UNHASHED},
        synthetic=found.definition.server == EMULATOR,
    )


def _indexed() -> tuple[str, ...]:
    """Name the tables whose cursors count positions, so that a page can lack some."""
    return tuple(t.name for t in load().tables.values() if t.paging.kind == "search")


def columns(found: Collection) -> Listing:
    """List the columns of a collection, and of which column of the API each is a copy."""
    heads = _heads(column="text", type="text", source="text", description="text")
    rows = []
    for column in found.definition.columns:
        table, _, name = column.source.partition(".")
        known = load().tables[table].columns.get(name) if table in load().tables else None
        about = known.description if known else "made here"
        rows.append((column.name, column.type, column.source or None, about))
    return Listing(heads, rows)


def _number(found: Collection | None) -> int | None:
    return found.id if found else None


def _time(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
