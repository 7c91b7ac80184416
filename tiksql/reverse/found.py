"""What a file holds: requests, as far as they can be told apart before they are understood.

A JSON file is one body, a list of bodies, JSON Lines, or a plan as ``--to json`` prints it. A body
that comes without an address is known by its keys.
"""

from __future__ import annotations

import datetime as dt
from urllib.parse import unquote

from msgspec import Struct

from tiksql.catalog import Catalog, Table
from tiksql.reverse.conditions import GROUPS
from tiksql.reverse.jsontext import Value, values
from tiksql.reverse.text import Named, Notes, Text, shown, wrong
from tiksql.source import Span
from tiksql.spelling import nearest

RESPONSE = frozenset({"has_more", "log_id"})
"""Keys that only answers have, besides ``data`` with ``error`` and the names of their lists."""


class Wanted(Struct, frozen=True):
    """What was said on the command line about requests that do not say it themselves."""

    fields: tuple[Named, ...] | None = None
    fields_text: str = ""
    table: str | None = None
    days: tuple[dt.date, dt.date] | None = None


class Found(Struct, frozen=True):
    """One request: its address, its fields (None where nobody names them), and its body."""

    table: Table
    fields: tuple[Named, ...] | None
    body: Value
    place: Span


class Document(Struct, frozen=True):
    """A plan as ``--to json`` prints it; ``lost`` is what only its statement says."""

    statement: Value
    plan: Value
    lost: tuple[str, ...]


class Reading(Struct):
    """One file on its way from text to requests."""

    catalog: Catalog
    wanted: Wanted
    notes: Notes
    secrets: list[Span] = []
    found: list[Found] = []
    documents: list[tuple[Document, list[Found]]] = []


def from_json(text: Text, reading: Reading) -> None:
    """Find the requests of a JSON file."""
    empty = True
    for value in values(text, reading.notes):
        _found(value, reading)
        empty = False
    if empty:
        raise wrong("TS150", "there is nothing in this text", text.place(0, 0))


def _found(value: Value, reading: Reading) -> None:
    if value.kind == "array" and value.items:
        for item in value.items:
            _found(item, reading)
    elif value.kind != "object":
        raise wrong("TS153", "this is no request", value.span, 'a request is {"query": …}')
    elif "requests" in value.members and "statement" in value.members:
        _document(value, reading)
    else:
        reading.found.append(request_of(value, reading))


def _document(value: Value, reading: Reading) -> None:
    local = value.members.get("local", value).members
    lost = [
        name
        for name in ("filter", "sort", "limit", "query")
        if (member := local.get(name)) and (member.says or member.items)
    ]
    document = Document(value.members["statement"], value, tuple(lost))
    requests = value.members["requests"].items
    if any(_depends(each) for each in requests):
        reading.documents.append((document, []))
    else:
        reading.documents.append((document, [request_of(each, reading) for each in requests]))


def _depends(request: Value) -> bool:
    body = request.members.get("body", request)
    return any("$keys_of" in member.members for member in body.members.values())


def request_of(value: Value, reading: Reading) -> Found:
    """Read one request: a body, or an object that has one as ``body``, with url and fields."""
    members = value.members
    _check_request(value, reading.catalog)
    if "body" not in members or members["body"].kind != "object":
        return found(value, None, None, reading)
    url, fields = members.get("url"), members.get("fields")
    named = None if fields is None else listed(fields)
    table = address = None
    if url is not None and url.kind == "string":
        address = Text(str(url.says), _at(url))
        table, asked = addressed(address, reading)
        named = asked if named is None else named
    return found(members["body"], table, named, reading)


def _at(value: Value) -> range | list[int]:
    """Place the characters of a string; where some were escaped, all lie at its start."""
    length = len(str(value.says))
    start = value.span.start + 1
    plain = value.span.end - value.span.start == length + 2
    return range(start, start + length + 1) if plain else [start] * (length + 1)


def _check_request(value: Value, catalog: Catalog) -> None:
    names = {name for table in catalog.tables.values() for name in table.list_keys}
    members = value.members
    answer = ("data" in members and "error" in members) or members.keys() & (names | RESPONSE)
    if value.kind != "object":
        raise wrong("TS153", "this is no request", value.span, 'a request is {"query": …}')
    if answer:
        raise wrong(
            "TS154",
            "this is an answer of the API, not a request",
            value.span,
            "the request is what was sent to get it: its query, start_date and end_date",
        )


