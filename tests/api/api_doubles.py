"""Doubles for the API: a clock that only sleeping moves, a scripted server, requests."""

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
from tiksql.catalog import load
from tiksql.planning.plan import Request

BASE = "https://open.tiktokapis.com"
CREDENTIALS = Credentials(KEY, SECRET)
START = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


class Clock:
    def __init__(self):
        self.seconds = 1000.0
        self.slept = []

    def now(self):
        return START + dt.timedelta(seconds=self.seconds - 1000)

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    @property
    def world(self):
        return World(self.now, lambda: self.seconds, self.sleep, lambda: 0.0)


def ok(data, **more):
    return {"data": data, "error": {"code": "ok", "message": "", "log_id": "L1"}, **more}


def videos(first, count, *, cursor, more, search_id="7"):
    records = [{"id": 7_300_000_000_000_000_000 - n} for n in range(first, first + count)]
    return ok({"videos": records, "cursor": cursor, "has_more": more, "search_id": search_id})


class Body(httpx.AsyncByteStream):
    def __init__(self, content):
        self.content = content

    async def __aiter__(self):
        half = len(self.content) // 2
        yield self.content[:half]
        yield self.content[half:]


def answer(body, status=200, headers=None):
    """Make a fresh response for each request, its body in two pieces."""
    content = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
    return lambda _: httpx.Response(status, stream=Body(content), headers=headers)


def error(status, code, message="", headers=None):
    fault = {"code": code, "message": message, "log_id": "20260901LOG"}
    return answer({"data": {}, "error": fault}, status, headers)


def paged(total=350, size=100):
    """Serve a search of that many videos as the API does: an index cursor, one search_id."""

    def serve(request):
        start = json.loads(request.content).get("cursor", 0)
        end = min(start + size, total)
        return answer(videos(start, end - start, cursor=end, more=end < total))

    return serve


class Server(httpx.AsyncBaseTransport):
    """Answers with what a script says; ``faults`` maps the n-th request to what happens instead."""

    def __init__(self, serve=None, faults=None, token=None):
        self.serve = serve or paged()
        self.faults = faults or {}
        self.token = token or (
            lambda n: answer({"access_token": f"{TOKEN}-{n}", "expires_in": 7200})
        )
        self.requests = []
        self.tokens = []

    async def handle_async_request(self, request):
        await request.aread()
        await asyncio.sleep(0)
        if request.url.path.endswith("/oauth/token/"):
            self.tokens.append(request)
            found = self.token(len(self.tokens))
        else:
            self.requests.append(request)
            fault = self.faults(len(self.requests)) if callable(self.faults) else None
            fault = fault or (not callable(self.faults) and self.faults.get(len(self.requests)))
            found = fault or self.serve(request)
        while callable(found):
            found = found(request)
        if isinstance(found, Exception):
            raise found
        return found


def request(table="videos", base=BASE, **changes):
    found = load().tables[table]
    values = {
        "fields": ("id", "like_count"),
        "body": {"query": {"and": []}, "start_date": "20240101", "max_count": 100},
        **changes,
    }
    return Request(found, base + found.path, **values)


def client(server, clock=None, meter=None, **settings):
    values = {"credentials": CREDENTIALS, "requests_per_second": math.inf, **settings}
    return Client(Settings(**values), server, (clock or Clock()).world, meter)


def gather(pages):
    """Read an asynchronous generator to its end: what came, and the error that ended it."""

    async def read():
        found = []
        try:
            async for page in pages:
                found.append(page)  # noqa: PERF401 - what came before an error counts
        except Exception as error:  # noqa: BLE001 - handed back to the test
            return found, error
        return found, None

    return asyncio.run(read())
