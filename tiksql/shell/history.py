"""What was typed, kept from one session to the next in a file that only its owner can read.

One line of JSON holds one entry, so that an entry of many lines stays one. What looks like a
secret is never written.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from prompt_toolkit.history import History

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

MOST_ENTRIES = 10_000
"""Entries that are read; once the file holds twice as many, the older ones go."""

_WORD = r"(?:secret|token|passw(?:or)?d|api_?key|client_?key|authorization)"
SECRET = re.compile(
    r"clt\.[\w!*.-]{6,}"
    rf"""|{_WORD}\w*["']?\s*[=:]\s*["']?[\w+/.-]{{6,}}"""
    r"|bearer\s+[\w+/.-]{6,}"
    rf"|^[\\.]set\s+\w*{_WORD}",
    re.IGNORECASE,
)
SECRETS = ("TIKTOK_CLIENT_SECRET", "TIKTOK_CLIENT_KEY")
"""The variables whose values are secrets wherever they stand."""


def is_secret(text: str, environ: Mapping[str, str]) -> bool:
    """Say whether a text looks as if it held a secret."""
    known = [environ[name] for name in SECRETS if environ.get(name)]
    return bool(SECRET.search(text)) or any(secret in text for secret in known)


class FileHistory(History):
    """The history in a file; ``keeps`` says whether a text may be written now.

    A file that cannot be read or written costs the memory of other sessions, nothing else.
    """

    def __init__(self, path: Path, keeps: Callable[[str], bool]) -> None:
        super().__init__()
        self._path = path
        self._keeps = keeps

    def load_history_strings(self) -> Iterable[str]:
        """Return the entries of the file, the newest first."""
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError:
            return []
        if len(lines) > 2 * MOST_ENTRIES:
            self._shorten(lines[-MOST_ENTRIES:])
        return [text for line in reversed(lines[-MOST_ENTRIES:]) if (text := _entry(line))]

    def store_string(self, string: str) -> None:
        """Write one entry."""
        if string.strip() and self._keeps(string):
            with suppress(OSError):
                self._write(os.O_APPEND, json.dumps(string).encode() + b"\n")

    def _shorten(self, lines: list[bytes]) -> None:
        with suppress(OSError):
            self._write(os.O_TRUNC, b"".join(line + b"\n" for line in lines))

    def _write(self, flag: int, octets: bytes) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | flag, 0o600)
        try:
            os.write(handle, octets)
        finally:
            os.close(handle)


def _entry(line: bytes) -> str | None:
    """Read an entry; None for a line that is none."""
    try:
        text = json.loads(line)
    except ValueError:
        return None
    return text if isinstance(text, str) else None


def path() -> Path:
    """Return the file of the history of this user."""
    from platformdirs import user_state_path  # noqa: PLC0415 - only where it is kept

    return user_state_path("tiksql") / "history.jsonl"
