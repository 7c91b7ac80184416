"""The signals that end a command: the first as Ctrl-C does, another one at once.

Whatever is on record is whole at any time, so that a second signal need not wait for anything.
While a statement runs, Ctrl-C itself is that of ``interrupts``.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from tiksql.errors import InterruptError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
UNTOUCHED = (signal.SIG_DFL, signal.default_int_handler)
"""A signal that is ignored, as by nohup, stays ignored."""


class Ending:
    """What has ended a command, if a signal has."""

    def __init__(self) -> None:
        self._number = 0

    def __call__(self, number: int, _frame: FrameType | None) -> NoReturn:
        """Raise ``KeyboardInterrupt`` the first time, and leave the second."""
        if self._number:
            os._exit(128 + number)
        self._number = number
        raise KeyboardInterrupt

    def status(self, status: int) -> int:
        """Return the exit status: 128 and the signal for what a signal has interrupted."""
        interrupted = self._number and status == InterruptError.exit_status
        return 128 + self._number if interrupted else status


@contextmanager
def ending(*, heeded: bool) -> Iterator[Ending]:
    """Let signals end what is within; at the prompt, which handles them itself, none is heeded."""
    end = Ending()
    before = {}
    if heeded and threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in NAMES if hasattr(signal, name)):
            if signal.getsignal(number) in UNTOUCHED:
                before[number] = signal.signal(number, end)
    try:
        yield end
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
