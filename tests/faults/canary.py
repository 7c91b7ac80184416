"""A secret that can be recognised anywhere, and the search for it after every test.

All tests work with this key and secret, and with tokens of this shape. After each of them, what it
wrote into its directories, what the command wrote to its streams, what other programs printed and
what was captured is searched. What may hold a secret is marked: `@pytest.mark.holds_secrets`.
"""

from __future__ import annotations

import base64
import io
import re
import subprocess
from urllib.parse import quote_plus

import pytest

from tiksql.console import Console

KEY = "canary-key-8f3"
SECRET = "canary-secret-8f3+/2"
TOKEN = "clt.canary-token-8f3"
LARGEST = 50_000_000

_MARKS = (KEY, SECRET, quote_plus(SECRET), TOKEN, base64.b64encode(SECRET.encode()).decode())
_SEARCH = re.compile(
    "|".join([*map(re.escape, _MARKS), r"clt\.[0-9a-f]{48}"]).encode()
)  # the last is a token of the emulator's

_printed: list[bytes] = []
_kept: dict[int, io.StringIO] = {}
"""Streams of the test under way, so that they live until they were searched."""


def leak(octets):
    """Return the secret that some bytes hold, None if they hold none."""
    found = _SEARCH.search(octets)
    return found and found.group().decode()


def leaks_in(folder):
    """Name the files below a directory that hold a secret."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST:
            try:
                octets = path.read_bytes()
            except OSError:  # a file that the test has made unreadable
                continue
            if found := leak(octets):
                yield f"{path}: {found}"


def watch(text):
    """Take what a program printed: text or bytes, or None."""
    if text:
        _printed.append(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "holds_secrets(why): a test whose files or streams have to hold the secret"
    )
    _record_consoles()
    _record_programs()


def _record_consoles():
    init = Console.__init__

    def recording(self, *given, **named):
        init(self, *given, **named)
        for stream in (self.stdout, self.stderr):
            if isinstance(stream, io.StringIO):
                _kept[id(stream)] = stream

    Console.__init__ = recording


def _record_programs():
    init = subprocess.CompletedProcess.__init__

    def recording(self, *given, **named):
        init(self, *given, **named)
        watch(self.stdout)
        watch(self.stderr)

    subprocess.CompletedProcess.__init__ = recording


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        found = list(_found(item, report))
        if found and report.passed and not item.get_closest_marker("holds_secrets"):
            report.outcome = "failed"
            report.longrepr = "a secret got out:\n" + "\n".join(found)
    if call.when == "teardown":
        _forget()
    return report


def _found(item, report):
    for name in ("tmp_path", "_own_directories"):
        folder = item.funcargs.get(name)
        if folder is not None:
            yield from leaks_in(folder)
    for stream in _kept.values():
        if not stream.closed and (found := leak(stream.getvalue().encode("utf-8", "replace"))):
            yield f"a stream of the command: {found}"
    for octets in _printed:
        if found := leak(octets):
            yield f"what a program printed: {found}"
    for name, text in report.sections:
        if found := leak(text.encode("utf-8", "replace")):
            yield f"{name}: {found}"


def _forget():
    _printed.clear()
    _kept.clear()
