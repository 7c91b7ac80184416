"""``tiksql auth``: put key and secret where only their owner gets at them, and take them away.

Nothing here ever shows one of them: an account is named by the hash of its key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.api import keeping
from tiksql.api.credentials import (
    KEY_VARIABLE,
    SECRET_VARIABLE,
    Credentials,
    from_environment,
    typed_in,
)
from tiksql.api.quota import key_hash
from tiksql.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tiksql.api.keeping import Kept
    from tiksql.console import Console

PATIENCE = 30.0
"""Seconds that somebody has to unlock the keyring."""

MOST = 4096
"""Bytes that are read from a pipe: two lines."""

NONE_AT_ALL = 3


def run(action: str, in_file: bool, console: Console) -> int:  # noqa: FBT001 - as it was written
    """Do what ``tiksql auth`` was asked for; return its exit status."""
    path = keeping.usual_path()
    match action:
        case "login":
            return login(console, path, hidden, in_file=in_file)
        case "logout":
            return logout(console, path)
    return status(console, path)


def login(console: Console, path: Path, ask: Callable[[str], str], *, in_file: bool) -> int:
    """Ask for key and secret and keep them: in the keyring, or in a file if that was asked for.

    ``ask`` shows a prompt and reads a line without showing it; a pipe gives two lines instead.
    """
    if console.stdin.isatty():
        key, secret = ask("client key (not shown): "), ask("client secret (not shown): ")
    else:
        key, secret = _piped(console)
    credentials = Credentials(
        typed_in(key, "the client key"), typed_in(secret, "the client secret")
    )
    if in_file:
        keeping.keep_in_file(credentials, path)
        where = f"the file {path}, which only you can read"
        if any((parent / ".git").exists() for parent in path.absolute().parents):
            console.stderr.write("note: this file lies in a git repository; never commit it\n")
    else:
        name = keeping.keep_in_keyring(credentials, path, PATIENCE)
        where = f"the system keyring ({name})"
    from tiksql.output.sanitize import visible  # noqa: PLC0415 - where it is kept has any name

    said = f"key {key_hash(credentials.client_key)} is kept in {where}"
    console.stderr.write(visible(said) + "\n")
    if _variables(console):
        console.stderr.write(f"note: {KEY_VARIABLE} is set, and goes first\n")
    return 0


def hidden(prompt: str) -> str:
    """Read a line from the terminal without showing it; raise ``CredentialsError`` without one."""
    import getpass  # noqa: PLC0415 - only where somebody types
    import warnings  # noqa: PLC0415 - see above

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)  # it would be shown
        try:
            return getpass.getpass(prompt)
        except (EOFError, getpass.GetPassWarning):
            raise CredentialsError(
                "TS505",
                "this terminal gives no line that is not shown",
                hint="pipe two lines in: the client key, then the client secret",
            ) from None


def _piped(console: Console) -> list[str]:
    lines = console.stdin.buffer.read(MOST).decode("utf-8", "replace").split("\n")
    given = [line for line in lines if line.strip()]
    if len(given) != 2:  # noqa: PLR2004 - the key and the secret
        raise CredentialsError(
            "TS505",
            f"standard input has {len(given)} lines, and two are needed",
            hint="the client key on the first line, the client secret on the second",
        )
    return given


def status(console: Console, path: Path) -> int:
    """Say where credentials are and which are used, never what they are; 3 if there are none."""
    lines = []
    if given := from_environment(console.environ):
        lines.append(f"environment: key {key_hash(given.client_key)}")
    if kept := keeping.read(path):
        lines.append(f"{kept.kept_in}: key {kept.account}{_state(kept)}")
    if not lines:
        console.stdout.write("no credentials: set the environment, or tiksql auth login\n")
        return NONE_AT_ALL
    lines[0] += " (used)"
    console.stdout.write(console.shown("".join(f"{line}\n" for line in lines)))
    return 0


def _state(kept: Kept) -> str:
    """Say whether the keyring gives what it was given."""
    if kept.kept_in == "file":
        return ""
    try:
        keeping.in_keyring(kept, PATIENCE)
    except CredentialsError as error:
        return f", but {error.message}"
    return ""


def logout(console: Console, path: Path) -> int:
    """Take away what ``login`` kept."""
    try:
        kept = keeping.read(path)
    except CredentialsError:
        kept = None  # whatever it is, it goes
    if kept and kept.kept_in == "keyring":
        keeping.ask_keyring("delete", patience=PATIENCE)
    gone = keeping.forget(path)
    console.stderr.write("the credentials are gone\n" if gone else "there were none\n")
    if _variables(console):
        console.stderr.write(f"note: {KEY_VARIABLE} or {SECRET_VARIABLE} is still set\n")
    return 0


def _variables(console: Console) -> bool:
    return any(console.environ.get(name) for name in (KEY_VARIABLE, SECRET_VARIABLE))
