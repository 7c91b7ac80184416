"""The checks of ``tiksql doctor``: each says what one thing is like, and what would mend it.

No check changes anything, shows a secret, or costs quota.
"""

from __future__ import annotations

import os
import platform
import shlex
import sqlite3
from importlib import metadata
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from msgspec import Struct

from tiksql.api import keeping
from tiksql.api.credentials import from_environment, permitted
from tiksql.api.quota import key_hash
from tiksql.api.reaching import knock
from tiksql.errors import CredentialsError, TikSQLError
from tiksql.settings import load
from tiksql.store import inspection

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tiksql.api.credentials import Credentials
    from tiksql.api.reaching import Knock
    from tiksql.api.settings import Settings as Line

SKEW = 60.0
"""Seconds that a clock may be wrong: days of quota and tokens depend on it."""

_LIBRARIES = ("duckdb", "httpx", "lark", "msgspec", "prompt_toolkit", "keyring")
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


class Finding(Struct, frozen=True):
    """What one check found; ``status`` is the exit status that a failure ends the command with."""

    check: str
    state: Literal["ok", "warn", "fail"]
    what: str
    fix: str | None = None
    status: int = 0


def failed(check: str, error: TikSQLError) -> Finding:
    """Make a finding of an error."""
    return Finding(check, "fail", error.message, error.hint, error.exit_status)


def versions(version: str) -> Iterator[Finding]:
    """Say what is installed."""
    parts = [f"tiksql {version}", f"Python {platform.python_version()}"]
    parts.append(f"SQLite {sqlite3.sqlite_version}")
    for name in _LIBRARIES:
        try:
            parts.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            parts.append(f"no {name}")
    yield Finding("versions", "ok", ", ".join(parts))


def settings(
    config: Path | None, environ: Mapping[str, str], profile: str | None
) -> Iterator[Finding]:
    """Name every setting that is not the default, and the layer that it is from."""
    place = str(config) if config else "no file is read"
    try:
        found = load(config, environ, profile)
    except TikSQLError as error:
        yield failed("settings", error)
        return
    if config and not config.exists():
        place = f"{config} does not exist, and need not"
    yield Finding("settings", "ok", f"configuration: {place}")
    for name, (value, origin) in found.values.items():
        if origin != "default":
            yield Finding("settings", "ok", f"{name} = {value} ({origin})")


def credentials(environ: Mapping[str, str], path: Path, patience: float) -> Iterator[Finding]:
    """Say where key and secret are, by the hash of the key; a keyring has some seconds."""
    try:
        given, kept = from_environment(environ), keeping.read(path)
        if given:
            yield Finding("credentials", "ok", f"environment: key {key_hash(given.client_key)}")
        if kept and kept.kept_in == "keyring":
            keeping.in_keyring(kept, patience)
    except CredentialsError as error:
        yield failed("credentials", error)
        return
    if kept:
        unused = ", not used" if given else ""
        yield Finding("credentials", "ok", f"{kept.kept_in}: key {kept.account}{unused}")
        if kept.kept_in == "file" and any((up / ".git").exists() for up in path.absolute().parents):
            yield Finding(
                "credentials", "warn", f"{path} lies in a git repository", "never commit it"
            )
    elif not given:
        yield Finding(
            "credentials",
            "warn",
            "there are none",
            "tiksql auth login; or --emulator, which needs none",
        )


def proxies(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Name the proxies of the environment, without user and password."""
    for name in _PROXIES:
        value = environ.get(name) or environ.get(name.lower())
        if value:
            yield Finding("proxy", "ok", f"{name}: {_without_password(value)}")


def _without_password(address: str) -> str:
    head, at, tail = address.rpartition("@")
    return (
        f"{head.partition('://')[0]}://***@{tail}"
        if at and "://" in head
        else (f"***@{tail}" if at else address)
    )


def server(
    line: Line,
    given: Credentials | None,
    now: dt.datetime,
) -> Iterator[Finding]:
    """Ask the server for a token, which costs no quota, and compare its clock with this one."""
    host = urlsplit(line.base_url).netloc
    if given:
        try:
            given = permitted(given, line.base_url, line.allowed_host)
        except CredentialsError as error:
            yield failed("server", error)
            given = None
    found = knock(line, given)
    yield _reached(host, found)
    if found.date:
        yield _clock(found.date, now)


def _reached(host: str, found: Knock) -> Finding:
    match found.verdict:
        case "token":
            return Finding("server", "ok", f"{host} gave a token, which costs no quota")
        case "reached":
            return Finding("server", "ok", f"{host} answers ({found.detail}); no token asked for")
        case "refused":
            fix = "tiksql auth login, or see the key on developers.tiktok.com"
            return Finding("server", "fail", f"{host} refuses key and secret", fix, 3)
        case "redirected":
            fix = "a network that wants a log-in does that; nothing was sent on"
            return Finding("server", "fail", f"{host} points to {found.detail}", fix, 3)
        case "strange":
            fix = "try again later; a network that wants a log-in answers so, too"
            what = f"{host} does not answer as the API does ({found.detail})"
            return Finding("server", "fail", what, fix, 3)
    fix = "see the network, HTTPS_PROXY and the certificates; --emulator needs none"
    return Finding("server", "fail", f"{host} cannot be reached: {found.detail}", fix, 3)


def _clock(theirs: dt.datetime, ours: dt.datetime) -> Finding:
    apart = (ours - theirs).total_seconds()
    if abs(apart) <= SKEW:
        return Finding("clock", "ok", "this clock agrees with the server's")
    way = "ahead of" if apart > 0 else "behind"
    what = f"this clock is {abs(apart):,.0f} seconds {way} the server's"
    return Finding("clock", "warn", what, "set the clock: days of quota are counted by it")


def folders(places: Mapping[str, Path]) -> Iterator[Finding]:
    """Say whether the directories for settings, ledger and cache can be written."""
    for name, folder in places.items():
        existing = next((each for each in (folder, *folder.parents) if each.exists()), folder)
        if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
            yield Finding("folders", "ok", f"{name}: {folder}")
        else:
            fix = f"chmod u+rwx {shlex.quote(str(existing))}"
            yield Finding("folders", "fail", f"{name}: {folder} cannot be written", fix, 6)


def permissions(paths: list[Path]) -> Iterator[Finding]:
    """Warn of files of this user that others can read."""
    for path in paths:
        if os.name == "posix" and path.is_file() and path.stat().st_mode & 0o077:
            fix = f"chmod 600 {shlex.quote(str(path))}"
            yield Finding("permissions", "warn", f"{path} can be read by others", fix)


def studies(paths: list[Path], seconds: float) -> Iterator[Finding]:
    """Check studies for damage, each for at most some seconds, and change nothing of them."""
    for path in paths:
        if not inspection.is_study(path):
            why = "is no study of TikSQL" if path.exists() else "does not exist"
            yield Finding("study", "fail", f"{path} {why}", "name a study file", 6)
            continue
        found = inspection.inspect(path, seconds)
        if found.damage:
            more = f" (and {len(found.damage) - 1:,} more)" if len(found.damage) > 1 else ""
            what = f"{path} is damaged: {found.damage[0]}{more}"
            fix = f"tiksql recover {shlex.quote(str(path))} NEW makes a new one of what is left"
            yield Finding("study", "fail", what, fix, 6)
        elif not found.whole:
            what = f"{path} was not checked to the end in {seconds:g} seconds"
            yield Finding("study", "warn", what, "give it more time: --timeout 600")
        else:
            yield Finding("study", "ok", f"{path} is whole; {found.pages:,} pages are as they came")
