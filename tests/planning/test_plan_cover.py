"""The cover is exact and disjoint, whatever the WHERE."""

import datetime as dt
from itertools import combinations, count, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_scene import JANUARY, condition, planned
from research_api import both, compared, denied, judged
from soak import cases

from tiksql.errors import PlanError
from tiksql.planning import formulas as f
from tiksql.planning.plan import Condition, Conditions
from tiksql.planning.predicates import Cover, TooManyBranchesError, cover, overlapping

REGIONS = (None, "US", "DE", "GB")
TAGS = ("a", "b")
VIEWS = (0, 1, 2)
DAYS = tuple(dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(7))
TRUTHS = (True, False, None)
"""What a predicate of DuckDB can be; each record carries the truth of two of them."""


def subsets(values):
    return [set(s) for size in range(len(values) + 1) for s in combinations(values, size)]


RECORDS = list(product(REGIONS, subsets(TAGS), VIEWS, product(TRUTHS, TRUTHS)))
PLAIN = RECORDS[:: len(TRUTHS) ** 2]


def holds(found: Condition, record):
    region, tags, views, _ = record
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


def matches(found: Conditions, record):
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
local = st.sampled_from([("local", 0), ("local", 1)])
day = st.tuples(
    st.just("create_date"),
    st.sampled_from(["<", "<=", "=", ">=", ">", "<>"]),
    st.sampled_from(DAYS),
)
anything = st.one_of(region, tag, views, local)


def trees(leaf, leaves, words=("and", "or", "not")):
    joined = [word for word in words if word != "not"]
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            *([st.tuples(st.just("not"), inner)] if "not" in words else []),
            st.tuples(st.sampled_from(joined), st.lists(inner, min_size=2, max_size=3)),
        ),
        max_leaves=leaves,
    )


def true_of(tree, record, today=None):
    """Say what SQL says of a tree: true, false or NULL."""

    def leaf(predicate):
        match predicate:
            case ("local", number):
                return record[-1][number]
            case ("create_date", sign, bound):
                return compared(sign, today, bound)
            case (field, operation, values):
                return holds(Condition(operation, field, tuple(values)), record)

    return judged(tree, leaf)


def residual_of(formula, record):
    """Say what DuckDB says of what is left to it."""
    match formula:
        case f.Local(number):
            return record[-1][number]
        case f.Atom():
            return holds(formula.condition, record)
        case f.Negation(part):
            return denied(residual_of(part, record))
        case f.All(parts):
            return both(residual_of(part, record) for part in parts)
        case f.Some(parts):
            return denied(both(denied(residual_of(part, record)) for part in parts))


def formula(tree):
    match tree:
        case ("not", inner):
            return f.negation(formula(inner))
        case ("and", parts):
            return f.conjunction([formula(part) for part in parts])
        case ("or", parts):
            return f.disjunction([formula(part) for part in parts])
        case ("local", number):
            return f.Local(number)
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


@settings(deadline=None, max_examples=cases(200))
@given(trees(anything, 8))
def test_the_branches_and_their_residuals_are_exactly_the_where_and_no_record_comes_twice(tree):
    found = cover(formula(tree), at_most=10_000)
    for record in RECORDS:
        brought = [each for each in found if matches(each.conditions, record)]
        assert len(brought) <= 1
        shown = any(residual_of(each.residual, record) is True for each in brought)
        assert shown == (true_of(tree, record) is True)


@settings(deadline=None, max_examples=cases(200))
@given(trees(anything, 8))
def test_overlapping_branches_mean_the_same_whichever_of_them_brings_a_record_first(tree):
    try:
        found = overlapping(formula(tree), at_most=20)
    except TooManyBranchesError:
        return
    for record in RECORDS:
        brought = [each for each in found if matches(each.conditions, record)]
        shown = {residual_of(each.residual, record) is True for each in brought} or {False}
        assert shown == {true_of(tree, record) is True}


@settings(deadline=None, max_examples=cases(200))
@given(trees(anything, 8, words=("and", "or")))
def test_a_branch_is_restricted_if_it_asks_for_something_and_not_by_what_others_bring(tree):
    for each in cover(formula(tree), at_most=10_000):
        assert each.restricted == bool(each.conditions.all_of or each.conditions.any_of)


US, DE = (f.Atom("region_code", "EQ", (code,), single=True) for code in ("US", "DE"))
A, B = (f.Atom("keyword", "EQ", (word,)) for word in "ab")
L, M = f.Local(0), f.Local(1)
both_of, some_of = (lambda *parts: f.conjunction(parts)), (lambda *parts: f.disjunction(parts))


