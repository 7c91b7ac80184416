"""A server that answers every endpoint of the catalog, with hostile texts wherever one can be."""

from __future__ import annotations

import json
import re

import httpx
from end_to_end.scripted_server import Server
from faults.canary import TOKEN
from output.hostile import CORPUS

from tiksql.catalog import load

FIRST_ID = 7_300_000_000_000_000_000
TIME = 1_709_251_200
"""1 March 2024, 00:00:00 UTC."""

TEXTS = tuple(CORPUS.values())
WHOLE = "".join(text for text in TEXTS if len(text) < 100)
"""What is short enough of the corpus, in one text."""

READ = tuple(re.sub("[\ud800-\udfff]", "\ufffd", text) for text in TEXTS)
"""The same as rows hold them: half a pair is no text."""


def value(column, number):
    """Return what the n-th record has in a column."""
    text = TEXTS[number]
    match column.type:
        case "text":
            return text
        case "text[]":
            return [text, text]
        case "id" | "integer":
            return FIRST_ID + number if column.type == "id" else number
        case "id[]":
            return [FIRST_ID + number]
        case "timestamp":
            return TIME * (1000 if column.unit == "milliseconds" else 1)
        case "boolean":
            return True
        case "struct" | "struct[]":
            held = {
                name: text if kind == "text" else number for name, kind in column.members.items()
            }
            held[text] = text
            return held if column.type == "struct" else [held]
    return {text: text}


def record(table, number):
    """Make the n-th record, with fields that nobody knows besides."""
    known = {c.field: value(c, number) for c in table.columns.values() if c.is_field}
    return {**known, f"new {TEXTS[number]}": TEXTS[number]}


def data(table, body):
    """Make the data of a table's one page; behind it there is nothing."""
    paging = {"cursor": 100, "has_more": False, "search_id": WHOLE}
    if not table.list_keys:
        return {**record(table, 0), **paging}
    is_first = body.get(table.paging.page_field, table.paging.first_page) == table.paging.first_page
    numbers = range(len(TEXTS)) if is_first else ()
    return {table.list_keys[0]: [record(table, number) for number in numbers], **paging}


class HostileServer(Server):
    """Answers with ``data``, or refuses: ``refused`` is asked for each table and request."""

    def __init__(self, refused=lambda _table, _number: False):
        super().__init__(None)
        self.refused = refused

    def _handle(self, request):
        if request.url.path.endswith("/oauth/token/"):
            return httpx.Response(200, json={"access_token": TOKEN, "expires_in": 7200})
        self.bodies.append(json.loads(request.content))
        (table,) = (t for t in load().tables.values() if request.url.path == t.path)
        error = {"code": "ok", "message": WHOLE, "log_id": WHOLE}
        if self.refused(table.name, len(self.bodies)):
            error |= {"code": "invalid_params", "message": f"cannot find the user {WHOLE}"}
            return httpx.Response(400, content=json.dumps({"data": {}, "error": error}))
        return httpx.Response(
            200, content=json.dumps({"data": data(table, self.bodies[-1]), "error": error})
        )
