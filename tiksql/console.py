"""The streams and the environment that a command works with."""

from __future__ import annotations

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

    def paints(self, stream: TextIO, wish: str) -> bool:
        """Say whether a stream gets colours."""
        if wish != "auto":
            return wish == "always"
        plain = "NO_COLOR" in self.environ or self.environ.get("TERM") == "dumb"
        return stream.isatty() and not plain
