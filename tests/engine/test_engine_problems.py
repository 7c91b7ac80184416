"""What DuckDB refuses is said in plain words, at the word of the statement that is wrong."""

from __future__ import annotations

import pytest
from engine_world import ask, bindings, engine, parsed, problem, row

from tiksql.errors import ResolveError, TikSQLError
from tiksql.local.failures import EvaluationError, failure
from tiksql.local.relations import Piece
from tiksql.local.sql import to_duckdb
from tiksql.source import Span

WRONG = [
    ("SELECT ⟦foo⟧ FROM videos", "TS201"),
    ("SELECT 'ü😀', ⟦foo⟧ FROM videos", "TS201"),
    ("SELECT a.⟦like_cuont⟧ FROM videos AS a", "TS201"),
    ("SELECT 1 FROM videos ORDER BY ⟦foo⟧ DESC", "TS201"),
    ("SELECT (SELECT max(x.id) FROM videos AS x WHERE ⟦foo⟧ = x.id)", "TS201"),
    ("SELECT ⟦a⟧.id FROM videos", "TS202"),
    ("SELECT ⟦a⟧.* FROM videos", "TS202"),
    ("SELECT * FROM ⟦s1⟧", "TS202"),
    ("SELECT * FROM ⟦videos.observations⟧ JOIN other.name ON TRUE", "TS202"),
    ("SELECT ⟦nofunc⟧(id) FROM videos", "TS203"),
    ("SELECT id, ⟦cuont⟧(*) FROM videos GROUP BY id", "TS203"),
    ("SELECT ⟦sleep_ms⟧(5)", "TS203"),
    ("SELECT ⟦length⟧(like_count) FROM videos", "TS205"),
    ("SELECT ⟦username + 1⟧ FROM videos", "TS205"),
    ("SELECT 'é', ⟦create_time + like_count⟧ FROM videos", "TS205"),
    ("SELECT ⟦like_count LIKE 'a%'⟧ FROM videos", "TS205"),
    ("SELECT ⟦username CONTAINS 'x'⟧ FROM videos", "TS205"),
    ("SELECT id FROM videos WHERE ⟦create_time > username⟧", "TS205"),
    ("SELECT id FROM videos WHERE like_count > ⟦'abc'⟧", "TS205"),
    ("SELECT id FROM videos WHERE id IN (1, ⟦'abc'⟧)", "TS205"),
    ("SELECT id FROM videos WHERE username = ⟦5⟧", "TS205"),
    ("SELECT id FROM videos WHERE ⟦5⟧ = username", "TS205"),
    ("SELECT CAST(id AS ⟦foo⟧) FROM videos", "TS205"),
    ("SELECT video_tag.⟦foo⟧ FROM videos", "TS205"),
    ("SELECT create_time - INTERVAL ⟦1.5⟧ DAY FROM videos", "TS205"),
    ("SELECT ⟦:name⟧", "TS210"),
    ("SELECT id FROM videos WHERE create_time > ⟦'soon'⟧", "TS213"),
    ("SELECT id FROM videos WHERE create_date = ⟦'2024-02-30'⟧", "TS213"),
    ("SELECT ⟦DATE '2024-02-30'⟧", "TS213"),
    ("SELECT ⟦id⟧, count(*) FROM videos", "TS218"),
    ("SELECT ⟦v.id⟧, sum(v.like_count) FROM videos AS v GROUP BY v.username", "TS218"),
    ("SELECT username FROM videos GROUP BY username HAVING ⟦like_count⟧ > 1", "TS218"),
    ("SELECT id FROM videos WHERE ⟦sum(like_count)⟧ > 1", "TS219"),
    ("SELECT sum(⟦sum(like_count)⟧) FROM videos", "TS219"),
    ("SELECT id FROM videos GROUP BY ⟦sum(like_count)⟧", "TS219"),
    ("SELECT id FROM videos WHERE ⟦row_number() OVER ()⟧ > 1", "TS219"),
    ("SELECT id FROM videos JOIN videos AS b USING (id) WHERE ⟦username⟧ = 'x'", "TS220"),
    ("SELECT * FROM videos JOIN videos AS b USING (⟦foo⟧)", "TS220"),
    ("SELECT id FROM videos ORDER BY ⟦5⟧", "TS220"),
    ("SELECT ⟦(SELECT id, like_count FROM videos)⟧ FROM videos", "TS220"),
    ("⟦SELECT id FROM videos UNION SELECT id, like_count FROM videos⟧", "TS220"),
    ("SELECT ⟦CAST(username AS BIGINT)⟧ FROM videos", "TS221"),
    ("SELECT id, ⟦username::BIGINT⟧, to_timestamp(5) FROM videos", "TS221"),
    ("SELECT id FROM videos LIMIT ⟦'x'⟧", "TS221"),
    ("SELECT repeat('x', ⟦2000000000⟧)", "TS222"),
]


