"""Completion and highlighting as prompt_toolkit asks for them."""

from __future__ import annotations

from completion_scene import WORLD
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import to_plain_text
from prompt_toolkit.lexers import Lexer

from tiksql.shell.completer import TikSQLCompleter, statement_lexer

TYPING = CompleteEvent(text_inserted=True)
ASKED = CompleteEvent(completion_requested=True)


def completions(text, event=TYPING):
    return list(TikSQLCompleter(WORLD).get_completions(Document(text), event))


def test_a_completion_replaces_the_word_and_is_described():
    (found,) = completions("SELECT id FROM videos WHERE regi")
    assert (found.text, found.start_position) == ("region_code", -4)
    assert to_plain_text(found.display) == "region_code"
    assert to_plain_text(found.display_meta).startswith("= IN · country")


def test_an_empty_prompt_is_only_completed_when_somebody_asks():
    assert completions("") == completions(" \n") == []
    assert completions("", ASKED)[0].text == "SELECT"


def test_the_cursor_can_stand_in_the_middle():
    document = Document("SELECT like_ FROM videos", cursor_position=12)
    (found,) = TikSQLCompleter(WORLD).get_completions(document, TYPING)
    assert (found.text, found.start_position) == ("like_count", -5)


def test_the_lexer_colours_each_line_and_loses_nothing():
    lexer = statement_lexer()
    assert isinstance(lexer, Lexer)
    text = "SELECT id\nFROM videos -- all\n\\d videos"
    line = lexer.lex_document(Document(text))
    assert ["".join(part[1] for part in line(n)) for n in range(3)] == text.split("\n")
    assert ("class:pygments.keyword", "FROM") in line(1)
