"""A translation that is executed brings the rows that TikSQL brings for the same statement.

``TABLESAMPLE`` is left out: the API draws anew each time, so two askings never agree.
"""

from __future__ import annotations

import pytest

SPRING = "create_date BETWEEN '2024-03-20' AND '2024-04-25'"
LOVE = f"keyword = 'love' AND {SPRING}"
STORE = "shop_name = 'Hello World Store'"
OF_STORE = f"SELECT shop_id FROM shops WHERE {STORE}"

PLAIN = {
    "windows": "SELECT id, like_count, create_time, url FROM videos"
    f" WHERE region_code = 'US' AND {SPRING}",
    "every_column": f"SELECT * FROM videos WHERE {LOVE}",
    "branches": "SELECT id, username AS who, video_length FROM videos"
    f" WHERE (region_code = 'DE' AND keyword = 'love' OR region_code = 'FR') AND {SPRING}",
    "limit": f"SELECT id FROM videos WHERE region_code = 'US' AND {SPRING} LIMIT 130 OFFSET 7",
    "nothing_wanted": f"SELECT id FROM videos WHERE {LOVE} LIMIT 0",
    "accounts": "SELECT * FROM users WHERE username IN ('joe1234567', 'missing_user_xyz')",
    "liked": "SELECT id, username, author_username, video_tag FROM liked_videos"
    " WHERE username = 'joe1234567'",
    "pinned": "SELECT * FROM pinned_videos WHERE username = 'joe1234567'",
    "reposted": "SELECT id, url FROM reposted_videos WHERE username = 'joe1234567' LIMIT 12",
    "followers": "SELECT * FROM followers WHERE username = 'joe1234567' LIMIT 150",
    "following": "SELECT followed_username AS name FROM following WHERE username = 'joe1234567'",
    "comments": f"SELECT * FROM comments WHERE video_id IN (SELECT id FROM videos WHERE {LOVE})",
}
"""Statements whose rows a shell can make, too, and which the official package can ask."""

BEYOND_THE_PACKAGE = {
    "replies": "SELECT id, comment_id, text FROM comments WHERE comment_id IN (SELECT id FROM"
    " comments WHERE video_id IN (SELECT id FROM videos WHERE keyword = 'love'"
    " AND create_date = '2024-04-23'))",
    "playlists": "SELECT * FROM playlists WHERE playlist_id IN"
    f" (SELECT playlist_id FROM videos WHERE region_code = 'US' AND {SPRING})",
    "shops": f"SELECT * FROM shops WHERE {STORE}",
    "products": f"SELECT * FROM shop_products WHERE shop_id IN ({OF_STORE})",
    "reviews": "SELECT review_text, create_time FROM shop_reviews"
    " WHERE product_id = 1729000000001000003",
}

WITH_A_LOCAL_HALF = {
    "local_filter": f"SELECT id, like_count FROM videos WHERE {LOVE} AND like_count > 20",
    "local_limit": "SELECT id FROM videos WHERE region_code = 'US'"
    f" AND {SPRING} AND like_count > 100 LIMIT 20 OFFSET 2",
    "local_branches": "SELECT id FROM videos WHERE (keyword = 'love' AND like_count > 5 OR"
    f" region_code = 'FR' AND view_count > 100) AND {SPRING} ORDER BY id",
    "sums": "SELECT region_code, count(*) AS n, avg(like_count) AS likes, max(create_time) AS last"
    f" FROM videos WHERE {LOVE} GROUP BY region_code ORDER BY n DESC, region_code",
    "newest": f"SELECT id, create_time FROM videos WHERE region_code = 'US' AND {SPRING}"
    " ORDER BY id DESC LIMIT 5",
    "join": "SELECT v.id, u.display_name FROM videos AS v JOIN users AS u"
    f" ON u.username = v.username WHERE v.{LOVE.replace('create', 'v.create')} ORDER BY v.id",
    "keys_of_an_order": "SELECT id, text FROM comments WHERE video_id IN (SELECT id FROM videos"
    f" WHERE {LOVE} ORDER BY comment_count DESC, id LIMIT 2)",
    "union": f"SELECT id FROM videos WHERE {LOVE} UNION SELECT music_id FROM videos WHERE {LOVE}"
    " ORDER BY 1",
    "structs": "SELECT id, video_tag.type AS tag, len(hashtag_names) AS tags"
    f" FROM videos WHERE {LOVE}",
    "no_table": "SELECT 1 + 1 AS two, DATE '2024-01-31' AS day, 1 / 0 AS nothing, 7e30 AS big",
}


def cases(target, *groups):
    return [
        pytest.param(target, sql, id=f"{target}-{name}")
        for group in groups
        for name, sql in group.items()
    ]


@pytest.mark.parametrize(
    ("target", "sql"),
    [
        *cases("python", PLAIN, BEYOND_THE_PACKAGE, WITH_A_LOCAL_HALF),
        *cases("curl", PLAIN, BEYOND_THE_PACKAGE),
        *cases("python-official", PLAIN, WITH_A_LOCAL_HALF),
    ],
)
def test_an_executed_translation_brings_the_same_rows(world, target, sql):
    expected = world.asked(sql)
    done = world.executed(sql, target)
    assert expected.status == 0
    if "ORDER BY" in sql or " IN (SELECT" not in sql:
        assert done.rows == expected.rows
    assert sorted(map(str, done.rows)) == sorted(map(str, expected.rows))
    assert bool(done.rows) == ("LIMIT 0" not in sql)


