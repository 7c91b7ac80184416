"""One POST, with everything that it takes: token, rate, tries, limits. The only user of httpx."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote_plus, urlsplit

import msgspec

from tiksql.api import tls
from tiksql.api.answers import Reply, read_reply
from tiksql.api.credentials import check_base_url, host_of, is_loopback, permitted
from tiksql.api.failures import Trouble
from tiksql.api.losses import Losses
from tiksql.api.patience import Patience
from tiksql.api.quota import Charge, Meter, Spent
from tiksql.api.rate import RateLimit
from tiksql.api.retry import POLICY, Outcome, retry_after
from tiksql.api.token import Token, TokenKeeper, form_of, read_token
from tiksql.api.world import REAL, World
from tiksql.errors import ConnectionFailedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    import httpx

    from tiksql.api.pages import Page
    from tiksql.api.patience import Wait
    from tiksql.api.settings import Settings
    from tiksql.planning.plan import Request


@dataclass(slots=True)
class _Job:
    """One page to be asked for, and the token that was refused for it, if one was."""

    request: Request
    number: int
    url: str
    content: bytes
    stale: Token | None = None


class Client:
    """A line to the API that asks for pages; open it once and keep it.

    ``transport`` None is the network. Nothing is opened before the first request. Raise
    ``UsageError`` (TS610) for a base URL that nothing may be sent to.
    """

    def __init__(
        self,
        settings: Settings,
        transport: httpx.AsyncBaseTransport | None = None,
        world: World = REAL,
        meter: Meter | None = None,
    ) -> None:
        self.meter = meter or Meter()
        self._settings = settings
        self._base = check_base_url(settings.base_url, allowed_host=settings.allowed_host)
        self._world = world
        self._rate = RateLimit(settings.requests_per_second, world)
        self._patience = Patience(urlsplit(self._base).netloc, world, self._rate, self._secrets)
        self._patience.limit(settings.run_seconds)
        self._wire = Wire(settings, transport, world, self._patience)
        self._tokens = TokenKeeper(self._ask_for_token, world.monotonic)
        self.losses = Losses(self.meter.ledger)

    async def __aenter__(self) -> Self:
        """Return itself; the first request opens the line."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the line."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the line; a later request opens it again."""
        await self._wire.aclose()

    def metered(self, meter: Meter) -> Self:
        """Return a client for one statement: another count, but the same line, token and rate."""
        other = copy.copy(self)
        other.meter, other.losses = meter, self.losses.anew()
        return other

    def limit(self, seconds: float | None) -> None:
        """Let everything from now on end within some seconds; None lifts the limit."""
        self._patience.limit(seconds)

    def listen(self, told: Callable[[Wait], None]) -> None:
        """Let somebody hear of every wait as it begins, in the thread of the loop."""
        self._patience.told = told

    async def fetch_page(self, request: Request, body: dict[str, Any], number: int) -> Page:
        """Ask for one page, as often as the policy says; raise what it ends with.

        Every request is announced to the meter before it is sent.
        """
        job = _Job(request, number, self._url_of(request), msgspec.json.encode(body))

        async def attempt(*, again: bool) -> Page | Trouble:
            return await self._ask(job, again=again)

        return await self._patience.until_done(attempt)

    async def _ask(self, job: _Job, *, again: bool) -> Page | Trouble:
        token = await (self._tokens.renew(job.stale) if job.stale else self._tokens.current())
        await self._rate.take()
        charge = Charge(job.request, job.number, job.content, self._world.now(), again)
        async with self.losses.room(charge):
            mark = self.meter.announce(charge)
            found = self._read(job, await self._wire.post(job.url, job.content, token))
            refused = isinstance(found, Trouble) and found.outcome is Outcome.TOKEN
            job.stale = token if refused else None
            self.meter.settle(mark, charge, found, _spent(found))
            self.losses.note(charge, found)
        return found

    def _read(self, job: _Job, reply: Reply | Trouble) -> Page | Trouble:
        if isinstance(reply, Trouble):
            return reply
        return read_reply(job.request, job.number, reply, self._world.now())

    def _url_of(self, request: Request) -> str:
        """Return the whole address; commas between fields stay commas (REF)."""
        if not request.url.startswith(f"{self._base}/"):
            host = urlsplit(request.url).netloc
            raise UsageError("TS610", f"the request is for {host}, not for the base URL")
        if request.table.fields_in != "url" or not request.fields:
            return request.url
        return f"{request.url}?fields={','.join(request.fields)}"

    async def _ask_for_token(self) -> Token:
        """Get a new token with key and secret; these requests cost no quota and no count."""
        credentials = permitted(self._settings.credentials, self._base, self._settings.allowed_host)

        async def attempt(*, again: bool) -> Token | Trouble:  # noqa: ARG001 - what Attempt is
            url = self._base + self._settings.token_path
            reply = await self._wire.post(url, form_of(credentials), None)
            return read_token(reply) if isinstance(reply, Reply) else reply

        return await self._patience.until_done(attempt)

    def _secrets(self) -> tuple[str, ...]:
        known = self._settings.credentials
        pair = (known.client_key, known.client_secret) if known else ()
        return (*pair, *map(quote_plus, pair), self._tokens.secret)


def _spent(found: Page | Trouble) -> Spent:
    return POLICY[found.outcome].spent if isinstance(found, Trouble) else Spent.YES


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

    async def aclose(self) -> None:
        """Close the connections."""
        if self._http:
            await self._http.aclose()
        self._http = None

    async def post(self, url: str, content: bytes, token: Token | None) -> Reply | Trouble:
        """Send one body, JSON with a token or a form without, and read the whole answer."""
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
