"""Every text can be coloured, and nothing of it gets lost."""

from __future__ import annotations

from importlib.metadata import entry_points
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_all_lexers, get_lexer_by_name, get_lexer_for_filename
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, Punctuation, String

from tiksql.highlighting import TikSQLLexer

ROOT = Path(__file__).parents[2]
TEXTS = [
    path.read_text(encoding="utf-8")
    for folder in ("examples", "tests/errors", "tests/golden")
    for path in sorted((ROOT / folder).glob("*.tsql"))
]


def coloured(text):
    """Return the tokens that can be seen."""
    return [
        (kind, part) for _, kind, part in TikSQLLexer().get_tokens_unprocessed(text) if part.strip()
    ]


def kind_of(part, text):
    (kind,) = {kind for kind, found in coloured(text) if found == part}
    return kind


@pytest.mark.parametrize(
    ("part", "kind", "text"),
    [
        ("select", Keyword, "select 1"),
        ("videos", Name.Class, "SELECT id FROM videos"),
        ("VIDEO_TABLE", Name.Class, "SELECT id FROM VIDEO_TABLE"),
        ("like_count", Name.Attribute, "SELECT like_count FROM videos"),
        ("mine", Name, "SELECT mine FROM videos"),
        ("round", Name.Function, "SELECT round (x)"),
        ("date", Name.Function, "SELECT date(x)"),
        ('"Mine"', String.Symbol, 'SELECT "Mine"'),
        ("'it''s'", String.Single, "SELECT 'it''s'"),
        ("12", Number.Integer, "SELECT 12"),
        ("1.5e3", Number.Float, "SELECT 1.5e3"),
        (":tag", Name.Variable, "SELECT :tag"),
        ("NULL", Keyword.Constant, "SELECT NULL"),
        ("<>", Operator, "SELECT 1 <> 2"),
        ("(", Punctuation, "SELECT (1"),
        ("-- why", Comment.Single, "SELECT 1 -- why"),
        ("/* a\nb */", Comment.Multiline, "SELECT /* a\nb */ 1"),
        ("\\d", Keyword.Pseudo, "\\d videos"),
        (".mode", Keyword.Pseudo, "SELECT 1;\n  .mode csv"),
        ("'", Error, "SELECT 'abc"),
        ("abc; x", String.Single, "SELECT 'abc; x"),
        ("/*", Error, "SELECT 1 /* why"),
        (" why", Comment.Multiline, "SELECT 1 /* why"),
        ("==", Error, "SELECT 1 == 2"),
        ("3x", Error, "SELECT 3x"),
        ("\u201c", Error, "SELECT \u201ca\u201d"),
        ("#", Error, "SELECT #"),
    ],
)
def test_a_part_of_a_text_has_its_kind(part, kind, text):
    assert kind_of(part, text) is kind


def test_a_word_is_a_keyword_only_where_the_grammar_waits_for_it():
    kinds = [kind for kind, part in coloured("SELECT date, DATE '2024-01-01', first FROM date")]
    assert kinds.count(Keyword) == 3
    assert kind_of("first", "SELECT first FROM videos") is Name
    assert kind_of("FIRST", "SELECT id ORDER BY id NULLS FIRST") is Keyword


def test_what_follows_a_mistake_is_coloured_all_the_same():
    text = "SELECT , id id FROM videos ORDER BY id DESC; SHOW TABLES"
    assert kind_of("DESC", text) is Keyword
    assert kind_of("TABLES", text) is Keyword


def test_pygments_finds_it_by_its_names():
    assert isinstance(get_lexer_by_name("tiksql"), TikSQLLexer)
    assert isinstance(get_lexer_for_filename("monthly.tsql"), TikSQLLexer)
    (point,) = entry_points(group="pygments.lexers", name="tiksql")
    assert point.load() is TikSQLLexer


def test_no_other_lexer_has_its_names():
    others = [lexer for lexer in get_all_lexers(plugins=False) if lexer[0] != "TikSQL"]
    assert "tiksql" not in {alias for _, aliases, _, _ in others for alias in aliases}
    assert "*.tsql" not in {pattern for _, _, patterns, _ in others for pattern in patterns}


def assert_kept(text):
    parts = list(TikSQLLexer().get_tokens_unprocessed(text))
    assert "".join(part for _, _, part in parts) == text
    ends = accumulate(len(part) for _, _, part in parts)
    assert [place for place, _, _ in parts] == [0, *ends][: len(parts)]


@settings(deadline=None)
@given(st.text() | st.text(alphabet="SELECT id'\"-/*\\.;\r\n\t([:=<>!1e") | st.sampled_from(TEXTS))
def test_all_parts_together_are_the_text(text):
    assert_kept(text)


@pytest.mark.parametrize("text", TEXTS)
def test_a_statement_that_is_being_typed_loses_nothing(text):
    for end in range(0, len(text), 41):
        assert_kept(text[:end])


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\ufeff")))
def test_as_pygments_calls_it_nothing_is_lost_either(text):
    lexer = TikSQLLexer(stripnl=False, ensurenl=False)
    assert "".join(part for _, part in lexer.get_tokens(text)) == text
