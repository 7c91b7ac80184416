"""Faults in how an answer is sent: other bodies, broken packing, slow and broken lines."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response

from tiksql.emulator.envelope import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from starlette.types import Receive, Scope, Send

    from tiksql.emulator.faults import Fault

PAGE = (
    b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
)
MEGABYTE = 1 << 20
LINE = "tiksql.line"
"""Where the application keeps, for each request, the connection below it (None: none)."""


def sent(met: Sequence[Fault], response: Response) -> Response:
    """Return an answer as the faults leave it."""
    for fault in met:
        if fault.kind in BODIES:
            response = BODIES[fault.kind](response, fault.value)
    lines = tuple(fault for fault in met if fault.kind in LINES)
    return Broken(response, lines) if lines else response


def line_of(send: Send) -> asyncio.Transport | None:
    """Find the connection that a server sends on; in the same process there is none."""
    return getattr(getattr(send, "__self__", None), "transport", None)


# --- other bodies


def _status(response: Response, value: str) -> Response:
    if value.endswith(" ok"):
        response.status_code = int(value[:3])
    return response


def _html(_response: Response, value: str) -> Response:
    return Response(PAGE, int(value), media_type="text/html")


def _empty_body(_response: Response, value: str) -> Response:
    return Response(b"", int(value))


def _body(_response: Response, value: str) -> Response:
    return Response(value.encode("utf-8", "surrogatepass"), 200, media_type=CONTENT_TYPE)


def _redirect(_response: Response, value: str) -> Response:
    return Response(b"", 307, {"location": value})


def _retry_after(response: Response, value: str) -> Response:
    response.headers["retry-after"] = value
    return response


def _log_id(response: Response, value: str) -> Response:
    answer = msgspec.json.decode(response.body)
    answer["error"]["log_id"] = value or "2026\r\nSet-Cookie: x\x1b[31m\x1b]0;owned\x07"
    return _like(response, msgspec.json.encode(answer))


def _short_body(response: Response, value: str) -> Response:
    return _like(response, bytes(response.body)[: int(value)])


def _charset(response: Response, value: str) -> Response:
    return _like(response, bytes(response.body).decode().encode(value, "replace"))


def _gzip(response: Response, value: str) -> Response:
    packed = gzip.compress(bytes(response.body), mtime=0)
    middle = len(packed) // 2
    damaged = packed[:middle] + bytes(octet ^ 0xFF for octet in packed[middle:])
    return _like(response, packed[:middle] if value == "cut" else damaged, gzip=True)


def _bomb(response: Response, value: str) -> Response:
    return _like(response, _packed(int(value)), gzip=True)


@cache
def _packed(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(b" " * MEGABYTE) for _ in range(megabytes)]
    return b"".join([*parts, packer.flush()])


def _like(response: Response, body: bytes, *, gzip: bool = False) -> Response:
    headers = {"content-encoding": "gzip"} if gzip else None
    return Response(body, response.status_code, headers, media_type=CONTENT_TYPE)


BODIES: dict[str, Callable[[Response, str], Response]] = {
    "status": _status,
    "html": _html,
    "empty-body": _empty_body,
    "body": _body,
    "redirect": _redirect,
    "retry-after": _retry_after,
    "log-id": _log_id,
    "short-body": _short_body,
    "charset": _charset,
    "gzip": _gzip,
    "bomb": _bomb,
}

# --- slow and broken lines


class Broken(Response):
    """An answer that is sent slowly, in part, or without end."""

    def __init__(self, response: Response, lines: Sequence[Fault]) -> None:
        super().__init__(bytes(response.body), response.status_code)
        self.raw_headers = response.raw_headers
        self._lines = {fault.kind: fault.value for fault in lines}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then as much of the body as is to come."""
        await asyncio.sleep(float(self._lines.get("delay", 0)))
        start: dict[str, Any] = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": list(self._head())})
        async for part in self._parts():
            await send({"type": "http.response.body", "body": part, "more_body": True})
        if "cut" in self._lines or "reset" in self._lines:
            await self._hang_up(scope[LINE], receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _head(self) -> Iterator[tuple[bytes, bytes]]:
        length = str(int(self._lines.get("huge", 0)) * MEGABYTE).encode()
        for name, value in self.raw_headers:
            is_length = "huge" in self._lines and name == b"content-length"
            yield name, length if is_length else value

    async def _parts(self) -> AsyncIterator[bytes]:
        body = bytes(self.body)
        if "huge" in self._lines:
            for _ in range(int(self._lines["huge"])):
                yield b" " * MEGABYTE
        elif "reset" in self._lines:
            yield body[: len(body) // 2]
        elif "cut" in self._lines:
            yield body[: int(self._lines["cut"])]
        elif "drip" in self._lines:
            for place in range(len(body)):
                await asyncio.sleep(float(self._lines["drip"]))
                yield body[place : place + 1]
        else:
            yield body

    async def _hang_up(self, line: asyncio.Transport | None, receive: Receive) -> None:
        """Close the connection, or have it reset; without one there is nobody to be told."""
        if line is None:
            raise ConnectionResetError("the emulator hangs up")
        if "reset" in self._lines:
            # Closing a socket that does not linger sends a reset in place of an end.
            linger = struct.pack("ii", 1, 0)
            line.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            line.abort()
        else:
            line.close()
        while (await receive())["type"] != "http.disconnect":
            pass


LINES = frozenset({"delay", "drip", "cut", "reset", "huge"})
