"""Who may have written a file besides its user: what its owner, permissions and marks say.

Whatever downloads a file may mark it: browsers, ``curl --xattr`` and ``wget --xattr`` on Linux by
an extended attribute, Windows by a stream, which WSL shows as a file beside it. The mark of macOS
is not read: Python has no call for it there.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path
from urllib.parse import urlsplit

MARK = "user.xdg.origin.url"
"""The attribute that holds where a file is from (freedesktop.org, Common Extended Attributes)."""

STREAM = ":Zone.Identifier"
_ELSEWHERE = re.compile(rb"ZoneId\s*=\s*[34]\b")
"""The zones of the internet and of sites that are not trusted (URLZONE, urlmon.h)."""

MOST_OCTETS = 4096


def doubt(handle: int, name: str) -> str:
    """Say why an open file may be somebody else's; '' where nothing says so.

    A pipe is what its user has piped, and never in doubt.
    """
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        return ""
    return _owned(facts) or _open_to_all(facts) or _downloaded(handle) or _zoned(name)


def _owned(facts: os.stat_result) -> str:
    if sys.platform == "win32" or facts.st_uid in {0, os.getuid()}:
        return ""
    import pwd  # noqa: PLC0415 - Windows has none

    try:
        return f"it belongs to {pwd.getpwuid(facts.st_uid).pw_name}"
    except KeyError:
        return f"it belongs to user {facts.st_uid}"


def _open_to_all(facts: os.stat_result) -> str:
    """Look for the right of everybody alone: with umask 002 each file is open to its group."""
    is_open = os.name == "posix" and facts.st_mode & stat.S_IWOTH
    return "everybody on this computer may write to it" if is_open else ""


def _downloaded(handle: int) -> str:
    """Look for the mark that Linux keeps; of the address only the host is told."""
    if sys.platform != "linux":
        return ""
    try:
        mark = os.getxattr(handle, MARK)
    except OSError:  # no mark, or a file system without any
        return ""
    host = _host(mark.decode(errors="replace"))
    return f"it was downloaded from {host}" if host else "it was downloaded"


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _zoned(name: str) -> str:
    """Look for the mark that Windows keeps."""
    try:
        with Path(name + STREAM).open("rb") as stream:
            mark = stream.read(MOST_OCTETS)
    except OSError:
        return ""
    return "it was downloaded" if _ELSEWHERE.search(mark) else ""