def parts_of(found):
    return [(c.all_of, c.any_of, c.none_of) for c in (each.conditions for each in found)]


def test_what_duckdb_judges_is_left_and_does_not_split():
    found = cover(both_of(A, some_of(L, M)), at_most=1)
    assert found == (Cover(Conditions((A.condition,)), some_of(L, M)),)


def test_a_local_alternative_of_an_api_predicate_is_a_branch_that_nothing_restricts():
    first, second = cover(some_of(A, L), at_most=2)
    assert first == Cover(Conditions((A.condition,)))
    assert second == Cover(Conditions(none_of=(A.condition,)), L, restricted=False)


def test_what_splitting_has_excluded_restricts_nothing_even_where_it_was_folded():
    found = cover(some_of(both_of(US, A), both_of(DE, B), L), at_most=10)
    assert [each.restricted for each in found] == [True, True, True, True, False]
    assert found[-1].conditions.none_of == (f.equality(US, ("US", "DE")).condition,)


@pytest.mark.parametrize(
    "whole",
    [
        both_of(f.negation(A), L),
        some_of(f.negation(A), L),
        some_of(both_of(A, B), both_of(f.negation(A), L)),
        some_of(f.negation(A), f.negation(B)),
        both_of(f.negation(US), some_of(both_of(DE, A), both_of(B, L), L)),
    ],
)
def test_what_was_written_with_not_restricts(whole):
    assert all(each.restricted for each in cover(whole, at_most=10))


def test_an_exact_predicate_is_judged_here_where_that_saves_a_branch():
    either = some_of(both_of(US, L), both_of(DE, M))
    assert cover(both_of(A, either), at_most=1) == (Cover(Conditions((A.condition,)), either),)


def test_an_exact_predicate_is_asked_for_where_nothing_else_restricts():
    found = cover(some_of(both_of(US, L), both_of(DE, M)), at_most=2)
    assert parts_of(found) == [((US.condition,), (), ()), ((DE.condition,), (), ())]
    assert [each.residual for each in found] == [L, M]


def test_a_predicate_that_the_api_matches_its_own_way_is_never_judged_here():
    found = cover(both_of(US, some_of(both_of(A, L), both_of(B, M))), at_most=10)
    judged = [p for each in found for p in f.predicates(each.residual)]
    assert A not in judged
    assert B not in judged


def test_a_local_predicate_or_its_contrary_is_not_taken_for_true():
    (found,) = cover(both_of(A, some_of(L, f.negation(L))), at_most=1)
    assert residual_of(found.residual, (None, set(), 0, (None, None))) is None
    (found,) = cover(both_of(A, L, f.negation(L)), at_most=1)
    assert found.residual != f.TRUE


def test_an_api_predicate_or_its_contrary_is_true():
    assert cover(some_of(A, f.negation(A)), at_most=1) == (Cover(restricted=False),)
    assert cover(both_of(A, f.negation(A)), at_most=1) == ()


def test_overlapping_branches_are_given_up_where_they_would_judge_a_record_differently():
    pairs = [both_of(f.Atom("a", "EQ", (n,)), f.Atom("b", "EQ", (n,))) for n in "123"]
    locally = [both_of(pair, f.Local(n)) for n, pair in enumerate(pairs)]
    assert len(overlapping(some_of(*pairs), at_most=3)) == 3
    assert len(overlapping(both_of(L, some_of(*pairs)), at_most=3)) == 3
    with pytest.raises(TooManyBranchesError):
        overlapping(some_of(*locally), at_most=3)


@settings(deadline=None, max_examples=cases(200))
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
        assert not any(true_of(tree, r, d) for r in PLAIN for d in DAYS)
        return
    (scan,) = made.scans
    if scan.residual is not None:  # what DuckDB judges is tried with whole plans elsewhere
        return
    for today in DAYS:
        asked = [
            branch.conditions
            for branch in scan.branches
            for window in branch.windows
            if window.start <= today <= window.end
        ]
        for record in PLAIN[::3]:
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


def test_ten_thousand_alternatives_of_one_field_are_conditions_of_a_thousand_each():
    words = " OR ".join(f"keyword = 'w{n}'" for n in range(10_000))
    made = planned(f"SELECT id FROM videos WHERE ({words}) AND {JANUARY}")
    asked = [request.body["query"]["and"][0]["field_values"] for request in made.requests]
    assert [len(values) for values in asked] == [1000] * 10
    assert len({value for values in asked for value in values}) == 10_000
