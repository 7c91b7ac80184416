"""Where key and secret are kept: in the environment, the system keyring, or a file of the user.

``credentials.json`` in the directory of the configuration says which of the last two it is. It is
written by ``tiksql auth login`` alone, so that no keyring is asked (which may take its time) unless
somebody put something there, and no file is used because a keyring has failed.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from tiksql.api.credentials import Credentials, from_environment
from tiksql.api.quota import key_hash
from tiksql.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE = 5.0
"""Seconds that a statement waits for the keyring."""

FILE_INSTEAD = "tiksql auth login --file keeps them in a file that only you can read"


class Kept(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What ``credentials.json`` says; only ``file`` has the key and the secret in it.

    ``account`` is the hash by which other files name the key.
    """

    kept_in: Literal["keyring", "file"]
    account: str
    client_key: str = ""
    client_secret: str = ""

    def __repr__(self) -> str:
        """Say where, and nothing of what."""
        return f"Kept({self.kept_in}, {self.account})"


def usual_path() -> Path:
    """Return where ``credentials.json`` of this user is."""
    from platformdirs import user_config_path  # noqa: PLC0415 - not for the emulator

    return user_config_path("tiksql") / "credentials.json"


def found(environ: Mapping[str, str], path: Path, patience: float = PATIENCE) -> Credentials | None:
    """Return the credentials from the first place that has some, None where there are none.

    Raise ``CredentialsError`` where a place that should have them does not give them.
    """
    if given := from_environment(environ):
        return given
    kept = read(path)
    if kept is None:
        return None
    return in_keyring(kept, patience) if kept.kept_in == "keyring" else in_file(kept)


def account(environ: Mapping[str, str], path: Path) -> str | None:
    """Name the account that would be used, asking no keyring."""
    if given := from_environment(environ):
        return key_hash(given.client_key)
    kept = read(path)
    return kept.account if kept else None


def in_file(kept: Kept) -> Credentials:
    """Return the credentials that the file itself holds."""
    return Credentials(kept.client_key, kept.client_secret)


def in_keyring(kept: Kept, patience: float) -> Credentials:
    """Return the credentials that the keyring holds; raise ``CredentialsError`` (TS506) if none."""
    _, value = ask_keyring("get", patience=patience)
    try:
        key, secret = json.loads(value or "")
        credentials = Credentials(str(key), str(secret))
    except ValueError:
        credentials = None
    if credentials is None or key_hash(credentials.client_key) != kept.account:
        raise CredentialsError(
            "TS506",
            "the keyring does not hold the credentials that were put there",
            hint="tiksql auth login puts them there again",
        )
    return credentials


def keep_in_keyring(credentials: Credentials, path: Path, patience: float) -> str:
    """Put credentials into the keyring; return its name."""
    value = json.dumps([credentials.client_key, credentials.client_secret])
    name, held = ask_keyring("set", value, patience=patience)
    if held != value:
        raise CredentialsError(
            "TS506", f"the keyring {name} does not keep what it is given", hint=FILE_INSTEAD
        )
    write(Kept("keyring", key_hash(credentials.client_key)), path)
    return name


def keep_in_file(credentials: Credentials, path: Path) -> None:
    """Put credentials into the file, which nobody else can read."""
    key, secret = credentials.client_key, credentials.client_secret
    write(Kept("file", key_hash(key), key, secret), path)


def ask_keyring(do: str, value: str | None = None, *, patience: float) -> tuple[str, str | None]:
    """Have a process ask the keyring; return the keyring's name and what it now holds.

    Raise ``CredentialsError`` (TS506) where it is missing, fails, or lets wait too long.
    """
    import subprocess  # noqa: PLC0415 - few commands ask a keyring

    command = [sys.executable, "-P", "-m", "tiksql.api.keyring_process"]
    try:
        done = subprocess.run(  # noqa: S603 - this program itself
            command,
            input=json.dumps({"do": do, "value": value}),
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CredentialsError(
            "TS506",
            f"the system keyring did not answer within {patience:g} seconds",
            hint=f"unlock it and try again; {FILE_INSTEAD}",
        ) from None
    if done.returncode:
        raise _failed(done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout)
    if "plain" in answer:
        raise CredentialsError(
            "TS506", "the keyring of this computer keeps plain text", hint=FILE_INSTEAD
        )
    return answer["ring"], answer["value"]


def _failed(said: str) -> CredentialsError:
    """Say why the keyring failed by the name of its error alone: a message may hold anything."""
    lines = said.strip().splitlines()
    name = lines[-1].partition(":")[0].rpartition(".")[2] if lines else "no reason"
    if name == "ModuleNotFoundError":
        return CredentialsError(
            "TS506",
            "the system keyring needs keyring, which is not installed",
            hint=f"pip install 'tiksql[keyring]'; or {FILE_INSTEAD}",
        )
    if name == "NoKeyringError":
        return CredentialsError("TS506", "this computer has no keyring", hint=FILE_INSTEAD)
    shown = name if name.isidentifier() else "no reason"
    return CredentialsError("TS506", f"the system keyring failed: {shown}", hint=FILE_INSTEAD)


# --- the file -------------------------------------------------------------------------------------


def read(path: Path) -> Kept | None:
    """Read ``credentials.json``; None where there is none.

    Raise ``CredentialsError`` (TS507) where somebody else could read or have written it.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return None
    except OSError as error:
        link = path.is_symlink()
        why = "is a symbolic link" if link else f"cannot be read: {error.strerror}"
        raise CredentialsError("TS507", f"{path} {why}", hint="tiksql auth logout") from None
    with os.fdopen(handle, "rb") as stream:
        _check_private(path, os.fstat(handle))
        octets = stream.read()
    try:
        return msgspec.json.decode(octets, type=Kept)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise CredentialsError(
            "TS507", f"{path} is damaged", hint="tiksql auth login writes it anew"
        ) from None


def _check_private(path: Path, status: os.stat_result) -> None:
    if os.name != "posix":
        return
    if status.st_uid != os.geteuid() or not stat.S_ISREG(status.st_mode):
        raise CredentialsError("TS507", f"{path} does not belong to you", hint="tiksql auth login")
    if status.st_mode & 0o077:
        raise CredentialsError("TS507", f"{path} can be read by others", hint=f"chmod 600 '{path}'")


def write(kept: Kept, path: Path) -> None:
    """Write ``credentials.json`` so that only its owner can read it, at any time."""
    import tempfile  # noqa: PLC0415 - few commands write it

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".credentials.", dir=path.parent)  # mode 0600
        with os.fdopen(handle, "wb") as stream:
            stream.write(msgspec.json.encode(kept))
        Path(name).replace(path)
    except OSError as error:
        raise CredentialsError("TS507", f"{path} cannot be written: {error.strerror}") from None


def forget(path: Path) -> bool:
    """Remove ``credentials.json``, whatever it is; say whether there was one."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
