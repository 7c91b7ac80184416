"""Lists that are read go on in the next line, and lose nothing."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiksql.catalog import load
from tiksql.listings import columns
from tiksql.output.sanitize import visible, width
from tiksql.output.table import TableWriter
from tiksql.output.wrapping import wrapped
from tiksql.output.writer import Style


@given(st.text(max_size=60), st.integers(2, 30))
def test_lines_are_narrow_enough_and_hold_every_word(text, cells):
    shown = visible(text)
    lines = wrapped(shown, cells)
    assert all(width(line) <= cells for line in lines)
    assert "".join("".join(lines).split(" ")) == "".join(shown.split(" "))


@pytest.mark.parametrize("table", load().tables.values(), ids=lambda table: table.name)
def test_a_table_is_described_on_eighty_columns_without_a_cut(table):
    sink, found = io.StringIO(), columns(table)
    writer = TableWriter(sink, found.heads, Style(width=80, terminal=True, wraps=True))
    writer.write(found.rows)
    writer.close()
    text = sink.getvalue()
    rules = text.splitlines()
    assert max(map(width, rules)) <= 80
    body = "\n".join(rules[3:])
    assert "…" not in body
    for name, *_ in found.rows:
        assert f"| {name} " in text
    words = {word for row in found.rows for cell in row for word in cell.split() if len(word) < 12}
    assert words <= set(body.replace("|", " ").split())
