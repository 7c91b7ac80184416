"""How results look on a terminal: grouped, fitted, accounted for."""

from __future__ import annotations

import io

import pytest
from end_to_end.scripted_server import Server, page

from tiksql.api.patience import Wait
from tiksql.arguments import Arguments
from tiksql.backend import Backend, emulator
from tiksql.console import Console
from tiksql.script import Run
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax.parser import parse
from tiksql.watching import Watch

SQL = "SELECT id, like_count FROM videos WHERE keyword = 'x' AND create_date = '2024-03-01'"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(sql, backend=None, **settings):
    chosen = DEFAULTS
    for name, value in settings.items():
        chosen = chosen.having(name, value, "flag")
    session = Session(backend or emulator(), chosen)
    console = Console(io.StringIO(), Terminal(), Terminal(), {"TERM": "dumb"})
    Run(session, console, Arguments(), {}).script(Source(sql))
    session.close()
    return console.stdout.getvalue()


def served(*ids, used=None):
    made = Server(lambda *_: page(ids, cursor=100, more=False)).backend()
    return Backend(made.name, made.base_url, made.connect, made.now, lambda _pool: used)


def test_the_digits_of_counts_stand_in_threes_and_those_of_ids_never():
    text = shown(SQL, served(7300000000000000001))
    assert "| 7300000000000000001 | 7300000000000000001 |" in text
    assert "12,345" in shown("SELECT 12345 AS n")
    assert "2024" in shown("SELECT year(DATE '2024-01-01') AS y")


def test_a_column_is_grouped_as_a_whole():
    text = shown("SELECT 1234 AS n UNION ALL SELECT 123456")
    assert "|   1,234 |\n| 123,456 |" in text


@pytest.mark.parametrize(("expanded", "first"), [("off", "+--"), ("on", "***"), ("auto", "+--")])
def test_a_narrow_result_is_a_table_unless_told_otherwise(expanded, first):
    assert shown("SELECT 1 AS a", expanded=expanded).startswith(first)


def test_where_columns_would_be_hidden_auto_shows_one_a_line():
    columns = ", ".join(f"{10**18 + n} AS c{n}" for n in range(5))
    assert "… 2 columns hidden: c3, c4" in shown(f"SELECT {columns}")
    text = shown(f"SELECT {columns}", expanded="auto")
    assert text.startswith("*** row 1 ***\n")
    assert "c4 | 1000000000000000004\n" in text


def test_the_account_says_what_is_left_of_the_day():
    text = shown(SQL, served(1, used=990))
    assert "1 row · 1 record · 1 request · 10 left today · " in text
    assert "left today" not in shown(SQL, served(1))
    assert "0 left today" in shown(SQL, served(1, used=2000))


# --- while it runs


class Clock:
    now = 50.0

    def __call__(self):
        return self.now


def test_it_is_said_what_is_waited_for_and_how_long_still():
    clock = Clock()
    watch = Watch(Session(emulator(), DEFAULTS), Console(*[io.StringIO()] * 3, {}), clock)
    assert watch.note() == ""
    watch.waiting(Wait(30.0, "the API reports an internal error (HTTP 500)"))
    watch.waiting(Wait(2.0, "something shorter"))
    clock.now += 2
    assert watch.note() == "waiting 28 s: the API reports an internal error (HTTP 500)"
    clock.now += 28
    assert watch.note() == ""


def test_the_session_tells_of_its_waits():
    answers = iter([(500, "internal_error"), page([1], cursor=1, more=False)])
    server = Server(lambda *_: next(answers))
    session = Session(server.backend(), DEFAULTS)
    told = []
    session.line.on_wait = told.append
    (statement,) = parse(Source(SQL)).statements
    rows = [row for batch in session.execute(statement, {}).batches() for row in batch]
    session.close()
    assert rows == [(1, 1)]
    assert told == [Wait(2.0, "the API reports an internal error (HTTP 500)")]
