"""What goes into the engine comes out of it, to the last digit and character."""

# ruff: noqa: DTZ001 - times are naive and mean UTC throughout

from __future__ import annotations

import datetime as dt
import time

import pytest
from engine_world import COLUMNS, ID, NULLS, TYPES, ask, bindings, engine, parsed, row, value
from hypothesis import given, settings
from hypothesis import strategies as st

from tiksql.local.engine import Engine
from tiksql.local.failures import EvaluationError
from tiksql.local.relations import LocalColumn
from tiksql.local.sql import to_duckdb

INT64 = st.integers(-(2**63), 2**63 - 1)
WORDS = st.text(st.characters(exclude_categories=["Cs"]))
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | INT64 | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
)
ROWS = st.tuples(
    st.integers(0, 2**63 - 1) | st.none(),
    WORDS | st.none(),
    WORDS | st.none(),
    st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(9999, 1, 1)) | st.none(),
    st.dates() | st.none(),
    INT64 | st.none(),
    INT64 | st.none(),
    st.lists(WORDS) | st.none(),
    st.lists(st.integers(0, 2**63 - 1)) | st.none(),
    st.fixed_dictionaries({"type": WORDS | st.none(), "number": INT64 | st.none()}) | st.none(),
    st.lists(st.fixed_dictionaries({"hashtag_id": INT64, "hashtag_name": WORDS})) | st.none(),
    DOCUMENTS,
    st.booleans() | st.none(),
    WORDS | st.none(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, max_size=5))
def test_rows_come_back_as_they_went_in(rows):
    with engine(rows) as asked:
        assert ask(asked, "SELECT * FROM videos") == rows


def test_every_type_can_be_null():
    with engine([NULLS, row(), NULLS]) as asked:
        assert ask(asked, "SELECT * FROM videos") == [NULLS, row(), NULLS]


def test_the_heads_of_a_table_are_its_columns():
    with engine() as asked:
        heads = asked.check(to_duckdb(parsed("SELECT * FROM videos"), bindings()))
    assert [(head.name, head.type) for head in heads] == list(TYPES.items())


@pytest.mark.parametrize(
    ("statement", "types"),
    [
        ("SELECT id, id + 1, -id, 5, username FROM videos", "id integer integer integer text"),
        ("SELECT x.y FROM (SELECT id AS y FROM videos) AS x", "id"),
        ("WITH x AS (SELECT id FROM videos) SELECT * FROM x", "id"),
        ("SELECT max(id), count(id), sum(id), avg(id) FROM videos", "id integer integer number"),
        ("SELECT a.id, b.id FROM videos AS a JOIN videos AS b USING (id)", "id id"),
        ("SELECT id FROM videos UNION SELECT id FROM videos", "id"),
        (
            "SELECT effect_ids, effect_ids[1], array_agg(id) FROM videos GROUP BY 1, 2",
            "id[] id id[]",
        ),
        (
            "SELECT like_count / 2, 1.5, 1e3, CAST(1 AS DECIMAL(18,0)) FROM videos",
            "number number number integer",
        ),
        ("SELECT video_tag, hashtag_info, video_label FROM videos", "struct struct[] json"),
        (
            "SELECT hashtag_info[1], hashtag_info[1].hashtag_id, (video_tag).number FROM videos",
            "struct id integer",
        ),
        (
            "SELECT hashtag_names, array_agg(like_count) FROM videos GROUP BY hashtag_names",
            "text[] json",
        ),
        (
            "SELECT create_time, create_date, now(), today() FROM videos",
            "timestamp date timestamp date",
        ),
        (
            "SELECT NULL, TRUE, INTERVAL 1 DAY, to_timestamp(5), uuid()",
            "text boolean text timestamp text",
        ),
    ],
)
def test_a_result_knows_its_types(statement, types):
    with engine() as asked:
        heads = asked.check(to_duckdb(parsed(statement), bindings()))
    assert [head.type for head in heads] == types.split()


def test_ids_and_counts_stay_exact_through_join_sort_group_and_sum():
    rows = [row(n) for n in range(1000)]
    with engine(rows) as asked:
        joined = "FROM videos AS a JOIN videos AS b USING (id)"
        assert value(asked, "count(*)", joined) == 1000
        ordered = ask(asked, "SELECT id FROM videos ORDER BY id DESC LIMIT 1")
        assert ordered == [(ID + 999,)]
        grouped = ask(asked, "SELECT id, max(view_count) FROM videos GROUP BY id ORDER BY id")
        assert grouped == [(ID + n, 2**53 + 1 + n) for n in range(1000)]
        assert value(asked, "sum(id)", "FROM videos") == sum(r[0] for r in rows)
        assert value(asked, "sum(view_count)", "FROM videos") == sum(r[5] for r in rows)
        assert value(asked, f"id = '{ID}'", f"FROM videos WHERE id = {ID}") is True


