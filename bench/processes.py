"""Whole processes, measured: wall time, processor time and peak memory of each run."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""``ru_maxrss`` is in kibibytes, on macOS in bytes."""


class FailedError(Exception):
    """A contender did not do what all contenders have to do."""


@dataclass(frozen=True)
class Sample:
    """One run: seconds of wall and of processor time, bytes of peak memory."""

    wall: float
    cpu: float
    rss: int


@dataclass
class Contender:
    """A command that is run again and again; its standard output is kept in ``output``."""

    name: str
    command: Sequence[str]
    output: Path
    environ: Mapping[str, str]
    samples: list[Sample] = field(default_factory=list)

    def run(self) -> Sample:
        """Run once, to the end; raise ``FailedError`` for a status other than 0."""
        problems = self.output.with_suffix(".err")
        with self.output.open("wb") as out, problems.open("wb") as err:
            began = time.perf_counter()
            process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=self.environ,
                cwd=self.output.parent,
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            last = problems.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise FailedError(f"{self.name} ended with status {process.returncode}\n{last}")
        return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT)


def interleave(contenders: Sequence[Contender], rounds: int) -> Iterator[Contender]:
    """Run the contenders in turns, A B C A B C; yield each after each run.

    The first round fills caches and is not among the samples.
    """
    for number in range(rounds + 1):
        for contender in contenders:
            sample = contender.run()
            if number:
                contender.samples.append(sample)
            yield contender


def own_rss() -> int:
    """Return the peak memory of this process in bytes: nothing that it starts can show less."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT


def keep_apart(server: int) -> bool:
    """Give a server one processor and what is started from here another; say if that is done."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        return False
    os.sched_setaffinity(server, allowed[1:2])
    os.sched_setaffinity(0, allowed[:1])
    return True
