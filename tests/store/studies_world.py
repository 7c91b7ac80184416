"""Studies over one emulator for all tests, or over a script of answers."""

from __future__ import annotations

import asyncio
import math
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from types import FunctionType
from typing import Any, NamedTuple

import httpx
from end_to_end.scripted_server import Server
from faults.canary import KEY, SECRET

from tiksql import backend
from tiksql.api.client import Client
from tiksql.api.credentials import Credentials
from tiksql.api.settings import Settings as ClientSettings
from tiksql.api.world import World
from tiksql.emulator import Settings
from tiksql.emulator.app import create_app
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax.parser import parse

EMULATOR = {"videos": 20_000, "quota": 10**9, "follows_quota": 10**9}


class Found(NamedTuple):
    rows: list
    stats: Any
    notes: list
    heads: tuple

    @property
    def requests(self):
        return self.stats.requests


class Lab:
    """Statements in one study; every ``open`` is a new program on the same file."""

    def __init__(self, server, path):
        self.server, self.path = server, path

    @contextmanager
    def session(self, **settings):
        chosen = DEFAULTS
        for name, value in settings.items():
            chosen = chosen.having(name, value, "session")
        session = Session(self.server, chosen, study=self.path)
        try:
            yield session
        finally:
            session.close()

    @contextmanager
    def open(self, **settings):
        with self.session(**settings) as session:
            yield lambda sql: execute(session, sql)

    def __call__(self, sql, **settings):
        with self.open(**settings) as run:
            return run(sql)


def execute(session, sql):
    (statement,) = parse(Source(sql)).statements
    stream = session.execute(statement, {})
    if stream is None:
        return None
    rows = [row for batch in stream.batches() for row in batch]
    return Found(rows, stream.stats, stream.notes, stream.heads)


def sleepless(app):
    """Return a server that is an emulator's app, on which nobody waits in real time."""
    clock = [0.0]

    async def sleep(seconds):
        clock[0] += seconds
        await asyncio.sleep(0)

    def connect(_warn):
        world = World(monotonic=lambda: clock[0], sleep=sleep, random=lambda: 0.0)
        line = ClientSettings(credentials=Credentials(KEY, SECRET), requests_per_second=math.inf)
        transport = httpx.ASGITransport(app() if isinstance(app, FunctionType) else app)
        return Client(line, transport, world)

    made = backend.emulator(Settings(**EMULATOR))
    return replace(made, connect=connect)


@cache
def emulated():
    """Return one emulator for all programs that ask it."""
    return sleepless(create_app(Settings(**EMULATOR)))


def restarted():
    """Return a server that forgets every search whenever a program begins."""
    return sleepless(lambda: create_app(Settings(**EMULATOR)))


def scripted(path, answer):
    """Return a lab whose server follows a script; ``.bodies`` are what it was asked."""
    server = Server(answer)
    lab = Lab(server.backend(), path)
    lab.bodies = server.bodies
    return lab
