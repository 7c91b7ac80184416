"""A line to the emulator on which one answer can be damaged, and what comes of it undamaged."""

from __future__ import annotations

import asyncio
import math
from functools import cache

import httpx

from tiksql import backend
from tiksql.api.client import Client
from tiksql.api.credentials import Credentials
from tiksql.api.settings import Settings as ClientSettings
from tiksql.api.world import World
from tiksql.catalog import load
from tiksql.emulator import Settings
from tiksql.emulator.app import create_app
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax.parser import parse

EMULATOR = Settings(videos=20_000, quota=10**9, follows_quota=10**9)
JOE = "username = 'joe1234567'"
SPRING = "create_date BETWEEN '2024-03-01' AND '2024-03-30'"
VIDEO = (
    f"SELECT id FROM videos WHERE comment_count < 60 AND region_code = 'US' AND {SPRING}"
    " ORDER BY comment_count DESC LIMIT 1"
)
LIST = (
    "SELECT playlist_id FROM videos WHERE region_code <> 'XK' AND playlist_id IS NOT NULL"
    f" AND {SPRING} LIMIT 1"
)
SHOP = "SELECT shop_id FROM shops WHERE shop_name = 'Hello World Store'"
PRODUCT = (
    f"SELECT product_id FROM shop_products WHERE shop_id IN ({SHOP})"
    " ORDER BY product_review_count DESC LIMIT 1"
)
STATEMENTS = {
    "videos": "region_code = 'US' AND create_date BETWEEN '2024-03-01' AND '2024-03-09'",
    "users": JOE,
    "comments": f"video_id IN ({VIDEO})",
    "liked_videos": JOE,
    "reposted_videos": JOE,
    "pinned_videos": JOE,
    "followers": JOE,
    "following": JOE,
    "playlists": f"playlist_id IN ({LIST})",
    "shops": "shop_name = 'Hello World Store'",
    "shop_products": f"shop_id IN ({SHOP})",
    "shop_reviews": f"product_id IN ({PRODUCT})",
}
MOST_REQUESTS = 300
PAGE_SIZE = 40


class DamagedLine:
    """The emulator behind a line on which one answer is damaged, once or whenever it is asked."""

    def __init__(self):
        self.app = httpx.ASGITransport(create_app(EMULATOR))
        self.known = {}
        self.clock = 0.0
        self.fault = lambda _key, raw: raw
        self.sent = 0
        made = backend.emulator(EMULATOR)
        self.server = backend.Backend(made.name, made.base_url, self.connect, made.now)

    def connect(self, _warn):
        async def sleep(seconds):
            self.clock += seconds
            await asyncio.sleep(0)

        world = World(monotonic=lambda: self.clock, sleep=sleep, random=lambda: 0.0)
        line = ClientSettings(credentials=Credentials("k", "s"), requests_per_second=math.inf)
        return Client(line, httpx.MockTransport(self.handle), world)

    async def handle(self, request):
        if request.url.path.endswith("/oauth/token/"):
            return await self.app.handle_async_request(request)
        self.sent += 1
        key = (request.url.path, request.content)
        if key not in self.known:
            response = await self.app.handle_async_request(request)
            self.known[key] = (response.status_code, await response.aread())
        status, raw = self.known[key]
        return httpx.Response(status, content=self.fault(key, raw))

    def run(self, sql):
        """Run a statement in a session of its own, as failures are counted against a budget."""
        chosen = DEFAULTS.having("max_requests", MOST_REQUESTS, "session")
        session = Session(self.server, chosen.having("page_size", PAGE_SIZE, "session"))
        (statement,) = parse(Source(sql)).statements
        try:
            stream = session.execute(statement, {})
            return [row for batch in stream.batches() for row in batch], stream
        finally:
            session.close()


@cache
def world():
    return DamagedLine()


@cache
def truth(name):
    """Give the rows of a table, and the answers that they came in, in order."""
    table = load().tables[name]
    before = list(world().known)
    rows, stream = world().run(statement_of(name))
    assert stream.stats.complete
    assert rows, name
    own = [key for key in world().known if key not in before and key[0] == table.path]
    return rows, [head.name for head in stream.heads], own


@cache
def statement_of(name):
    """Give the statement of a table, with the value of its inner query written out."""
    where = STATEMENTS[name]
    if " IN (SELECT" in where:
        column, _, inner = where.partition(" IN (")
        ((value, *_), *_), _ = world().run(inner[:-1])
        where = f"{column} = {value}"
    return f"SELECT * FROM {name} WHERE {where}"
