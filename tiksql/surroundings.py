"""What the machine refuses a program: streams that are closed, memory, files, room on a disk."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

from tiksql.errors import EvaluationError, OutputError, TikSQLError

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_FILES = frozenset({errno.EMFILE, errno.ENFILE})
NO_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EBADF})
"""What says that a disk or a stream takes no more, and not that we used it wrongly."""


def open_streams() -> None:
    """Open the standard streams that whoever began us has closed; written to, they are an error.

    Without this the next file that is opened, such as a study, would take the place of one.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # the lowest free number
    sys.stdin = sys.stdin or open(0, encoding="utf-8")  # noqa: SIM115 - a number, for good
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8")  # noqa: SIM115 - see above
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - no one reads


def lack(error: BaseException) -> TikSQLError | None:
    """Say what the machine lacked where that has led to an error; None where it is our bug."""
    for each in _causes(error):
        number = each.errno if isinstance(each, OSError) else None
        if number in NO_FILES or os.strerror(errno.EMFILE) in str(each):
            return EvaluationError(
                "TS546", "too few files may be open at once", hint="ulimit -n 64, or more"
            )
        if number == errno.ENOMEM or _is_about_memory(each):
            return EvaluationError(
                "TS547", "there is too little memory", hint="ask for fewer days or columns at once"
            )
        if isinstance(each, OSError) and number in NO_DISK:
            place = each.filename or "the output"
            return OutputError("TS706", f"{place} cannot be written: {each.strerror}")
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_about_memory(error: BaseException) -> bool:
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryException"  # DuckDB's
        or (isinstance(error, ImportError) and "failed to map segment" in str(error))
    )