@pytest.mark.parametrize("target", ["python", "curl", "python-official"])
def test_ids_stay_exact_to_the_last_digit_and_one_that_is_missing_is_named(world, target):
    (found,) = world.asked(f"SELECT id FROM videos WHERE {LOVE} LIMIT 1").rows
    missing = int(found["id"]) + 1
    sql = f"SELECT id FROM videos WHERE id IN ({found['id']}, {missing})"
    done = world.executed(sql, target)
    assert done.rows == world.asked(sql).rows == [found]
    assert len(found["id"]) == 19
    assert str(missing) in done.err or "of 2 ids only 1 came" in done.err


@pytest.mark.parametrize("target", ["python", "curl", "python-official"])
def test_a_list_that_the_api_cuts_is_said_to_be_cut(world, target):
    most = f"SELECT id FROM videos WHERE comment_count > 1200 AND {SPRING} LIMIT 1"
    sql = f"SELECT id FROM comments WHERE video_id = {world.asked(most).rows[0]['id']}"
    expected, done = world.asked(sql), world.executed(sql, target)
    assert (expected.status, len(expected.rows)) == (5, 1000)
    assert done.rows == expected.rows
    assert done.status != 0
    assert "no more than 1000" in done.err


@pytest.mark.parametrize("target", ["python", "curl"])
def test_a_refused_key_is_named_and_the_others_come(world, target):
    done = world.executed(PLAIN["accounts"], target)
    assert (done.status, len(done.rows)) == (0, 1)
    assert "missing_user_xyz" in done.err
    assert "was refused" in done.err


def test_the_official_package_cannot_tell_a_refusal_from_a_failure_and_the_script_says_so(world):
    done = world.executed(PLAIN["accounts"], "python-official")
    assert (done.status, len(done.rows)) == (1, 1)
    assert "refused, empty, or failed" in done.err


@pytest.mark.parametrize("name", BEYOND_THE_PACKAGE)
def test_what_the_official_package_cannot_ask_is_said_before_anything_is_sent(world, name):
    done = world.executed(BEYOND_THE_PACKAGE[name], "python-official")
    assert (done.status, done.out) == (1, "")
    assert "TikTokResearchApi 1.0.4" in done.err


@pytest.mark.parametrize(
    "name", ["local_filter", "local_limit", "sums", "newest", "join", "keys_of_an_order"]
)
def test_a_shell_script_says_which_half_it_leaves_undone(world, name):
    done = world.executed(WITH_A_LOCAL_HALF[name], "curl")
    assert "not done here: query: SELECT" in done.err
    assert done.status == (1 if name == "keys_of_an_order" else 0)


def test_a_shell_script_prints_the_rows_that_its_local_half_would_read(world):
    done = world.executed(WITH_A_LOCAL_HALF["local_filter"], "curl")
    kept = [
        {"id": r["id"], "like_count": r["like_count"]} for r in done.rows if r["like_count"] > 20
    ]
    assert kept == world.asked(WITH_A_LOCAL_HALF["local_filter"]).rows
    assert len(kept) < len(done.rows)


def test_a_shell_script_of_several_tables_keeps_their_rows_and_overwrites_nothing(world):
    sql = WITH_A_LOCAL_HALF["join"]
    done = world.executed(sql, "curl")
    assert (done.status, done.out) == (0, "")
    files = sorted(path.name for path in world.folder.glob("*.jsonl"))
    assert files == ["scan_1.jsonl", "scan_2.jsonl"]
    assert all(path.read_text() for path in world.folder.glob("*.jsonl"))
    again = world.executed(sql, "curl")
    assert again.status == 1
    assert "scan_1.jsonl is there already" in again.err


@pytest.mark.parametrize("name", ["windows", "branches", "accounts", "followers"])
def test_first_pages_by_curl_are_the_pages_that_the_plan_sends(world, name):
    sql = PLAIN[name]
    text = world.run("translate", "--base-url", world.address, "--to", "curl", "-c", sql).out
    done = world.execute(text, "curl")
    answers = done.out.replace("}{", "}\n{").splitlines()
    assert len(answers) == text.count("curl --silent")
    assert all('"log_id"' in answer for answer in answers)


@pytest.mark.parametrize("target", ["python", "curl"])
def test_without_a_token_a_script_says_which_variable_is_missing(world, target):
    world.token = ""
    done = world.executed(PLAIN["liked"], target)
    assert (done.status, done.out) == (1, "")
    assert "TIKTOK_ACCESS_TOKEN" in done.err
    assert "is not set" in done.err


@pytest.mark.parametrize("target", ["python", "curl"])
def test_a_wrong_token_ends_a_script_and_is_not_shown(world, target):
    world.token = "clt.wrong-token"
    done = world.executed(PLAIN["liked"], target)
    assert (done.status, done.out) == (1, "")
    assert "access_token_invalid" in done.err
    assert "wrong-token" not in done.err
