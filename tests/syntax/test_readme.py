"""The page beside the grammar tells the truth."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from tiksql.source import Source
from tiksql.syntax.keywords import RESERVED
from tiksql.syntax.parser import parse
from tiksql.syntax.printer import to_sql

README = files("tiksql.grammar").joinpath("README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sql\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_is_read(block):
    script = parse(Source(block))
    assert script.statements
    assert parse(Source(to_sql(script))) == script


def test_the_reserved_words_are_listed():
    (listed,) = re.findall(r"`(AND AS [A-Z_ ]+)`", README)
    assert listed.split() == sorted(RESERVED)
