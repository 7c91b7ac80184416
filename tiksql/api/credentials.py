"""Key and secret, and the only places that they may be sent to."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from tiksql.errors import CredentialsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_VARIABLE = "TIKTOK_CLIENT_KEY"
SECRET_VARIABLE = "TIKTOK_CLIENT_SECRET"  # noqa: S105 - the name of a variable
HOME = "open.tiktokapis.com"


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A client key and its secret; neither is ever shown."""

    client_key: str
    client_secret: str

    def __repr__(self) -> str:
        """Say that there are some, and no more."""
        return "Credentials(***)"


def from_environment(environ: Mapping[str, str]) -> Credentials | None:
    """Read key and secret from the environment; None where neither is set.

    Raise ``CredentialsError`` (TS505) for one without the other, or for a value that no header or
    form can carry. A message names the variable, never its value.
    """
    key, secret = _read(environ, KEY_VARIABLE), _read(environ, SECRET_VARIABLE)
    if not key and not secret:
        return None
    for name, value, other in (
        (KEY_VARIABLE, key, SECRET_VARIABLE),
        (SECRET_VARIABLE, secret, KEY_VARIABLE),
    ):
        if not value:
            raise CredentialsError(
                "TS505", f"{name} is not set, although {other} is", hint=f"set {name} too"
            )
    return Credentials(key, secret)


def _read(environ: Mapping[str, str], name: str) -> str:
    """Return a value without what copying and quoting leave around it, or ''."""
    value = environ.get(name, "").strip()
    while len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip()
    if not (value.isascii() and value.isprintable()):
        raise _unfit(name, "contains a character that a key cannot have")
    return value


def typed_in(text: str, what: str) -> str:
    """Return a key or secret that somebody has typed or piped, without the space around it.

    Raise ``CredentialsError`` (TS505) for what cannot be one; it is never part of the message.
    """
    value = text.strip()
    if not value:
        raise _unfit(what, "is empty")
    if not (value.isascii() and value.isprintable()) or set(value) & set(" \"'`"):
        raise _unfit(what, "contains a quote, a space or another character that it cannot have")
    return value


def _unfit(what: str, why: str) -> CredentialsError:
    return CredentialsError(
        "TS505", f"{what} {why}", hint="copy it again from the developer portal"
    )


def check_base_url(url: str, *, allowed_host: str | None) -> str:
    """Return a base URL without a trailing slash, or raise ``UsageError`` (TS610).

    https to any host, plain http to loopback alone; no user, password, query or fragment.
    Whether the host may also be given the credentials is asked of ``may_send_to``;
    ``allowed_host`` is checked here too, because a mistyped one would silently allow nothing.
    """
    if allowed_host is not None and not _is_host(allowed_host):
        raise UsageError("TS610", "the host for the credentials is not a host name")
    if wrong := _fault(url):
        raise UsageError(
            "TS610",
            f"the base URL {wrong}",
            hint="like https://open.tiktokapis.com, or http://127.0.0.1:8080 for the emulator",
        )
    return url.rstrip("/")


def _fault(url: str) -> str:
    """Say what is wrong with a base URL, without repeating it (it may hold a password)."""
    parts = _split(url)
    if parts is None or not parts.hostname:
        return "is not an absolute address"
    if "@" in parts.netloc:
        return "must not contain a user or a password"
    if "?" in url or "#" in url:
        return "must not contain a query or a fragment"
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)):
        return ""
    return "must begin with https:// (http:// is for this computer only)"


def may_send_to(url: str, allowed_host: str | None) -> bool:
    """Whether key, secret and token may go to an address.

    To TikTok and the host that somebody named, by https; to this computer by either.
    """
    parts = _split(url)
    if parts is None or not parts.hostname or "@" in parts.netloc:
        return False
    if is_loopback(parts.hostname):
        return parts.scheme in {"http", "https"}
    named = {HOME, (allowed_host or HOME).lower()}
    return parts.scheme == "https" and parts.hostname in named


def permitted(credentials: Credentials | None, url: str, allowed_host: str | None) -> Credentials:
    """Return the credentials for an address; raise ``CredentialsError`` (TS501, TS503) if none."""
    if credentials is None:
        raise CredentialsError(
            "TS501",
            "there are no credentials",
            hint=f"tiksql auth login, or set {KEY_VARIABLE} and {SECRET_VARIABLE}; or --emulator",
        )
    if not may_send_to(url, allowed_host):
        host = urlsplit(url).hostname
        raise CredentialsError(
            "TS503",
            f"credentials are not sent to {host}",
            hint=f"if it is meant to have them: --send-credentials-to {host}",
        )
    return credentials


def host_of(location: str | None) -> str:
    """Return host and port of an address from elsewhere, '' where it has none."""
    try:
        return urlsplit(location or "").netloc.rpartition("@")[2]
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host is this computer: 127.0.0.0/8, ::1 or localhost."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _split(url: str) -> SplitResult | None:
    """Take an address apart; None for one that others could read in another way."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts


def _is_host(text: str) -> bool:
    parts = _split(f"https://{text}")
    return parts is not None and parts.hostname == text.lower()
