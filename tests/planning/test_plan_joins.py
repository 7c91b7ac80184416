"""Each conjunct goes where it may be judged, and each key table finds its keys."""

# ruff: noqa: E501 - a case is one line

import pytest
from planning_scene import JANUARY, asked, condition, judged, kept, plainly, rest

CATS = {"and": [condition("keyword", "EQ", "cats")]}
BOTH = "videos AS v JOIN users AS u ON u.username = v.username"
LEFT = "videos AS v LEFT JOIN users AS u ON u.username = v.username"
IN_JANUARY = f"v.keyword = 'cats' AND v.{JANUARY}"
RATED = "scan 2.follower_count > 5"


def scans(sql, **options):
    """Return name, keys' source and the scans before each scan, in the order of running."""
    return [(s.name, s.table.name, s.after) for s in judged(sql, **options).scans]


def keys(sql, **options):
    """Return the queries that give keys."""
    return [plainly(s.keys) for s in judged(sql, **options).scans if s.keys is not None]


# --- conjuncts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "where", "expected"),
    [
        (BOTH, "u.follower_count > 5", [None, RATED]),
        (f"{BOTH} AND u.follower_count > 5", "TRUE", [None, RATED]),
        (f"{LEFT} AND u.follower_count > 5", "TRUE", [None, RATED]),
        (LEFT, "u.follower_count > 5", [None, None]),
        (LEFT, "u.follower_count IS NULL", [None, None]),
        (LEFT, "v.like_count > 5", ["scan 1.like_count > 5", None]),
        (f"{LEFT} AND v.like_count > 5", "TRUE", [None, None]),
        (f"{BOTH} AND v.like_count > 5", "TRUE", ["scan 1.like_count > 5", None]),
        (BOTH, "v.like_count > u.follower_count", [None, None]),
        (BOTH, "(v.like_count > 5 OR u.follower_count > 5)", [None, None]),
        (BOTH, "v.like_count > (SELECT 5)", [None, None]),
        (BOTH, "random() < 0.5", [None, None]),
    ],
)  # fmt: skip
def test_a_conjunct_goes_to_the_scan_that_it_is_about_where_that_is_sound(source, where, expected):
    assert kept(f"SELECT 1 FROM {source}\nWHERE {IN_JANUARY} AND {where}") == expected


def test_what_is_given_away_is_not_judged_again():
    sql = (
        f"SELECT v.id FROM {BOTH} AND u.follower_count > 5 WHERE {IN_JANUARY} AND v.like_count > 1"
    )
    assert rest(sql) == (
        "SELECT scan 1.id FROM scan 1 JOIN scan 2 ON scan 2.username = scan 1.username"
    )


def test_a_where_on_the_nullable_side_stays_behind_the_join():
    assert rest(f"SELECT v.id FROM {LEFT} WHERE {IN_JANUARY} AND u.follower_count > 5") == (
        "SELECT scan 1.id FROM scan 1 LEFT JOIN scan 2 ON scan 2.username = scan 1.username"
        " WHERE scan 2.follower_count > 5"
    )


def test_an_on_with_nothing_left_is_true():
    sql = (
        f"SELECT v.id FROM videos AS v LEFT JOIN users AS u ON u.username = 'a' WHERE {IN_JANUARY}"
    )
    assert rest(sql) == "SELECT scan 1.id FROM scan 1 LEFT JOIN scan 2 ON TRUE"
    assert asked(sql)[1] == ("users", ["a"])


def test_an_inner_join_behind_a_left_join_filters_nothing_before_it():
    sql = (
        f"SELECT 1 FROM {LEFT} JOIN playlists AS p ON p.playlist_id = 7 AND u.follower_count > 5 "
        f"AND v.like_count > 1 WHERE {IN_JANUARY}"
    )
    assert kept(sql) == ["scan 1.like_count > 1", None, None]
    assert "ON scan 2.follower_count > 5" in rest(sql)


def test_an_api_predicate_in_an_on_is_sent():
    sql = f"SELECT u.username FROM users AS u LEFT JOIN videos AS v ON v.username = u.username AND v.keyword = 'cats' AND v.{JANUARY} WHERE u.username = 'a'"
    assert asked(sql) == [("users", ["a"]), ("videos", [CATS])]


