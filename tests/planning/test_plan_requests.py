"""What is sent: the body, the fields and the page size of each first page."""

import pytest
from planning_scene import JANUARY, branches, condition, planned, searched

REGION = condition("region_code", "EQ", "US")
KEYWORD = condition("keyword", "EQ", "a")
HASHTAG = condition("hashtag_name", "EQ", "b")

GETTING_STARTED = {
    "query": {
        "and": [
            condition("region_code", "IN", "US", "CA"),
            condition("keyword", "EQ", "hello world"),
        ]
    },
    "start_date": "20220615",
    "end_date": "20220628",
    "max_count": 10,
}


@pytest.mark.parametrize("regions", ["('US', 'CA')", '["US", "CA"]', "('us', 'ca')"])
@pytest.mark.parametrize("table", ["videos", "video_table", "VIDEO_TABLE"])
@pytest.mark.parametrize(
    "days",
    [
        "create_date BETWEEN '2022-06-15' AND '2022-06-28'",
        "create_date >= 20220615 AND create_date <= '20220628'",
        "create_date > 20220614 AND create_date < DATE '2022-06-29'",
        "'2022-06-15' <= create_date AND NOT create_date > '2022-06-28'",
        "create_date BETWEEN DATE '2022-06-29' - INTERVAL 2 WEEK AND TIMESTAMP '2022-06-28 23:00'",
    ],
)
def test_the_getting_started_query_becomes_exactly_its_request(regions, table, days):
    made = planned(
        f"select ID, like_count from {table} "
        f"where region_code in {regions} and keyword = 'hello world' and {days} limit 10;"
    )
    (request,) = made.requests
    assert request.url == "https://open.tiktokapis.com/v2/research/video/query/"
    assert request.fields == ("id", "like_count")
    assert request.body == GETTING_STARTED
    assert list(request.body) == list(GETTING_STARTED)


def test_predicates_under_and_go_to_and_in_the_order_written():
    found = searched("keyword = 'a' AND region_code = 'US' AND view_count >= 1000")
    assert found == {"and": [KEYWORD, REGION, condition("view_count", "GTE", "1000")]}


@pytest.mark.parametrize(
    ("where", "values"),
    [
        ("region_code = 'US' OR region_code = 'DE'", ["US", "DE"]),
        (
            "region_code IN ('US', 'DE') OR region_code = 'US' OR region_code = 'GB'",
            ["US", "DE", "GB"],
        ),
        ("region_code IN ('US', 'US', 'us', 'DE')", ["US", "DE"]),
    ],
)
def test_alternatives_of_one_field_become_one_in(where, values):
    assert searched(f"({where})") == {"and": [condition("region_code", "IN", *values)]}


def test_an_in_with_one_value_is_sent_as_eq():
    assert searched("region_code IN ('US')") == {"and": [REGION]}


def test_alternatives_of_several_fields_take_the_or_group():
    found = searched("region_code = 'US' AND (keyword = 'a' OR hashtag_name = 'b')")
    assert found == {"and": [REGION], "or": [KEYWORD, HASHTAG]}


@pytest.mark.parametrize(
    "where",
    [
        "NOT region_code = 'US' AND keyword = 'a'",
        "region_code <> 'US' AND keyword = 'a'",
        "region_code != 'US' AND keyword = 'a'",
        "region_code NOT IN ('US') AND keyword = 'a'",
        "NOT (region_code = 'US' OR NOT keyword = 'a')",
    ],
)
def test_a_negated_predicate_goes_to_not(where):
    assert searched(where) in (
        {"and": [KEYWORD], "not": [REGION]},
        {"not": [REGION], "and": [KEYWORD]},
    )


def test_negations_alone_are_a_query():
    found = searched("region_code <> 'US' AND region_code <> 'DE'")
    assert found == {"not": [condition("region_code", "IN", "US", "DE")]}


def test_not_under_or_is_turned_by_de_morgan():
    found = searched("NOT (region_code <> 'US' AND keyword <> 'a')")
    assert found == {"or": [REGION, KEYWORD]}


