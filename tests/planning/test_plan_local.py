"""What stays here: coarse predicates, what streams, when sorted reading stops, and the columns."""

# ruff: noqa: E501 - a case is one line

import pytest
from planning_scene import (
    JANUARY,
    branches,
    condition,
    judged,
    kept,
    planned,
    rest,
    searched,
    windows,
)

CATS = condition("keyword", "EQ", "cats")
CLASSES = ["SHORT", "MID", "LONG", "EXTRA_LONG"]
FROM = f"FROM videos WHERE keyword = 'cats' AND {JANUARY}"


def lengths(where):
    """Return the classes of length that are asked for."""
    query = searched(f"keyword = 'cats' AND {where}")
    assert list(query) == ["and"]
    asked = [c["field_values"] for c in query["and"] if c != CATS]
    return [name for name in CLASSES if all(name in names for names in asked)]


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        ("video_duration > 300", ["LONG", "EXTRA_LONG"]),
        ("video_duration > 301", ["EXTRA_LONG"]),
        ("video_duration >= 301", ["LONG", "EXTRA_LONG"]),
        ("video_duration < 15", ["SHORT", "MID"]),
        ("video_duration < 14", ["SHORT"]),
        ("video_duration <= 14", ["SHORT", "MID"]),
        ("video_duration = 60", ["MID", "LONG"]),
        ("video_duration = 100", ["LONG"]),
        ("video_duration = 15", ["SHORT", "MID"]),
        ("60 > video_duration", ["SHORT", "MID", "LONG"]),
        ("NOT video_duration > 300", CLASSES),
        ("NOT video_duration > 298", ["SHORT", "MID", "LONG"]),
        ("NOT video_duration <= 301", ["EXTRA_LONG"]),
        ("NOT video_duration <> 100", ["LONG"]),
        ("video_duration BETWEEN 100 AND 200", ["LONG"]),
        ("NOT video_duration NOT BETWEEN 100 AND 200", ["LONG"]),
        ("video_duration <> 100", CLASSES),
        ("video_duration >= 0", CLASSES),
        ("video_duration IN (100)", CLASSES),
    ],
)  # fmt: skip
def test_a_length_is_asked_for_by_classes_widened_at_their_edges(where, asked):
    assert lengths(where) == asked


def test_a_length_that_is_none_is_not_asked_for():
    assert judged(f"SELECT id {FROM} AND video_duration < -5").requests == ()


@pytest.mark.parametrize(
    ("where", "first", "last"),
    [
        ("create_time >= '2024-01-05' AND create_time < '2024-01-10'", "2024-01-05", "2024-01-09"),
        ("create_time > '2024-01-05' AND create_time <= '2024-01-10'", "2024-01-05", "2024-01-10"),
        ("create_time >= TIMESTAMP '2024-01-05 23:59:59' AND create_time < '2024-01-10 00:00:01'", "2024-01-05", "2024-01-10"),
        ("create_time BETWEEN DATE '2024-01-05' AND DATE '2024-01-10'", "2024-01-05", "2024-01-10"),
        ("NOT (create_time < '2024-01-05' OR create_time > '2024-01-10')", "2024-01-05", "2024-01-10"),
        ("create_time >= 1704412800 AND create_time < 1704844800", "2024-01-05", "2024-01-09"),
        ("create_time >= '2024-01-06T02:00:00+05:00' AND create_time < '2024-01-10T19:00:00-05:00'", "2024-01-05", "2024-01-10"),
        ("create_time = '2024-01-05 12:00:00'", "2024-01-05", "2024-01-05"),
        ("create_time >= CURRENT_TIMESTAMP - INTERVAL 2 DAY", "2026-08-30", "2026-09-01"),
    ],
)  # fmt: skip
def test_a_time_is_asked_for_by_whole_days_and_is_a_range_by_itself(where, first, last):
    made = judged(f"SELECT id FROM videos WHERE keyword = 'cats' AND {where}")
    assert windows(made) == [(first, last)]
    assert made.scans[0].residual is not None


def test_a_time_beyond_the_calendar_narrows_nothing():
    assert windows(judged(f"SELECT id {FROM} AND create_time < {10**13}")) == [
        ("2024-01-01", "2024-01-30")
    ]


