"""The line to the server: one client for all statements of a session, and what each may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.catalog import load
from tiksql.errors import QuotaError
from tiksql.midnight import UNTIL_MIDNIGHT, renewal

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from tiksql.api.client import Client
    from tiksql.api.events import Event, Keeper
    from tiksql.api.patience import Wait
    from tiksql.api.quota import Meter
    from tiksql.api.runner import Runner
    from tiksql.api.stopping import Stoppable
    from tiksql.backend import Backend
    from tiksql.planning.plan import Plan, Request
    from tiksql.reading import Ask
    from tiksql.settings import Settings


class Line:
    """Asks one server; nothing is opened before the first request."""

    def __init__(
        self, backend: Backend, settings: Callable[[], Settings], warn: Callable[[str], None]
    ) -> None:
        self._backend = backend
        self._settings = settings
        self.warn = warn
        """Is told what belongs to no statement, in another thread."""
        self._client: Client | None = None
        self._runner: Runner | None = None
        self._asking: Stoppable | None = None
        self.on_wait: Callable[[Wait], None] = lambda _: None
        """Hears of every wait before another try, in another thread."""
        self.diary: Callable[[str], None] | None = None
        """Gets a line for every exchange with the server, in another thread."""

    def close(self) -> None:
        """Close it; a later request opens it again."""
        if self._runner:
            self._runner.close()
        self._runner = self._client = None

    def move(self, backend: Backend) -> None:
        """Ask another server from now on."""
        self.close()
        self._backend = backend

    def stop(self) -> bool:
        """End the fetch under way, as Ctrl-C wishes; say whether there was one.

        What has come is read to its end, and pages in flight get a second.
        """
        if self._asking is None or self._runner is None:
            return False
        self._runner.soon(self._asking.stop)
        return True

    def asking(self, made: Plan, meter: Meter, keeper: Keeper, *, goes_on: bool = False) -> Ask:
        """Return how the requests of a plan are asked for; with ``goes_on`` what fails is a gap."""

        def ask(requests: Sequence[Request]) -> Generator[Event, None, None]:
            from tiksql.api.executor import fetch  # noqa: PLC0415 - see above
            from tiksql.api.stopping import Stoppable  # noqa: PLC0415 - see above

            if not requests:
                return
            client, runner = self._line()
            meter.ledger, meter.journal = client.meter.ledger, keeper
            self._keep_reserve(requests[0].table.pool, meter)
            careful = made.limit is not None and (made.streams or made.stop)
            concurrency = 1 if careful else self._settings().number("concurrency")
            asking = self._asking = Stoppable(client.metered(meter))
            keeper.expect(requests)
            try:
                yield from runner.run(
                    lambda: fetch(
                        requests, asking, concurrency=concurrency, keeper=keeper, goes_on=goes_on
                    )
                )
            except QuotaError as error:
                if error.code in UNTIL_MIDNIGHT:
                    error.hint = f"run it again at {renewal(self._backend.now())}"
                raise
            finally:
                self._asking = None

        return ask

    def budget(self, made: Plan) -> Meter:
        """Return the cap of a collection: what was set, otherwise what the day has left."""
        from tiksql.api.quota import Meter  # noqa: PLC0415 - see above

        value, origin = self._settings().values["max_requests"]
        if origin != "default":
            return Meter(max_requests=int(value))
        used = self._backend.used_today(made.pool) if made.pool else None
        left = load().pools[made.pool].requests_a_day - used if made.pool and used else 0
        return Meter(max_requests=left if left > 0 else None)

    def _line(self) -> tuple[Client, Runner]:
        from tiksql.api.runner import Runner  # noqa: PLC0415 - see above

        if self._client is None or self._runner is None:
            self._client = self._backend.connect(self.warn)
            self._client.listen(self.on_wait)
            if self.diary:
                self._client.write_diary(self.diary)
            self._runner = Runner(self._client.aclose)
        return self._client, self._runner

    def _keep_reserve(self, pool: str, meter: Meter) -> None:
        """Lower the cap so that the reserved part of a pool's quota of today stays untouched."""
        reserve = self._settings().number("reserve")
        used = self._backend.used_today(pool) if reserve else None
        if used is None:
            return
        free = load().pools[pool].requests_a_day - used - reserve
        if free <= 0:
            raise QuotaError(
                "TS534",
                f"only the reserve of {reserve} requests is left of today's quota",
                hint="SET reserve = 0 gives it free",
            )
        least = meter.requests + free
        meter.max_requests = min(least, least if meter.max_requests is None else meter.max_requests)
