"""The one line that says how far a running statement is.

It stands on a terminal that can redraw it, or nowhere. Whoever writes something else to the same
terminal calls ``clear`` first.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from tiksql.output.sanitize import fit, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

REDRAW_SECONDS: Final = 0.1
_USUAL_WIDTH: Final = 80
_ERASE: Final = "\r\x1b[K"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of a statement is done."""

    pages: int = 0
    records: int = 0
    requests: int = 0
    retries: int = 0
    windows_done: int = 0
    windows: int = 0


class Terminal(Protocol):
    """A stream that may be a terminal, such as standard error."""

    def write(self, text: str, /) -> object:
        """Take a text."""

    def flush(self) -> object:
        """Show what was written."""

    def fileno(self) -> int:
        """Return the number that the system knows it by."""

    def isatty(self) -> bool:
        """Say whether it is a terminal."""


class Progress:
    """The progress of one statement, redrawn at most ten times a second.

    ``clock`` gives seconds that never run backwards, ``width`` the cells of the terminal now; it is
    asked each time, because people resize their windows.
    """

    def __init__(
        self,
        stream: Terminal,
        clock: Callable[[], float],
        environ: Mapping[str, str],
        width: Callable[[], int] | None = None,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._width = width or (lambda: terminal_width(stream))
        self._enabled = stream.isatty() and environ.get("TERM") != "dumb"
        self._started = clock()
        self._drawn_at: float | None = None
        self._stands = False
        self._lock = threading.Lock()
        self._held = False

    @contextmanager
    def ticking(self, state: Callable[[], tuple[Counts, str]]) -> Iterator[None]:
        """Draw the line again and again, in another thread; it is gone at the end.

        ``state`` says what to show each time.
        """
        if not self._enabled:
            yield
            return
        over = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(over, state), daemon=True)
        ticker.start()
        try:
            yield
        finally:
            over.set()
            ticker.join()
            self.clear()

    def _tick(self, over: threading.Event, state: Callable[[], tuple[Counts, str]]) -> None:
        while not over.wait(REDRAW_SECONDS):
            with self._lock:
                if not self._held:
                    self.show(*state())

    @contextmanager
    def held(self, *, erased: bool) -> Iterator[None]:
        """Draw nothing for as long as somebody else may; ``erased`` makes room for it."""
        with self._lock:
            self._held = True
            if erased:
                self.clear()
        try:
            yield
        finally:
            self._held = False

    def show(self, counts: Counts, note: str = "") -> None:
        """Draw the line, unless it was drawn a moment ago."""
        now = self._clock()
        if not self._enabled or (
            self._drawn_at is not None and now - self._drawn_at < REDRAW_SECONDS
        ):
            return
        # The last cell stays free: some terminals begin a new line when it is filled.
        line = fit(describe(counts, now - self._started, note), self._width() - 1)
        self._stream.write(_ERASE + line)
        self._stream.flush()
        self._drawn_at, self._stands = now, True

    def clear(self) -> None:
        """Erase the line; the next ``show`` draws it again."""
        if self._stands:
            self._stream.write(_ERASE)
            self._stream.flush()
            self._drawn_at, self._stands = None, False


def terminal_width(stream: Terminal) -> int:
    """Ask how many cells a line of a terminal has; 80 where nobody knows."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH
    except OSError:
        return _USUAL_WIDTH


def describe(counts: Counts, seconds: float, note: str = "") -> str:
    """Say in one line of visible text how far a statement is."""
    parts = [
        visible(note),
        f"{counts.windows_done}/{counts.windows} windows" if counts.windows else "",
        _plural(counts.pages, "page"),
        _plural(counts.records, "record"),
        _plural(counts.requests, "request"),
        _plural(counts.retries, "retry", "retries") if counts.retries else "",
        _duration(seconds),
    ]
    return " · ".join(part for part in parts if part)


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
