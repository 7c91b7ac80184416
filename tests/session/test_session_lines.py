"""A session: one line to the server, statements that begin when they are read."""

from __future__ import annotations

import pytest

from tiksql import backend
from tiksql.errors import ResolveError
from tiksql.session import Session, Text
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax.parser import parse

SQL = (
    "SELECT id FROM videos "
    "WHERE region_code <> 'US' AND create_date BETWEEN '2024-03-01' AND '2024-03-07'"
)


@pytest.fixture
def opened():
    """The clients that were made."""
    return []


@pytest.fixture
def session(opened):
    made = backend.emulator()

    def connect(warn):
        opened.append(made.connect(warn))
        return opened[-1]

    found = Session(backend.Backend(made.name, made.base_url, connect, made.now), DEFAULTS)
    yield found
    found.close()


def execute(session, sql, **values):
    (statement,) = parse(Source(sql)).statements
    return session.execute(statement, values)


def rows(stream):
    return [row for batch in stream.batches() for row in batch]


def test_a_query_is_asked_when_it_is_read_and_not_before(session, opened):
    stream = execute(session, SQL)
    assert opened == []
    assert len(rows(stream)) == stream.stats.rows > 100
    assert len(opened) == 1


def test_statements_share_one_line_until_the_session_is_closed(session, opened):
    for _ in range(3):
        rows(execute(session, SQL))
    assert len(opened) == 1
    session.close()
    session.close()
    assert rows(execute(session, SQL))
    assert len(opened) == 2


def test_a_stream_that_is_left_early_leaves_the_line_usable(session):
    batches = execute(session, SQL).batches()
    first = next(batches)
    batches.close()
    assert rows(execute(session, SQL))[: len(first)] == first


def test_what_a_statement_cost_is_known_even_if_it_is_left_early(session):
    stream = execute(session, SQL)
    batches = stream.batches()
    next(batches)
    batches.close()
    assert stream.stats.requests >= 1
    assert stream.stats.records == stream.stats.rows > 50


def test_each_statement_has_an_account_of_its_own(session):
    one, other = execute(session, SQL), execute(session, f"{SQL} LIMIT 5")
    assert (len(rows(one)), len(rows(other))) == (one.stats.rows, 5)
    assert other.stats.requests == 1
    assert one.stats.requests > 1


def test_the_answers_that_brought_the_rows_are_listed(session):
    stream = execute(session, SQL)
    rows(stream)
    assert [answer["page"] for answer in stream.received] == list(
        range(1, len(stream.received) + 1)
    )
    assert sum(answer["records"] for answer in stream.received) == stream.stats.records
    assert {len(answer["sha256"]) for answer in stream.received} == {64}


def test_today_is_that_of_the_server(session):
    answer = execute(
        session, "EXPLAIN SELECT id FROM videos WHERE keyword = 'a' AND create_date = CURRENT_DATE"
    )
    assert "2026-09-01 to 2026-09-01" in answer.text


def test_an_analysis_has_run_the_statement(session):
    answer = execute(session, f"EXPLAIN ANALYZE {SQL}")
    assert isinstance(answer, Text)
    assert answer.stream.stats.complete
    assert f"{answer.stream.stats.rows} rows" in answer.text
    assert answer.text.startswith(execute(session, f"EXPLAIN {SQL}").text)


def test_a_mistake_leaves_the_settings_as_they_were(session):
    with pytest.raises(ResolveError):
        execute(session, "SET page_size = 1000")
    assert session.settings == DEFAULTS


def test_a_setting_changes_what_comes_after_it(session):
    execute(session, "SET page_size = 10")
    stream = execute(session, f"{SQL} LIMIT 100")
    rows(stream)
    assert stream.stats.requests > 5


@pytest.mark.parametrize(
    ("sql", "first"), [("SHOW TABLES", "videos"), ("DESCRIBE users", "username")]
)
def test_a_listing_is_a_result_like_others(session, opened, sql, first):
    stream = execute(session, sql)
    found = rows(stream)
    assert found[0][0] == first
    assert (stream.stats.rows, stream.plan, opened) == (len(found), None, [])
