"""Expressions without columns are worked out once, on the day of the statement."""

import pytest
from planning_scene import JANUARY, condition, planned, refused, searched

FROM = "SELECT id FROM videos WHERE keyword = 'a' AND create_date >= {}"


def first_day(expression):
    return str(planned(FROM.format(expression)).requests[-1].window.start)


@pytest.mark.parametrize(
    ("expression", "day"),
    [
        ("CURRENT_DATE", "2026-09-01"),
        ("CURRENT_TIMESTAMP - INTERVAL '1' DAY", "2026-09-01"),
        ("CURRENT_TIMESTAMP - INTERVAL 13 HOUR", "2026-09-01"),
        ("CURRENT_DATE - INTERVAL 2 WEEK", "2026-08-18"),
        ("CURRENT_DATE - INTERVAL 1 YEAR", "2025-09-01"),
        ("DATE '2024-03-31' - INTERVAL 1 MONTH", "2024-02-29"),
        ("DATE '2024-01-31' + INTERVAL 13 MONTH", "2025-02-28"),
        ("CURRENT_DATE - 30", "2026-08-02"),
        ("DATE '2026-08-01' + 1 + 1", "2026-08-03"),
        ("CURRENT_DATE + -3", "2026-08-29"),
        ("DATE '2026-08-01' + INTERVAL 36 HOUR", "2026-08-03"),
        ("TIMESTAMP '2026-08-01T01:00:00+02:00'", "2026-08-01"),
        ("'2026' || '-08-01'", "2026-08-01"),
        ("20260800 + 1", "2026-08-01"),
    ],
)
def test_a_day_may_be_worked_out(expression, day):
    assert first_day(expression) == day


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 * 3 + 4 - 1", "9"),
        ("1.5 * 2", "3"),
        ("-(-5)", "5"),
        ("+5", "5"),
        ("1e3 - 0.5 * 2", "999"),
    ],
)
def test_a_number_may_be_worked_out(expression, value):
    found = searched(f"view_count > {expression}")
    assert found == {"and": [condition("view_count", "GT", value)]}


@pytest.mark.parametrize(
    ("expression", "code", "place"),
    [
        ("-'a'", "TS205", "-'a'"),
        (
            "CURRENT_DATE - INTERVAL 99999999999999999999 DAY",
            "TS205",
            "INTERVAL 99999999999999999999 DAY",
        ),
        ("CURRENT_DATE - INTERVAL 9999 YEAR", "TS213", "CURRENT_DATE - INTERVAL 9999 YEAR"),
        ("CURRENT_DATE - 99999999999999", "TS213", "CURRENT_DATE - 99999999999999"),
        ("CURRENT_DATE + 99999999999999", "TS213", "CURRENT_DATE + 99999999999999"),
        ("INTERVAL 1 DAY", "TS205", "INTERVAL 1 DAY"),
        ("7 / 2", "TS402", "7 / 2"),
        ("DATE '2024-01-01' - DATE '2023-01-01'", "TS402", "DATE '2024-01-01' - DATE '2023-01-01'"),
    ],
)
def test_what_cannot_be_worked_out_is_refused_at_its_place(expression, code, place):
    assert refused(FROM.format(expression))[:2] == (code, place)


def test_an_interval_takes_whole_numbers():
    sql = FROM.format("CURRENT_DATE - INTERVAL :n DAY")
    assert refused(sql, {"n": "soon"})[:2] == ("TS205", "INTERVAL :n DAY")


@pytest.mark.parametrize("limit", ["5 + 5", "'10'"])
def test_a_limit_may_be_worked_out(limit):
    assert (
        planned(f"SELECT id FROM videos WHERE keyword = 'a' AND {JANUARY} LIMIT {limit}").limit
        == 10
    )


def test_a_limit_cannot_come_from_the_rows():
    sql = f"SELECT id FROM videos WHERE keyword = 'a' AND {JANUARY} LIMIT like_count"
    assert refused(sql)[:2] == ("TS216", "like_count")


@pytest.mark.parametrize(
    ("comparison", "holds"),
    [
        ("1 < 2", True),
        ("2 <= 1", False),
        ("'a' <> 'b'", True),
        ("CURRENT_DATE > DATE '2024-01-01'", True),
    ],
)
def test_constants_are_compared_before_anything_is_sent(comparison, holds):
    made = planned(f"SELECT id FROM videos WHERE keyword = 'a' AND {comparison} AND {JANUARY}")
    assert bool(made.requests) is holds


@pytest.mark.parametrize("comparison", ["NULL = 1", "1 <> NULL"])
def test_a_constant_is_not_compared_with_null(comparison):
    assert refused(f"SELECT id FROM videos WHERE {comparison}")[:2] == ("TS209", comparison)
