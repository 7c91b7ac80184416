"""A prompt in this process: keys go in through a pipe, what is drawn is thrown away."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from tiksql.arguments import Arguments
from tiksql.backend import emulator
from tiksql.console import Console
from tiksql.script import Run
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.shell.editor import Editor
from tiksql.shell.repl import repl
from tiksql.shell.toolbar import Toolbar


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Keys(str):
    """Keys without an Enter behind them, after which somebody looks at the screen."""

    __slots__ = ()


class Hands(Editor):
    """An editor at which somebody types a line when the one before it has been taken."""

    def __init__(self, job, toolbar, keys, lines):
        super().__init__(job, toolbar)
        self._keys, self._lines, self._typed = keys, lines, False
        app = self._session.app
        app.after_render += self._type
        app.key_processor.after_key_press += self._rest

    def _type(self, app):
        self.late.wait()
        if not (self._typed or app.is_done) and self._lines:
            self._typed = True
            line = self._lines.pop(0)
            self._keys.send_text(line if isinstance(line, Keys) else f"{line}\r")

    def _rest(self, keys):
        self._typed = bool(keys.input_queue)

    def agrees(self, question):
        self._keys.send_text(f"{self._lines.pop(0)}\r")
        return super().agrees(question)


@dataclass
class Prompt:
    """What a prompt works with, before and after it has run."""

    backend: object = field(default_factory=emulator)
    settings: dict = field(default_factory=lambda: {"format": "csv"})
    environ: dict = field(default_factory=dict)
    stream: type[io.StringIO] = io.StringIO
    study: str | None = None
    status: int | None = None

    def __post_init__(self):
        settings = DEFAULTS
        for name, value in self.settings.items():
            settings = settings.having(name, value, "flag")
        self.session = Session(self.backend, settings)
        self.console = Console(io.StringIO(), self.stream(), self.stream(), self.environ)
        self.job = Run(self.session, self.console, Arguments(), {})
        self.toolbar = Toolbar(self.session, self.study)

    def type(self, *lines):
        """Type lines, each with Enter behind it, and leave; text in them may be any key."""
        with create_pipe_input() as keys, create_app_session(keys, DummyOutput()):
            hands = Hands(self.job, self.toolbar, keys, [*lines, "\\q"])
            self.status = repl(self.job, hands, self.toolbar)
        self.session.close()
        return self

    @property
    def out(self):
        return self.console.stdout.getvalue()

    @property
    def err(self):
        """The messages behind the first line, which greets."""
        return self.console.stderr.getvalue().partition("\n")[2]
