"""Completion and colours, loaded while the first line is being typed: start-up is imports."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from prompt_toolkit.completion import DynamicCompleter
from prompt_toolkit.layout.screen import Char
from prompt_toolkit.lexers import DynamicLexer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prompt_toolkit.completion import Completer
    from prompt_toolkit.lexers import Lexer

    from tiksql.script import Run
    from tiksql.shell.completion import World


class Late:
    """What an editor can do without, for a moment."""

    def __init__(self, job: Run) -> None:
        self._job = job
        self._completer: Completer | None = None
        self._lexer: Lexer | None = None
        self._thread: threading.Thread | None = None
        self._collections: dict[str, tuple[str, ...]] = {}
        self.completer = DynamicCompleter(lambda: self._completer)
        self.lexer = DynamicLexer(lambda: self._lexer)

    def begin(self, loaded: Callable[[], None]) -> None:
        """Load in another thread, once; then call ``loaded`` there."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._load, args=(loaded,), daemon=True)
            self._thread.start()

    def look(self) -> None:
        """Look which collections there are, in the thread that may read the study."""
        stored = self._job.session.scope().stored
        self._collections = {
            name: tuple(column.name for column in table.columns)
            for name, table in stored.items()
            if not table.observations
        }

    def wait(self) -> None:
        """Wait until everything is loaded."""
        if self._thread:
            self._thread.join()

    def _load(self, loaded: Callable[[], None]) -> None:
        from tiksql.output.sanitize import hidden  # noqa: PLC0415 - see below

        # Whatever is drawn, typed, suggested or offered, comes from here character by character.
        Char.display_mappings.update(hidden())
        from tiksql.shell import completer  # noqa: PLC0415 - the reason for this module

        self._completer = completer.TikSQLCompleter(world_of(self._job, lambda: self._collections))
        self._lexer = completer.statement_lexer()
        loaded()


def world_of(job: Run, collections: Callable[[], Mapping[str, tuple[str, ...]]]) -> World:
    """Say what candidates are made of in a prompt."""
    from tiksql.shell.commands import COMMANDS  # noqa: PLC0415 - see above
    from tiksql.shell.completion import World  # noqa: PLC0415 - see above
    from tiksql.shell.paths import paths  # noqa: PLC0415 - see above
    from tiksql.shell.texts import saved  # noqa: PLC0415 - see above

    return World(
        collections=collections,
        parameters=lambda: job.values,
        scripts=lambda: dict.fromkeys(saved(), "saved"),
        files=paths,
        today=lambda: job.session.backend.now().date(),
        commands=COMMANDS.values(),
    )
