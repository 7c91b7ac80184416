"""A real terminal: a pty with a program in it, and a screen that shows what a person would see."""

from __future__ import annotations

import os
import re
import signal
import sys
import time

import pexpect
import pyte
from faults.canary import see

PATIENCE = 30.0
CURSOR_ASKED = re.compile(r"\x1b\[6n")


class Screen:
    """``tiksql`` in a terminal of some size; keys go in, the screen can be looked at."""

    def __init__(self, *argv, lines=24, columns=80, environ=None):
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self._screen)
        self.raw = ""
        env = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(environ or {})}
        for name in ("NO_COLOR", "PAGER", "LESS", "EDITOR", "VISUAL"):
            if name not in (environ or {}):
                env.pop(name, None)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "tiksql", *argv],
            env=env,
            dimensions=(lines, columns),
            encoding="utf-8",
            timeout=PATIENCE,
        )
        self.child.delaybeforesend = None

    @property
    def text(self):
        """The lines that can be seen, without the blanks at their ends."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip("\n")

    @property
    def title(self):
        return self._screen.title

    @property
    def prompts(self):
        """How often the prompt stands on the screen."""
        return sum(line.startswith("tiksql>") for line in self.text.split("\n"))

    @property
    def last_line(self):
        """What stands behind the last prompt."""
        lines = [line for line in self.text.split("\n") if line.startswith("tiksql>")]
        return lines[-1].removeprefix("tiksql>").strip() if lines else None

    def look(self):
        """Take in what was drawn, and answer as a terminal does when asked for its cursor."""
        try:
            drawn = self.child.read_nonblocking(65536, 0.05)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += drawn
        see("a screen", drawn)
        self._stream.feed(drawn)
        for _ in CURSOR_ASKED.findall(drawn):
            cursor = self._screen.cursor
            self.child.send(f"\x1b[{cursor.y + 1};{cursor.x + 1}R")
        return True

    def until(self, wanted):
        """Look until a text stands there, or a condition holds; fail with the screen."""
        holds = wanted if callable(wanted) else lambda screen: wanted in screen.text
        end = time.monotonic() + PATIENCE
        while not holds(self):
            if not self.look() or time.monotonic() > end:
                raise AssertionError(f"{wanted!r} never came; the screen is\n{self.text}")
        return self

    def ready(self):
        """Wait until the cursor stands behind a prompt and nothing else."""
        return self.until(lambda s: s.at_the_cursor == "tiksql>")

    @property
    def at_the_cursor(self):
        """The line in which the cursor stands, up to it."""
        cursor = self._screen.cursor
        return self._screen.display[cursor.y][: cursor.x].rstrip()

    def send(self, keys):
        self.child.send(keys)
        return self

    def press(self, keys, wanted):
        """Press a harmless key until a text stands there.

        A program that was just interrupted drops what was typed meanwhile, and nobody can see when
        it begins to listen again.
        """
        end = time.monotonic() + PATIENCE
        while wanted not in self.text:
            assert time.monotonic() < end, f"{wanted!r} never came; the screen is\n{self.text}"
            self.send(keys)
            for _ in range(10):
                self.look()
        return self

    def interrupt(self):
        """Press Ctrl-C as a terminal does outside of the editor: as a signal to everybody in it."""
        os.killpg(os.tcgetpgrp(self.child.child_fd), signal.SIGINT)
        return self

    def resize(self, lines, columns):
        self._screen.resize(lines, columns)
        self.child.setwinsize(lines, columns)
        return self

    def leave(self, keys="\\q\r"):
        """Leave and return the exit status."""
        if keys:
            self.send(keys)
        end = time.monotonic() + PATIENCE
        while self.look() and time.monotonic() < end:
            continue
        self.child.close()
        return self.child.exitstatus
