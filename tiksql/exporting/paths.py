"""Where an export may lie: under the working directory, under a name that any computer can hold.

The path of a ``COPY`` may come from a script that somebody else wrote, so it is not trusted: no
way up, no way through a link, no device. ``--allow-outside`` lifts the first of these and nothing
else.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from tiksql.errors import OutputError, ResolveError, TikSQLError
from tiksql.output.sanitize import visible

if TYPE_CHECKING:
    from tiksql.source import Span

OUTSIDE = "--allow-outside permits it"
RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"}
)
"""Names that are devices on Windows, whatever their suffix."""

_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\]').search
_PERIOD = re.compile(r"(?:year|month|day)=\S+").fullmatch
_PART_FILE = re.compile(r"part-[0-9]+\.parquet").fullmatch


def checked(text: str, span: Span, *, outside: bool) -> Path:
    """Return the path that a text names; raise ``ResolveError`` (TS271) where none may lie.

    ``outside`` permits paths that are not under the working directory.
    """
    if not text.strip():
        raise _refused("the path is empty", span, "TO 'rows.csv'")
    if not text.isprintable() or visible(text) != text or not _encodable(text):
        raise _refused("the path holds a character that no name should", span)
    path = Path(text)
    parts = path.parts[1:] if path.anchor else path.parts
    if text.endswith(("/", os.sep)) and parts:
        raise _refused("the path ends with a slash; name the file or directory", span)
    if not parts or parts[-1] == "..":
        raise _refused("the path names no file", span, "TO 'rows.csv'")
    for part in parts:
        _check_name(part, span)
    if not outside:
        _check_inside(path, parts, span)
    return path


def check_target(path: Path, span: Span, *, directory: bool, overwrite: bool) -> None:
    """Raise where a file (or directory) cannot or must not be written under a path.

    ``ResolveError`` (TS272) for what stands there, ``OutputError`` (TS702) for where it stands.
    """
    try:
        _check_parent(path, span)
        if (mode := _mode(path)) is not None:
            _check_standing(path, mode, span, directory=directory)
            if not overwrite:
                raise _standing(f"{path} exists", span, "add the option OVERWRITE to replace it")
    except OSError as error:
        raise _placed(_unwritable(path, error.strerror or "it is refused"), span) from None


def _check_name(part: str, span: Span) -> None:
    if _UNFIT(part):
        raise _refused(
            f'"{part}" holds a character that not every computer takes in a name',
            span,
            r"names are free of < > : | ? * \ and double quotes",
        )
    if part.partition(".")[0].rstrip(" ").lower() in RESERVED:
        raise _refused(f'"{part}" is the name of a device on Windows', span)
    if part not in {".", ".."} and part.endswith((".", " ")):
        raise _refused(f'"{part}" ends with a full stop or a space', span)


def _check_inside(path: PurePath, parts: tuple[str, ...], span: Span) -> None:
    if ".." in parts:
        raise _refused("the path leads up, out of the working directory", span, OUTSIDE)
    here = Path.cwd().resolve()
    try:
        parent = (here / path).parent.resolve()
    except (OSError, RuntimeError):  # a ring of links
        raise _refused("the path leads through links without an end", span) from None
    if not parent.is_relative_to(here):
        raise _refused(f"{path} does not lie under the working directory", span, OUTSIDE)


def _check_parent(path: Path, span: Span) -> None:
    parent = path.parent
    if not parent.is_dir():
        raise _placed(_unwritable(path, f"there is no directory {parent}"), span)
    if not os.access(parent, os.W_OK | os.X_OK):
        raise _placed(_unwritable(path, f"the directory {parent} is not writable"), span)


def _check_standing(path: Path, mode: int, span: Span, *, directory: bool) -> None:
    if stat.S_ISLNK(mode):
        raise _standing(f"{path} is a symbolic link", span, "name the file itself")
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise _standing(f"{path} is a device or a pipe, no file", span)
    if stat.S_ISDIR(mode) and not directory:
        raise _standing(f"{path} is a directory", span, f"TO '{path / 'rows.csv'}'")
    if directory and not stat.S_ISDIR(mode):
        raise _standing(f"{path} is a file, and PARTITION_BY makes a directory", span)
    if directory and not is_data_set(path):
        raise _standing(f"{path} holds other things than an export, and is not replaced", span)


def is_data_set(path: Path) -> bool:
    """Say whether a directory holds nothing but what a partitioned export writes."""
    folders = [part for part in path.iterdir() if not _is_part(part)]
    return all(
        _PERIOD(folder.name)
        and folder.is_dir()
        and not folder.is_symlink()
        and all(map(_is_part, folder.iterdir()))
        for folder in folders
    )


def _is_part(path: Path) -> bool:
    return bool(_PART_FILE(path.name)) and path.is_file()


def _mode(path: Path) -> int | None:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None


def _encodable(text: str) -> bool:
    try:
        os.fsencode(text)
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refused(message: str, span: Span, hint: str | None = None) -> ResolveError:
    return ResolveError("TS271", message, span=span, hint=hint)


def _standing(message: str, span: Span, hint: str | None = None) -> ResolveError:
    return ResolveError("TS272", message, span=span, hint=hint)


def _unwritable(path: Path, why: str) -> OutputError:
    return OutputError("TS702", f"{path} cannot be written: {why}")


def _placed(error: TikSQLError, span: Span) -> TikSQLError:
    error.span = span
    return error
