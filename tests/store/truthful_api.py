"""An API that knows the truth, counts what it is asked, forgets and fails as it is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import math
from collections import Counter

import httpx
from faults.canary import KEY, SECRET, TOKEN

from tiksql.api.client import Client
from tiksql.api.credentials import Credentials
from tiksql.api.settings import Settings
from tiksql.api.world import World
from tiksql.backend import Backend
from tiksql.catalog import load

BEGIN = dt.date(2022, 1, 1)
DAYS = 9


def identity(day, place):
    """An id that holds the second of its record, as those of videos do."""
    noon = dt.datetime.combine(BEGIN + dt.timedelta(days=day), dt.time(12), dt.UTC)
    return (int(noon.timestamp()) << 32) + place


class Api:
    """Gives the records of ``DAYS`` days; on its clock nobody waits in real time."""

    def __init__(self, counts, hidden=()):
        self.ids = [identity(day, n) for day, count in enumerate(counts) for n in range(count)]
        self.hidden = {number for n, number in enumerate(self.ids) if n in hidden}
        self.removed = set()
        self.now = dt.datetime(2026, 9, 1, 23, 59, 58, tzinfo=dt.UTC)
        self.clock = 0.0
        self.sent = 0
        self.tokens = 0
        self.by_day = Counter()
        self.seconds = 1
        self.searches = {}
        self.faults = []
        self.broken_days = set()
        self.repeats = False
        self.left = math.inf
        self.meter = None

    def backend(self):
        return Backend("api", load().base_url, self.connect, lambda: self.now.replace(tzinfo=None))

    @property
    def truth(self):
        """What it gives now."""
        return self.ever - self.removed

    @property
    def ever(self):
        """What it has given at some time; hidden ones take a position and are never given."""
        return set(self.ids) - self.hidden

    def connect(self, _warn):
        async def sleep(seconds):
            self.pass_by(seconds)
            await asyncio.sleep(0)

        world = World(lambda: self.now, lambda: self.clock, sleep, lambda: 0.0)
        line = Settings(credentials=Credentials(KEY, SECRET), requests_per_second=math.inf)
        return Client(line, httpx.MockTransport(self.handle), world, self.meter)

    def pass_by(self, seconds):
        self.clock += max(0, seconds)
        self.now += dt.timedelta(seconds=seconds)

    def handle(self, request):
        if request.url.path.endswith("/oauth/token/"):
            self.tokens += 1
            return httpx.Response(200, json={"access_token": TOKEN, "expires_in": 7200})
        self.sent += 1
        self.by_day[self.now.date()] += 1
        self.pass_by(self.seconds)
        body = json.loads(request.content)
        if self.left <= 0:
            return refused(429, "daily_quota_limit_exceeded")
        self.left -= 1
        if self.faults:
            return FAULTS[self.faults.pop()]()
        first, last = (place_of(body[name]) for name in ("start_date", "end_date"))
        if any(first <= day <= last for day in self.broken_days):
            return refused(500, "internal_error")
        return self.page(body, first, last)

    def page(self, body, first, last):
        search, cursor = body.get("search_id"), body.get("cursor", 0)
        if search is None:
            search = str(len(self.searches) + 1)
            low, high = identity(first, 0), identity(last + 1, 0)
            there = (n for n in self.ids if low <= n < high and n not in self.removed)
            self.searches[search] = sorted(there, reverse=True)
        if self.searches.get(search) is None:
            return refused(400, "invalid_params", f"Search Id {search} is invalid or expired")
        found = self.searches[search]
        end = cursor + body["max_count"]
        start = max(0, cursor - 1) if self.repeats else cursor
        ids = [n for n in found[start:end] if n in self.truth]
        records = [{"id": n, "like_count": n % 7} for n in ids]
        data = {"videos": records, "cursor": end, "has_more": end < len(found), "search_id": search}
        return httpx.Response(200, json={"data": data, "error": OK})

    def forget(self):
        self.searches = dict.fromkeys(self.searches)


OK = {"code": "ok", "message": "", "log_id": "L"}


def place_of(day):
    return (dt.datetime.strptime(day, "%Y%m%d").replace(tzinfo=dt.UTC).date() - BEGIN).days


def refused(status, code, message="no"):
    error = {"code": code, "message": message, "log_id": "L"}
    return httpx.Response(status, json={"data": {}, "error": error})


def lost():
    raise httpx.ReadError("reset")


FAULTS = {
    "internal": lambda: refused(500, "internal_error"),
    "rate": lambda: refused(429, "rate_limit_exceeded"),
    "gateway": lambda: httpx.Response(502, text="<html>bad</html>"),
    "cut": lambda: httpx.Response(200, content=b'{"data": {"videos": [{"id": 12'),
    "lost": lost,
    "stale": lambda: refused(400, "invalid_params", "Invalid count or cursor"),
}
