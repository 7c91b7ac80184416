"""The access token: asked for with key and secret, kept in memory, renewed in time.

Sources: developers.tiktok.com/doc/client-access-token-management (a token lives 7,200 seconds) and
/doc/oauth-error-handling (the error is flat, ``{"error", "error_description", "log_id"}``). The
status of such errors is undocumented and clients expect them with 200 too: the body decides.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from tiksql.api.failures import Trouble
from tiksql.api.retry import Outcome, outcome_of
from tiksql.errors import TikSQLError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tiksql.api.answers import Reply
    from tiksql.api.credentials import Credentials

LIFETIME = 7200.0
MARGIN = 300.0
_OK = 200
_UNAUTHORIZED = 401
_TRANSIENT = {"server_error", "temporarily_unavailable"}


class _Grant(msgspec.Struct):
    access_token: str | None = None
    expires_in: int | float | str | None = None
    error: str | dict[str, object] | None = None
    error_description: str | None = None
    log_id: str | None = None


_GRANT = msgspec.json.Decoder(_Grant)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and the seconds that it lives from when it came; never shown."""

    value: str = field(repr=False)
    lifetime: float = LIFETIME


def form_of(credentials: Credentials) -> bytes:
    """Write the body that asks for a token."""
    return urlencode(
        {
            "client_key": credentials.client_key,
            "client_secret": credentials.client_secret,
            "grant_type": "client_credentials",
        }
    ).encode()


def read_token(reply: Reply) -> Token | Trouble:
    """Make a token of a reply, or say what it is instead."""
    try:
        grant = _GRANT.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _trouble(reply, _Grant())
    if grant.error or reply.status != _OK or not _is_token(grant.access_token):
        return _trouble(reply, grant)
    return Token(grant.access_token or "", _lifetime(grant.expires_in))


def _is_token(text: str | None) -> bool:
    """Whether a header can carry it."""
    return text is not None and re.fullmatch(r"[!-~]+", text) is not None


def _lifetime(expires_in: float | str | None) -> float:
    """Read the lifetime; one that makes no sense becomes the documented two hours."""
    try:
        seconds = float(expires_in or 0)
    except (ValueError, OverflowError):
        return LIFETIME
    return seconds if 0 < seconds <= 100 * LIFETIME else LIFETIME


def _trouble(reply: Reply, grant: _Grant) -> Trouble:
    code = grant.error if isinstance(grant.error, str) else ""
    said = grant.error_description or ""
    if isinstance(grant.error, dict):
        code, said = str(grant.error.get("code", "")), str(grant.error.get("message", ""))
    return Trouble(
        _outcome(reply, code),
        status=reply.status,
        code=code,
        said=said,
        log_id=grant.log_id or "",
        detail="asked for a token" + _evidence(reply, code),
        retry_after=reply.retry_after,
    )


def _evidence(reply: Reply, code: str) -> str:
    if reply.points_to:
        return f", sent to {reply.points_to}"
    return "" if code else f": {reply.excerpt}"


def _outcome(reply: Reply, code: str) -> Outcome:
    """Tell refused credentials from what may pass by itself."""
    by_status = outcome_of(reply.status, None, "")
    if by_status in {Outcome.REDIRECTED, Outcome.RATE} or code == "rate_limit_exceeded":
        return by_status if by_status is Outcome.REDIRECTED else Outcome.RATE
    if reply.status == _OK and reply.is_web_page:
        return Outcome.NOT_THE_API
    refused = code and code not in _TRANSIENT and code != "internal_error"
    return Outcome.CLIENT if refused or reply.status == _UNAUTHORIZED else Outcome.BROKEN


class TokenKeeper:
    """The one token of a client, shared by everyone who asks at the same time.

    ``ask`` gets a new one from the API with all the patience that the policy allows.
    """

    def __init__(self, ask: Callable[[], Awaitable[Token]], monotonic: Callable[[], float]) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._renew_at = 0.0
        self._asked = 0
        self._failure: TikSQLError | None = None

    async def current(self) -> Token:
        """Return the token, a new one shortly before it expires."""
        token = self._token
        if token is None or self._monotonic() >= self._renew_at:
            return await self.renew(token)
        return token

    async def renew(self, stale: Token | None) -> Token:
        """Return a token other than the stale one; whoever comes first asks for all."""
        before = self._asked
        async with self._lock:
            if self._failure and self._asked != before:
                raise self._failure
            if self._token is None or self._token is stale:
                self._token = await self._new()
            return self._token

    async def _new(self) -> Token:
        """Ask, and keep a failure for those who have been waiting for this very answer."""
        try:
            token = await self._ask()
        except TikSQLError as error:
            self._failure = error
            raise
        finally:
            self._asked += 1
        self._failure = None
        self._renew_at = self._monotonic() + token.lifetime - min(MARGIN, token.lifetime / 2)
        return token

    @property
    def secret(self) -> str:
        """What must not be shown, '' before there is a token."""
        return self._token.value if self._token else ""
