"""Where lines come from: an editor in a terminal that can draw one, otherwise plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tiksql.shell.parts import is_complete

if TYPE_CHECKING:
    from tiksql.console import Console

PROMPT = "tiksql> "
GOES_ON = "   ...> "


class Reader(Protocol):
    """Whoever reads what is typed."""

    can_edit: bool

    def read(self, draft: str | None = None) -> str:
        """Return one statement, script or command; it begins with a draft, to be changed.

        Raise ``KeyboardInterrupt`` for Ctrl-C and ``EOFError`` for Ctrl-D.
        """

    def agrees(self, question: str) -> bool:
        """Ask a question to be answered with y or n; anything but a y is a no."""

    def entries(self) -> list[str]:
        """Return what was typed so far, in this session and before, the newest last."""


class PlainReader:
    """Reads lines without drawing: for ``TERM=dumb``, and where only the input is a terminal."""

    can_edit = False

    def __init__(self, console: Console) -> None:
        self._console = console
        self._entries: list[str] = []

    def read(self, draft: str | None = None) -> str:  # noqa: ARG002 - there is no editor
        """Read lines until they are complete; an empty line completes them, too."""
        lines = [self._line(PROMPT)]
        while not is_complete("\n".join(lines)) and lines[-1].strip():
            lines.append(self._line(GOES_ON))
        text = "\n".join(lines)
        self._entries.append(text)
        return text

    def agrees(self, question: str) -> bool:
        """Ask in one line."""
        try:
            return is_yes(self._line(question))
        except (KeyboardInterrupt, EOFError):
            return False

    def entries(self) -> list[str]:
        """Return what was typed in this session."""
        return self._entries

    def _line(self, prompt: str) -> str:
        stderr = self._console.stderr
        stderr.write(prompt)
        stderr.flush()
        line = self._console.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")


def is_yes(answer: str) -> bool:
    """Say whether an answer is a yes."""
    return answer.strip().lower() in {"y", "yes"}


def is_plain(console: Console) -> bool:
    """Say whether a console has no terminal that an editor can be drawn on."""
    dumb = console.environ.get("TERM") in {"dumb", "unknown"}
    return dumb or not (console.stdin.isatty() and console.stdout.isatty())
