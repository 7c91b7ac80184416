"""Files of the user: scripts that are read, results that are written."""

from __future__ import annotations

import os
from codecs import utf_8_decode
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from tiksql.authors import doubt
from tiksql.errors import OutputError, ParseError, UsageError
from tiksql.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator


MOST_OCTETS = 4 * 2**20
"""Size of a file of requests; a plan of ours for ten years of windows has a hundredth of it."""

MOST_READ = 4 * 2**20 + 4
"""Octets of a script that are read: more characters than the parser takes, which then says so."""

MOST_LISTED = 64 * 2**20
"""Size of a list of values; a statement takes 100,000 of them."""


def read_script(name: str, most: int | None = None) -> Source:
    """Read a file as a script; raise ``UsageError`` where there is none, or too much of it."""
    try:
        with Path(name).open("rb") as stream:
            source = decoded(_octets(stream, name, most), name)
            return replace(source, doubt=doubt(stream.fileno(), name))
    except OSError as error:
        raise UsageError("TS607", f"{name} cannot be read: {error.strerror}") from None
    except ValueError:
        raise _no_name(name) from None


def typed_path(name: str) -> Path:
    """Return the path that somebody typed, ``~`` being a home; raise ``UsageError`` for none."""
    try:
        path = Path(name).expanduser()
        os.fsencode(path)
    except (RuntimeError, UnicodeEncodeError):
        raise _no_name(name) from None
    if "\0" in name:
        raise _no_name(name)
    return path


def _no_name(name: str) -> UsageError:
    return UsageError("TS607", f"no file can be called {name}")


def read_lines(name: str) -> list[str]:
    """Read the lines of a file that are not blank."""
    text = read_script(name, MOST_LISTED).text.removeprefix("\ufeff")
    return [line.strip() for line in text.split("\n") if line.strip()]


def read_input(stream: BinaryIO, most: int | None = None) -> Source:
    """Read standard input as a script."""
    return decoded(_octets(stream, "<stdin>", most), "<stdin>")


def _octets(stream: BinaryIO, name: str, most: int | None) -> bytes:
    """Read a stream, but no more of it than is allowed; of a script, as much as can be judged."""
    octets = stream.read(MOST_READ if most is None else most + 1)
    if most is not None and len(octets) > most:
        raise UsageError(
            "TS641",
            f"{name} is larger than the {most:,} bytes that are allowed",
            hint="of requests, give those and not the answers; part a long list",
        )
    return octets


def typed(word: str, name: str) -> Source:
    """Read a word of the command line, which has to be UTF-8 whatever the locale makes of it."""
    if word.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in word):
        return Source(word, name)
    return decoded(os.fsencode(word), name)


def decoded(octets: bytes, name: str) -> Source:
    """Read a script, which has to be UTF-8; raise ``ParseError`` at the first byte that is not."""
    try:
        # What was read as far as allowed may end within a character.
        return Source(utf_8_decode(octets, "strict", len(octets) < MOST_READ)[0], name)
    except UnicodeDecodeError as wrong:
        utf_16 = octets[:2] in {b"\xff\xfe", b"\xfe\xff"}
        before = octets[: wrong.start].decode("utf-8")
        error = ParseError(
            "TS100",
            f"{name} is UTF-16, not UTF-8" if utf_16 else f"{name} is not UTF-8 here",
            span=Span(len(before), len(before) + 1),
            hint="save the script as UTF-8",
        )
        error.source = Source(before + "\ufffd", name)
        raise error from None


@contextmanager
def written_aside(path: Path) -> Iterator[TextIO]:
    """Write a file beside its place and move it there when it is whole; raise ``OutputError``.

    A link is followed, and a device or a pipe written to directly: neither can be replaced.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                yield stream
        else:
            with _replacing(path.resolve()) as stream:
                yield stream
    except OSError as error:
        raise OutputError("TS701", f"{path} cannot be written: {error.strerror}") from None


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    import tempfile  # noqa: PLC0415 - only for -o

    if path.is_dir():
        raise IsADirectoryError(0, "it is a directory")
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    temporary = Path(name)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as stream:  # noqa: PTH123 - a handle
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode(path))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """Return the permissions of a file that is replaced, or those that a new one gets."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