def found(
    body: Value, table: Table | None, fields: tuple[Named, ...] | None, reading: Reading
) -> Found:
    """Put a request together; the command line says what it does not say itself."""
    _check_request(body, reading.catalog)
    table = table or _wanted_table(reading, body.span) or _guessed(body, reading.catalog)
    if table.needs == "conditions" and "query" not in body.members:
        body = _wrapped(body)
    inside = body.members.get("fields")
    if inside is not None and not inside.is_null:
        if table.fields_in != "body":
            place = body.names["fields"]
            reading.notes.add("fields of the body were read as those of the address", place)
        fields = listed(inside)
    if reading.wanted.fields is not None and not fields:
        fields = reading.wanted.fields
    return Found(table, fields, body, body.span)


def _wrapped(body: Value) -> Value:
    """Make a body of a lone query, such as the helper keeps in its files."""
    groups = [name for name in body.members if name.lower() in GROUPS]
    if not groups:
        return body
    rest = {name: value for name, value in body.members.items() if name not in groups}
    names = {name: place for name, place in body.names.items() if name not in groups}
    query = Value(
        "object",
        body.span,
        members={name: body.members[name] for name in groups},
        names={name: body.names[name] for name in groups},
    )
    members = {"query": query, **rest}
    return Value("object", body.span, members=members, names={"query": body.span, **names})


def listed(fields: Value) -> tuple[Named, ...] | None:
    """Read fields given as a list of names, or as one text with commas; None for none."""
    if fields.is_null:
        return None
    if fields.kind == "string":
        return split(Text(str(fields.says), _at(fields)))
    if fields.kind != "array" or any(item.kind != "string" for item in fields.items):
        raise wrong("TS155", "fields are names", fields.span, '"id,username" or ["id", "username"]')
    return tuple(Named(str(item.says), item.span) for item in fields.items) or None


def split(text: Text) -> tuple[Named, ...]:
    """Split a text at its commas into names and their places."""
    names, start = [], 0
    for part in text.text.split(","):
        name = part.strip()
        if name:
            first = start + part.index(name)
            names.append(Named(name, text.place(first, first + len(name))))
        start += len(part) + 1
    return tuple(names)


def addressed(url: Text, reading: Reading) -> tuple[Table | None, tuple[Named, ...] | None]:
    """Read an address: the table, None if it is no endpoint of research, and its fields."""
    address, _, query = url.text.partition("?")
    at = address.find("/v2/")
    if at < 0:
        return None, None
    path = address[at:].split("#")[0].rstrip("/") + "/"
    if path == reading.catalog.token_path:
        return None, None
    table = next((t for t in reading.catalog.tables.values() if t.path == path), None)
    if table is None:
        near = nearest(path, [t.path for t in reading.catalog.tables.values()])
        spot = url.place(at, len(address))
        hint = f"did you mean {near}?" if near else "tiksql schema lists what there is"
        raise wrong("TS156", f"there is no endpoint {shown(path)}", spot, hint)
    return table, _fields_of(url, len(address) + 1, query)


def _fields_of(url: Text, start: int, query: str) -> tuple[Named, ...] | None:
    for part in query.split("&"):
        name, _, _ = part.partition("=")
        if name.strip() == "fields":
            text = url.part(start + len(name) + 1, start + len(part))
            return split(unquoted(text)) or None
        start += len(part) + 1
    return None


def unquoted(text: Text) -> Text:
    """Undo the percent signs of an address."""
    pieces, offsets, at = [], [], 0
    while at < len(text.text):
        coded = text.text[at] == "%" and len(text.text) > at + 2
        length = len("%2C") if coded else 1
        piece = unquote(text.text[at : at + length]).replace("+", " ")
        pieces.append(piece[:1])
        offsets.append(text.place(at, at + length).start)
        at += length
    return Text("".join(pieces), [*offsets, text.place(at, at).start])


def _wanted_table(reading: Reading, place: Span) -> Table | None:
    name = reading.wanted.table
    if name is None:
        return None
    tables = reading.catalog.tables
    table = reading.catalog.table(name)
    if table is None:
        near = nearest(name, tables)
        hint = f"did you mean {near}?" if near else f"there is {', '.join(tables)}"
        raise wrong("TS156", f"there is no table {shown(name)}", place, hint)
    return table


def _guessed(body: Value, catalog: Catalog) -> Table:
    """Know a body by its keys."""
    tables = list(catalog.tables.values())
    if "query" in body.members or any(name.lower() in GROUPS for name in body.members):
        return next(table for table in tables if table.needs == "conditions")
    likely = [t for t in tables if any(c.key in body.members for c in t.keys) and t.needs == "key"]
    if len(likely) == 1:
        return likely[0]
    names = ", ".join(table.name for table in likely)
    raise wrong(
        "TS153",
        "this body fits more than one endpoint" if likely else "this is no request",
        body.span,
        f"say which with --table: {names}" if likely else 'a request is {"query": …}',
    )