def test_a_tag_among_the_tags_is_asked_for_and_judged_again():
    tag = condition("hashtag_name", "EQ", "a")
    assert searched("hashtag_names CONTAINS 'a'") == {"and": [tag]}
    assert kept(f"SELECT id FROM videos WHERE hashtag_names CONTAINS 'a' AND {JANUARY}") == [
        "scan 1.hashtag_names CONTAINS 'a'"
    ]


def test_no_tag_among_the_tags_is_judged_here_alone():
    assert searched("NOT hashtag_names CONTAINS 'a' AND keyword = 'cats'") == {"and": [CATS]}


def test_an_api_predicate_under_not_is_sent_under_not_and_never_turned_round():
    assert searched("NOT view_count < 10") == {"not": [condition("view_count", "LT", "10")]}
    between = branches("view_count NOT BETWEEN 5 AND 10")
    assert between == [
        {
            "and": [condition("view_count", "GTE", "5")],
            "not": [condition("view_count", "LTE", "10")],
        },
        {"not": [condition("view_count", "GTE", "5")]},
    ]


# --- streams, stop, local -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "plain", "streams"),
    [
        (f"SELECT id, like_count AS likes {FROM} LIMIT 5", True, True),
        (f"SELECT * {FROM}", True, True),
        (f"SELECT id, like_count + 1 AS more {FROM} LIMIT 5", False, True),
        (f"SELECT video_tag.type {FROM}", False, True),
        (f"SELECT upper(username) AS name {FROM} AND like_count > 5 LIMIT 5", False, True),
        (f"SELECT id {FROM} AND like_count > 5", False, True),
        (f"SELECT id {FROM} AND random() < 0.5", False, True),
        (f"SELECT unnest(hashtag_names) AS tag {FROM}", False, True),
        (f"SELECT id {FROM} ORDER BY id DESC", False, False),
        (f"SELECT DISTINCT username {FROM}", False, False),
        (f"SELECT count(*) {FROM}", False, False),
        (f"SELECT sum(like_count) FILTER (WHERE view_count > 5) AS n {FROM}", False, False),
        (f"SELECT username {FROM} GROUP BY username", False, False),
        (f"SELECT id, row_number() OVER (ORDER BY id) AS n {FROM}", False, False),
        (f"SELECT id, (SELECT 1) AS one {FROM}", False, False),
        (f"WITH a AS (SELECT id {FROM}) SELECT id FROM a", False, False),
        (f"SELECT id FROM (SELECT id {FROM}) AS a", False, False),
        (f"SELECT id {FROM} UNION ALL SELECT id {FROM}", False, False),
        ("SELECT display_name FROM users WHERE username = 'a' LIMIT 1", True, True),
    ],
)  # fmt: skip
def test_rows_stream_where_each_comes_from_one_record(sql, plain, streams):
    made = judged(sql)
    assert (made.local is None, made.streams) == (plain, streams)


@pytest.mark.parametrize(
    ("tail", "stop"),
    [
        ("ORDER BY id DESC LIMIT 5", "page"),
        ("AND like_count > 5 ORDER BY id DESC LIMIT 5 OFFSET 2", "page"),
        ("ORDER BY videos.video_id DESC LIMIT 5", "page"),
        ("ORDER BY create_time DESC LIMIT 5", ""),
        ("ORDER BY create_time DESC NULLS LAST, like_count LIMIT 5", "window"),
        ("ORDER BY create_time DESC NULLS LAST LIMIT 5", "window"),
        ("ORDER BY create_time DESC NULLS FIRST LIMIT 5", ""),
        ("ORDER BY id DESC", ""),
        ("ORDER BY id LIMIT 5", ""),
        ("ORDER BY like_count DESC LIMIT 5", ""),
        ("ORDER BY like_count DESC, id DESC LIMIT 5", ""),
        ("ORDER BY id + 0 DESC LIMIT 5", ""),
        ("LIMIT 5", ""),
    ],
)
def test_a_sorted_reading_may_stop_only_where_the_order_of_the_api_says_so(tail, stop):
    assert judged(f"SELECT id {FROM} {tail}").stop == stop


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT like_count AS id {FROM} ORDER BY id DESC LIMIT 5",
        f"SELECT id AS create_time {FROM} ORDER BY create_time DESC NULLS LAST LIMIT 5",
        f"SELECT DISTINCT id {FROM} ORDER BY id DESC LIMIT 5",
        f"SELECT id, rank() OVER (ORDER BY like_count) AS place {FROM} ORDER BY id DESC LIMIT 5",
        f"SELECT id, unnest(hashtag_names) AS tag {FROM} ORDER BY id DESC LIMIT 5",
        f"SELECT id, count(*) AS n {FROM} GROUP BY id ORDER BY id DESC LIMIT 5",
        f"WITH a AS (SELECT like_count AS id {FROM}) SELECT id FROM a ORDER BY id DESC LIMIT 5",
        f"SELECT id FROM (SELECT like_count AS id {FROM}) AS a ORDER BY id DESC LIMIT 5",
        f"SELECT id {FROM.replace('videos', 'videos TABLESAMPLE (50 ROWS)')} ORDER BY id DESC LIMIT 5",
        f"SELECT v.id FROM videos AS v JOIN users AS u ON u.username = v.username WHERE v.keyword = 'cats' AND v.{JANUARY} ORDER BY v.id DESC LIMIT 5",
        "SELECT id FROM comments WHERE video_id = 5 ORDER BY id DESC LIMIT 5",
    ],
)
def test_what_only_looks_like_falling_ids_is_read_to_the_end(sql):
    assert judged(sql).stop == ""


