"""One knock at a server's token endpoint, which no quota counts (api notes 1.1 and 4.1)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tiksql.api import tls
from tiksql.api.answers import Reply
from tiksql.api.clock import read_date
from tiksql.api.credentials import host_of, is_loopback
from tiksql.api.retry import Outcome
from tiksql.api.token import Token, form_of, read_token

if TYPE_CHECKING:
    import datetime as dt

    import httpx

    from tiksql.api.credentials import Credentials
    from tiksql.api.settings import Settings

MOST = 65_536
"""Octets of an answer that are read."""

Verdict = str
"""``token``, ``refused``, ``reached``, ``redirected``, ``strange`` or ``unreachable``."""


@dataclass(frozen=True, slots=True)
class Knock:
    """What came of it; ``date`` is the server's clock, ``detail`` never has a secret in it."""

    verdict: Verdict
    detail: str = ""
    date: dt.datetime | None = None


def knock(
    settings: Settings,
    credentials: Credentials | None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Knock:
    """Ask for a token, or without credentials only whether anybody answers, within a time."""
    return asyncio.run(_within_time(settings, credentials, transport))


async def _within_time(
    settings: Settings,
    credentials: Credentials | None,
    transport: httpx.AsyncBaseTransport | None,
) -> Knock:
    import httpx  # noqa: PLC0415 - importing it takes as long as starting the program

    try:
        async with asyncio.timeout(settings.answer_seconds):
            return await _knocked(settings, credentials, transport)
    except TimeoutError:
        return Knock("unreachable", f"no answer within {settings.answer_seconds:g} seconds")
    except httpx.HTTPError as error:  # its text may hold a header
        found = tls.trouble(error)
        return Knock("unreachable", f"TLS, {found.detail}" if found else type(error).__name__)
    except (OSError, ValueError, ImportError, httpx.InvalidURL):
        return Knock("unreachable", "the proxy or the certificates of the environment are unusable")


async def _knocked(
    settings: Settings,
    credentials: Credentials | None,
    transport: httpx.AsyncBaseTransport | None,
) -> Knock:
    import httpx  # noqa: PLC0415 - see above

    client = httpx.AsyncClient(
        transport=transport,
        follow_redirects=False,
        timeout=settings.answer_seconds,
        verify=tls.context() if transport is None else True,
        trust_env=not is_loopback(urlsplit(settings.base_url).hostname or ""),
        headers={"User-Agent": settings.user_agent},
    )
    url = settings.base_url + settings.token_path
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    asked = ("POST", form_of(credentials), form) if credentials else ("HEAD", None, {})
    method, content, headers = asked
    async with client, client.stream(method, url, content=content, headers=headers) as response:
        body = b""
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MOST:
                break
        reply = Reply(
            response.status_code, body[:MOST], None, host_of(response.headers.get("location"))
        )
        return _read(reply, read_date(response.headers.get("date")), asked=credentials is not None)


def _read(reply: Reply, date: dt.datetime | None, *, asked: bool) -> Knock:
    if reply.points_to:
        return Knock("redirected", reply.points_to, date)
    if not asked:
        return Knock("reached", f"status {reply.status}", date)
    found = read_token(reply)
    if isinstance(found, Token):
        return Knock("token", "", date)
    refused = found.outcome is Outcome.CLIENT
    return Knock("refused" if refused else "strange", f"status {reply.status}", date)
