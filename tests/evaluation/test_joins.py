"""Several tables in one statement: what is asked, in which order, and what comes of it."""

from __future__ import annotations

from collections import Counter

import pytest
from evaluation_world import emulated, scripted

from tiksql.errors import PlanError

JOE = "joe1234567"
SPRING = "create_date BETWEEN '2024-03-01' AND '2024-04-30'"
US = f"region_code = 'US' AND {SPRING}"
POPULAR = f"SELECT id, username, like_count FROM videos WHERE {US} AND like_count > 300"
PANEL = "SELECT followed_username FROM following WHERE username = 'joe1234567' LIMIT 6"


def videos(extra=""):
    return emulated()(POPULAR + extra).rows


def users(names):
    """Say how many followers those of some accounts have that are shown at all."""
    sql = "SELECT username, follower_count FROM users WHERE username IN (:names)"
    return dict(emulated()(sql, {"names": list(names)}).rows)


def refused(found):
    return {note.split(" ")[0] for note in found.notes if " was refused: " in note}


def test_the_authors_of_videos_are_asked_for_once_each(ask):
    found = ask(
        "SELECT v.id, v.username, u.follower_count FROM videos AS v"
        f" JOIN users AS u ON u.username = v.username WHERE {US} AND v.like_count > 300"
    )
    authors = {username for _, username, _ in videos()}
    known = users(authors)
    expected = [(number, name, known[name]) for number, name, _ in videos() if name in known]
    assert Counter(found.rows) == Counter(expected)
    assert found.requests == ask(POPULAR).requests + len(authors)
    assert refused(found) == authors - known.keys()
    assert found.stats.complete


@pytest.mark.parametrize(
    "join",
    [
        "users AS u ON u.username = v.username",
        "users AS u ON v.username = u.username",
        "users AS u USING (username)",
    ],
)
def test_a_join_can_be_written_in_any_way(ask, join):
    sql = "SELECT v.id, u.follower_count FROM videos AS v JOIN {} WHERE {} AND like_count > 9000"
    known = users({name for _, name, likes in videos() if likes > 9000})
    expected = {(n, known[name]) for n, name, likes in videos() if likes > 9000 and name in known}
    assert set(ask(sql.format(join, US)).rows) == expected


def test_a_left_join_keeps_the_rows_whose_key_was_refused(ask):
    found = ask(
        "SELECT v.id, u.follower_count FROM videos AS v"
        f" LEFT JOIN users AS u ON u.username = v.username WHERE {US} AND v.like_count > 300"
    )
    known = users({username for _, username, _ in videos()})
    assert Counter(found.rows) == Counter((n, known.get(name)) for n, name, _ in videos())
    assert None in [followers for _, followers in found.rows]


def test_a_condition_on_the_joined_table_counts_after_it_was_asked(ask):
    found = ask(
        "SELECT v.id FROM videos AS v JOIN users AS u ON u.username = v.username"
        f" WHERE {US} AND v.like_count > 300 AND u.follower_count > 1000000"
    )
    known = users({username for _, username, _ in videos()})
    assert set(found.firsts) == {n for n, name, _ in videos() if known.get(name, 0) > 10**6}


def test_comments_of_videos_come_with_their_video(ask):
    few = f"v.region_code = 'US' AND v.{SPRING} AND v.comment_count BETWEEN 3 AND 20"
    found = ask(
        "SELECT v.id, v.comment_count, c.id, c.video_id, c.parent_comment_id FROM videos AS v"
        f" JOIN comments AS c ON c.video_id = v.id WHERE {few}"
    )
    counts = dict(ask(f"SELECT id, comment_count FROM videos AS v WHERE {few}").rows)
    assert len(counts) > 10
    assert found.requests == 3 + len(counts)
    assert all(number == video == parent for number, _, _, video, parent in found.rows)
    assert all(n <= counts[each] for each, n in Counter(found.firsts).items())


def test_the_followers_of_a_panel_are_asked_for_panel_member_by_panel_member(ask):
    panel = ask(PANEL).firsts
    found = ask(f"SELECT username, follower_username FROM followers WHERE username IN ({PANEL})")
    direct = ask("SELECT username, follower_username FROM followers WHERE username IN (:panel)",
                 {"panel": panel})  # fmt: skip
    assert Counter(found.rows) == Counter(direct.rows)
    assert set(found.firsts) == set(panel)


