"""The cover is exact and disjoint, whatever the WHERE."""

import datetime as dt
from itertools import combinations, count, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_scene import JANUARY, condition, planned

from tiksql.errors import PlanError
from tiksql.planning import formulas as f
from tiksql.planning.plan import Condition
from tiksql.planning.predicates import TooManyBranchesError, cover, overlapping

REGIONS = (None, "US", "DE", "GB")
TAGS = ("a", "b", "c")
VIEWS = (0, 1, 2)
DAYS = tuple(dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(7))


def subsets(values):
    return [set(s) for size in range(len(values) + 1) for s in combinations(values, size)]


RECORDS = list(product(REGIONS, subsets(TAGS), VIEWS))


def holds(found: Condition, record):
    region, tags, views = record
    values = found.field_values
    match found.field_name:
        case "region_code":
            return region in values
        case "hashtag_name":
            return not tags.isdisjoint(values)
        case "view_count" if found.operation == "GT":
            return views > int(values[0])
        case "view_count":
            return str(views) in values
    raise AssertionError(found)


def matches(found, record):
    return (
        all(holds(c, record) for c in found.all_of)
        and (not found.any_of or any(holds(c, record) for c in found.any_of))
        and not any(holds(c, record) for c in found.none_of)
    )


def listed(values):
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


region = st.builds(lambda v: ("region_code", "IN", v), listed(REGIONS[1:]))
tag = st.builds(lambda v: ("hashtag_name", "IN", v), listed(TAGS))
views = st.builds(lambda n: ("view_count", "GT", [str(n)]), st.sampled_from([0, 1]))
day = st.tuples(
    st.just("create_date"),
    st.sampled_from(["<", "<=", "=", ">=", ">", "<>"]),
    st.sampled_from(DAYS),
)


def trees(leaf, leaves):
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(st.just("not"), inner),
            st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
        ),
        max_leaves=leaves,
    )


def true_of(tree, record, today=None):
    match tree:
        case ("not", inner):
            return not true_of(inner, record, today)
        case ("and", parts):
            return all(true_of(part, record, today) for part in parts)
        case ("or", parts):
            return any(true_of(part, record, today) for part in parts)
        case ("create_date", sign, bound):
            signs = {"<": today < bound, "<=": today <= bound, "=": today == bound}
            signs |= {">=": today >= bound, ">": today > bound, "<>": today != bound}
            return signs[sign]
        case (field, operation, values):
            return holds(Condition(operation, field, tuple(values)), record)


def formula(tree):
    match tree:
        case ("not", inner):
            return f.negation(formula(inner))
        case ("and", parts):
            return f.conjunction([formula(part) for part in parts])
        case ("or", parts):
            return f.disjunction([formula(part) for part in parts])
        case (field, "GT", values):
            return f.Atom(field, "GT", tuple(values))
        case (field, _, values):
            like = f.Atom(field, "IN", (), single=field == "region_code")
            return f.equality(like, tuple(values))


def sql(tree):
    match tree:
        case ("not", inner):
            return f"NOT ({sql(inner)})"
        case ("and" | "or" as word, parts):
            return "(" + f" {word} ".join(sql(part) for part in parts) + ")"
        case ("create_date", sign, bound):
            return f"create_date {sign} '{bound}'"
        case (field, "GT", values):
            return f"{field} > {values[0]}"
        case (field, _, values):
            return f"{field} IN ({', '.join(map(repr, values))})"


@settings(deadline=None)
@given(trees(st.one_of(region, tag, views), 8))
def test_every_record_is_matched_by_one_branch_if_the_where_is_true_and_else_by_none(tree):
    found = cover(formula(tree), at_most=10_000)
    for record in RECORDS:
        assert sum(matches(each, record) for each in found) == true_of(tree, record)


@settings(deadline=None)
@given(trees(st.one_of(region, tag, views), 8))
def test_overlapping_branches_mean_the_same(tree):
    found = overlapping(formula(tree), at_most=10_000)
    for record in RECORDS:
        assert any(matches(each, record) for each in found) == true_of(tree, record)


@settings(deadline=None)
@given(trees(st.one_of(region, tag, day), 7))
def test_a_plan_asks_for_every_record_on_every_day_as_often_as_its_where_is_true(tree):
    statement = (
        f"SELECT id FROM videos WHERE ({sql(tree)}) "
        f"AND create_date BETWEEN '{DAYS[0]}' AND '{DAYS[-1]}'"
    )
    try:
        made = planned(statement, max_branches=1000, allow_full_scan=True, window_days=3)
    except PlanError as error:
        refused = error
    else:
        refused = None
    if refused:  # a range that is empty by itself
        assert refused.code == "TS303"
        assert not any(true_of(tree, r, d) for r in RECORDS for d in DAYS)
        return
    (scan,) = made.scans
    for today in DAYS:
        asked = [
            branch.conditions
            for branch in scan.branches
            for window in branch.windows
            if window.start <= today <= window.end
        ]
        for record in RECORDS[::3]:
            assert sum(matches(c, record) for c in asked) == true_of(tree, record, today)
    assert all(request.window.days <= 3 for request in made.requests)


@pytest.mark.parametrize("terms", [5, 8])
def test_where_disjoint_branches_would_be_too_many_they_overlap_and_a_note_says_so(terms):
    pairs = " OR ".join(f"(keyword = 'k{n}' AND hashtag_name = 'h{n}')" for n in range(terms))
    made = planned(f"SELECT id FROM videos WHERE ({pairs}) AND {JANUARY}")
    assert [r.body["query"] for r in made.requests] == [
        {"and": [condition("keyword", "EQ", f"k{n}"), condition("hashtag_name", "EQ", f"h{n}")]}
        for n in range(terms)
    ]
    assert made.notes == ("the branches overlap: a record that matches two is paid for twice",)


def pairs_of(join, count):
    return [
        join([f.Atom("a", "EQ", (str(n),)), f.Atom("b", "EQ", (str(n),))]) for n in range(count)
    ]


@pytest.mark.parametrize("search", [cover, overlapping])
@pytest.mark.parametrize(
    "whole",
    [
        f.disjunction(pairs_of(f.conjunction, 1000)),
        f.conjunction(pairs_of(f.disjunction, 1000)),
    ],
    ids=["a long OR of ANDs", "a long AND of ORs"],
)
def test_a_formula_with_too_many_branches_is_given_up_soon(search, whole, monkeypatch):
    looked_at = count()
    monkeypatch.setattr(
        "tiksql.planning.predicates.decide", lambda *args: (next(looked_at), f.decide(*args))[1]
    )
    with pytest.raises(TooManyBranchesError):
        search(whole, at_most=8)
    assert next(looked_at) < 1000


def test_ten_thousand_alternatives_of_one_field_are_one_condition():
    words = " OR ".join(f"keyword = 'w{n}'" for n in range(10_000))
    made = planned(f"SELECT id FROM videos WHERE ({words}) AND {JANUARY}")
    (request,) = made.requests
    assert len(request.body["query"]["and"][0]["field_values"]) == 10_000