@pytest.mark.parametrize(
    ("column", "bad"),
    [
        ("id", 2**63),
        ("id", 2**64 - 1),
        ("view_count", 2**63),
        ("effect_ids", [1, 2**63]),
        ("hashtag_info", [{"hashtag_id": 2**63, "hashtag_name": "x"}]),
        ("video_tag", {"type": "x", "number": -(2**63) - 1}),
    ],
)
def test_a_number_beyond_64_bits_is_a_typed_error_and_never_rounded(column, bad):
    with engine() as asked, pytest.raises(EvaluationError) as raised:
        asked.load("s1", [row(), row(1, **{column: bad})])
    assert raised.value.code == "TS542"
    assert column in raised.value.message


HOSTILE = [
    "a\x00b",
    "'; DROP TABLE s1; --",
    'quote " and \\ backslash \\u0041',
    "\x1b]0;title\x07\x9b31m",
    "\u202ereversed\u2066",
    "é\u0301 👩\u200d👩\u200d👧 \U0010ffff",
    "",
    "NULL",
    "{}",
    "line\r\nbreak\u2028",
    "\ufeff",
    "x" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_goes_through_rows_and_literals_unchanged(text):
    quoted = "'" + text.replace("'", "''") + "'"
    with engine([row(video_description=text, hashtag_names=[text])]) as asked:
        assert value(asked, "video_description", "FROM videos") == text
        assert value(asked, "hashtag_names", "FROM videos") == [text]
        assert value(asked, f"video_description = {quoted}", "FROM videos") is True


def test_half_characters_become_replacement_characters_and_do_not_fail_their_page():
    tag = {"type": "\udfff", "number": 2**70 % 7}
    rows = [row(video_description="a\ud800b", video_tag=tag), row(1)]
    with engine(rows) as asked:
        assert value(asked, "video_description", "FROM videos LIMIT 1") == "a\ufffdb"
        assert value(asked, "video_tag.type", "FROM videos LIMIT 1") == "\ufffd"
        assert value(asked, "id", "FROM videos OFFSET 1") == ID + 1
        assert value(asked, "video_description = 'a\ud800b'", "FROM videos LIMIT 1") is True


def test_a_json_value_may_hold_numbers_of_any_size():
    with engine([row(video_label={"n": [2**70, float("inf"), "x"]})]) as asked:
        assert value(asked, "video_label", "FROM videos") == {"n": [2**70, None, "x"]}


def test_rows_keep_the_order_in_which_they_were_loaded():
    with engine() as asked:
        for start in range(0, 5000, 100):
            asked.load("s1", [row(9999 - n) for n in range(start, start + 100)])
        found = ask(asked, "SELECT id FROM videos WHERE like_count >= 0")
    assert found == [(ID + 9999 - n,) for n in range(5000)]


def test_a_result_is_not_mixed_with_a_later_one():
    query = to_duckdb(parsed("SELECT id FROM videos"), bindings())
    with engine(map(row, range(5000))) as asked:
        batches = asked.run(query)
        next(batches)
        next(asked.run(query))
        with pytest.raises(RuntimeError):
            next(batches)


def test_a_table_that_is_cleared_is_empty():
    with engine([row()]) as asked:
        asked.clear("s1")
        assert value(asked, "count(*)", "FROM videos") == 0
        asked.load("s1", [row(1)])
        assert value(asked, "id", "FROM videos") == ID + 1


def test_a_branch_is_known_to_the_residual_and_to_nobody_else():
    residual = parsed("SELECT 1 WHERE videos._branch = 2 AND like_count > 5 OR _branch = 3")
    with engine() as asked:
        for branch in (1, 2, 3):
            asked.load("s1", [row(n, view_count=branch) for n in range(10)], branch)
        names = bindings(residual.body.where)
        found = ask(asked, "SELECT view_count, count(*) FROM videos GROUP BY 1 ORDER BY 1", names)
        assert found == [(2, 4), (3, 10)]
        assert len(ask(asked, "SELECT * FROM videos LIMIT 1", names)[0]) == len(COLUMNS)


def test_a_relation_without_columns_still_has_rows():
    with engine(map(row, range(7))) as asked:
        assert ask(asked, "SELECT count(*) FROM videos", bindings(columns=())) == [(7,)]


def test_names_of_columns_may_be_anything():
    names = ['a"b', "select", "ü😀", "with space", "1"]
    with Engine() as asked:
        asked.create('odd"table', [LocalColumn(name, "integer") for name in names])
        asked.load('odd"table', [(1, 2, 3, 4, 5)])
        assert asked._ask('SELECT count(*) FROM "odd""table"', rows=1) == [(0,)]


def test_a_hundred_thousand_rows_are_loaded_in_seconds():
    pages = [[row(n) for n in range(start, start + 100)] for start in range(0, 20_000, 100)]
    with engine() as asked:
        started = time.process_time()
        for page in pages:
            asked.load("s1", page)
        assert value(asked, "count(*)", "FROM videos") == 20_000
        assert time.process_time() - started < 3
