"""One marked secret in the whole suite, and a search for it after every test.

Every key, secret and token of the tests holds `MARK`, and the tokens of the emulator are known by
their form. After each test its files, the streams of every console, the output and the arguments
of other programs, the screens of terminals, the words of every error and what pytest caught are
searched; a test that let one out fails, unless it is marked: `@pytest.mark.holds_secrets(why)`.
"""

from __future__ import annotations

import io
import re
import sqlite3
import subprocess
import zipfile
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from tiksql.console import Console
from tiksql.errors import TikSQLError

MARK = "canary-8f3kq"
KEY, SECRET, TOKEN = f"{MARK}-key", f"{MARK}-secret+/2", f"clt.{MARK}-token"

LEAK = re.compile(rb"%b|clt\.[0-9a-f]{48}" % MARK.encode())
"""The mark, or a token as the emulator gives it out."""

KEPT = {
    "credentials.json": "where auth login --file puts them",
    "real": "the same, which a test has moved away",
    "held": "the keyring of a test",
    "fake_ring.py": "its program, whose errors hold the secret",
    "file.py": "the same under the name of a keyring that keeps plain text",
}
"""Files that may hold the secret, each with the reason."""

SERVERS = ("emulator", "tiksql.emulator")
"""Programs that are told on their command line which made-up key they take."""


KEYRING = "tiksql.api.keyring_process"
"""The one program that is told and answers secrets, through pipes that nobody else has."""

OF_A_COMMAND_LINE = "TS601"
"""What argparse says may repeat an argument; ``auth`` replaces it, and the streams are searched."""


class Seen:
    """What one test has let out so far: texts, streams that are still written to, leaks."""

    def __init__(self):
        self.texts, self.streams = [], []

    def everything(self):
        yield from self.texts
        for name, stream in self.streams:
            if not stream.closed:
                yield name, stream.getvalue()

    def leaks(self):
        """Name everything that holds the secret; none is repeated."""
        for name, text in self.everything():
            octets = text if isinstance(text, bytes) else str(text).encode("utf-8", "replace")
            if LEAK.search(octets):
                yield name


SEEN = Seen()


def leak(octets):
    """Say whether some bytes hold a secret."""
    return bool(LEAK.search(octets))


def see(name, text):
    """Have a text searched after the test; ``name`` is what the failure calls it."""
    if text:
        SEEN.texts.append((name, text))


def files_that_leak(folder):
    """Name the files under a folder that hold the secret, also within what is packed."""
    for path in Path(folder).rglob("*"):
        if path.is_symlink() or not path.is_file() or path.name in KEPT:
            continue
        try:
            octets = path.read_bytes()
        except OSError:
            continue  # a test took the right to read it, or another program removed it
        if LEAK.search(octets) or any(map(LEAK.search, unpacked(path, octets))):
            yield f"the file {path.name}"


def unpacked(path, octets):
    """Return what a workbook or a study holds in packed form."""
    if octets.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif octets.startswith(b"SQLite format 3\x00") and b"sha256 BLOB" in octets[:200_000]:
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as base:
                contents = [row[0] for row in base.execute("SELECT content FROM pages LIMIT 200")]
            yield from map(zlib.decompress, contents)
        except (sqlite3.Error, zlib.error, TypeError, UnicodeDecodeError):
            return  # a test has damaged it


def listen(monkeypatch):
    """Listen where texts leave the program."""
    of_console, of_error = Console.__init__, TikSQLError.__init__
    of_program, said = subprocess.Popen.__init__, subprocess.Popen.communicate

    def console(self, stdin, stdout, stderr, environ):
        of_console(self, stdin, stdout, stderr, environ)
        for name, stream in (("standard output", stdout), ("standard error", stderr)):
            if isinstance(stream, io.StringIO):
                SEEN.streams.append((name, stream))

    def error(self, code, message, *, hint=None):
        of_error(self, code, message, hint=hint)
        if code != OF_A_COMMAND_LINE:
            see(f"the error {code}", f"{message} {hint}")

    def program(self, args, *more, **options):
        words = [args] if isinstance(args, str | bytes) else list(map(str, args))
        if not any(word in SERVERS for word in words):
            see("the arguments of a program", " ".join(map(str, words)))
        of_program(self, args, *more, **options)

    def communicate(self, *given, **options):
        out, err = said(self, *given, **options)
        if KEYRING not in self.args:
            see("the output of a program", out)
            see("the errors of a program", err)
        return out, err

    monkeypatch.setattr(Console, "__init__", console)
    monkeypatch.setattr(TikSQLError, "__init__", error)
    monkeypatch.setattr(subprocess.Popen, "__init__", program)
    monkeypatch.setattr(subprocess.Popen, "communicate", communicate)


def pytest_configure(config):
    patch = pytest.MonkeyPatch()
    listen(patch)
    config.add_cleanup(patch.undo)
    config.addinivalue_line(
        "markers", "holds_secrets(why): a test whose files or streams have to hold the secret"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol():
    SEEN.__init__()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item):
    folders = [
        item.funcargs[name]
        for name in ("_own_directories", "tmp_path")
        if name in (item.funcargs or {})
    ]
    done = yield
    for _, kind, text in item._report_sections:
        see(f"what pytest caught of {kind}", text)
    found = sorted({*SEEN.leaks(), *(name for each in folders for name in files_that_leak(each))})
    if found and not item.get_closest_marker("holds_secrets"):
        pytest.fail(f"a secret got out: it is in {', '.join(found)}", pytrace=False)
    return done
