"""Programs whose calls of the system fail, one by one: strace injects what a disk would answer."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from store.processes import PROGRAM

STRACE = shutil.which("strace")


def works():
    """Say whether programs may be traced here."""
    if STRACE is None:
        return False
    return subprocess.run([STRACE, "-o", "/dev/null", "true"], check=False).returncode == 0


needs_strace = pytest.mark.skipif(
    not works() and "NEEDS_SHELL_TOOLS" not in os.environ, reason="strace is needed"
)


def failing(fault, *paths):
    """Return the program as one whose calls fail: ``fdatasync:error=EIO:when=3``.

    With ``paths`` only those of these files do; ``when=3+`` is the third and all later ones.
    """
    call = fault.partition(":")[0]
    only = [word for path in paths for word in ("-P", str(path))]
    line = [STRACE, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={fault}"]
    return [*line, *only, *PROGRAM]
