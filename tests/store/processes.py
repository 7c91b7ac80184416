"""The program as processes on one study, and an emulator that counts what it is asked."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from faults.canary import KEY, SECRET

DYING = str(Path(__file__).with_name("dying.py"))
PROGRAM = [sys.executable, "-m", "tiksql"]


class Done(NamedTuple):
    status: int
    out: str
    err: str


class Served:
    """An emulator on a port."""

    def __init__(self, url):
        self.url = url

    @property
    def requests(self):
        """How many requests to research endpoints it has seen."""
        with urllib.request.urlopen(f"{self.url}/_emulator/state") as answer:
            return json.load(answer)["api_requests"]


@contextmanager
def serving(*options):
    command = [*PROGRAM, "emulator", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Served(process.stdout.readline().strip())
        finally:
            process.terminate()


class Desk:
    """One study, its server, and the program as a process of its own."""

    def __init__(self, folder, server, concurrency=1):
        self.path = folder / "study.db"
        self.server, self.concurrency = server, concurrency
        self._first = server.requests

    def argv(self, *more):
        line = ["--base-url", self.server.url, "--concurrency", str(self.concurrency)]
        return [str(self.path), *line, *map(str, more)]

    @property
    def environ(self):
        return {**os.environ, "TIKTOK_CLIENT_KEY": KEY, "TIKTOK_CLIENT_SECRET": SECRET}

    def start(self, *more, program=PROGRAM, **options):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        given = {**pipes, "env": self.environ, **options}
        return subprocess.Popen([*program, *self.argv(*more)], **given)

    def run(self, *more, **options):
        with self.start(*more, **options) as process:
            out, err = process.communicate(timeout=60)
        return Done(process.returncode, out, err)

    def die(self, point, passes, *more):
        """Run until the point is passed for the n-th time."""
        done = self.run(*more, program=[sys.executable, DYING, point, str(passes)])
        assert done.status == -signal.SIGKILL, done
        return done

    # --- what is on record

    @property
    def spent(self):
        return self.server.requests - self._first

    def asked(self, sql):
        with closing(sqlite3.connect(self.path)) as base:
            return base.execute(sql).fetchall()

    def check(self):
        """What a study must be at any time, whatever has happened."""
        ((damage,),) = self.asked("PRAGMA integrity_check")
        assert damage == "ok"
        assert self.asked(_ORPHANS) == [], "a page leads to the request that brought it"
        ((settled, unknown),) = self.asked(_REQUESTS)
        assert settled <= self.spent <= settled + unknown


_ORPHANS = """
SELECT chain, lap, number FROM pages AS p WHERE NOT EXISTS
(SELECT 1 FROM requests AS r WHERE r.id = p.request AND r.chain = p.chain AND outcome = 'PAGE')
"""
_REQUESTS = """
SELECT count(*) FILTER (WHERE outcome IS NOT NULL), count(*) FILTER (WHERE outcome IS NULL)
FROM requests
"""
