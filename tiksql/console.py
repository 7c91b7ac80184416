"""The streams and the environment that a command works with."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Console:
    """The streams and the environment of one command."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]

    def width(self) -> int | None:
        """Return the cells of a line of the terminal, None for a file or a pipe."""
        if not self.stdout.isatty():
            return None
        from tiksql.output.progress import terminal_width  # noqa: PLC0415 - not for files

        return terminal_width(self.stdout)

    @property
    def shows_progress(self) -> bool:
        """Say whether standard error is a terminal that can redraw a line."""
        return self.stderr.isatty() and self.environ.get("TERM") != "dumb"

    @property
    def asks(self) -> bool:
        """Say whether somebody sits there who can be asked."""
        return self.stdin.isatty() and self.stderr.isatty()

    def height(self) -> int | None:
        """Return the lines of the terminal, None for a file, a pipe or a terminal of no size."""
        if not self.stdout.isatty():
            return None
        try:
            return os.get_terminal_size(self.stdout.fileno()).lines or None
        except OSError:
            return None

    def holds(self, text: str) -> bool:
        """Say whether the terminal can show a text at once, with a line for the prompt."""
        height, width = self.height(), self.width()
        if height is None or width is None:
            return True
        from tiksql.output.sanitize import painted_width  # noqa: PLC0415 - not for files

        lines = text.rstrip("\n").split("\n")
        if len(lines) >= height:
            return False
        return sum(max(1, -(-painted_width(line) // width)) for line in lines) < height

    def shown(self, text: str) -> str:
        """Return a text as standard output may have it: a terminal gets nothing that steers it."""
        if not self.stdout.isatty():
            return text
        from tiksql.output.sanitize import visible_lines  # noqa: PLC0415 - not for files

        return visible_lines(text)

    def write_json(self, document: object) -> None:
        """Write what a command has found to standard output, as one line of JSON."""
        from msgspec import to_builtins  # noqa: PLC0415 - not for rows

        from tiksql.output.values import encode  # noqa: PLC0415 - see above

        self.stdout.write(self.shown(encode(to_builtins(document)) + "\n"))

    def paints(self, stream: TextIO, wish: str) -> bool:
        """Say whether a stream gets colours."""
        if wish != "auto":
            return wish == "always"
        plain = "NO_COLOR" in self.environ or self.environ.get("TERM") == "dumb"
        return stream.isatty() and not plain
