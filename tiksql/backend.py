"""Where requests go: TikTok, another server, or the emulator in this process."""

from __future__ import annotations

import datetime as dt
import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tiksql.api.clock import ServerClock
from tiksql.catalog import load
from tiksql.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tiksql.api.client import Client
    from tiksql.api.credentials import Credentials
    from tiksql.api.quota import Ledger
    from tiksql.emulator import Settings as EmulatorSettings


def utc_now() -> dt.datetime:
    """Return the time as naive UTC."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


EMULATOR = "emulator"


@dataclass(frozen=True, slots=True)
class Backend:
    """A server to ask: its address, its clock, and how a client for it is made.

    ``used_today`` is the number of requests counted today in a pool, None where nobody counts.
    """

    name: str
    base_url: str
    connect: Callable[[Callable[[str], None]], Client]
    now: Callable[[], dt.datetime] = utc_now
    used_today: Callable[[str], int | None] = field(default=lambda _pool: None)

    @property
    def server(self) -> str:
        """Who answers, for the record: the emulator uses the address of the real API."""
        return EMULATOR if self.name == EMULATOR else self.base_url


def emulator(
    settings: EmulatorSettings | None = None, *, run_seconds: float | None = None
) -> Backend:
    """Make the emulator in this process the server: no port, no network, no credentials."""
    from tiksql.emulator import Settings as EmulatorSettings  # noqa: PLC0415 - only where it is used

    chosen = settings or EmulatorSettings()
    started = time.monotonic()

    def now() -> dt.datetime:
        moment = chosen.now + dt.timedelta(seconds=time.monotonic() - started)
        return moment.astimezone(dt.UTC).replace(tzinfo=None)

    def connect(_warn: Callable[[str], None]) -> Client:
        import httpx  # noqa: PLC0415 - only a statement that asks needs it

        from tiksql.api.client import Client  # noqa: PLC0415 - see above
        from tiksql.api.credentials import Credentials  # noqa: PLC0415 - see above
        from tiksql.api.settings import Settings  # noqa: PLC0415 - see above
        from tiksql.emulator.app import create_app  # noqa: PLC0415 - see above

        line = Settings(
            credentials=Credentials("emulator", "emulator"),
            requests_per_second=math.inf,
            run_seconds=run_seconds,
        )
        return Client(line, httpx.ASGITransport(create_app(chosen)))

    return Backend(EMULATOR, load().base_url, connect, now)


@dataclass(frozen=True, slots=True)
class Server:
    """A server over the network, as the command line and the environment name it.

    ``state`` is the directory of the ledger, ``kept`` the file that says where credentials are, and
    ``clock`` is put right by what the server answers.
    """

    base_url: str
    environ: Mapping[str, str]
    state: Path
    kept: Path
    send_credentials_to: str | None = None
    timeout: float | None = None
    clock: ServerClock = field(default_factory=ServerClock)

    def backend(self) -> Backend:
        """Check the address and return the server; credentials are looked for when it is asked."""
        url = self.base_url
        if url != load().base_url or self.send_credentials_to:
            from tiksql.api.credentials import check_base_url  # noqa: PLC0415 - not for TikTok's own

            url = check_base_url(url, allowed_host=self.send_credentials_to)
        return Backend(url.partition("://")[2], url, self._connect, self._now, self._used_today)

    def _now(self) -> dt.datetime:
        return self.clock.now().replace(tzinfo=None)

    def _connect(self, warn: Callable[[str], None]) -> Client:
        from tiksql.api.client import Client  # noqa: PLC0415 - only a statement that asks needs it
        from tiksql.api.quota import Meter, key_hash  # noqa: PLC0415 - see above
        from tiksql.api.settings import Settings  # noqa: PLC0415 - see above
        from tiksql.api.world import REAL  # noqa: PLC0415 - see above

        credentials = self._credentials()
        if credentials is None:
            raise CredentialsError("TS501", "there are no credentials", hint=WAYS_OUT)
        line = Settings(
            credentials=credentials,
            base_url=self.base_url,
            allowed_host=self.send_credentials_to,
            run_seconds=self.timeout,
        )
        self.clock.warn = warn
        world = replace(REAL, now=self.clock.now, heard=self.clock.hear)
        if self._is_loopback:
            return Client(replace(line, requests_per_second=math.inf), world=world)
        ledger = self._ledger(key_hash(credentials.client_key), warn)
        return Client(line, world=world, meter=Meter(ledger=ledger))

    @property
    def _is_loopback(self) -> bool:
        from urllib.parse import urlsplit  # noqa: PLC0415 - see above

        from tiksql.api.credentials import is_loopback  # noqa: PLC0415 - only where it is used

        return is_loopback(urlsplit(self.base_url).hostname or "")

    def _credentials(self) -> Credentials | None:
        from tiksql.api.keeping import found  # noqa: PLC0415 - see above

        return found(self.environ, self.kept)

    def _ledger(self, account: str, warn: Callable[[str], None]) -> Ledger:
        from tiksql.api.quota import Ledger  # noqa: PLC0415 - see above

        return Ledger(self.state / "quota.db", account, warn)

    def _used_today(self, pool: str) -> int | None:
        """Read the ledger, which knows of TikTok's server alone."""
        from tiksql.api.keeping import account  # noqa: PLC0415 - see above

        name = None if self._is_loopback else account(self.environ, self.kept)
        if name is None:
            return None
        ledger, today = self._ledger(name, lambda _: None), self._now().date()
        used = ledger.used(pool, today)
        return (
            max(used, load().pools[pool].requests_a_day) if ledger.is_used_up(pool, today) else used
        )


WAYS_OUT = """\
with a key: tiksql auth login, or set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET
  (developers.tiktok.com shows both)
without: add --emulator, which answers every statement from synthetic data"""
