"""The token endpoint, and the check of tokens (api notes 1.1 to 1.3).

Its answers are flat. The status of its failures is documented nowhere: 401 for credentials that
are refused and 400 for a form that is wrong are a decision of the project, after RFC 6749.
A new token leaves older ones valid until they expire.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from tiksql.emulator.bodies import read_body, read_text
from tiksql.emulator.envelope import BAD_REQUEST, UNAUTHORIZED, ApiError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from tiksql.emulator.settings import Settings

GRANT = "client_credentials"


class Tokens:
    """The tokens given out so far, each with the time at which it expires."""

    def __init__(self, settings: Settings, now: Callable[[], dt.datetime]) -> None:
        self._settings = settings
        self._now = now
        self._expiries: dict[str, float] = {}
        self._given = 0

    def give(self, raw: bytes) -> dict[str, Any]:
        """Answer a token request; refuse it by ``ApiError``."""
        form = read_body(raw) if raw.strip() else {}
        self._check(*(read_text(form, n) for n in ("client_key", "client_secret", "grant_type")))
        self._given += 1
        seed = f"{self._settings.seed}:token:{self._given}"
        token = "clt." + blake2b(seed.encode(), digest_size=24).hexdigest()
        now, ttl = self._now().timestamp(), self._settings.token_life
        self._expiries = {t: end for t, end in self._expiries.items() if end > now}
        self._expiries[token] = now + ttl
        return {"access_token": token, "expires_in": ttl, "token_type": "Bearer"}

    def revoke(self) -> None:
        """Let all tokens given so far expire."""
        self._expiries.clear()

    def check(self, authorization: str) -> None:
        """Refuse a header that carries no valid token; ``Bearer`` may be in any case."""
        scheme, _, token = authorization.partition(" ")
        expiry = self._expiries.get(token.strip(), 0)
        if scheme.lower() != "bearer" or expiry <= self._now().timestamp():
            message = "Access token is invalid, please refresh token and retry"
            raise ApiError(UNAUTHORIZED, "access_token_invalid", message)

    def _check(self, key: str, secret: str, grant: str) -> None:
        for name, value in (("key", key), ("secret", secret)):
            if not value:
                text = f"Client {name} is missed in request."
                raise ApiError(BAD_REQUEST, "invalid_request", text)
        if grant != GRANT:
            text = f"Grant type must be {GRANT}."
            raise ApiError(BAD_REQUEST, "unsupported_grant_type", text)
        expected = (self._settings.key or key, self._settings.secret or secret)
        if (key, secret) != expected:
            text = "Client key or secret is incorrect."
            raise ApiError(UNAUTHORIZED, "invalid_client", text)
