"""Long lists of values."""

import pytest
from planning_scene import JANUARY, planned, refused

from tiksql.planning.chunks import MOST_IN_A_CONDITION, MOST_IN_A_LIST
from tiksql.planning.ids import looked_again

LONG = MOST_IN_A_CONDITION * 2 + 1
HOURLY = [7302470379501604128 + (hour * 3600 << 32) for hour in range(LONG)]
SHUFFLED = [HOURLY[n * 997 % LONG] for n in range(LONG)]


def asked(where, count):
    values = [f"v{number}" for number in range(count)]
    plan = planned(f"SELECT id FROM videos WHERE {where} AND {JANUARY}", {"list": values})
    return [request.body["query"] for request in plan.requests]


def values_of(group):
    return [value for condition in group for value in condition["field_values"]]


def test_a_list_that_a_condition_can_hold_is_one_condition():
    (query,) = asked("username IN (:list)", MOST_IN_A_CONDITION)
    assert len(query["and"]) == 1


def test_a_longer_list_becomes_branches_that_bring_no_record_twice():
    first, second, third = asked("hashtag_name IN (:list)", LONG)
    assert [len(values_of(q["and"])) for q in (first, second, third)] == [1000, 1000, 1]
    assert values_of(third["not"]) == values_of(first["and"]) + values_of(second["and"])
    assert third["and"][0]["operation"] == "EQ"


def test_values_that_exclude_each_other_need_no_exclusion():
    ids = [7302470379501604128 + number for number in range(LONG)]
    plan = planned(f"SELECT id FROM videos WHERE id IN (:list) AND {JANUARY}", {"list": ids})
    assert len(plan.requests) == 3
    assert all("not" not in request.body["query"] for request in plan.requests)


@pytest.mark.parametrize(
    ("where", "group"),
    [
        ("keyword = 'a' AND NOT username IN (:list)", "not"),
        ("(username IN (:list) OR keyword = 'a')", "or"),
    ],
)
def test_under_or_and_not_a_long_list_is_several_conditions_of_one_request(where, group):
    (query,) = asked(where, LONG)
    sizes = [len(c["field_values"]) for c in query[group] if c["field_name"] == "username"]
    assert sizes == [1000, 1000, 1]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM videos WHERE {} AND {}",
        "SELECT id FROM videos WHERE keyword = 'a' AND NOT {} AND {}",
        "SELECT {} AS x FROM videos WHERE keyword = 'a' AND {}",
        "SELECT 1 AS n FROM videos WHERE keyword = 'a' AND {1} GROUP BY username HAVING {0}",
    ],
)
@pytest.mark.parametrize("column", ["username", "video_description"])
@pytest.mark.fault("F73", "IN with more than 100,000 values", "refused at the list, with the limit")
def test_a_list_without_end_is_refused_at_its_place(sql, column):
    values = [f"v{number}" for number in range(MOST_IN_A_LIST + 1)]
    code, place, hint = refused(sql.format(f"{column} IN (:list)", JANUARY), {"list": values})
    assert (code, place) == ("TS223", ":list")
    assert "several statements" in hint


def test_ids_of_several_conditions_are_looked_for_twice_each():
    first = SHUFFLED[0]
    plan = planned("SELECT id FROM videos WHERE id IN (:list)", {"list": SHUFFLED})
    assert [len(look.ids) for look in plan.scans[0].second] == [1000, 1000, 1]
    assert all(look.alone for look in plan.scans[0].second)
    again = looked_again(plan.scans[0], set(SHUFFLED) - {first})
    assert [r.body["query"]["and"][0]["field_values"] for r in again] == [[str(first)]]
    assert looked_again(plan.scans[0], set(SHUFFLED)) == []


def test_the_ids_of_a_condition_are_of_few_days():
    plan = planned("SELECT id FROM videos WHERE id IN (:list)", {"list": SHUFFLED})
    assert len(plan.requests) <= -(-LONG // 24) // 26 + 3


def test_an_account_in_two_spellings_is_not_asked_for_twice():
    sql = "SELECT id FROM liked_videos WHERE username = 'a' AND like_count > 5 OR username = 'A'"
    assert refused(sql)[0] == "TS226"
