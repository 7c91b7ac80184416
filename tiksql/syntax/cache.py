"""Where the parse table is kept between runs.

The table is a pickle, and whoever can write it can run code as its reader: it lies in a directory
of its owner alone, or nowhere. ``TIKSQL_CACHE_DIR`` names another directory than the user's own.
"""

from __future__ import annotations

import os
from pathlib import Path
from zlib import crc32

import platformdirs

PRIVATE = 0o700
VARIABLE = "TIKSQL_CACHE_DIR"


def table_file(grammar: str) -> str | None:
    """Return the file for the parse table of a grammar, or None where none can be kept safely."""
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else Path(platformdirs.user_cache_dir("tiksql"))
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        private = _is_private(folder)
    except OSError:
        return None
    return str(folder / f"grammar-{crc32(grammar.encode()):08x}.pickle") if private else None


def _is_private(folder: Path) -> bool:
    """Say whether nobody else can write into a directory, closing it where that is ours to do."""
    if not hasattr(os, "getuid"):  # Windows: a profile is its user's own
        return True
    state = folder.stat()
    if state.st_uid != os.getuid():
        return False
    if state.st_mode & 0o077:
        folder.chmod(PRIVATE)
    return True
