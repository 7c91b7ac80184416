"""Where to ask, as whom, and with how much patience."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiksql.catalog import load
from tiksql.version import __version__

if TYPE_CHECKING:
    from tiksql.api.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Settings:
    """What a client needs to know; times in seconds, sizes in bytes.

    ``answer_seconds`` bounds one whole exchange: gateways have been seen to answer after more than
    four minutes (github.com/JBGruber/traktok/issues/17). ``run_seconds`` bounds all of them.
    ``allowed_host`` may have the credentials although it is not TikTok. ``requests_per_second``
    is what the official client keeps to; ``math.inf`` is no limit.
    """

    credentials: Credentials | None = None
    base_url: str = field(default_factory=lambda: load().base_url)
    allowed_host: str | None = None
    connect_seconds: float = 10.0
    answer_seconds: float = 300.0
    run_seconds: float | None = None
    requests_per_second: float = 10.0
    body_limit: int = 50_000_000
    token_path: str = field(default_factory=lambda: load().token_path)
    user_agent: str = field(default_factory=lambda: f"tiksql/{__version__}")
