"""A plan brings exactly the rows that its WHERE means, and pays for no record twice.

Random statements are planned; an API written from its documentation answers the requests; what the
plan leaves to be judged here is judged in plain Python. The rows are those of an oracle that reads
the WHERE as a person would.
"""

import datetime as dt
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from planning_scene import planned, refused
from research_api import answered, compared, denied, judged, length, listed, moment, value_of
from soak import cases

from tiksql.errors import PlanError

DAYS = [f"2024-01-0{n}" for n in range(1, 8)]
TIMES = ["2024-01-03", "2024-01-03 00:00:01", "2024-01-03T02:00:00+05:00", "2024-01-04 23:59:59"]
SECONDS = [1704240000, 1704326399]
LENGTHS = [14, 15, 16, 59, 60, 61, 299, 300, 301]
SIGNS = ["=", "<>", "<", "<=", ">", ">="]
DRAW = random.Random(7)


def row(number):
    hour = dt.timedelta(hours=DRAW.randrange(9 * 24), seconds=DRAW.choice([0, 1, 3599]))
    return {
        "id": number,
        "region_code": DRAW.choice(["US", "DE", "GB", None]),
        "music_id": DRAW.choice([1, 2, None]),
        "video_description": " ".join(DRAW.sample(["cat", "dog", "sun"], DRAW.randrange(4))),
        "hashtag_names": DRAW.choice([None, [], ["a"], ["b"], ["A"], ["a", "b"], ["A", "b"]]),
        "view_count": DRAW.choice([0, 10, 11, None]),
        "like_count": DRAW.choice([0, 5, 6, None]),
        "video_duration": DRAW.choice([*LENGTHS, 0, 10, 30, 100, 1000, None]),
        "create_time": dt.datetime.fromisoformat("2023-12-31") + hour,
    }


ROWS = [row(number) for number in range(200)]
EDGES = st.tuples(st.integers(14, 16), st.integers(59, 62), st.integers(299, 302))
"""No source says to which class a length at the edge of two belongs."""


def some(values, most=2):
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


api = st.one_of(
    st.builds(lambda v: ("region_code", v), some(["US", "DE", "GB"])),
    st.builds(lambda v: ("music_id", v), some([1, 2])),
    st.builds(lambda v: ("keyword", v), some(["cat", "dog"])),
    st.builds(lambda v: ("hashtag_name", v), some(["a", "b"])),
    st.builds(lambda v: ("video_length", v), some(["SHORT", "MID", "LONG", "EXTRA_LONG"])),
    st.tuples(st.just("view_count"), st.sampled_from([s for s in SIGNS if s != "<>"]), st.just(10)),
)
local = st.one_of(
    st.tuples(st.just("like_count"), st.sampled_from(SIGNS), st.just(5)),
    st.builds(lambda v, n: ("like_count", n, v), some([0, 5]), st.sampled_from(["IN", "NOT IN"])),
    st.tuples(st.just("null"), st.sampled_from(["like_count", "region_code", "hashtag_names"])),
    st.tuples(st.just("like"), st.sampled_from(["%cat%", "dog%"])),
    st.tuples(st.just("columns"), st.sampled_from(SIGNS)),
)
coarse = st.one_of(
    st.tuples(st.just("create_time"), st.sampled_from(SIGNS), st.sampled_from(TIMES + SECONDS)),
    st.tuples(st.just("video_duration"), st.sampled_from(SIGNS), st.sampled_from(LENGTHS)),
    st.tuples(st.just("contains"), st.sampled_from(["a", "b"])),
)
days = st.one_of(
    st.tuples(st.just("create_date"), st.sampled_from(SIGNS), st.sampled_from(DAYS)),
    st.builds(lambda ends: ("between", *sorted(ends)), st.tuples(*[st.sampled_from(DAYS)] * 2)),
)
trees = st.recursive(
    st.one_of(api, local, coarse, days),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=6,
)


def sql(tree):
    match tree:
        case ("not", inner):
            return f"NOT ({sql(inner)})"
        case ("and" | "or" as word, parts):
            return "(" + f" {word} ".join(sql(part) for part in parts) + ")"
        case ("null", column):
            return f"{column} IS NULL"
        case ("like", pattern):
            return f"video_description LIKE '{pattern}'"
        case ("columns", sign):
            return f"like_count {sign} view_count"
        case ("contains", tag):
            return f"hashtag_names CONTAINS '{tag}'"
        case ("between", low, high):
            return f"create_date BETWEEN '{low}' AND '{high}'"
        case (column, "IN" | "NOT IN" as word, values) | (column, values, *word) if not isinstance(
            values, str
        ):
            return f"{column} {word or 'IN'} ({', '.join(map(repr, values))})"
        case (column, sign, value):
            return f"{column} {sign} {value!r}"


