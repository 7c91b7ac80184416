"""Ctrl-C while a statement runs: once ends it well, twice ends it at once."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class AbortedError(BaseException):
    """Ctrl-C was pressed again: nothing of the statement is wanted any more.

    Not a ``KeyboardInterrupt``, which the evaluation answers with what has come so far.
    """


class Interrupts:
    """Ctrl-C inside a ``with``; ``stop`` asks for a good end and says whether there will be one.

    The first press asks, and raises ``KeyboardInterrupt`` where nothing can end well; any later
    one raises ``AbortedError``.
    """

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop
        self._before: Any = None
        self.pressed = False

    def __enter__(self) -> Self:
        """Listen to Ctrl-C, which only the main thread can."""
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._pressed)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave Ctrl-C to whoever had it before."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _pressed(self, *_: object) -> None:
        if self.pressed:
            raise AbortedError
        self.pressed = True
        if not self._stop():
            raise KeyboardInterrupt