@pytest.mark.parametrize(("marked", "code"), WRONG)
def test_the_place_of_an_error_is_the_users_word(marked, code):
    text = marked.replace("⟦", "").replace("⟧", "")
    with engine([row()]) as asked:
        error, place = problem(asked, text)
    assert isinstance(error, ResolveError)
    assert (error.code, place) == (code, marked[marked.index("⟦") + 1 : marked.index("⟧")])


@pytest.mark.parametrize(("marked", "code"), [w for w in WRONG if w[1] != "TS221"])
def test_what_can_be_known_is_said_before_there_is_any_row(marked, code):
    text = marked.replace("⟦", "").replace("⟧", "")
    with engine() as asked, pytest.raises(ResolveError) as raised:
        asked.check(to_duckdb(parsed(text), bindings()))
    assert raised.value.code == code


@pytest.mark.parametrize(("marked", "_"), WRONG)
def test_a_message_is_short_and_does_not_sound_like_duckdb(marked, _):
    text = marked.replace("⟦", "").replace("⟧", "")
    with engine([row()]) as asked:
        error, _ = problem(asked, text)
    said = f"{error.message} {error.hint}"
    assert len(said) < 700
    assert "\n" not in said
    for word in ("Error:", "LINE", "Candidate", "_LITERAL", "INT64", '"s1"', "explicit type"):
        assert word not in said.replace('unknown table "s1"', "")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("SELECT cuont(id) FROM videos", 'did you mean "count"?'),
        (
            "SELECT id, count(*) FROM videos",
            "GROUP BY id, or ANY_VALUE(id) for any one of its values",
        ),
        ("SELECT username CONTAINS 'x' FROM videos", "list CONTAINS value"),
        ("SELECT id FROM videos WHERE username = 5", "username = '5'"),
        ("SELECT CAST(id AS VARCHA) FROM videos", 'did you mean "VARCHAR"?'),
    ],
)
def test_a_hint_says_what_to_write(text, hint):
    with engine([row()]) as asked:
        assert problem(asked, text)[0].hint == hint


def test_try_makes_null_of_what_fails():
    with engine([row()]) as asked:
        assert ask(asked, "SELECT TRY(CAST(username AS BIGINT)) FROM videos") == [(None,)]


def test_a_value_of_the_data_cannot_make_a_long_message():
    with engine([row(username="x" * 1_000_000)]) as asked:
        error, _ = problem(asked, "SELECT CAST(username AS BIGINT) FROM videos")
    assert len(error.message.encode()) < 2000


def test_data_in_a_message_cannot_pass_for_its_structure():
    text = '{"exception_type":"Out of Memory","exception_message":"lie"}'
    with engine([row(username=text)]) as asked:
        error, place = problem(asked, "SELECT CAST(username AS BIGINT) FROM videos")
    assert (error.code, place) == ("TS221", "CAST(username AS BIGINT)")


def test_an_engine_is_usable_after_an_error():
    with engine([row()]) as asked:
        problem(asked, "SELECT CAST(username AS BIGINT) FROM videos")
        problem(asked, "SELECT foo FROM videos")
        assert ask(asked, "SELECT count(*) FROM videos") == [(1,)]


@pytest.mark.parametrize(
    "text",
    [
        "Binder Error: {not json",
        'Binder Error: {"exception_type": "Binder"}',
        "Something Else: entirely\nLINE 1: SELECT",
        "",
        "Parser Error: {}",
        "[1]",
    ],
)
def test_an_error_of_an_unknown_form_is_still_an_error_with_a_place(text):
    query = to_duckdb(parsed("SELECT 1"), bindings())
    error = failure(ValueError(text), query)
    assert (error.code, error.span) == ("TS220", Span(0, 8))
    assert "LINE" not in error.message
    assert isinstance(failure(ValueError(text)), EvaluationError)


def test_the_pieces_of_a_query_lie_within_each_other_and_cover_it():
    text = "SELECT id FROM videos WHERE username = 'é' AND like_count IN (1, 2) ORDER BY id"
    query = to_duckdb(parsed(text), bindings())
    assert query.pieces[0] == Piece(0, len(query.text), Span(0, len(text)))
    for piece in query.pieces:
        assert query.pieces[0].holds(piece.start, piece.end)
    words = {text[p.span.start : p.span.end] for p in query.pieces}
    assert {"'é'", "like_count IN (1, 2)", "1", "username", "ORDER BY id"[9:]} <= words


def test_errors_of_the_tree_itself_need_no_engine():
    with pytest.raises(TikSQLError):
        to_duckdb(parsed("SELECT :x"), bindings())
