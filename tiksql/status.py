"""``tiksql status``: how far a study is, read from outside while another program collects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.errors import UsageError
from tiksql.store import collectors, reports
from tiksql.store.looking import Look

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from tiksql.store.study import Study


class Collector(Struct, frozen=True):
    """Who collects, and since when (UTC)."""

    host: str
    process: int
    since: str


class Progress(Struct, frozen=True):
    """How far one collection is; ``chains`` are stretches of days or keys that are asked for."""

    name: str
    state: str
    run: int
    chains: int
    open: int
    gaps: int
    refused: int
    pages: int
    records: int
    requests: int
    collector: Collector | None = None


class Status(Struct, frozen=True):
    """A study at one moment; ``last_request_at`` is None before the first."""

    study: str
    at: str
    requests_today: int
    requests: int
    last_request_at: str | None
    collections: list[Progress]


def read_status(path: Path, now: dt.datetime) -> Status:
    """Read the state of a study and change nothing; raise ``UsageError`` where there is none."""
    if not path.exists():
        raise UsageError("TS607", f"there is no study {path}")
    with Look(path) as study:
        day = now.date().isoformat()
        counted = study.row(
            "SELECT count(*), count(*) FILTER (WHERE sent_at >= ?), max(sent_at) FROM requests", day
        )
        assert counted
        return Status(
            study=str(path),
            at=now.isoformat(timespec="seconds"),
            requests_today=counted[1],
            requests=counted[0],
            last_request_at=counted[2],
            collections=list(_collections(study, now)),
        )


def _collections(study: Study, now: dt.datetime) -> Iterator[Progress]:
    alive = collectors.alive(study, now)
    for row in reports.listing(study):
        at_work = alive.get(row["run"])
        collector = at_work and Collector(at_work["host"], at_work["process"], at_work["since"])
        account = reports.account(study, row["run"])
        yield Progress(
            row["name"],
            reports.state(row, at_work=at_work is not None),
            row["number"],
            account.chains,
            account.open,
            account.gaps,
            account.refused,
            account.pages,
            account.records,
            account.requests,
            collector,
        )


def shown(status: Status) -> Iterator[str]:
    """Write a status as lines for people."""
    yield f"{status.study}: {status.requests:,} requests, {status.requests_today:,} of them today"
    for each in status.collections:
        done = each.chains - each.open
        yield (
            f"  {each.name}: {each.state}, {done:,} of {each.chains:,} parts,"
            f" {each.records:,} records, {each.gaps:,} gaps"
        )
        if each.collector:
            who = each.collector
            yield f"    process {who.process} on {who.host} since {who.since[:19]} UTC"
