"""The emulator behind a line that fails by chance, on a clock that nobody waits for.

It notes what it delivered whole, by the mark of the answer, so that a test can say what a page that
is on record has to have brought, whatever the product makes of its own files.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import math
from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
from simulation.mortal import KilledError

from tiksql.api.client import Client
from tiksql.api.credentials import Credentials
from tiksql.api.quota import Ledger, Meter
from tiksql.api.settings import Settings as ClientSettings
from tiksql.api.world import World
from tiksql.backend import EMULATOR, Backend
from tiksql.catalog import load
from tiksql.emulator import Settings
from tiksql.emulator.app import create_app

NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
DATA = Settings(videos=8_000, accounts=60, now=NOW)


class Api:
    """One server of one seed; ``mood`` says how probable which fault is at a request."""

    def __init__(self, chance, quota, folder):
        self.chance = chance
        self.clock = 0.0
        settings = replace(DATA, quota=quota, search_ttl=chance.choice([600, 3 * 86_400]))
        self.app = create_app(settings, elapsed=lambda: self.clock)
        self.emulator = self.app.state.emulator
        self.inner = httpx.ASGITransport(self.app)
        self.ledger = Ledger(folder / "quota.db", "account", lambda _: None)
        self.mood = {}
        self.broken_days = set()
        self.hidden = set()
        self.delivered = {}
        self.colleague = Counter()
        self.vague = Counter()
        self.answered_by_the_line = 0
        self.inflicted = Counter()
        self.fate = None
        self.on_request = lambda: None

    @property
    def now(self):
        return NOW + dt.timedelta(seconds=self.clock)

    @property
    def today(self):
        return self.now.date().isoformat()

    def pass_by(self, seconds):
        self.clock += seconds

    def counted(self, day):
        """How many requests of ours the server has counted on a day."""
        return self.emulator.requests["research"][day] - self.colleague[day]

    def spend(self, requests):
        for _ in range(requests):
            self.emulator.requests["research"][self.today] += 1
            self.colleague[self.today] += 1

    def forget(self):
        self.emulator.videos._searches._kept.clear()

    def expire(self):
        self.emulator.tokens._expiries.clear()

    def backend(self):
        now = lambda: self.now.replace(tzinfo=None)  # noqa: E731 - a field, not a function
        return Backend(EMULATOR, load().base_url, self.connect, now)

    def connect(self, _warn):
        async def sleep(seconds):
            self.pass_by(seconds)
            await asyncio.sleep(0)

        world = World(lambda: self.now, lambda: self.clock, sleep, lambda: 0.0)
        line = ClientSettings(
            credentials=Credentials("key", "secret"), requests_per_second=math.inf
        )
        return Client(line, Line(self), world, Meter(ledger=self.ledger))

    def given(self, path, body, data):
        """Name the records of an answer as its collection does."""
        if "videos" in data:
            return [video["id"] for video in data["videos"]]
        if "comments" in data:
            return [comment["id"] for comment in data["comments"]]
        return [body["username"]] if path.endswith("/user/info/") else []


class Line(httpx.AsyncBaseTransport):
    """What lies between the program and the emulator."""

    def __init__(self, api):
        self.api = api

    async def handle_async_request(self, request):
        api = self.api
        if request.url.path.endswith("/oauth/token/"):
            return await api.inner.handle_async_request(request)
        api.pass_by(1)
        api.on_request()
        self.dies("before it is sent")
        fault = self.fault()
        if fault in UNSENT:
            api.answered_by_the_line += 1
            return UNSENT[fault](api)
        answer = await api.inner.handle_async_request(request)
        told = json.loads(await answer.aread())
        self.dies("before it is read")
        if answer.status_code != 200:
            return answer_of(answer.status_code, told)
        return self.bent(fault, request, told)

    def dies(self, point):
        fate = self.api.fate
        if fate and fate.passes(point):
            raise KilledError

    def fault(self):
        draw = self.api.chance.random()
        for name, share in self.api.mood.items():
            draw -= share
            if draw < 0:
                self.api.inflicted[name] += 1
                return name
        return None

    def bent(self, fault, request, told):
        """Return the answer as it arrives: bent, or whole and noted."""
        api, body, data = self.api, json.loads(request.content), told["data"]
        if any(
            body.get("start_date", "9") <= day <= body.get("end_date", "")
            for day in api.broken_days
        ):
            return refused(500, "internal_error")
        if fault in LOST:
            return LOST[fault](api, json.dumps(told))
        if "videos" in data:
            data["videos"] = [v for v in data["videos"] if v["id"] not in api.hidden]
        if fault in BENT and "has_more" in data:
            BENT[fault](api, data)
        ids = api.given(urlsplit(str(request.url)).path, body, data)
        api.delivered[told["error"]["log_id"]] = ids
        return answer_of(200, told)


def answer_of(status, told):
    return httpx.Response(status, json=told)


def refused(status, code, message="no"):
    return answer_of(
        status, {"data": {}, "error": {"code": code, "message": message, "log_id": "L"}}
    )


def fails(error):
    def fail(api, *_):
        api.vague[api.today] += 1
        raise error

    return fail


class Cut(httpx.AsyncByteStream):
    """A body of which half arrives."""

    def __init__(self, text):
        self.text = text.encode()

    async def __aiter__(self):
        yield self.text[: len(self.text) // 2]
        raise httpx.ReadError("reset within the body")


def cut(_api, text):
    return httpx.Response(200, stream=Cut(text), headers={"content-type": "application/json"})


UNSENT = {
    "unreachable": fails(httpx.ConnectError("refused")),
    "haste": lambda _: refused(429, "rate_limit_exceeded"),
    "expired": lambda _: refused(401, "access_token_invalid"),
    "reset before": fails(httpx.ReadError("reset")),
}
"""Faults of which the server knows nothing."""

LOST = {
    "internal": lambda *_: refused(500, "internal_error"),
    "gateway": lambda *_: httpx.Response(502, text="<html>bad gateway</html>"),
    "stale": lambda *_: refused(400, "invalid_params", "Search Id 1 is invalid or expired"),
    "cursor": lambda *_: refused(400, "invalid_params", "Invalid count or cursor"),
    "reset after": fails(httpx.ReadError("reset")),
    "timeout": fails(httpx.ReadTimeout("slow")),
    "cut": cut,
    "truncated": lambda _, text: httpx.Response(200, text=text[: len(text) // 2]),
    "empty": lambda *_: httpx.Response(200, content=b""),
}
"""Faults in which a request is counted, and its answer does not come."""


def _twice(_api, data):
    name = "videos" if "videos" in data else "comments"
    data[name] = data[name] + data[name][:2]


def _stuck(_api, data):
    data["has_more"], data["cursor"] = True, 0


def _renamed(api, data):
    """Let a search have another id from now on, which is known."""
    kept, old = api.emulator.videos._searches._kept, data.get("search_id")
    if old in kept:
        data["search_id"] = new = str(int(old) + 1)
        kept[new] = kept[old]


BENT = {"twice": _twice, "stuck": _stuck, "renamed": _renamed}
"""Faults of a page that is whole."""

FAULTS = (*UNSENT, *LOST, *BENT)
