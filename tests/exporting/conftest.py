"""Exports of rows that are at hand, in a directory of each test's own."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pytest

from tiksql.exporting.export import Circumstances, Export
from tiksql.exporting.order import ordered
from tiksql.rows import Head
from tiksql.source import Source
from tiksql.stream import Stream
from tiksql.syntax.parser import parse

sys.path.insert(0, str(Path(__file__).parents[1] / "output"))
NOW = dt.datetime(2026, 9, 1, 12)  # noqa: DTZ001 - naive UTC, as everywhere inside
SAID = Circumstances("SELECT 1", "test", {}, NOW)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The working directory of the test."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def order_of(here):  # noqa: ARG001 - the order is for this place
    """Read what follows TO: ``order_of("'a.csv' (HEADER)")``."""

    def read(text, *, outside=False):
        (node,) = parse(Source(f"COPY (SELECT 1) TO {text}")).statements
        return ordered(node, outside=outside)

    return read


@pytest.fixture
def export(order_of):
    """Write rows: ``export("'a.csv'", [("id", "id")], [(1,)])`` gives the manifest."""

    def write(text, heads, *batches, **more):
        stream = Stream(tuple(Head(*head) for head in heads), lambda _: iter(batches), **more)
        return Export(order_of(text), stream, SAID, lambda: NOW).write()

    return write
