"""How requests are read: as leniently as real clients need it, and no more.

Accepted: JSON under any Content-Type; a form whose ``query`` is a JSON text; numbers as digits;
null, "" and absence alike; ``fields`` with spaces (peers: helper, official, gidzel, adinagit).
Keys of the body that the API does not know are ignored, keys of conditions are not.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

from tiksql.emulator.envelope import invalid, invalid_value

if TYPE_CHECKING:
    from collections.abc import Iterable

_DATE = re.compile(r"[0-9]{8}")
_NUMBER = re.compile(r"-?[0-9]{1,20}")

BEYOND_IDS = 2**63

Body = dict[str, Any]


def read_body(raw: bytes) -> Body:
    """Read a body, whatever its Content-Type says."""
    if raw.lstrip()[:1] in {b"{", b"["}:
        return _object(raw, "the request body")
    try:
        form = parse_qsl(raw.decode(), strict_parsing=True, keep_blank_values=True)
    except ValueError:
        raise invalid("the request body is neither JSON nor a form") from None
    return dict(form)


def read_object(value: object, name: str) -> Body:
    """Read a value that must be an object, or the JSON text of one."""
    if isinstance(value, str):
        value = _object(value.encode(), f"`{name}`")
    if not isinstance(value, dict):
        raise invalid(f"`{name}` is invalid: it must be an object")
    return value


def read_fields(given: Iterable[str], known: frozenset[str]) -> frozenset[str]:
    """Read the ``fields`` of the URL: names between commas, of which all must be known."""
    names = [name.strip() for text in given for name in text.split(",")]
    wanted = frozenset(name for name in names if name)
    if not wanted:
        raise invalid("`fields` is required: name at least one field in the URL")
    if unknown := sorted(wanted - known):
        raise invalid_value("fields", unknown[0], "unknown field")
    return wanted


def read_date(body: Body, name: str) -> dt.date:
    """Read a required UTC day, written YYYYMMDD."""
    value = body.get(name)
    if value in (None, ""):
        raise invalid(f"`{name}` is required: a UTC date as YYYYMMDD")
    if (day := to_date(value)) is None:
        raise invalid_value(name, value, "it must be a date as YYYYMMDD")
    return day


def read_number(body: Body, name: str, default: int) -> int:
    """Read a whole number, as a number or as digits."""
    value = body.get(name)
    if value in (None, ""):
        return default
    if (number := to_number(value)) is None:
        raise invalid_value(name, value, "it must be a whole number")
    return number


def read_id(body: Body, name: str) -> int | None:
    """Read a number of 64 bits, as a number or as digits; nothing where there is none."""
    value = body.get(name)
    if value in (None, ""):
        return None
    if (number := to_number(value)) is None or not 0 <= number < BEYOND_IDS:
        raise invalid_value(name, value, "it must be an id")
    return number


def read_flag(body: Body, name: str) -> bool:
    """Read a boolean, in a form also as a word."""
    value = body.get(name)
    if isinstance(value, str) and value.lower() in {"true", "false", ""}:
        return value.lower() == "true"
    if value is None or isinstance(value, bool):
        return bool(value)
    raise invalid_value(name, value, "it must be true or false")


def read_text(body: Body, name: str) -> str:
    """Read a text; a number stands for its digits, and nothing for an empty one."""
    value = body.get(name)
    if value is None:
        return ""
    if (text := to_text(value)) is None:
        raise invalid(f"`{name}` is invalid: it must be a string")
    return text


def to_text(value: object) -> str | None:
    """Take a string, or a whole number as its digits; nothing else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def to_number(value: object) -> int | None:
    """Take a whole number, or its digits; nothing else."""
    text = to_text(value)
    return int(text) if text is not None and _NUMBER.fullmatch(text) else None


def to_date(value: object) -> dt.date | None:
    """Take a day that exists, written YYYYMMDD; nothing else."""
    text = to_text(value)
    if text is None or not _DATE.fullmatch(text):
        return None
    try:
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _object(raw: bytes, name: str) -> Body:
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise invalid(f"{name} is not valid JSON") from None
    if not isinstance(value, dict):
        raise invalid(f"{name} is not a JSON object")
    return value
