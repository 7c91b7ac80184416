"""Statements run in this process: against one emulator for all, or against a script."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from end_to_end.scripted_server import Server

from tiksql import backend
from tiksql.emulator import Settings
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax.parser import parse

EMULATOR = {"videos": 20_000, "quota": 10**9, "follows_quota": 10**9}


class Found(NamedTuple):
    """What a statement brought."""

    rows: list
    columns: list
    stats: Any
    notes: list

    @property
    def requests(self):
        return self.stats.requests

    @property
    def firsts(self):
        return [row[0] for row in self.rows]


class Asker:
    """A session that is asked one statement at a time, each with its own settings."""

    def __init__(self, server):
        self.session = Session(server, DEFAULTS)

    def stream(self, sql, given=(), /, **settings):
        chosen = DEFAULTS.having("max_requests", 10**6, "session")
        for name, value in settings.items():
            chosen = chosen.having(name, value, "session")
        self.session.settings = chosen
        (statement,) = parse(Source(sql)).statements
        return self.session.execute(statement, dict(given))

    def __call__(self, sql, given=(), /, **settings):
        stream = self.stream(sql, given, **settings)
        rows = [row for batch in stream.batches() for row in batch]
        return Found(rows, [head.name for head in stream.heads], stream.stats, stream.notes)

    def text(self, sql, given=(), /, **settings):
        return self.stream(sql, given, **settings).text


@cache
def emulated():
    """Ask an emulator that no test changes; the data are made once for all."""
    return Asker(backend.emulator(Settings(**EMULATOR)))


def scripted(answer):
    """Ask a server that follows a script; ``.bodies`` are what it was asked."""
    server = Server(answer)
    asker = Asker(server.backend())
    asker.bodies = server.bodies
    return asker
