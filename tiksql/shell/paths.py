"""The files and folders that a path may go on with: the ``files`` of a completion's ``World``."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

MOST = 200
"""Names that are looked at for one key: a folder can hold a million."""


def paths(text: str) -> list[str]:
    """Return the paths that begin with a text, in order, folders with a slash at their end.

    Hidden ones come only when their dot is typed. A folder that cannot be read has none.
    """
    folder, slash, beginning = text.rpartition("/")
    try:
        with os.scandir(Path(f"{folder}{slash}" or ".").expanduser()) as entries:
            fitting = (entry for entry in entries if _fits(entry.name, beginning))
            found = [entry.name + "/" * entry.is_dir() for entry in islice(fitting, MOST)]
    except (OSError, ValueError, RuntimeError):  # not there; a NUL in it; no such user
        return []
    return [f"{folder}{slash}{name}" for name in sorted(found)]


def _fits(name: str, beginning: str) -> bool:
    return name.startswith(beginning) and (beginning.startswith(".") or not name.startswith("."))
