"""The line at the bottom says where statements go and what they have cost."""

from __future__ import annotations

from end_to_end.scripted_server import Server, page

from tiksql.backend import Backend, emulator

SQL = "SELECT id FROM videos WHERE keyword = 'x' AND create_date = '2024-03-01';"


def test_it_names_the_study_and_the_server(typed):
    prompt = typed(study="folder/cats.db")
    assert prompt.toolbar.text() == "cats.db · emulator · \\? help"


def test_it_says_what_the_last_statement_did(typed):
    answers = Server(lambda *_: page([1, 2], cursor=100, more=False))
    text = typed(SQL, "\\timing", backend=answers.backend()).toolbar.text()
    assert text.startswith("script · last: 1 request, 2 records, ")


def test_it_says_what_is_used_of_the_day_and_asks_once_for_each_statement(typed):
    asked = []

    def used(pool):
        asked.append(pool)
        return 12

    made = emulator()
    backend = Backend(made.name, made.base_url, made.connect, made.now, used)
    prompt = typed(backend=backend)
    assert "12 of 1,000 requests used today" in prompt.toolbar.text()
    before = len(asked)
    prompt.toolbar.text()
    assert len(asked) == before
    prompt.toolbar.forget()
    prompt.toolbar.text()
    assert len(asked) == before + 1