def test_a_condition_of_constants_that_is_false_sends_nothing():
    assert asked(f"SELECT v.id FROM videos AS v WHERE {IN_JANUARY} AND 1 = 2") == [("videos", [])]
    assert (
        keys(
            f"SELECT u.username FROM users AS u WHERE u.username IN (SELECT username FROM videos AS v WHERE {IN_JANUARY}) AND FALSE"
        )
        == []
    )


def test_each_half_of_a_union_is_a_scan_of_its_own():
    half = "SELECT id FROM videos AS v WHERE v.keyword = '{}' AND v." + JANUARY
    sql = f"{half.format('cats')} UNION ALL {half.format('dogs')} ORDER BY id"
    assert asked(sql) == [
        ("videos", [CATS]),
        ("videos", [{"and": [condition("keyword", "EQ", "dogs")]}]),
    ]
    assert (
        rest(sql)
        == "SELECT scan 1.id FROM scan 1 UNION ALL SELECT scan 2.id FROM scan 2 ORDER BY id"
    )


def test_what_a_query_in_from_says_of_its_table_is_asked_of_it():
    sql = f"SELECT a.id FROM (SELECT id, like_count FROM videos AS v WHERE {IN_JANUARY} AND like_count > 1) AS a WHERE a.like_count > 5"
    assert asked(sql) == [("videos", [CATS])]
    assert kept(sql) == ["scan 1.like_count > 1"]


def test_a_with_that_is_named_like_a_table_hides_it():
    sql = f"WITH videos AS (SELECT id FROM videos AS v WHERE {IN_JANUARY}) SELECT id FROM videos"
    assert asked(sql) == [("videos", [CATS])]
    assert rest(sql).endswith("SELECT videos.id FROM videos")


def test_a_select_without_a_table_asks_for_nothing():
    made = judged("SELECT 1 + 1 AS two")
    assert made.scans == ()
    assert made.pool is None
    assert made.heads[0].name == "two"


# --- keys -----------------------------------------------------------------------------------------

IN_QUERY = f"username IN (SELECT v.username FROM videos AS v WHERE {IN_JANUARY})"
FIRST = [("scan 1", "videos", ()), ("scan 2", "users", (1,))]
IN_ORDER = "SELECT scan 1.username FROM scan 1 ORDER BY scan 1._row"


@pytest.mark.parametrize(
    ("sql", "order", "query"),
    [
        (f"SELECT 1 FROM {BOTH} WHERE {IN_JANUARY}", FIRST, IN_ORDER),
        (f"SELECT 1 FROM {LEFT} WHERE {IN_JANUARY}", FIRST, IN_ORDER),
        (f"SELECT 1 FROM videos AS v JOIN users AS u USING (username) WHERE {IN_JANUARY}", FIRST, IN_ORDER),
        (f"SELECT 1 FROM videos AS v LEFT JOIN users AS u USING (username) WHERE {IN_JANUARY}", FIRST, IN_ORDER),
        (f"SELECT 1 FROM videos AS v, users AS u WHERE v.username = u.username AND {IN_JANUARY}", FIRST, IN_ORDER),
        (f"SELECT 1 FROM videos AS v JOIN users AS u ON u.username = lower(v.username) WHERE {IN_JANUARY}", FIRST, "SELECT lower(scan 1.username) FROM scan 1 ORDER BY scan 1._row"),
        (f"SELECT 1 FROM users WHERE {IN_QUERY}", [("scan 2", "videos", ()), ("scan 1", "users", (2,))], "SELECT scan 2.username FROM scan 2 ORDER BY scan 2._row"),
        (f"WITH c AS (SELECT username FROM videos AS v WHERE {IN_JANUARY}) SELECT 1 FROM users WHERE username IN (SELECT username FROM c)", FIRST, "WITH c AS (SELECT scan 1.username FROM scan 1) SELECT c.username FROM c"),
        (f'WITH "C" AS (SELECT username FROM videos AS v WHERE {IN_JANUARY}) SELECT 1 FROM users WHERE username IN (SELECT username FROM "C")', FIRST, "WITH C AS (SELECT scan 1.username FROM scan 1) SELECT c.username FROM C"),
        (f"SELECT 1 FROM (SELECT username AS who FROM videos AS v WHERE {IN_JANUARY}) AS c JOIN users AS u ON u.username = c.who", FIRST, "SELECT c.who FROM (SELECT scan 1.username AS who FROM scan 1) AS c"),
        (f"SELECT 1 FROM {BOTH} AND u.username <> 'a' WHERE {IN_JANUARY}", FIRST, IN_ORDER),
    ],
)  # fmt: skip
def test_a_key_table_is_asked_after_what_gives_its_keys(sql, order, query):
    assert scans(sql) == order
    assert keys(sql) == [query]


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT 1 FROM {BOTH} WHERE {IN_JANUARY} AND u.username = 'a'",
        f"SELECT 1 FROM {BOTH} AND u.username IN ('a') WHERE {IN_JANUARY}",
        f"SELECT 1 FROM users AS u JOIN videos AS v ON v.username = u.username WHERE u.{IN_QUERY} AND u.username = 'a' AND {IN_JANUARY}",
    ],
)
def test_keys_that_are_written_win_over_those_of_other_tables(sql):
    assert keys(sql) == []
    assert ("users", ["a"]) in asked(sql)


