"""Files turned to SQL in tests: on a fixed day, with what was noted, and what the SQL sends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from planning_scene import NOW

from tiksql.catalog import load
from tiksql.errors import LanguageError
from tiksql.parameters import typed
from tiksql.reversing import Reversal, wanted
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax import ast
from tiksql.syntax.parser import parse
from tiksql.translate.json import document

DAYS = {"start_date": "20240101", "end_date": "20240130"}


@dataclass(frozen=True)
class Turned:
    """What a file became: the script, the notes without the file's name, the requests of it."""

    sql: str
    notes: list[str]

    @property
    def requests(self):
        return sent(self.sql)

    @property
    def statements(self):
        return [s for s in parse(Source(self.sql)).statements if isinstance(s, ast.Query)]


def session():
    backend = SimpleNamespace(now=lambda: NOW, base_url=load().base_url, used_today=lambda _: None)
    return Session(backend, DEFAULTS)


def turned(text, form="json", fields=None, table=None, days=None):
    """Turn a text, or what JSON says."""
    text = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    notes = []
    said = wanted(fields, table, days)
    sql = Reversal(session(), Source(text, "F"), said, notes.append).script(form)
    return Turned(sql, [note.removeprefix("F:") for note in notes])


def plans(sql):
    """Plan each query of a script under the settings that it makes."""
    source = Source(sql)
    mine = session()
    for statement in parse(source).statements:
        if isinstance(statement, ast.Query):
            yield mine.plan(statement)[0]
        else:
            mine.execute(statement, typed(source, {}))


def sent(sql):
    """The requests of a script, as ``--to json`` shows them."""
    return [entry for made in plans(sql) for entry in document(made)["requests"]]


def refused(text, form="json", **options):
    """The code, the place and the hint of the error that a file is; and what a user would see."""
    text = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    with pytest.raises(LanguageError) as caught:
        turned(text, form, **options)
    error = caught.value
    return error.code, error.source[error.span], error.hint


def body(*conditions, group="and", **more):
    return {"query": {group: list(conditions)}, **DAYS, "max_count": 100, **more}


def condition(field, operation, *values):
    return {"operation": operation, "field_name": field, "field_values": list(values)}


US = condition("region_code", "EQ", "US")
