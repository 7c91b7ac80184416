"""What a lasting failure is called, without a word of what is secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiksql.api.retry import POLICY, Outcome
from tiksql.errors import RefusedError
from tiksql.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiksql.api.retry import Rule
    from tiksql.errors import TikSQLError

WIDTH = 300
SHORTEST_SECRET = 6
_TOKEN = re.compile(r"clt\.[A-Za-z0-9._!*-]+")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One request that brought no page: what it was, and all that is known of it.

    ``said`` are the API's words, ``detail`` are ours; ``retry_after`` is in seconds.
    """

    outcome: Outcome
    status: int = 0
    code: str = ""
    said: str = ""
    log_id: str = ""
    detail: str = ""
    retry_after: float | None = None


class ApiRefusedError(RefusedError):
    """The API's refusal of one request, with its own words in ``said``."""

    def __init__(self, code: str, message: str, *, hint: str | None, said: str) -> None:
        super().__init__(code, message, hint=hint)
        self.said = said


def failure(trouble: Trouble, *, host: str, tries: int, secrets: Iterable[str]) -> TikSQLError:
    """Make the error that ends a request, from its last trouble."""
    rule = POLICY[trouble.outcome]
    secrets = tuple(secrets)
    facts = ", ".join(filter(None, (plain(fact, secrets, 120) for fact in _facts(trouble, tries))))
    said, ours = plain(trouble.said, secrets), rule.says.format(host=host)
    theirs = (f": {said}" if said else "") + (f" ({facts})" if facts else "")
    return _error(rule, quoted(ours, theirs), said)


def _error(rule: Rule, message: str, said: str) -> TikSQLError:
    if issubclass(rule.error, RefusedError):
        return ApiRefusedError(rule.code, message, hint=rule.hint, said=said)
    return rule.error(rule.code, message, hint=rule.hint)


def reason(trouble: Trouble, host: str) -> str:
    """Say in a few words of ours what went wrong; nothing in them is from elsewhere."""
    says = POLICY[trouble.outcome].says.format(host=host)
    return f"{says} (HTTP {trouble.status})" if trouble.status else says


def _facts(trouble: Trouble, tries: int) -> tuple[str, ...]:
    return (
        trouble.detail,
        f"HTTP {trouble.status}" if trouble.status else "",
        trouble.code,
        f"log_id {trouble.log_id}" if trouble.log_id else "",
        f"tried {tries} times" if tries > 1 else "",
    )


def plain(text: str, secrets: Iterable[str], width: int = WIDTH) -> str:
    """Return text from elsewhere as one short printable line without secrets.

    A secret of a few letters, as the emulator takes it, is none, and may be part of any word.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***") if len(secret) >= SHORTEST_SECRET else text
    text = _TOKEN.sub("***", text)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= width else text[: width - 1] + "…"


_OF_A_KEY = re.compile(
    r"cannot find the user|cannot return|is private|not allowed to be disclosed"
    r"|information cannot be returned|not public|cannot find the (video|playlist|comment)",
    re.IGNORECASE,
)


def concerns_the_key(error: RefusedError) -> bool:
    """Whether a refusal is about this one user or video alone, so that others may be asked.

    C4D recorded the first two; CLIENTS look for the others.
    """
    return bool(_OF_A_KEY.search(getattr(error, "said", "") or error.message))