@pytest.mark.parametrize(
    ("where", "size"),
    [
        ("TRUE", 10),
        ("(like_count > 5 OR TRUE)", 10),
        ("like_count > 5", 100),
        ("(region_code = 'US' AND music_id = 5 OR region_code = 'DE' AND music_id = 6)", 100),
    ],
)
def test_a_page_is_only_as_small_as_a_limit_where_nothing_is_judged_here(where, size):
    made = planned(f"SELECT id {FROM} AND {where} LIMIT 10")
    assert [request.body["max_count"] for request in made.requests] == [size]


# --- names and columns ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "clause"),
    [
        (f"SELECT id, like_count AS likes {FROM} ORDER BY likes", "ORDER BY likes"),
        (f"SELECT id, like_count AS likes {FROM} ORDER BY likes + 1", "ORDER BY likes + 1"),
        (f"SELECT id, view_count AS like_count {FROM} ORDER BY like_count", "ORDER BY like_count"),
        (f"SELECT id, view_count AS like_count {FROM} ORDER BY like_count + 1", "ORDER BY scan 1.like_count + 1"),
        (f"SELECT id {FROM} ORDER BY 1", "ORDER BY 1"),
        (f"SELECT lower(username) AS name, count(*) AS n {FROM} GROUP BY name", "GROUP BY name"),
        (f"SELECT lower(username) AS username, count(*) AS n {FROM} GROUP BY username, 1", "GROUP BY scan 1.username, 1"),
        (f"SELECT username, count(*) AS n {FROM} GROUP BY username HAVING n > 5", "HAVING n > 5"),
        (f"SELECT username, sum(view_count) AS like_count {FROM} GROUP BY username HAVING sum(like_count) > 5", "HAVING sum(scan 1.like_count) > 5"),
        (f"SELECT username, sum(view_count) AS like_count {FROM} GROUP BY username ORDER BY sum(like_count)", "ORDER BY sum(scan 1.like_count)"),
    ],
)  # fmt: skip
def test_a_name_of_the_result_is_meant_where_sql_lets_it(sql, clause):
    assert rest(sql).endswith(clause)


@pytest.mark.parametrize(
    ("sql", "fields"),
    [
        (f"SELECT like_count, username {FROM} AND share_count > 5 ORDER BY comment_count", ("like_count", "username", "share_count", "comment_count", "id")),
        (f"SELECT url {FROM} AND create_time > '2024-01-05'", ("username", "id", "create_time")),
        (f"SELECT count(*) {FROM}", ("id",)),
        (f"SELECT 1 AS one {FROM}", ("id",)),
        (f"SELECT id {FROM} AND (region_code = 'US' AND like_count > 5 OR region_code = 'DE')", ("id", "like_count", "region_code")),
    ],
)  # fmt: skip
def test_fields_are_those_written_then_those_that_something_here_reads(sql, fields):
    assert judged(sql).requests[0].fields == fields


def test_a_star_is_every_column_of_every_table_and_a_shared_one_comes_once():
    sql = f"SELECT * FROM videos AS v JOIN users AS u USING (username) WHERE v.keyword = 'cats' AND v.{JANUARY}"
    names = [head.name for head in judged(sql).heads]
    assert names.count("username") == 1
    assert {"id", "follower_count"} < set(names)
    assert "keyword" not in names
    of_users = [head.name for head in judged(sql.replace("*", "u.*")).heads]
    assert "username" in of_users
    assert "id" not in of_users


