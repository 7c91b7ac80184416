"""One POST for a page, with everything that it takes: token, rate, tries, limits."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote_plus, urlsplit

import msgspec

from tiksql.api.answers import Reply, read_reply
from tiksql.api.credentials import check_base_url, permitted
from tiksql.api.failures import Trouble
from tiksql.api.losses import Losses
from tiksql.api.patience import Patience
from tiksql.api.quota import Charge, Meter, Spent
from tiksql.api.rate import RateLimit
from tiksql.api.retry import POLICY, Outcome
from tiksql.api.token import Token, TokenKeeper, form_of, read_token
from tiksql.api.wire import Wire
from tiksql.api.world import REAL, World
from tiksql.errors import UsageError

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

    def write_diary(self, write: Callable[[str], None]) -> None:
        """Write a line for every exchange from now on, in the thread of the loop."""
        from tiksql.api.diary import entry  # noqa: PLC0415 - few want it

        self._wire.told = lambda exchange: write(entry(exchange, self._secrets()))

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
