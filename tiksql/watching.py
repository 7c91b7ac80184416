"""How far a running statement is, shown wherever its next rows are waited for."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from tiksql.midnight import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tiksql.api.patience import Wait
    from tiksql.console import Console
    from tiksql.output.progress import Counts
    from tiksql.rows import Row
    from tiksql.session import Session
    from tiksql.stream import Stream


LONG_SECONDS = 5.0
"""A wait that is longer is worth a line where no progress can be seen."""


class Watch:
    """Shows the progress of the streams of a session on a console.

    ``stopping`` is true once the statement was asked to end. ``say`` writes a line about a
    long wait where no progress can be seen.
    """

    def __init__(
        self, session: Session, console: Console, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._clock = clock
        self._until = clock()
        self.stopping = False
        self._said_until = self._until
        self._why = ""
        self.say: Callable[[str], None] | None = None
        session.line.on_wait = self.waiting

    def waiting(self, wait: Wait) -> None:
        """Remember what is waited for; the longest wait counts while several are under way."""
        now = self._clock()
        until = now + wait.seconds
        if self.say and wait.seconds > LONG_SECONDS and now >= self._said_until:
            self._said_until = until
            self.say(f"waiting {_shown(wait.seconds)}: {wait.why}")
        if until >= self._until:
            self._until, self._why = until, wait.why

    def note(self) -> str:
        """Say what is waited for, if anything is."""
        if self.stopping:
            return "stopping (Ctrl-C again drops everything)"
        left = self._until - self._clock()
        return f"waiting {_shown(left)}: {self._why}" if left > 0 else ""

    def batches(self, stream: Stream, *, erased: bool) -> Generator[list[Row], None, None]:
        """Pass the batches of a stream on; ``erased`` keeps the terminal free for each."""
        from tiksql.output.progress import Progress  # noqa: PLC0415 - not for a translation

        self.stopping = False
        progress = Progress(self._console.stderr, self._clock, self._console.environ)
        with (
            closing(stream.batches()) as found,
            progress.ticking(lambda: (counts(stream), self.note())),
        ):
            for rows in found:
                with progress.held(erased=erased):
                    yield rows


def counts(stream: Stream) -> Counts:
    """Count what of a stream has come so far."""
    from tiksql.output.progress import Counts  # noqa: PLC0415 - not for a translation

    stats = stream.stats
    done = stats.windows_before + max(0, stats.windows - 1)
    return Counts(
        pages=stats.pages,
        records=stats.records,
        requests=stream.meter.requests if stream.meter else stats.requests,
        retries=stream.meter.retries if stream.meter else stats.retries,
        windows_done=done,
        windows=max(done, len(stream.plan.requests)) if stream.plan else 0,
    )


def _shown(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * 60 else shown(seconds)