def means(tree, row, edges):
    """Say what a WHERE means for a record: true, false or NULL."""
    return judged(tree, lambda predicate: meant(predicate, row, edges))


def meant(predicate, row, edges):  # noqa: PLR0912 - one case for each kind of predicate
    match predicate:
        case ("keyword", words):
            return any(word in row["video_description"].split() for word in words)
        case ("hashtag_name", tags):
            return any(tag.lower() in tags for tag in row["hashtag_names"] or [])
        case ("video_length", names):
            seconds = row["video_duration"]
            return seconds is not None and length(seconds, edges) in names
        case ("region_code" | "music_id" as column, values):
            return row[column] in values
        case ("view_count", sign, value):
            return bool(compared(sign, row["view_count"], value))
        case ("null", column):
            return row[column] is None
        case ("like", pattern):
            text = row["video_description"]
            return "cat" in text if pattern == "%cat%" else text.startswith("dog")
        case ("columns", sign):
            return compared(sign, row["like_count"], row["view_count"])
        case ("contains", tag):
            return None if row["hashtag_names"] is None else tag in row["hashtag_names"]
        case ("between", low, high):
            return low <= str(row["create_time"].date()) <= high
        case ("create_date", sign, day):
            return compared(sign, str(row["create_time"].date()), day)
        case ("create_time", sign, value):
            return compared(sign, row["create_time"], moment(value))
        case ("like_count", "IN" | "NOT IN" as word, values):
            found = listed(row["like_count"], values)
            return found if word == "IN" else denied(found)
        case (column, sign, value):
            return compared(sign, row[column], value)


LOCAL = {"like_count", "null", "like", "columns", "contains", "create_time", "video_duration"}


def unjudged(tree, row, edges):
    """Say what the API by itself makes of a WHERE: what DuckDB judges is neither true nor false."""
    return judged(tree, lambda each: None if each[0] in LOCAL else meant(each, row, edges))


@settings(deadline=None, max_examples=cases(200))
@given(trees, EDGES)
@example(("video_duration", "<>", 60), (15, 61, 301))
@example(("not", ("video_duration", "=", 60)), (15, 61, 301))
@example(("create_time", ">=", "2024-01-03T02:00:00+05:00"), (15, 61, 301))
@example(("not", ("contains", "a")), (15, 61, 301))
@example(("or", [("contains", "a"), ("keyword", ["cat"])]), (15, 61, 301))
def test_a_plan_brings_the_rows_that_its_where_means_and_no_record_twice(tree, edges):
    check_meaning(tree, edges)


WIDENED = [
    *[("video_duration", sign, seconds) for sign in SIGNS for seconds in LENGTHS],
    *[("create_time", sign, time) for sign in SIGNS for time in TIMES + SECONDS],
    *[("contains", tag) for tag in "ab"],
]
EXTREMES = [(14, 59, 299), (15, 60, 300), (15, 61, 301), (16, 62, 302)]


@pytest.mark.parametrize("denied", [False, True])
@pytest.mark.parametrize("edges", EXTREMES)
def test_every_coarse_predicate_is_wide_enough_wherever_the_edges_are(edges, denied):
    for leaf in WIDENED if edges == EXTREMES[0] else WIDENED[: len(SIGNS) * len(LENGTHS)]:
        check_meaning(("not", leaf) if denied else leaf, edges)


def check_meaning(tree, edges):
    """Plan a WHERE, answer its requests, and hold the rows against those that it means."""
    within = f"create_date BETWEEN '{DAYS[0]}' AND '{DAYS[-1]}'"
    statement = f"SELECT id FROM videos WHERE ({sql(tree)}) AND {within}"
    wanted = [
        r["id"]
        for r in ROWS
        if DAYS[0] <= str(r["create_time"].date()) <= DAYS[-1] and means(tree, r, edges)
    ]
    options = {"max_branches": 1000, "allow_full_scan": True, "window_days": 3}
    try:
        made = planned(statement, **options)
    except PlanError:
        assert refused(statement, **options)[0] == "TS303"  # a range that is empty by itself
        assert wanted == []
        return
    (scan,) = made.scans
    paid = [
        {**record, "_branch": request.branch}
        for request in made.requests
        for record in answered(request.body, ROWS, edges)
    ]
    assert len({record["id"] for record in paid}) == len(paid)
    if scan.residual is None:
        rows = paid
    else:
        rows = [record for record in paid if value_of(scan.residual, record) is True]
    assert sorted(record["id"] for record in rows) == wanted
    if "coalesce" not in repr(scan.residual):  # no exact predicate was left to be judged here
        assert all(unjudged(tree, record, edges) is not False for record in paid)
