"""The application: which path is answered by what.

A request to a research endpoint passes the log, the token, the quota, and then the function of
its family, which reads fields and body and returns ``data``. A family is a module of its own and a
line in ``_families``; a path of none is answered by 404. Faults act before, between and after.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from tiksql.catalog import Table, load
from tiksql.emulator import envelope, faults_asking, faults_pages, faults_wire
from tiksql.emulator.envelope import ApiError
from tiksql.emulator.faults import TOKEN
from tiksql.emulator.settings import Settings
from tiksql.emulator.state import Emulator

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from tiksql.emulator.faults import Fault

    Handler = Callable[[Request], Awaitable[Response]]
    Family = Callable[[Sequence[str], bytes], dict[str, Any]]

DEFAULTS = Settings()
SAYS_OK = {
    *("liked_videos", "reposted_videos", "pinned_videos", "followers", "following", "playlists")
}
"""The tables whose answers, where all is well, have the message "ok"; others have none (REF)."""


class Application(Starlette):
    """An application whose faults can reach the connection that an answer is sent on."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        scope[faults_wire.LINE] = faults_wire.line_of(send)
        await super().__call__(scope, receive, send)


def create_app(
    settings: Settings = DEFAULTS, *, elapsed: Callable[[], float] = time.monotonic
) -> Starlette:
    """Make an emulator; ``app.state.emulator`` holds its counts.

    Its clock shows ``settings.now`` and goes on as ``elapsed``, in seconds, does.
    """
    emulator = Emulator(settings, elapsed)
    app = Application(
        routes=list(_routes(emulator)),
        exception_handlers={HTTPException: _no_such_route},
    )
    app.state.emulator = emulator
    return app


def _families(emulator: Emulator) -> dict[str, Family]:
    """Name the function that answers each table of the catalog that is imitated."""
    return {
        "videos": emulator.videos.query,
        "users": emulator.users.info,
        "comments": emulator.comments.list,
        "liked_videos": emulator.user_videos.liked,
        "reposted_videos": emulator.user_videos.reposted,
        "pinned_videos": emulator.user_videos.pinned,
        "followers": emulator.follows.followers,
        "following": emulator.follows.following,
        "playlists": emulator.playlists.info,
        "shops": emulator.shops.shop,
        "shop_products": emulator.shops.product,
        "shop_reviews": emulator.shops.review,
    }


def _routes(emulator: Emulator) -> Iterator[Route]:
    """Make the routes, each with and without its last slash."""
    tables = load().tables
    handlers: dict[str, Handler] = {load().token_path: _token}
    for name, family in _families(emulator).items():
        handlers[tables[name].path] = _research(tables[name], family)
    for path, handler in handlers.items():
        yield Route(path, handler, methods=["POST"])
        yield Route(path.rstrip("/"), handler, methods=["POST"])
    yield Route("/_emulator/state", _state, methods=["GET"])


def _research(table: Table, family: Family) -> Handler:
    """Make the handler of a research endpoint."""
    message = "ok" if table.name in SAYS_OK else ""

    async def answer(request: Request) -> Response:
        emulator: Emulator = request.app.state.emulator
        raw = await request.body()
        emulator.note(request.url.path, raw)
        days = faults_asking.days_of(raw) if emulator.settings.faults else None
        met = emulator.faults.meeting(table.name, days)
        try:
            if any(fault.kind == "token-expired" for fault in met):
                emulator.tokens.revoke()
            emulator.tokens.check(request.headers.get("authorization", ""))
            faults_asking.refuse_free(met)
            emulator.spend(table.pool)
            faults_asking.refuse(met, raw)
            raw = faults_asking.asked(met, raw, emulator.aliases)
            fields = request.query_params.getlist("fields")
            data = _changed(met, table, partial(family, fields), raw, emulator)
        except ApiError as error:
            return faults_wire.sent(met, envelope.refused(error, emulator.log_id()))
        return faults_wire.sent(met, envelope.answered(data, message, emulator.log_id()))

    return answer


def _changed(
    met: Sequence[Fault],
    table: Table,
    ask: Callable[[bytes], dict[str, Any]],
    raw: bytes,
    emulator: Emulator,
) -> dict[str, Any]:
    """Return the data of an answer, as the faults that it meets leave them."""
    data = ask(raw)
    if not emulator.settings.faults:
        return data
    asked = faults_asking.body_of(raw)

    def more(told: dict[str, Any]) -> dict[str, Any]:
        return ask(msgspec.json.encode({**asked, **told}))

    before, aliases = emulator.pages_before, emulator.aliases
    page = faults_pages.Page(table, asked, data, more, emulator.now(), before, aliases)
    return faults_pages.changed(met, page)


async def _token(request: Request) -> Response:
    """Answer a token request, flat in success and in failure."""
    emulator: Emulator = request.app.state.emulator
    emulator.token_requests += 1
    raw, met = await request.body(), emulator.faults.meeting(TOKEN)
    try:
        faults_asking.refuse(met, b"")
        response = envelope.to_json(emulator.tokens.give(raw), 200)
    except ApiError as error:
        told = {"error": error.code, "error_description": error.message}
        content = {**told, "log_id": emulator.log_id()}
        response = envelope.to_json(content, error.status)
    return faults_wire.sent(met, response)


async def _no_such_route(request: Request, exception: Exception) -> Response:
    """Refuse an unknown path or a method other than POST, in JSON as everything."""
    status = exception.status_code if isinstance(exception, HTTPException) else 500
    is_path = status == envelope.NOT_FOUND
    message = "Unsupported path" if is_path else "Unsupported method"
    error = ApiError(status, "not_found" if is_path else "method_not_allowed", message)
    return envelope.refused(error, request.app.state.emulator.log_id())


async def _state(request: Request) -> Response:
    return envelope.to_json(request.app.state.emulator.told(), 200)
