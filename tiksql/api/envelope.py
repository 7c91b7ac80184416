"""An answer, taken apart just far enough to see what it is and how it goes on.

``{"data": {…}, "error": {"code", "message", "log_id"}}`` (REF). The list of records stays the bytes
that came, because whoever wants columns decodes it in one go.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiksql.catalog import Table


class MalformedError(ValueError):
    """The body is not an answer of the API; the text says why."""


class Fault(msgspec.Struct):
    """The error object; some endpoints write ``msg`` (CLIENTS)."""

    code: str | int | None = None
    message: str | None = None
    msg: str | None = None
    log_id: str | int | None = None


class Answer(msgspec.Struct):
    """One answer; ``records`` is a JSON array of ``count`` records, where ``code`` is ok.

    ``has_more``, ``cursor`` and ``search_id`` are None where the answer does not say.
    """

    code: str
    message: str = ""
    log_id: str = ""
    records: bytes | msgspec.Raw = b"[]"
    count: int = 0
    cursor: int | None = None
    has_more: bool | None = None
    search_id: str | None = None


_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_FAULT = msgspec.json.Decoder(Fault | None)
_CURSOR: msgspec.json.Decoder[int | str | None] = msgspec.json.Decoder(int | str | None)
_TRUTH: msgspec.json.Decoder[bool | str | None] = msgspec.json.Decoder(bool | str | None)
_SEARCH: msgspec.json.Decoder[str | int | None] = msgspec.json.Decoder(str | int | None)
_NULL = msgspec.Raw(b"null")
_FOLLOWED = {"search", "index", "time"}


def read_answer(table: Table, raw: bytes) -> Answer:
    """Take an answer apart; raise ``MalformedError`` where it is none.

    Text that is not Unicode (broken UTF-8, half a surrogate pair) becomes U+FFFD in ``records``.
    """
    try:
        return _read(table, _unicode(raw))
    except msgspec.DecodeError as error:
        repaired = _whole_pairs(raw)
        if repaired == raw:
            raise MalformedError(str(error)) from None
    except RecursionError:
        raise MalformedError("it is nested too deeply") from None
    return read_answer(table, repaired)


def _read(table: Table, raw: bytes) -> Answer:
    envelope = _members(raw.strip())
    answer = _complaint(table, envelope)
    if answer.code == "ok":
        data = envelope.get("data", _NULL)
        if _is_null(data):
            raise MalformedError("it has no data")
        _fill(answer, table, data)
    return answer


def _complaint(table: Table, envelope: Mapping[str, msgspec.Raw]) -> Answer:
    """Read the error object, which the samples of the shop endpoints do not have (REF)."""
    fault = _FAULT.decode(envelope.get("error", _NULL))
    if fault is None and table.fields_in == "body":
        return Answer("ok")
    if fault is None or fault.code is None or fault.code == "":
        raise MalformedError("it has no error object")
    message = fault.message or fault.msg or ""
    return Answer(str(fault.code), message, str(fault.log_id or ""))


def _fill(answer: Answer, table: Table, data: msgspec.Raw) -> None:
    """Read paging and records; a table without list keys has one record, ``data`` itself."""
    members = _members(data)
    answer.cursor = _cursor(members)
    answer.has_more = _has_more(members)
    search_id = _SEARCH.decode(members.get("search_id", _NULL))
    answer.search_id = None if search_id is None else str(search_id) or None
    if not table.list_keys:
        answer.records, answer.count = b"[" + bytes(data) + b"]", 1
    elif (records := _records(members, table.list_keys)) is not None:
        answer.records, answer.count = records, len(_LIST.decode(records))
    elif answer.has_more is None and table.paging.kind in _FOLLOWED:
        raise MalformedError(f"it has no {table.list_keys[0]}")
    elif other := next((name for name, raw in members.items() if _is_filled_list(raw)), None):
        raise MalformedError(f"it has no {table.list_keys[0]}, but a list {other[:40]!r}")


def _records(members: Mapping[str, msgspec.Raw], list_keys: tuple[str, ...]) -> msgspec.Raw | None:
    """Find the list under any of its names; null is an empty one, left out as such."""
    found = (members[key] for key in list_keys if key in members)
    return next((records for records in found if not _is_null(records)), None)


def _is_filled_list(raw: msgspec.Raw) -> bool:
    text = bytes(raw)
    return text.startswith(b"[") and text[1:].strip() != b"]"


def _is_null(raw: msgspec.Raw) -> bool:
    return len(raw) == len(_NULL) and bytes(raw) == b"null"


def _cursor(members: Mapping[str, msgspec.Raw]) -> int | None:
    """Read a cursor, which may come as text (CLIENTS)."""
    value = _CURSOR.decode(members.get("cursor", _NULL))
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"-?[0-9]{1,20}", value, re.ASCII) else None
    return value


def _has_more(members: Mapping[str, msgspec.Raw]) -> bool | None:
    value = _TRUTH.decode(members.get("has_more", _NULL))
    return value.lower() == "true" if isinstance(value, str) else value


def _members(text: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    """Take an object apart; raise where a key comes twice, as readers disagree on such.

    The lengths of the members tell whether anything is hidden, for the two usual ways to write an
    object: without spaces, and with one after each comma and colon. Others get a closer look.
    """
    members = _OBJECT.decode(text)
    spaces = len(text) - 1 - sum(len(name) + len(raw) + 4 for name, raw in members.items())
    if spaces not in {0, 2 * len(members) - 1} and _has_twins(bytes(text)):
        raise MalformedError("a key comes twice")
    return members


def _has_twins(text: bytes) -> bool:
    pairs = json.loads(text, object_pairs_hook=list, parse_int=str, parse_float=str)
    return len({name for name, _ in pairs}) < len(pairs)


def _unicode(raw: bytes) -> bytes:
    """Return a body as it is, or with U+FFFD for what is not UTF-8."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode(errors="replace").encode()
    return raw


_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def _whole_pairs(raw: bytes) -> bytes:
    """Replace each escape that is half a surrogate pair, which no text can hold."""
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], raw)
