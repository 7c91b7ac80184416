"""The line at the bottom: where statements go, what today has cost, what the last one did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tiksql.catalog import load
from tiksql.words import counted

if TYPE_CHECKING:
    from tiksql.session import Session
    from tiksql.stream import Stream

POOL = "research"
"""The quota that most tables draw from; others are shown once a statement has drawn from them."""


class Toolbar:
    """The text of the line; what it says of the quota is read once for each statement."""

    def __init__(self, session: Session, study: str | None = None) -> None:
        self._session = session
        self._study = Path(study).name if study else ""
        self._quota: str | None = None
        self._stream: Stream | None = None

    def forget(self, stream: Stream | None = None) -> None:
        """Notice that a statement may have changed everything."""
        self._quota = None
        self._stream = stream or self._stream

    def text(self) -> str:
        """Return the line, safe to show."""
        from tiksql.output.sanitize import visible  # noqa: PLC0415 - not before it is drawn

        if self._quota is None:
            self._quota = self._used()
        parts = [self._study, self._session.backend.name, self._quota, self._last()]
        return visible(" · ".join(part for part in parts if part) + r" · \? help")

    def _used(self) -> str:
        plan = self._stream.plan if self._stream else None
        pool = (plan.pool if plan else None) or POOL
        used = self._session.backend.used_today(pool)
        if used is None:
            return ""
        return f"{used:,} of {load().pools[pool].requests_a_day:,} requests used today"

    def _last(self) -> str:
        if self._stream is None or self._stream.plan is None:
            return ""
        stats = self._stream.stats
        seconds = stats.elapsed_ms / 1000
        cost = f"{counted(stats.requests, 'request')}, {counted(stats.records, 'record')}"
        return f"last: {cost}, {seconds:.1f} s"
