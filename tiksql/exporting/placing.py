"""Files written aside as a whole, and moved into place when all of them are."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tiksql.errors import OutputError, ResolveError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.exporting.order import Order


@contextmanager
def aside(order: Order) -> Iterator[Path]:
    """Make a directory beside the target of an order, and remove it with what is left in it.

    Raise ``OutputError`` where the disk refuses something.
    """
    try:
        folder = tempfile.mkdtemp(prefix=f".{order.path.name[:20]}.", dir=order.path.parent)
        with ExitStack() as cleaning:
            cleaning.callback(shutil.rmtree, folder, ignore_errors=True)
            try:
                yield Path(folder)
            except _KeptError as kept:
                cleaning.pop_all()
                raise OutputError(
                    "TS705",
                    f"{kept.reason.message}, though it did not when the statement began",
                    hint=f"the export is whole, in {folder}",
                ) from None
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError("TS702", f"{order.path} cannot be written: {why}") from None


class _KeptError(Exception):
    """What was written cannot be moved into place, and must not be lost."""

    def __init__(self, reason: ResolveError) -> None:
        super().__init__()
        self.reason = reason


def move(order: Order, folder: Path) -> None:
    """Move the finished files of an order into place, what describes them before what they are.

    So no export ever lies there without the manifest that says whether it is whole; where a
    crash falls between the two, the digest in the manifest tells that they do not belong together.
    """
    try:
        order.check_targets()
    except ResolveError as error:
        raise _KeptError(error) from None
    for path in (*order.beside, order.path):
        made = folder / path.name
        _sync(*made.rglob("*"), made)
        if path.is_dir():
            _exchange(made, path, folder / "replaced")
        else:
            if path.exists():
                made.chmod(path.stat().st_mode & 0o777)
            made.replace(path)
    _sync(order.path.parent)


def _exchange(made: Path, path: Path, old: Path) -> None:
    """Put a directory in the place of another."""
    path.rename(old)
    try:
        made.rename(path)
    except OSError:
        old.rename(path)
        raise


def _sync(*paths: Path) -> None:
    """Have the disk hold files and directories before anything relies on them."""
    for path in paths:
        if path.is_dir() and os.name != "posix":
            continue  # elsewhere a directory cannot be opened
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
