"""Parameters are values, whatever is in them."""

import datetime as dt
from decimal import Decimal

import pytest
from planning_scene import JANUARY, branches, condition, planned, refused, searched

from tiksql.planning.binding import bind
from tiksql.source import Source
from tiksql.syntax.parser import parse

HOSTILE = "x' OR 1 = 1 --"


def sent(where, **values):
    return searched(where, values)["and"]


@pytest.mark.parametrize(
    ("where", "value", "expected"),
    [
        ("keyword = :p", "cats", condition("keyword", "EQ", "cats")),
        ("keyword = :p", HOSTILE, condition("keyword", "EQ", HOSTILE)),
        ("keyword = :p", ":p", condition("keyword", "EQ", ":p")),
        ("KEYWORD = :P", "cats", condition("keyword", "EQ", "cats")),
        ("keyword IN (:p)", ["a", "b"], condition("keyword", "IN", "a", "b")),
        ("keyword IN (:p)", ("a", "b"), condition("keyword", "IN", "a", "b")),
        ("keyword IN (:p)", "a", condition("keyword", "EQ", "a")),
        ("keyword IN ('z', :p)", ["a", "b"], condition("keyword", "IN", "z", "a", "b")),
        ("view_count > :p", "1000", condition("view_count", "GT", "1000")),
        ("view_count > :p", 1000, condition("view_count", "GT", "1000")),
        ("view_count > :p", -1, condition("view_count", "GT", "-1")),
        ("view_count > :p", "-1", condition("view_count", "GT", "-1")),
        ("view_count > :p", 1e6, condition("view_count", "GT", "1000000")),
        ("view_count > :p", Decimal(-5), condition("view_count", "GT", "-5")),
        ("id = :p", "7302470379501604128", condition("video_id", "EQ", "7302470379501604128")),
        ("id = :p", 7302470379501604128, condition("video_id", "EQ", "7302470379501604128")),
        ("region_code = :p", "de", condition("region_code", "EQ", "DE")),
    ],
)
def test_a_value_takes_the_type_of_the_place_where_it_stands(where, value, expected):
    assert sent(where, p=value) == [expected]


@pytest.mark.parametrize(
    "day",
    [
        "2024-01-30",
        "20240130",
        20240130,
        dt.date(2024, 1, 30),
        dt.datetime(2024, 1, 30, 5, tzinfo=dt.timezone(dt.timedelta(hours=-1))),
    ],
)
def test_a_day_may_be_given_as_text_number_date_or_time(day):
    days = "create_date >= '2024-01-01' AND create_date <= :d"
    sql = f"SELECT id FROM videos WHERE keyword = 'a' AND {days}"
    (request,) = planned(sql, {"d": day}).requests
    assert request.body["end_date"] == "20240130"


@pytest.mark.parametrize("number", ["5", 5])
def test_a_limit_may_be_a_parameter(number):
    sql = f"SELECT id FROM videos WHERE keyword = 'a' AND {JANUARY} LIMIT :n OFFSET :n"
    made = planned(sql, {"n": number})
    assert (made.limit, made.offset) == (5, 5)


def test_an_interval_may_be_a_parameter():
    days = "create_date >= CURRENT_DATE - INTERVAL :n DAY"
    sql = f"SELECT id FROM videos WHERE keyword = 'a' AND {days}"
    (request,) = planned(sql, {"n": "3"}).requests
    assert request.body["start_date"] == "20260829"


def test_in_an_empty_list_is_false_and_not_in_it_is_true():
    sql = f"SELECT id FROM videos WHERE keyword = 'a' AND region_code IN (:l) AND {JANUARY}"
    assert planned(sql, {"l": []}).requests == ()
    assert sent("keyword = 'a' AND region_code NOT IN (:l)", l=[]) == [
        condition("keyword", "EQ", "a")
    ]


def test_an_empty_list_of_accounts_asks_for_nobody():
    assert planned("SELECT * FROM users WHERE username IN (:l)", {"l": []}).requests == ()


BAD = [
    ("keyword = :p", {}, "TS210", ":p", "-v p=VALUE"),
    ("keyword = :p", {"p": ["a", "b"]}, "TS211", ":p", "a list goes into IN (:p)"),
    ("(keyword = 'a' OR :p)", {"p": ["a"]}, "TS211", ":p", "a list goes into IN (:p)"),
    ("keyword = :p", {"p": b"a"}, "TS211", ":p", None),
    ("view_count > :p", {"p": float("nan")}, "TS211", ":p", None),
    ("view_count > :p", {"p": "many"}, "TS205", ":p", "view_count = 100"),
    ("view_count > :p", {"p": True}, "TS205", ":p", "view_count = 100"),
    ("keyword = :p", {"p": 5}, "TS205", ":p", "keyword = '5'"),
    ("keyword = :p", {"p": None}, "TS209", ":p", "keyword IS NULL"),
    ("keyword IN (:p)", {"p": ["a", None]}, "TS209", ":p", "keyword IS NULL"),
    ("keyword IN (:p)", {"p": [["a"]]}, "TS211", ":p", None),
    ("keyword = :p", {"p": ""}, "TS205", ":p", "keyword = 'a text'"),
    ("keyword = :p", {"p": "\udcff"}, "TS205", ":p", "UTF-8"),
    ("region_code = :p", {"p": "UK"}, "TS206", ":p", "'GB'"),
    ("create_date = :p", {"p": "2024-02-30"}, "TS213", ":p", "'2024-02-29'"),
]


@pytest.mark.parametrize(("where", "values", "code", "place", "hint"), BAD)
def test_a_value_that_does_not_fit_is_refused_where_it_stands(where, values, code, place, hint):
    found = refused(f"SELECT id FROM videos WHERE {where} AND {JANUARY}", values)
    assert found[:2] == (code, place)
    assert hint is None or hint in found[2]


def test_all_missing_values_are_named_at_once():
    (statement,) = parse(
        Source("SELECT id FROM videos WHERE keyword = :a OR keyword = :b")
    ).statements
    with pytest.raises(Exception, match="no value was given for :a, :b"):
        bind(statement, {})


def test_a_value_too_many_does_no_harm():
    assert branches("keyword = 'a'") == [searched("keyword = 'a'", {"unused": 1})]


def test_a_statement_without_parameters_is_not_touched():
    (statement,) = parse(Source("SELECT id FROM videos")).statements
    assert bind(statement, {"a": 1}) is statement
