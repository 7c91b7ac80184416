"""A small table in an engine, and statements asked of it."""

# ruff: noqa: DTZ001 - times are naive and mean UTC throughout

from __future__ import annotations

import datetime as dt
from functools import cache

from tiksql.errors import TikSQLError
from tiksql.local.engine import Engine
from tiksql.local.relations import Bindings, LocalColumn, Relation
from tiksql.local.sql import to_duckdb
from tiksql.source import Source
from tiksql.syntax.parser import parse

NOW = dt.datetime(2024, 5, 1, 12)
ID = 7302470379501604128

COLUMNS = (
    LocalColumn("id", "id"),
    LocalColumn("username", "text"),
    LocalColumn("region_code", "text"),
    LocalColumn("create_time", "timestamp"),
    LocalColumn("create_date", "date"),
    LocalColumn("view_count", "integer"),
    LocalColumn("like_count", "integer"),
    LocalColumn("hashtag_names", "text[]"),
    LocalColumn("effect_ids", "id[]"),
    LocalColumn("video_tag", "struct", {"type": "text", "number": "integer"}),
    LocalColumn("hashtag_info", "struct[]", {"hashtag_id": "id", "hashtag_name": "text"}),
    LocalColumn("video_label", "json"),
    LocalColumn("is_stem", "boolean"),
    LocalColumn("video_description", "text"),
)
TYPES = {column.name: column.type for column in COLUMNS}
NULLS = (None,) * len(COLUMNS)


def row(number=0, **values):
    """Make a row of plausible values, some of them given."""
    usual = {
        "id": ID + number,
        "username": f"User{number}",
        "region_code": "US",
        "create_time": dt.datetime(2024, 1, 1) + dt.timedelta(seconds=number),
        "create_date": dt.date(2024, 1, 1),
        "view_count": 2**53 + 1 + number,
        "like_count": number % 100,
        "hashtag_names": ["a", f"t{number}"],
        "effect_ids": [1, ID],
        "video_tag": {"type": "AIGC", "number": 3},
        "hashtag_info": [{"hashtag_id": 7, "hashtag_name": "x"}],
        "video_label": {"content": [1, 2.5, None]},
        "is_stem": True,
        "video_description": "a caption",
    }
    return tuple({**usual, **values}.values())


@cache
def parsed(text):
    return parse(Source(text)).statements[0]


def bindings(residual=None, columns=tuple(TYPES)):
    relation = Relation("s1", columns, residual)
    return Bindings(
        NOW,
        lambda ref: relation if ref.parts[-1].text == "videos" else None,
        lambda column: TYPES.get(column.parts[-1].text),
        frozenset({"username", "region_code"}),
    )


def engine(rows=(), **options):
    made = Engine(**options)
    made.create("s1", COLUMNS)
    made.load("s1", list(rows))
    return made


def ask(asked, text, names=None):
    """Return all rows of a statement."""
    query = to_duckdb(parsed(text), names or bindings())
    asked.check(query)
    return [each for batch in asked.run(query) for each in batch]


def value(asked, expression, source=""):
    """Return the one value of an expression."""
    ((only,),) = ask(asked, f"SELECT {expression} {source}")
    return only


def problem(asked, text):
    """Return the error of a statement, and the text that it points to."""
    try:
        ask(asked, text)
    except TikSQLError as error:
        return error, error.span and text[error.span.start : error.span.end]
    raise AssertionError(f"nothing is wrong with {text}")