def test_two_values_of_a_many_valued_field_stay_two_conditions():
    found = searched("hashtag_name = 'b' AND hashtag_name = 'c'")
    assert found == {"and": [HASHTAG, condition("hashtag_name", "EQ", "c")]}


def test_branches_are_disjoint_by_the_not_group():
    user = condition("username", "EQ", "u")
    sound = condition("music_id", "EQ", "5")
    found = branches("(keyword = 'a' AND hashtag_name = 'b' OR username = 'u' AND music_id = 5)")
    assert found == [
        {"and": [KEYWORD, HASHTAG]},
        {"and": [KEYWORD, user, sound], "not": [HASHTAG]},
        {"and": [user, sound], "not": [KEYWORD]},
    ]


def test_what_a_branch_decides_is_not_asked_again():
    found = branches(
        "(region_code = 'US' AND keyword = 'a' OR region_code = 'DE' AND hashtag_name = 'b')"
    )
    assert found == [
        {"and": [REGION, KEYWORD]},
        {"and": [condition("region_code", "EQ", "DE"), HASHTAG]},
    ]


@pytest.mark.parametrize(
    "where",
    [
        "region_code = 'US' AND region_code = 'DE'",
        "region_code = 'US' AND NOT region_code = 'US'",
        "region_code IN ('US', 'DE') AND region_code NOT IN ('DE', 'US')",
        "keyword = 'a' AND keyword NOT IN ('a', 'b')",
        "keyword = 'a' AND FALSE",
        "keyword = 'a' AND 1 = 2",
        "FALSE",
    ],
)
def test_what_cannot_match_is_not_sent(where):
    assert branches(where) == []


def test_values_that_are_excluded_are_not_asked_for():
    found = searched("region_code IN ('US', 'DE', 'GB') AND region_code <> 'DE'")
    assert found == {"and": [condition("region_code", "IN", "US", "GB")]}


def test_a_constant_comparison_is_worked_out():
    assert searched("keyword = 'a' AND 1 = 1 AND 2 > 1") == {"and": [KEYWORD]}


@pytest.mark.parametrize(
    ("where", "sent"),
    [
        ("1000 < view_count", condition("view_count", "GT", "1000")),
        ("1000 >= view_count", condition("view_count", "LTE", "1000")),
        ("view_count = 1e3", condition("view_count", "EQ", "1000")),
        ("view_count > 500 + 500", condition("view_count", "GT", "1000")),
        ("view_count > '1000'", condition("view_count", "GT", "1000")),
        ("view_count > -1", condition("view_count", "GT", "-1")),
        ("id = 7302470379501604128", condition("video_id", "EQ", "7302470379501604128")),
        ("video_id = '7302470379501604128'", condition("video_id", "EQ", "7302470379501604128")),
        ("videos.id = 18446744073709551615", condition("video_id", "EQ", "18446744073709551615")),
        ("effect_id IN (1, '1', 2)", condition("effect_id", "IN", "1", "2")),
        ("video_length = 'extra_long'", condition("video_length", "EQ", "EXTRA_LONG")),
        ("keyword = '#tag'", condition("keyword", "EQ", "#tag")),
        ("keyword = 'it''s ' || 'so'", condition("keyword", "EQ", "it's so")),
        ("\"Keyword\" = 'a'", KEYWORD),
    ],
)
def test_a_condition_is_sent_as_the_api_writes_it(where, sent):
    assert searched(where) == {"and": [sent]}


@pytest.mark.parametrize(
    ("items", "fields"),
    [
        ("id", ("id",)),
        ("like_count", ("like_count", "id")),
        ("like_count, id, like_count AS likes", ("like_count", "id")),
        ("create_date", ("create_time", "id")),
        ("video_length, url", ("video_duration", "username", "id")),
        ("video_id", ("id",)),
        ("favourites_count", ("favorites_count", "id")),
        ("v.like_count, videos.id", ("like_count", "id")),
    ],
)
def test_fields_are_those_written_then_those_needed(items, fields):
    made = planned(f"SELECT {items} FROM videos AS v WHERE keyword = 'a' AND {JANUARY}")
    assert made.requests[0].fields == fields


