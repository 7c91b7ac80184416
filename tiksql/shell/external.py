"""The editor of the user, opened on a text."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tiksql.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL = "vi"


def edited(text: str, environ: Mapping[str, str]) -> str:
    """Return a text as somebody has left it in ``$VISUAL``, ``$EDITOR`` or vi.

    Raise ``UsageError`` where there is no editor, or where it says that it has failed.
    """
    wish = environ.get("VISUAL") or environ.get("EDITOR") or USUAL
    handle, name = tempfile.mkstemp(prefix="tiksql-", suffix=".tsql")
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
        done = subprocess.run([*shlex.split(wish), name], check=False)  # noqa: S603 - the user's own
        if done.returncode:
            raise _failed(f"{wish} ended with status {done.returncode}")
        return path.read_text("utf-8", errors="replace").rstrip("\n")
    except (OSError, ValueError) as error:
        raise _failed(f"{wish} cannot be started: {error}") from None
    finally:
        path.unlink(missing_ok=True)


def _failed(message: str) -> UsageError:
    return UsageError("TS624", message, hint="EDITOR names the editor")
