"""What the prompt knows between two lines, and how it runs what was typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiksql.source import Source
from tiksql.stream import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiksql.rows import Head, Row
    from tiksql.script import Run
    from tiksql.settings import Settings
    from tiksql.shell.kept import Kept
    from tiksql.shell.reader import Reader


@dataclass(slots=True)
class Shell:
    """A prompt at work.

    ``text`` is the last statement, or script, that ran; ``draft`` is what the next one begins
    with; ``left`` is true once somebody wants to leave.
    """

    job: Run
    reader: Reader
    text: str = ""
    draft: str | None = None
    left: bool = False
    last: Kept | None = field(default=None)

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return self.job.session.settings

    def set(self, name: str, value: object) -> None:
        """Change a setting for this session."""
        session = self.job.session
        session.settings = session.settings.having(name, value, "session")

    def run(self, text: str, name: str = "<prompt>") -> bool:
        """Run statements; say whether what comes after them shall run, too."""
        return self.job.script(Source(text, name))

    def say(self, text: str) -> None:
        """Write a line or more to standard error."""
        from tiksql.output.sanitize import visible_lines  # noqa: PLC0415 - not at the start

        self.job.console.stderr.write(visible_lines(text) + "\n")
        self.job.console.stderr.flush()

    def table(self, heads: tuple[Head, ...], rows: Iterable[Row]) -> None:
        """Show rows that are at hand."""
        self.job.delivery.rows(listed(heads, rows))
