"""Enter runs what is complete and otherwise opens a new line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiksql.shell.lines import is_complete
from tiksql.syntax.pieces import pieces

RUNS = [
    "",
    "  \n ",
    "SELECT 1;",
    "SELECT id\nFROM videos;",
    "SELECT 1;  -- why not",
    "SELECT 1; /* done */\n",
    "SELECT 1; SELECT 2;",
    "SELECT ';';",
    'SELECT ";";',
    "\\d videos",
    "\\?",
    ".q",
    ".?",
    "  \\timing",
    "\\i it's here.sql",
    "SELECT 1;\n\\q",
    "\\set k v\nSELECT :k;",
    "-- first\n\\q",
    "quit",
    "EXIT",
    "quit;",
    "SELCT 1;",
    "SELECT (1;",
    "SELECT id FROM;",
    "WHERE;",
    ";",
    "SELECT 1\n",
    "SELECT 1\n  ",
    "SELECT id\nFROM videos\n\n",
    "SELCT id FROM videos\n",
    "SELECT id id\n",
    "-- only a note\n",
]
GOES_ON = [
    "SELECT 1",
    "SELECT id FROM videos",
    "SELECT",
    "SELCT 1",
    "SELECT 'a;",
    "SELECT 'a;\n\n",
    "SELECT 'it''s;",
    'SELECT "a;',
    "SELECT 1 /* why;",
    "SELECT 1 -- why;",
    "SELECT (1\n\n",
    "SELECT\n\n",
    "SELECT id,\n",
    "SELECT id FROM videos WHERE\n\n",
    "SELECT 1; SELECT 2",
    "SELECT 1;\nSELECT",
    "SELECT 1 \\q",
    "SELECT 1\n\\q",
    "-- only a note",
    "/* open",
    "\\set k v\nSELECT :k",
    "quit now",
    ".5",
]


@pytest.mark.parametrize("text", RUNS)
def test_enter_runs(text):
    assert is_complete(text)


@pytest.mark.parametrize("text", GOES_ON)
def test_enter_opens_a_new_line(text):
    assert not is_complete(text)


@settings(deadline=None)
@given(st.text(alphabet="sel;'\"-/*\\ \n.(x1"))
def test_any_text_is_decided_and_a_line_that_ends_a_statement_never_waits(text):
    assert is_complete(text) in {True, False}
    if all(piece.opened is None for piece in pieces(text)):
        assert is_complete(text + "\n;")


@settings(deadline=None)
@given(st.text(alphabet="sel;'\"-/*\\ \n.(x1"))
def test_pieces_stand_one_behind_another_and_leave_no_word_out(text):
    found = list(pieces(text))
    edges = [place for piece in found for place in (piece.start, piece.end)]
    assert edges == sorted(edges)
    assert all(piece.ended for piece in found[:-1])
