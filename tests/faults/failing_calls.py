"""Programs whose calls of the system fail, one by one: strace injects what a disk would answer."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from store.processes import PROGRAM

STRACE = shutil.which("strace")


def is_forbidden():
    """Say whether programs may not be traced here, as within some containers."""
    line = [STRACE, "-o", "/dev/null", "true"]
    return bool(STRACE) and subprocess.run(line, check=False, capture_output=True).returncode != 0


needs_strace = pytest.mark.skipif(
    is_forbidden() or not (STRACE or "NEEDS_SHELL_TOOLS" in os.environ),
    reason="strace is needed, and leave to use it",
)


def failing(fault, *paths):
    """Return the program as one whose calls fail: ``fdatasync:error=EIO:when=3``.

    With ``paths`` only those of these files do; ``when=3+`` is the third and all later ones.
    """
    call = fault.partition(":")[0]
    only = [word for path in paths for word in ("-P", str(path))]
    line = [STRACE, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={fault}"]
    return [*line, *only, *PROGRAM]
