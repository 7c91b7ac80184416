"""``python bench/prompts.py``: the time from a command to its prompt, beside litecli and IPython.

Each contender starts in a terminal of its own, in turns, and is timed until its prompt has been
drawn. The terminal answers where its cursor is, as real ones do. Exit status 1 if one has no prompt
within ten seconds, 0 whatever the times are.
"""

from __future__ import annotations

import argparse
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from dataclasses import dataclass, field
from fcntl import ioctl
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from installed import add, install
from processes import FailedError

if TYPE_CHECKING:
    from collections.abc import Sequence

PEER = "ipython"
LINES, COLUMNS = 45, 160
PATIENCE = 10.0
CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]")
WHERE_IS_THE_CURSOR, HERE = b"\x1b[6n", b"\x1b[1;1R"


@dataclass
class Contender:
    """A command that ends up at a prompt."""

    name: str
    command: Sequence[str]
    prompt: re.Pattern[bytes]
    seconds: list[float] = field(default_factory=list)


def contenders(python: Path) -> list[Contender]:
    """Name the commands, all of one environment."""
    folder = python.parent
    return [
        Contender(
            "tiksql --emulator", [str(folder / "tiksql"), "--emulator"], re.compile(rb"tiksql>")
        ),
        Contender("litecli", [str(folder / "litecli")], re.compile(rb"\(none\)>|memory:?>")),
        Contender("ipython", [str(folder / "ipython")], re.compile(rb"In \[1\]:")),
    ]


def time_to_prompt(contender: Contender, environ: dict[str, str]) -> float:
    """Start a contender in a new terminal; return the seconds until its prompt stands there."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(environ["HOME"])
        os.execve(contender.command[0], list(contender.command), environ)  # noqa: S606
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    try:
        return _until(terminal, contender, began) - began
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def _until(terminal: int, contender: Contender, began: float) -> float:
    shown = b""
    while time.perf_counter() - began < PATIENCE:
        if not select.select([terminal], [], [], 0.5)[0]:
            continue
        try:
            octets = os.read(terminal, 65536)
        except OSError:
            break
        now = time.perf_counter()
        if WHERE_IS_THE_CURSOR in octets:
            os.write(terminal, HERE)
        shown += octets
        if contender.prompt.search(CONTROL.sub(b"", shown)):
            return now
    text = CONTROL.sub(b"", shown).decode(errors="replace")
    raise FailedError(f"{contender.name} shows no prompt: {text[-500:]!r}")


def measure(found: list[Contender], environ: dict[str, str], rounds: int) -> None:
    """Start all in turns; the first round fills caches and is thrown away."""
    for number in range(rounds + 1):
        for contender in found:
            seconds = time_to_prompt(contender, environ)
            if number:
                contender.seconds.append(seconds)


def main(argv: list[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(description="Time to prompt, beside litecli and IPython.")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--python", type=Path, help="an environment that holds all three")
    options = parser.parse_args(argv)
    try:
        with tempfile.TemporaryDirectory(prefix="tiksql-bench-") as name:
            python = options.python or _environment(Path(name))
            found = contenders(python)
            measure(found, _environ(Path(name)), options.rounds)
    except FailedError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print("\n".join(_table(found)))
    return 0


def _environment(folder: Path) -> Path:
    python = install(folder)
    add(python, PEER)
    return python


def _environ(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "TIKSQL_CACHE_DIR": str(home / "cache"),
    }


def _table(found: list[Contender]) -> list[str]:
    own = median(found[0].seconds)
    lines = ["| time to prompt | median | range | ratio |", "|---|---:|---:|---:|"]
    for contender in found:
        middle = median(contender.seconds)
        span = f"{min(contender.seconds):.3f}-{max(contender.seconds):.3f}"
        lines.append(f"| {contender.name} | {middle:.3f} s | {span} | {middle / own:.2f} |")
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
