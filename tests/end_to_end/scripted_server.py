"""A server that answers what a script says, in this process and without waiting."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import math

import httpx
from faults.canary import KEY, SECRET, TOKEN

from tiksql.api.client import Client
from tiksql.api.credentials import Credentials
from tiksql.api.settings import Settings
from tiksql.api.world import World
from tiksql.backend import Backend
from tiksql.catalog import load

NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


class Server:
    """Answers the n-th request with ``answer(n, body)``: a dict, or (status, code, words)."""

    def __init__(self, answer):
        self.answer = answer
        self.bodies = []
        self.clock = 0.0

    def backend(self):
        return Backend("script", load().base_url, self._connect, lambda: NOW.replace(tzinfo=None))

    def _connect(self, _warn):
        async def sleep(seconds):
            self.clock += seconds
            await asyncio.sleep(0)

        world = World(lambda: NOW, lambda: self.clock, sleep, lambda: 0.0)
        line = Settings(credentials=Credentials(KEY, SECRET), requests_per_second=math.inf)
        return Client(line, httpx.MockTransport(self._handle), world)

    def _handle(self, request):
        if request.url.path.endswith("/oauth/token/"):
            return httpx.Response(200, json={"access_token": TOKEN, "expires_in": 7200})
        self.bodies.append(json.loads(request.content))
        found = self.answer(len(self.bodies), self.bodies[-1])
        if isinstance(found, Exception):
            raise found
        if isinstance(found, tuple):
            status, code, *said = found
            error = {"code": code, "message": said[0] if said else f"said {code}", "log_id": "L"}
            return httpx.Response(status, content=json.dumps({"data": {}, "error": error}))
        error = {"code": "ok", "message": "", "log_id": "L"}
        return httpx.Response(200, json={"data": found, "error": error})


def page(ids, *, cursor, more):
    """Make the data of a page of videos."""
    return {
        "videos": [{"id": number, "like_count": number} for number in ids],
        "cursor": cursor,
        "has_more": more,
        "search_id": "7",
    }


def pages(*found):
    """Answer one page after another; the last one has no more."""

    def answer(number, _body):
        ids = found[number - 1]
        return page(ids, cursor=100 * number, more=number < len(found))

    return answer