@pytest.mark.parametrize("kind", ["", "LEFT"])
@pytest.mark.parametrize("item", ["u.follower_count", "username", "v.like_count", "1 AS one"])
def test_what_using_names_is_read_of_both_tables_whatever_is_selected(kind, item):
    source = f"videos AS v {kind} JOIN users AS u USING (username)"
    made = judged(f"SELECT {item} FROM {source} WHERE v.keyword = 'cats' AND v.{JANUARY}")
    assert all("username" in {c.name for c in scan.columns} for scan in made.scans)


def test_using_knows_the_other_names_of_a_column():
    sql = f"SELECT text FROM videos AS v JOIN comments AS c USING (video_id) WHERE v.keyword = 'cats' AND v.{JANUARY}"
    assert rest(sql).endswith("JOIN scan 2 ON scan 1.id = scan 2.video_id")
    assert judged(sql).scans[1].after == (1,)


def test_a_star_of_a_query_is_its_columns():
    heads = judged(
        f"SELECT * FROM (SELECT id AS number, count(*) AS n {FROM} GROUP BY id) AS a"
    ).heads
    assert [(head.name, head.type) for head in heads] == [("number", "id"), ("n", "integer")]


@pytest.mark.parametrize(
    ("item", "head"),
    [
        ("max(like_count)", "max(like_count)"),
        ("count(*)", "count(*)"),
        ("sum(v.view_count) / 2", "sum(v.view_count) / 2"),
        ("max(like_count) AS most", "most"),
        ("max(v.like_count" + " + 1" * 30 + ")", "max(v.like_count" + " + 1" * 10 + " + …"),
    ],
)
def test_a_column_without_a_name_is_called_as_it_was_written(item, head):
    source = FROM.replace("videos", "videos AS v")
    assert [h.name for h in judged(f"SELECT {item} {source}").heads] == [head]
    inner = judged(f"SELECT * FROM (SELECT {item} {source}) AS a").heads
    assert [h.name for h in inner] == [head]


# --- samples --------------------------------------------------------------------------------------


def drawn(rows, days=JANUARY):
    made = judged(
        f"SELECT id FROM videos TABLESAMPLE ({rows} ROWS) WHERE keyword = 'cats' AND {days}"
    )
    assert all(request.body["is_random"] is True for request in made.requests)
    return [(str(r.window.start), r.body["max_count"]) for r in made.requests]


def test_a_sample_is_drawn_in_pages_as_large_as_they_may_be():
    assert drawn(0) == []
    assert drawn(5) == [("2024-01-01", 5)]
    assert drawn(250) == [("2024-01-01", 100), ("2024-01-01", 100), ("2024-01-01", 50)]


def test_windows_share_a_sample_evenly():
    days = "create_date BETWEEN '2024-01-01' AND '2024-03-05'"
    assert drawn(5, days) == [("2024-03-01", 2), ("2024-01-31", 2), ("2024-01-01", 1)]
    assert drawn(2, days) == [("2024-03-01", 1), ("2024-01-31", 1)]
    assert sum(size for _, size in drawn(1000, days)) == 1000


# --- a local WHERE decides what is asked ----------------------------------------------------------


def test_a_residual_says_by_which_branch_a_row_came_where_that_matters():
    sql = f"SELECT id FROM videos WHERE {JANUARY} AND (keyword = 'a' AND like_count > 1 OR region_code = 'US' AND share_count > 1)"
    (residual,) = kept(sql)
    assert residual.startswith("scan 1._branch = 1 AND ")
    assert "scan 1._branch = 2 AND " in residual


def test_too_many_branches_that_judge_differently_are_refused_rather_than_asked_for_twice():
    pairs = " OR ".join(
        f"(keyword = 'k{n}' AND hashtag_name = 'h{n}' AND like_count > {n})" for n in range(5)
    )
    sql = f"SELECT id FROM videos WHERE ({pairs}) AND {JANUARY}"
    with pytest.raises(Exception, match="more than 8 separate requests"):
        planned(sql)
    assert "overlap" not in " ".join(planned(sql, max_branches=1000).notes)
