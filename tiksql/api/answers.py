"""From the bytes of one HTTP exchange to a page, or to what went wrong instead."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tiksql.api.envelope import Answer, MalformedError, read_answer
from tiksql.api.failures import Trouble
from tiksql.api.pages import Page, page_of
from tiksql.api.retry import Outcome, outcome_of

if TYPE_CHECKING:
    import datetime as dt

    from tiksql.planning.plan import Request

EXCERPT = 2000
_OK = 200
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server sent; ``points_to`` is the host of a redirect, ``retry_after`` in seconds."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None
    points_to: str = ""

    @property
    def is_web_page(self) -> bool:
        """Whether it is for people and not for programs."""
        return self.body[:EXCERPT].lstrip().startswith(b"<")

    @property
    def excerpt(self) -> str:
        """The beginning of its body, longer than it will be shown so that secrets stay whole."""
        return self.body[:EXCERPT].decode(errors="replace")


def read_reply(
    request: Request, number: int, reply: Reply, received_at: dt.datetime
) -> Page | Trouble:
    """Make a page of a reply, or say what it is instead; its error object counts first."""
    try:
        answer = read_answer(request.table, reply.body)
    except MalformedError as error:
        return _without_envelope(reply, str(error))
    if _is_page(reply, answer):
        page = page_of(request, number, reply.body, received_at, answer)
        return page if reply.status == page.status else replace(page, status=reply.status)
    return Trouble(
        outcome_of(reply.status, answer.code, answer.message),
        status=reply.status,
        code=answer.code,
        said=answer.message,
        log_id=answer.log_id,
        detail=f"to {reply.points_to}" if reply.points_to else "",
        retry_after=reply.retry_after,
    )


def _is_page(reply: Reply, answer: Answer) -> bool:
    """Whether records came: with 200, or with the 500 that clients report on valid playlists."""
    if answer.code != "ok":
        return False
    return reply.status == _OK or (reply.status == _SERVER_ERROR and answer.count > 0)


def _without_envelope(reply: Reply, why: str) -> Trouble:
    """Judge a reply by its status, as there is nothing else to judge by."""
    if reply.status == _OK:
        outcome = Outcome.NOT_THE_API if reply.is_web_page else Outcome.BROKEN
        detail = f"not an answer of the API, {why}: {reply.excerpt}"
    else:
        outcome = outcome_of(reply.status, None, "")
        detail = f"to {reply.points_to}" if reply.points_to else reply.excerpt
    return Trouble(outcome, status=reply.status, detail=detail, retry_after=reply.retry_after)
