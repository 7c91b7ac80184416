"""Over real sockets: what only a real connection can do wrong."""

import asyncio
import gzip
import json

import pytest
from api_doubles import CREDENTIALS, TOKEN, Clock, request, videos

from tiksql.api.client import Client
from tiksql.api.executor import fetch
from tiksql.api.quota import Meter
from tiksql.api.settings import Settings

PAGE = json.dumps(videos(0, 3, cursor=3, more=False)).encode()


def http(body, status="200 OK", length=None, headers=""):
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{headers}\r\n"
    return head.encode() + body


class Sockets:
    """A server that answers the n-th request for a page with the n-th bytes, then as it should."""

    def __init__(self, *scripted):
        self.scripted = list(scripted)
        self.connections = self.pages = 0

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        port = self.server.sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            while await self.answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        if b"/oauth/" in head:
            writer.write(http(json.dumps({"access_token": TOKEN}).encode()))
            return True
        self.pages += 1
        scripted = self.scripted.pop(0) if self.scripted else http(PAGE)
        if scripted is None:
            writer.transport.abort()
            return False
        writer.write(scripted)
        return self.scripted is not None and b"Content-Length: 999" not in scripted


def play(*scripted, then=None):
    async def run():
        async with Sockets(*scripted) as server:
            meter = Meter()
            settings = Settings(CREDENTIALS, base_url=server.base, answer_seconds=5)
            async with Client(settings, world=Clock().world, meter=meter) as client:
                asked = [request(base=server.base)] * (then or 1)
                pages = [page async for page in fetch(asked, client, concurrency=1)]
            return server, meter, pages

    return asyncio.run(run())


CUT = gzip.compress(PAGE)[:-20]


@pytest.mark.parametrize(
    "fault",
    [
        http(PAGE[:50], length=999),
        http(PAGE[:50]),
        http(PAGE + b"}"),
        http(CUT, headers="Content-Encoding: gzip\r\n"),
        http(b"\x1f\x8b\x08nonsense", headers="Content-Encoding: gzip\r\n"),
        http(PAGE.decode().encode("utf-16"), headers="Content-Type: application/json\r\n"),
        b"nonsense\r\n\r\n",
        None,
    ],
    ids=["short", "truncated", "trailing", "gzip cut", "gzip bad", "utf-16", "no http", "reset"],
)
def test_damage_on_the_way_costs_one_more_request(fault):
    server, meter, pages = play(fault)
    assert [page.raw for page in pages] == [PAGE]
    assert (server.pages, meter.requests, meter.retries) == (2, 2, 1)


def test_compression_is_undone():
    _, _, pages = play(http(gzip.compress(PAGE), headers="Content-Encoding: gzip\r\n"))
    assert [page.raw for page in pages] == [PAGE]


def test_one_connection_serves_all_pages():
    server, _, pages = play(then=20)
    assert (server.connections, len(pages)) == (1, 20)


def test_a_closed_port_is_named():
    async def run():
        base = "http://127.0.0.1:1"
        settings = Settings(CREDENTIALS, base_url=base)
        async with Client(settings, world=Clock().world) as client:
            with pytest.raises(Exception, match=r"127\.0\.0\.1:1 cannot be reached") as raised:
                await client.fetch_page(request(base=base), {}, 1)
            return raised.value

    assert asyncio.run(run()).code == "TS510"


@pytest.mark.parametrize("where", ["same", "other"])
def test_a_redirect_reaches_no_second_server(where):
    async def run():
        async with Sockets() as second, Sockets() as first:
            target = second.base if where == "other" else first.base
            moved = http(b"", "307 Temporary Redirect", headers=f"Location: {target}/x\r\n")
            first.scripted = [moved] * 5
            settings = Settings(CREDENTIALS, base_url=first.base)
            async with Client(settings, world=Clock().world) as client:
                with pytest.raises(Exception, match="never followed") as raised:
                    await client.fetch_page(request(base=first.base), {}, 1)
            return first, second, target, raised.value

    first, second, target, failed = asyncio.run(run())
    assert (first.pages, second.connections) == (1, 0)
    assert target.removeprefix("http://") in str(failed)
