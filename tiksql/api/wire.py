"""One exchange with a server, by httpx: a body is sent, a whole answer comes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tiksql.api import tls
from tiksql.api.answers import Reply
from tiksql.api.credentials import host_of, is_loopback
from tiksql.api.failures import Trouble
from tiksql.api.retry import Outcome, retry_after
from tiksql.errors import ConnectionFailedError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tiksql.api.diary import Exchange
    from tiksql.api.patience import Patience
    from tiksql.api.settings import Settings
    from tiksql.api.token import Token
    from tiksql.api.world import World


class Wire:
    """One long-lived httpx client; each exchange becomes a reply or a named trouble.

    No redirect is followed, no cookie kept, and no exception of httpx leaves it, as those can hold
    headers.
    """

    def __init__(
        self,
        settings: Settings,
        transport: httpx.AsyncBaseTransport | None,
        world: World,
        patience: Patience,
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._world = world
        self._patience = patience
        self._http: httpx.AsyncClient | None = None
        self._urls: dict[str, httpx.URL] = {}
        self._reached = False
        self.told: Callable[[Exchange], None] | None = None

    async def aclose(self) -> None:
        """Close the connections."""
        if self._http:
            await self._http.aclose()
        self._http = None

    async def post(self, url: str, content: bytes, token: Token | None) -> Reply | Trouble:
        """Send one body, JSON with a token or a form without, and read the whole answer."""
        if self.told is None:
            return await self._posted(url, content, token)
        from tiksql.api.diary import Exchange  # noqa: PLC0415 - few want it

        sent_at, began = self._world.now(), self._world.monotonic()
        found = await self._posted(url, content, token)
        seconds = self._world.monotonic() - began
        self.told(Exchange(url, content, found, sent_at, seconds, token is None))
        return found

    async def _posted(self, url: str, content: bytes, token: Token | None) -> Reply | Trouble:
        import httpx  # noqa: PLC0415 - importing it takes as long as starting the program

        limit = min(self._settings.answer_seconds, self._patience.left())
        try:
            async with asyncio.timeout(limit):
                return await self._exchange(self._request(url, content, token))
        except TimeoutError:
            return Trouble(Outcome.BROKEN, detail=f"no whole answer within {limit:g} seconds")
        except httpx.DecodingError:
            return Trouble(Outcome.BROKEN, detail="its compression is damaged")
        except httpx.TransportError as error:
            return self._lost(error)

    def _request(self, url: str, content: bytes, token: Token | None) -> httpx.Request:
        """Write a request; made directly, because the client's own way costs more than the JSON."""
        import httpx  # noqa: PLC0415 - see above

        address = self._urls.get(url)
        if address is None:
            address = self._urls[url] = httpx.URL(url)
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": self._settings.user_agent,
            "Content-Type": "application/json" if token else "application/x-www-form-urlencoded",
        }
        if token:
            headers["Authorization"] = f"Bearer {token.value}"
        wait = self._settings.answer_seconds
        timeout = {"connect": self._settings.connect_seconds, "read": wait, "write": wait}
        return httpx.Request(
            "POST", address, headers=headers, content=content, extensions={"timeout": timeout}
        )

    async def _exchange(self, request: httpx.Request) -> Reply | Trouble:
        http = self._http or self._open()
        response = await http.send(request, stream=True)
        self._reached = True
        self._world.heard(response.headers.get("date"))
        try:
            body = await self._body(response)
        finally:
            await response.aclose()
        if body is None:
            return Trouble(Outcome.TOO_LARGE, detail=f"over {self._settings.body_limit:,} bytes")
        return Reply(
            response.status_code,
            body,
            retry_after(response.headers.get("retry-after"), self._world.now()),
            host_of(response.headers.get("location")),
        )

    async def _body(self, response: httpx.Response) -> bytes | None:
        """Read a body as it was before compression, or None once it is too large."""
        chunks, size = [], 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > self._settings.body_limit:
                return None
            chunks.append(chunk)
        return b"".join(chunks)

    def _open(self) -> httpx.AsyncClient:
        """Open the line; a proxy of the environment is used, but not for this computer."""
        import httpx  # noqa: PLC0415 - see above

        host = urlsplit(self._settings.base_url).hostname or ""
        try:
            self._http = httpx.AsyncClient(
                transport=self._transport,
                follow_redirects=False,
                verify=tls.context() if self._transport is None else True,
                trust_env=not is_loopback(host),
                limits=httpx.Limits(keepalive_expiry=30),
            )
        except (OSError, ValueError, ImportError, httpx.InvalidURL):
            raise ConnectionFailedError(
                "TS513",
                "the proxy or the certificates that the environment names cannot be used",
                hint="see HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR",
            ) from None
        return self._http

    def _lost(self, error: httpx.TransportError) -> Trouble:
        """Name a failed exchange, by the kind of the exception: its text may hold a header."""
        import httpx  # noqa: PLC0415 - see above

        kind = type(error).__name__
        if found := tls.trouble(error):
            return found
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
            outcome = Outcome.CONTACT_LOST if self._reached else Outcome.NO_CONTACT
            return Trouble(outcome, detail=kind)
        return Trouble(Outcome.BROKEN, detail=kind)
