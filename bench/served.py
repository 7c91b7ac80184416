"""The emulator's own command, ``tiksql emulator``, with its pages remembered.

A page that was given out once is given out again, byte for byte, for the same request: what is
measured is then the client and hardly the server. Tokens are made anew each time.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tiksql.emulator import __main__ as command
from tiksql.emulator import app

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from starlette.applications import Starlette

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

REMEMBERED = "/v2/research/"
OK = 200


class Remembering:
    """An application that answers what it was asked before from memory."""

    def __init__(self, inner: Starlette) -> None:
        self._inner = inner
        self._answers: dict[tuple[str, bytes, bytes], list[Message]] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not scope["path"].startswith(REMEMBERED):
            await self._inner(scope, receive, send)
            return
        body = await _body(receive)
        asked = scope["path"], scope["query_string"], body
        if asked not in self._answers:
            answer = await self._ask(scope, body)
            if answer[0]["status"] == OK:
                self._answers[asked] = answer
        else:
            answer = self._answers[asked]
        for message in answer:
            await send(message)

    async def _ask(self, scope: Message, body: bytes) -> list[Message]:
        answer: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._inner(scope, receive, keep)
        return answer


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def main(argv: list[str]) -> int:
    """Serve until a signal ends it; the first line printed is the address."""
    create = app.create_app

    def remembering(*given: Any, **named: Any) -> Remembering:
        return Remembering(create(*given, **named))

    app.create_app = remembering  # type: ignore[assignment]
    return command.main(argv, sys.stdout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
