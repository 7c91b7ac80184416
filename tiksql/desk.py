"""The pages of one statement, kept in memory until it is clear that its local half works."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tiksql.api.events import Keeper, Known
from tiksql.api.pages import Page
from tiksql.errors import EvaluationError, LanguageError, TikSQLError
from tiksql.keeping import first_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiksql.api.failures import Trouble
    from tiksql.api.quota import Charge
    from tiksql.planning.plan import Request
    from tiksql.stream import Stream


class Desk(Keeper):
    """Keeps pages in memory for statements to come, ``limit`` bytes at most."""

    def __init__(self, limit: int = 100_000_000) -> None:
        self._limit = limit
        self._size = 0
        self._pages: dict[bytes, list[Page]] = {}
        self._refused: dict[bytes, str] = {}
        self._expected: set[bytes] = set()

    def expect(self, requests: Sequence[Request]) -> None:
        """Note what the statement asks for."""
        self._expected.update(first_of(request).sent for request in requests)

    def forget(self) -> None:
        """Drop the pages of the statement."""
        for sent in self._expected:
            self._size -= sum(len(page.raw) for page in self._pages.pop(sent, ()))
            self._refused.pop(sent, None)
        self._expected.clear()

    def put_away(self) -> None:
        """Keep the pages of the statement for the next that asks for them."""
        self._expected.clear()

    def known(self, request: Request) -> Known:
        """Return the pages that came for an equal request."""
        sent = first_of(request).sent
        pages = [page.as_kept() for page in self._pages.get(sent, ())]
        return Known((), pages, self._refused.get(sent))

    def restarted(self, request: Request) -> None:
        """Forget the pages of a search that is no more."""
        self._pages.pop(first_of(request).sent, None)

    def refused(self, request: Request, message: str) -> None:
        """Remember what the API said of a key."""
        self._refused[first_of(request).sent] = message

    def came(self, mark: int, charge: Charge, found: Page | Trouble) -> None:  # noqa: ARG002 - see Keeper
        """Keep a page while there is room; one without those before it would be of no use."""
        if not isinstance(found, Page) or charge.request.body.get("is_random"):
            return
        kept = self._pages.setdefault(first_of(charge.request).sent, [])
        if len(kept) == found.number - 1 and self._size + len(found.raw) <= self._limit:
            self._size += len(found.raw)
            kept.append(found)


@contextmanager
def held(keeper: Keeper, stream: Stream, *, durable: bool) -> Iterator[Keeper]:
    """Keep the pages of a statement until it is through; those of a study, until it is whole.

    Without a study (``durable``) they are kept for the one thing that can be mended and run again:
    an error of the local half.
    """
    failed: BaseException | None = None
    try:
        yield keeper
        failed = stream.stats.error
    except (TikSQLError, GeneratorExit, KeyboardInterrupt) as error:
        failed = error
        raise
    finally:
        mendable = isinstance(failed, EvaluationError | LanguageError)
        if failed and (durable or mendable):
            keeper.put_away()
        else:
            keeper.forget()
