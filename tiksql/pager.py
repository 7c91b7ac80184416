"""A program that shows a long text page by page, such as less."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

USUAL = "less"
LESS = "RFX"
"""Colours pass, a short text ends it, the screen stays; with ``S`` long lines are not folded."""


def command(wish: str, environ: Mapping[str, str]) -> Sequence[str]:
    """Return the words that start the pager, none where there is none or none is wanted.

    ``wish`` is the setting: ``auto``, ``off`` or a command. No shell ever sees it.
    """
    if wish == "off" or environ.get("TERM") == "dumb":
        return ()
    text = (environ.get("PAGER") or USUAL) if wish in {"auto", "on"} else wish
    try:
        words = shlex.split(text)
    except ValueError:
        return ()
    return words if words and shutil.which(words[0]) else ()


def show(
    text: str, words: Sequence[str], environ: Mapping[str, str], *, folds: bool = False
) -> bool:
    """Show a text until its reader has had enough; say whether the pager could be started."""
    flags = LESS if folds else f"S{LESS}"
    more = {"LESS": flags, "LESSCHARSET": "utf-8", "LESSSECURE": "1"}
    with _left_to_the_pager():
        try:
            process = subprocess.Popen(  # noqa: S603 - words of the user's own, and no shell
                list(words), stdin=subprocess.PIPE, env={**more, **environ}
            )
        except OSError:
            return False
        with process:
            with suppress(BrokenPipeError):
                process.communicate(text.encode(errors="backslashreplace"))
            process.wait()
    return True


@contextmanager
def _left_to_the_pager() -> Iterator[None]:
    """Let Ctrl-C reach the pager alone, as what it means there is the pager's affair."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A function, as the pager would inherit that a signal is ignored.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
