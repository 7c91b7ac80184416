"""The emulator on a port of this computer, with faults, and a client that never really waits."""

from __future__ import annotations

import asyncio
import json
import math
import socket
import threading
from dataclasses import replace

import uvicorn

from tiksql.api.client import Client
from tiksql.api.quota import Ledger, Meter
from tiksql.api.world import REAL
from tiksql.emulator import Settings
from tiksql.emulator.app import create_app
from tiksql.emulator.faults import Fault
from tiksql.emulator.faults_spec import read_fault

DAY = "keyword = 'love' AND create_date = '2024-03-01'"
WEEK = "keyword = 'love' AND create_date BETWEEN '2024-03-01' AND '2024-03-07'"
KEYS = {"TIKTOK_CLIENT_KEY": "canary-key", "TIKTOK_CLIENT_SECRET": "canary-secret"}


class Port:
    """A server in a thread; ``app`` is whatever it serves at the time."""

    def __init__(self):
        self.app = None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            self._serve,
            interface="asgi3",
            log_level="error",
            access_log=False,
            lifespan="off",
            ws="none",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        self._server.run(sockets=[self._socket])

    async def _serve(self, scope, receive, send):
        await self.app(scope, receive, send)

    def close(self):
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)
        self._socket.close()


class Faulty:
    """Statements by the real command, over HTTP, to an emulator that has some faults."""

    def __init__(self, port, run, folder, monkeypatch):
        self._port, self._run, self._folder = port, run, folder
        self.clock = 0.0
        self.waits = []
        self.line = {}
        monkeypatch.setattr("tiksql.api.client.Client", self._client)

    def having(self, *faults, **settings):
        """Serve a new emulator with faults, each a line or a ``Fault``."""
        told = tuple(each if isinstance(each, Fault) else read_fault(each) for each in faults)
        chosen = Settings(faults=told, **{"videos": 60_000, **settings})
        self._port.app = create_app(chosen, elapsed=lambda: self.clock)
        self.emulator = self._port.app.state.emulator
        self.study = None
        return self

    def in_study(self):
        """Keep what comes in a study."""
        self.study = self._folder / "study.db"
        return self

    def __call__(self, *argv, **more):
        """Run a command, the last word of which may be a statement."""
        *options, sql = argv
        study = [self.study] if self.study else []
        begin = ["--base-url", self._port.url, "--stats", "--concurrency", "1"]
        done = self._run(*begin, *options, "-c", sql, *study, environ=KEYS, **more)
        return Answer(done)

    @property
    def ledger(self):
        """What this computer has counted against today's quota."""
        return self._ledger().used("research", self._now().date())

    @property
    def counted(self):
        """What the emulator has counted against today's quota."""
        return self.emulator.requests["research"][self._now().date().isoformat()]

    def _now(self):
        return self.emulator.now()

    def _ledger(self):
        return Ledger(self._folder / "quota.db", "account", lambda _: None)

    def _client(self, settings, transport=None, world=REAL, meter=None):
        async def sleep(seconds):
            self.waits.append(seconds)
            self.clock += seconds
            await asyncio.sleep(0)

        unhurried = replace(
            world, now=self._now, monotonic=lambda: self.clock, sleep=sleep, random=lambda: 0.0
        )
        fast = replace(settings, requests_per_second=math.inf, **self.line)
        return Client(fast, transport, unhurried, meter or Meter(ledger=self._ledger()))


class Answer:
    """What a command said; ``stats`` are its last line, ``said`` all before it."""

    def __init__(self, outcome):
        self.status, self.out = outcome.status, outcome.out
        *said, stats = outcome.err.splitlines() or [""]
        self.said = "\n".join(said)
        self.stats = json.loads(stats) if stats.startswith("{") else {}
        if not self.stats:
            self.said = outcome.err

    @property
    def lines(self):
        return self.out.splitlines()[1:]

    def __repr__(self):
        return f"{self.status} {self.stats}\n{self.out}\n{self.said}"
