"""A prompt in this process: keys go in through a pipe, what is drawn is thrown away."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pytest
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


@dataclass
class Prompt:
    """What a prompt works with, before and after it has run."""

    backend: object = field(default_factory=emulator)
    settings: dict = field(default_factory=lambda: {"format": "csv"})
    environ: dict = field(default_factory=dict)
    stream: type[io.StringIO] = io.StringIO
    status: int | None = None

    def __post_init__(self):
        settings = DEFAULTS
        for name, value in self.settings.items():
            settings = settings.having(name, value, "flag")
        self.session = Session(self.backend, settings)
        self.console = Console(io.StringIO(), self.stream(), self.stream(), self.environ)
        self.job = Run(self.session, self.console, Arguments(), {})
        self.toolbar = Toolbar(self.session)

    def type(self, *lines):
        """Type lines, each with Enter behind it, and leave; text in them may be any key."""
        with create_pipe_input() as keys, create_app_session(keys, DummyOutput()):
            keys.send_text("".join(f"{line}\r" for line in lines) + "\\q\r")
            self.status = repl(self.job, Editor(self.job, self.toolbar), self.toolbar)
        self.session.close()
        return self

    @property
    def out(self):
        return self.console.stdout.getvalue()

    @property
    def err(self):
        """The messages behind the first line, which greets."""
        return self.console.stderr.getvalue().partition("\n")[2]


@pytest.fixture
def typed():
    """Type at a prompt; ``typed("SELECT 1;").out``."""

    def prompt(*lines, **more):
        return Prompt(**more).type(*lines)

    return prompt


@pytest.fixture
def on_a_terminal(typed):
    """Type at a prompt whose results and messages go to a terminal."""

    def prompt(*lines, **more):
        return typed(*lines, **{"settings": {}, "stream": Terminal, **more})

    return prompt