@pytest.mark.parametrize("star", ["*", "v.*", "videos.*"])
def test_a_star_asks_for_every_field(star):
    made = planned(f"SELECT {star} FROM videos AS v WHERE keyword = 'a' AND {JANUARY}")
    (request,) = made.requests
    assert len(request.fields) == len(set(request.fields)) == 23
    assert {"create_date", "url", "video_length"} < {head.name for head in made.heads}
    assert "keyword" not in {head.name for head in made.heads}


@pytest.mark.parametrize(
    ("tail", "size"),
    [
        ("", 100),
        ("LIMIT 10", 10),
        ("LIMIT 100", 100),
        ("LIMIT 5000", 100),
        ("LIMIT 10 OFFSET 25", 35),
        ("OFFSET 25", 100),
    ],
)
def test_one_request_is_no_larger_than_what_is_wanted(tail, size):
    made = planned(f"SELECT id FROM videos WHERE keyword = 'a' AND {JANUARY} {tail}")
    assert [r.body["max_count"] for r in made.requests] == [size]


def test_with_several_requests_pages_are_full():
    february = "create_date BETWEEN '2024-01-01' AND '2024-02-28'"
    made = planned(f"SELECT id FROM videos WHERE keyword = 'a' AND {february} LIMIT 10")
    assert [r.body["max_count"] for r in made.requests] == [100, 100]


def test_the_page_size_can_be_set():
    made = planned(f"SELECT id FROM videos WHERE keyword = 'a' AND {JANUARY}", page_size=20)
    assert made.requests[0].body["max_count"] == 20


def test_a_limit_of_nothing_sends_nothing():
    assert (
        planned(f"SELECT id FROM videos WHERE keyword = 'a' AND {JANUARY} LIMIT 0").requests == ()
    )


def test_users_are_asked_for_one_by_one_in_the_order_of_their_first_mention():
    made = planned("SELECT display_name FROM users WHERE username IN ('b', 'A', 'c', 'a', 'b')")
    assert [r.body for r in made.requests] == [
        {"username": "b"},
        {"username": "A"},
        {"username": "c"},
    ]
    assert made.requests[0].url == "https://open.tiktokapis.com/v2/research/user/info/"
    assert made.requests[0].fields == ("display_name",)


def test_users_that_are_excluded_are_not_asked_for():
    made = planned("SELECT * FROM users WHERE username IN ('a', 'b') AND username <> 'a'")
    assert [r.body for r in made.requests] == [{"username": "b"}]


def test_the_name_alone_still_asks_whether_there_is_such_a_user():
    (request,) = planned("SELECT username FROM users WHERE username = 'a'").requests
    assert request.fields == ("display_name",)


def test_a_full_scan_sends_one_condition_that_every_record_meets():
    days = "create_date BETWEEN '2024-01-01' AND '2024-02-10'"
    made = planned(f"SELECT id FROM videos WHERE {days}", allow_full_scan=True)
    assert [r.body["query"] for r in made.requests] == [
        {"and": [condition("create_date", "GTE", "20240131")]},
        {"and": [condition("create_date", "GTE", "20240101")]},
    ]


def test_a_value_that_the_catalog_does_not_know_is_sent_if_that_is_wanted():
    made = planned(
        f"SELECT id FROM videos WHERE region_code = 'zz' AND {JANUARY}", strict_catalog=False
    )
    assert made.requests[0].body["query"] == {"and": [condition("region_code", "EQ", "zz")]}
    assert made.notes == (
        "there is no region_code 'zz', as far as the catalog knows; sent as written",
    )


def test_canada_gets_a_note():
    made = planned(f"SELECT id FROM videos WHERE region_code = 'CA' AND {JANUARY}")
    assert made.notes == ("the documentation says that content from Canada (CA) is not available",)