def test_keys_that_are_excluded_are_judged_here():
    assert kept(f"SELECT * FROM users WHERE {IN_QUERY} AND username <> 'a'") == [
        None,
        "NOT coalesce(scan 1.username IN ('a'), FALSE)",
    ]


def test_keys_that_are_one_of_two_ways_are_judged_here():
    sql = f"SELECT * FROM users WHERE {IN_QUERY} AND (username = 'a' OR follower_count > 5)"
    assert kept(sql)[1] == "coalesce(scan 1.username IN ('a'), FALSE) OR scan 1.follower_count > 5"


def test_a_chain_of_keys_is_followed_from_where_it_begins():
    sql = f"SELECT c.text FROM comments AS c JOIN videos AS v ON v.id = c.video_id JOIN users AS u ON u.username = v.username JOIN followers AS f ON f.username = u.username WHERE {IN_JANUARY}"
    assert scans(sql) == [
        ("scan 2", "videos", ()),
        ("scan 1", "comments", (2,)),
        ("scan 3", "users", (2,)),
        ("scan 4", "followers", (3,)),
    ]


def test_tables_that_could_give_each_other_keys_take_them_from_a_third():
    sql = f"SELECT 1 FROM followers AS f JOIN users AS u ON f.username = u.username JOIN videos AS v ON v.username = u.username WHERE {IN_JANUARY}"
    assert scans(sql) == [
        ("scan 3", "videos", ()),
        ("scan 2", "users", (3,)),
        ("scan 1", "followers", (2,)),
    ]


def test_a_key_of_one_side_is_enough_for_both():
    sql = "SELECT 1 FROM followers AS f JOIN users AS u ON f.username = u.username WHERE u.username = 'a'"
    assert scans(sql) == [("scan 2", "users", ()), ("scan 1", "followers", (2,))]


def test_comments_and_replies_are_asked_by_their_own_keys():
    sql = "SELECT r.text FROM comments AS c JOIN comments AS r ON r.comment_id = c.id WHERE c.video_id IN (5, 6)"
    made = judged(sql)
    assert [scan.key.name for scan in made.scans] == ["video_id", "comment_id"]
    assert [request.body for request in made.requests] == [
        {"video_id": 5, "max_count": 100},
        {"video_id": 6, "max_count": 100},
    ]


def test_an_outer_query_can_be_the_keys_of_a_query_in_from_by_a_with_alone():
    sql = f"WITH c AS (SELECT username FROM videos AS v WHERE {IN_JANUARY}), d AS (SELECT display_name FROM users WHERE username IN (SELECT username FROM c)) SELECT display_name FROM d"
    assert scans(sql) == FIRST


def test_nothing_wanted_asks_for_no_keys():
    sql = f"SELECT u.username FROM {BOTH} WHERE {IN_JANUARY} LIMIT 0"
    assert asked(sql) == [("videos", []), ("users", [])]
    assert keys(sql) == []
