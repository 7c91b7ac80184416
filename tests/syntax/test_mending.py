"""A statement that is being typed is read as what it is likely to become."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiksql.source import Source
from tiksql.syntax import ast
from tiksql.syntax.mending import MARK, mend
from tiksql.syntax.parser import expected, language, parse
from tiksql.syntax.pieces import pieces

ROOT = Path(__file__).parents[2]
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("examples/*.tsql"))]
NAMES = ("NAME", "STRING")
M = f'"{MARK}"'


def mended(text):
    before, after = text.split("|")
    return mend(before, after, NAMES)


def statement(text):
    (only,) = mended(text).tree.statements
    return only


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("SELECT | FROM videos", f"SELECT {M} FROM videos"),
        ("SELECT id FROM |", f"SELECT id FROM {M}"),
        ("SELECT id FROM | WHERE a = 1", f"SELECT id FROM {M} WHERE a = 1"),
        ("SELECT v.| FROM videos AS v", f"SELECT v.{M} FROM videos AS v"),
        ("SELECT id, | ORDER BY id", f"SELECT id, {M} ORDER BY id"),
        ("SELECT (a + |", f"SELECT (a + {M})"),
        ("SELECT a FROM b WHERE c = |", f"SELECT a FROM b WHERE c = {M}"),
        ("SELECT a FROM b WHERE c IN (1, |", f"SELECT a FROM b WHERE c IN (1, {M})"),
        ("SELECT a FROM b WHERE c BETWEEN |", f"SELECT a FROM b WHERE c BETWEEN {M} AND _"),
        ("SELECT a FROM b WHERE c | AND d = 1", "SELECT a FROM b WHERE c AND d = 1"),
        ("SELECT CASE WHEN |", f"SELECT CASE WHEN {M} THEN _ END"),
        ("SELECT CAST(a AS b), | FROM c", f"SELECT CAST(a AS b), {M} FROM c"),
        ("SELECT a ) FROM b WHERE |", f"SELECT a FROM b WHERE {M}"),
        ("SELECT , a a FROM b WHERE |", f"SELECT _, a, a FROM b WHERE {M}"),
        ("WITH a AS (SELECT |", f"WITH a AS (SELECT {M}) SELECT _"),
        ("COPY a TO |", f"COPY a TO '{MARK}'"),
        ("EXPLAIN (FORMAT |", f"EXPLAIN (FORMAT {M}) SELECT _"),
        ("DROP |", "DROP COLLECTION _"),
    ],
)
def test_what_is_missing_is_filled_in(typed, read):
    assert statement(typed) == parse(Source(read)).statements[0]


def test_the_mark_can_be_a_type():
    cast = statement("SELECT CAST(a AS |").body.items[0].expression
    assert cast.type == ast.TypeName(MARK)


def test_a_value_that_no_tree_can_hold_leaves_none_but_the_parser_still_answers():
    found = mended("SELECT INTERVAL 'x' FROM |")
    assert found.tree is None
    assert "NAME" in found.expected


@pytest.mark.parametrize("text", TEXTS)
def test_every_prefix_of_a_right_statement_becomes_a_tree(text):
    (piece,) = pieces(text)
    whole = text[piece.start : piece.end]
    for token in language().lexer.cut(whole, lambda _: True):
        for after in ("", whole[token.start :]):
            found = mend(whole[: token.start], after, NAMES)
            assert found.tree is not None
            assert found.expected == expected(whole[: token.start])
            assert (repr(MARK)[1:-1] in repr(found.tree)) is bool(found.expected & set(NAMES))


@settings(deadline=None)
@given(st.text(alphabet="SELECT id,FROM(x)='\"[]*;1 ", max_size=40), st.integers(0, 40))
def test_what_the_parser_takes_is_known_after_any_text(text, place):
    before, after = text[:place], text[place:]
    found = mend(before, after, NAMES)
    if right := expected(before):
        assert found.expected == right
        assert all(found.takes([kind]) for kind in right)