def test_keys_can_be_the_first_rows_of_a_sorted_query(ask):
    top = f"SELECT username FROM videos WHERE {US} ORDER BY like_count DESC, id LIMIT 4"
    found = ask(f"SELECT username, follower_count FROM users WHERE username IN ({top})")
    names = set(ask(top).firsts)
    assert dict(found.rows) == users(names)
    assert found.requests == ask(top).requests + len(names)


def test_a_with_can_be_sorted_grouped_and_joined(ask):
    found = ask(
        "WITH top AS (SELECT username, sum(like_count) AS likes, count(*) AS n FROM videos"
        f" WHERE {US} GROUP BY username ORDER BY likes DESC, username LIMIT 5)"
        " SELECT top.username, top.likes, top.n, u.follower_count FROM top"
        " LEFT JOIN users AS u ON u.username = top.username ORDER BY top.likes DESC, top.username"
    )
    sums, counts = Counter(), Counter()
    for name, likes in ask(f"SELECT username, like_count FROM videos WHERE {US}").rows:
        sums[name] += likes or 0
        counts[name] += 1
    best = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:5]
    known = users(name for name, _ in best)
    assert found.rows == [(name, n, counts[name], known.get(name)) for name, n in best]


def test_a_chain_of_three_tables_is_asked_link_by_link(ask):
    found = ask(
        "SELECT s.shop_name, p.product_id, r.review_text, r.review_rating FROM shops AS s"
        " JOIN shop_products AS p ON p.shop_id = s.shop_id"
        " JOIN shop_reviews AS r ON r.product_id = p.product_id"
        " WHERE s.shop_name = 'Hello World Store' AND p.product_review_count > 20"
    )
    (shop,) = ask("SELECT shop_id FROM shops WHERE shop_name = 'Hello World Store'").firsts
    products = ask(
        "SELECT product_id, product_review_count FROM shop_products WHERE shop_id = :shop"
        " AND product_review_count > 20",
        {"shop": shop},
    )
    assert Counter(row[1] for row in found.rows) == Counter(dict(products.rows))
    pages = sum(n // 10 + 1 for _, n in products.rows)
    assert found.requests == 1 + products.requests + pages


def test_two_scans_of_one_table_are_told_apart(ask):
    one, other = ask(PANEL).firsts[:2]
    sql = (
        "SELECT a.follower_username FROM followers AS a"
        " JOIN followers AS b ON a.follower_username = b.follower_username"
        " WHERE a.username = :one AND b.username = :other"
    )
    found = ask(sql, {"one": one, "other": other})
    direct = "SELECT follower_username FROM followers WHERE username = :name"
    both = [set(ask(direct, {"name": name}).firsts) for name in (one, other)]
    assert set(found.firsts) == both[0] & both[1]


def test_a_union_reads_both_its_tables(ask):
    found = ask(
        "SELECT follower_username AS name FROM followers WHERE username = 'joe1234567'"
        " UNION SELECT followed_username FROM following WHERE username = 'joe1234567'"
        " ORDER BY name LIMIT 20 OFFSET 5"
    )
    lists = [
        ask(f"SELECT {who}_username FROM {table} WHERE username = '{JOE}'").firsts
        for table, who in (("followers", "follower"), ("following", "followed"))
    ]
    assert found.firsts == sorted(set(lists[0]) | set(lists[1]))[5:25]


def test_a_row_without_a_table_needs_no_request(ask):
    found = ask("SELECT 1 AS one, 'a' || 'b' AS ab, NULL AS nothing")
    assert (found.rows, found.requests) == ([(1, "ab", None)], 0)


def test_no_key_is_asked_where_no_row_gives_one(ask):
    found = ask(
        "SELECT u.username FROM videos AS v JOIN users AS u ON u.username = v.username"
        f" WHERE {US} AND v.like_count < 0"
    )
    assert (found.rows, found.requests) == ([], ask(POPULAR).requests)


def test_missing_keys_and_keys_in_another_case_are_not_asked_again():
    def answer(_, body):
        if "username" in body:
            return {"display_name": body["username"]}
        names = ["Amy", "amy", None, "bob", "AMY", ""]
        records = [{"id": n, "username": name} for n, name in enumerate(names, 1)]
        return {"videos": records, "cursor": 5, "has_more": False, "search_id": "7"}

    ask = scripted(answer)
    found = ask(
        "SELECT v.id, u.display_name FROM videos AS v JOIN users AS u ON u.username = v.username"
        " WHERE v.keyword = 'a' AND v.create_date = '2024-03-01'"
    )
    assert sorted(number for number, _ in found.rows) == [1, 2, 4, 5]
    assert {name.lower() for _, name in found.rows} == {"amy", "bob"}
    assert sorted(body["username"].lower() for body in ask.bodies[1:]) == ["amy", "bob"]


@pytest.mark.parametrize("concurrency", [1, 8])
def test_pages_of_many_keys_are_read_in_the_order_of_the_keys(ask, concurrency):
    sql = f"SELECT username, follower_username FROM followers WHERE username IN ({PANEL})"
    found = ask(sql, concurrency=concurrency, page_size=10)
    assert found.rows == ask(sql).rows


def test_a_dry_run_of_several_tables_shows_them_and_asks_nothing(run):
    sql = (
        "SELECT v.id, count(*) AS n FROM videos AS v JOIN comments AS c ON c.video_id = v.id"
        f" WHERE v.region_code = 'US' AND v.{SPRING} AND c.like_count > 3"
        " GROUP BY v.id ORDER BY n DESC LIMIT 3"
    )
    outcome = run("--emulator", "--dry-run", "--stats", "-c", sql)
    assert outcome.status == 0
    assert "scan 2: comments" in outcome.out
    assert "one request for each" in outcome.out
    assert '"requests":0' in outcome.err


# --- queries within expressions -------------------------------------------------------------------

FEW = (
    f"FROM videos AS v WHERE v.region_code = 'US' AND v.{SPRING}"
    " AND v.comment_count BETWEEN 1 AND 9"
)
OF_V = "FROM comments AS c WHERE c.video_id = v.id"


def comments_of_few(ask):
    """Count the comments of each video, by a join."""
    sql = FEW.replace(" WHERE", " LEFT JOIN comments AS c ON c.video_id = v.id WHERE")
    return ask(f"SELECT v.id, count(c.id) AS n, max(c.like_count) AS most {sql} GROUP BY v.id")


def test_a_query_in_the_result_takes_its_keys_from_the_query_around_it(ask):
    joined = comments_of_few(ask)
    found = ask(f"SELECT v.id, (SELECT count(*) AS n {OF_V}) AS n {FEW}")
    assert found.rows == [row[:2] for row in joined.rows]
    assert found.requests == joined.requests
    assert len({n for _, n in found.rows}) > 2


@pytest.mark.parametrize("word", ["EXISTS", "NOT EXISTS"])
def test_what_exists_takes_its_keys_from_the_query_around_it(ask, word):
    joined = comments_of_few(ask)
    liked = {number for number, _, most in joined.rows if (most or 0) > 20}
    found = ask(f"SELECT v.id {FEW} AND {word} (SELECT 1 AS x {OF_V} AND c.like_count > 20)")
    everything = ask(f"SELECT v.id {FEW}").firsts
    assert found.firsts == [n for n in everything if (n in liked) is (word == "EXISTS")]
    assert 0 < len(found.rows) < len(everything)
    assert found.requests == joined.requests


def test_a_query_in_the_order_of_a_union_has_no_rows_to_take_keys_from():
    sql = (
        f"SELECT v.username AS name {FEW} UNION SELECT 'a' ORDER BY"
        " (SELECT max(u.follower_count) AS m FROM users AS u WHERE u.username = name)"
    )
    ask = scripted(None)
    with pytest.raises(PlanError) as caught:
        ask(sql)
    assert (caught.value.code, ask.bodies) == ("TS306", [])


def test_keys_that_depend_on_two_tables_around_have_to_be_named():
    two = "FROM videos AS v CROSS JOIN (SELECT 1 AS n) AS w"
    inner = "(SELECT count(*) AS n FROM comments AS c WHERE c.video_id = v.id + w.n)"
    with pytest.raises(PlanError) as caught:
        scripted(None)(f"SELECT {inner} AS n {FEW.replace('FROM videos AS v', two)}")
    assert caught.value.code == "TS306"
