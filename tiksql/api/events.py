"""What comes of requests, and who remembers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tiksql.api.pages import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiksql.api.failures import Trouble
    from tiksql.api.quota import Charge
    from tiksql.errors import TikSQLError
    from tiksql.planning.plan import Request


@dataclass(frozen=True, slots=True)
class Refusal:
    """The API's refusal of one key, such as a user who is gone; the others go on."""

    request: Request
    message: str


@dataclass(frozen=True, slots=True)
class Restart:
    """The API has lost a search: its request begins anew, and records that came will come again."""

    request: Request
    error: TikSQLError


@dataclass(frozen=True, slots=True)
class Gap:
    """A request that failed for good while others go on; pages of it may have come before."""

    request: Request
    error: TikSQLError


Event: TypeAlias = Page | Refusal | Restart | Gap


class Known(NamedTuple):
    """What was kept of a request: pages of searches that were lost, and of the one to go on with.

    ``refused`` are the API's words where it has refused the key.
    """

    earlier: Iterable[Page] = ()
    pages: Iterable[Page] = ()
    refused: str | None = None


class Keeper:
    """Remembers what came of requests, and is a ``Journal``; this one remembers nothing."""

    def expect(self, requests: Sequence[Request]) -> None:
        """Note what is going to be asked for."""

    def forget(self) -> None:
        """Drop what was kept, as the statement is through."""

    def put_away(self) -> None:
        """Keep what came for the next statement that asks for it."""

    def sending(self, charge: Charge) -> int:  # noqa: ARG002 - see above
        """Note that a request is about to be sent; return a number for ``came``."""
        return 0

    def came(self, mark: int, charge: Charge, found: Page | Trouble) -> None:
        """Note what came of a request, before anyone sees it."""

    def known(self, request: Request) -> Known:  # noqa: ARG002 - what those who remember need
        """Return what is known of a request already, which is not asked for again."""
        return Known()

    def restarted(self, request: Request) -> None:
        """Note that the search of a request begins anew."""

    def done(self, request: Request) -> None:
        """Note that the last page of a request has come."""

    def refused(self, request: Request, message: str) -> None:
        """Note that the API refuses the key of a request."""

    def missed(self, request: Request, error: TikSQLError) -> None:
        """Note that a request has failed for good."""


FORGETFUL = Keeper()
