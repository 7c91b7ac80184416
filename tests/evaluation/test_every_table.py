"""Every table of the catalog, read by SQL and by the API's own paging, side by side."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
from emulator import emulator_client as api
from end_to_end.scripted_server import page
from evaluation_world import EMULATOR, Asker, emulated, scripted

from tiksql import backend
from tiksql.catalog import load
from tiksql.emulator import Settings

JOE = "joe1234567"
STORE = "Hello World Store"
SPRING = "create_date BETWEEN '2024-03-01' AND '2024-04-30'"
USER_FIELDS = (
    "display_name,bio_description,avatar_url,is_verified,follower_count,following_count,likes_count,"
    "video_count,bio_url"
)
COMMENT_FIELDS = "id,video_id,text,like_count,reply_count,parent_comment_id,create_time"
LISTED_FIELDS = ",".join(
    name for name in api.ALL_FIELDS.split(",")
    if name not in {"effect_ids", "playlist_id", "voice_to_text"}
)  # fmt: skip
SHOP_FIELDS = "shop_name,shop_id,shop_rating,shop_review_count,item_sold_count"
PRODUCT_FIELDS = "product_id,product_name,product_price,product_review_count,product_rating_5_count"
REVIEW_FIELDS = "product_name,review_text,review_like_count,create_time,review_rating,display_name"


@cache
def server():
    return api.Api(**EMULATOR)


def first_video(condition, order):
    sql = f"SELECT id FROM videos WHERE {condition} AND {SPRING} ORDER BY {order} LIMIT 1"
    return emulated()(sql).firsts[0]


def numbered(path, body, key, fields):
    """Page by number, ten to a page."""
    found = []
    while True:
        asked = {**body, "page_start": len(found) // 10 + 1, "page_size": 10, "fields": fields}
        records = server().post(path, asked, None).data[key]
        found += records
        if len(records) < 10:
            return found


def by_sql(ask, table, where):
    found = ask(f"SELECT * FROM {table} WHERE {where}")
    assert found.stats.complete
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def moment(seconds):
    return dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None)


def given(value):
    """Leave out the members that a record leaves out, which are NULL in a row."""
    if isinstance(value, list):
        return [given(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if each is not None}


def same(rows, records, *, renamed=None, upper=(), millis=False):
    """Compare each column that a record carries with the record, spelling aside."""
    assert len(rows) == len(records) > 0
    names = renamed or {}
    for row, record in zip(rows, records, strict=True):
        for field, value in record.items():
            column = names.get(field, field)
            if field == "create_time" or field.endswith("last_updated"):
                value = moment(value / 1000 if millis else value)  # noqa: PLW2901
            elif field in upper:
                value = value.upper()  # noqa: PLW2901
            assert given(row[column]) == given(value), field


def test_users_are_what_the_api_says_of_them_with_the_name_that_was_asked(ask):
    (row,) = by_sql(ask, "users", f"username = '{JOE}'")
    same([row], [server().user(JOE, USER_FIELDS).data])
    assert row["username"] == JOE


def test_comments_are_those_of_a_video_in_the_order_of_the_api(ask):
    video = first_video("comment_count < 400", "comment_count DESC")
    direct = server().listed(api.COMMENTS, {"video_id": video}, "comments", COMMENT_FIELDS)
    rows = by_sql(ask, "comments", f"video_id = {video}")
    same(rows, direct)
    assert {row["comment_id"] for row in rows} == {None}


def test_replies_are_those_of_a_comment(ask):
    video = first_video("comment_count > 100", "comment_count")
    comments = by_sql(ask, "comments", f"video_id = {video}")
    answered = max(comments, key=lambda row: row["reply_count"])
    rows = by_sql(ask, "comments", f"comment_id = {answered['id']}")
    body = {"comment_id": answered["id"]}
    same(rows, server().listed(api.COMMENTS, body, "comments", COMMENT_FIELDS))
    assert len(rows) == answered["reply_count"]
    assert {row["comment_id"] for row in rows} == {answered["id"]}


@pytest.mark.parametrize(
    ("table", "path", "key"),
    [
        ("liked_videos", api.LIKED, "user_liked_videos"),
        ("reposted_videos", api.REPOSTED, "reposted_videos"),
    ],
)
@pytest.mark.parametrize("size", [7, 100])
def test_videos_of_an_account_are_those_of_its_list(ask, table, path, key, size):
    body = {**api.JOE, "max_count": 50}
    direct = server().listed(path, body, key, LISTED_FIELDS)
    found = ask(f"SELECT * FROM {table} WHERE username = '{JOE}'", page_size=size)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    plain = [{k: v for k, v in each.items() if not isinstance(v, dict)} for each in direct]
    plain = [{k: v for k, v in each.items() if k != "effect_info_list"} for each in plain]
    same(rows, plain, renamed={"username": "author_username"}, upper={"region_code"})
    assert {row["username"] for row in rows} == {JOE}


def test_pinned_videos_come_on_one_page(ask):
    direct = server().post(api.PINNED, api.JOE, "id,username,view_count").data
    found = ask(
        f"SELECT id, author_username, view_count FROM pinned_videos WHERE username = '{JOE}'"
    )
    expected = [(v["id"], v["username"], v["view_count"]) for v in direct["pinned_videos_list"]]
    assert (found.rows, found.requests) == (expected, 1)


@pytest.mark.parametrize(
    ("table", "path", "key", "who"),
    [
        ("followers", api.FOLLOWERS, "user_followers", "follower"),
        ("following", api.FOLLOWING, "user_following", "followed"),
    ],
)
def test_follows_are_those_of_the_list_the_newest_first(ask, table, path, key, who):
    direct = server().listed(path, {**api.JOE, "max_count": 100}, key, None)
    found = ask(f"SELECT * FROM {table} WHERE username = '{JOE}'", page_size=33)
    assert found.rows == [(JOE, each["username"], each["display_name"]) for each in direct]
    assert found.columns == ["username", f"{who}_username", f"{who}_display_name"]


@pytest.mark.parametrize("size", [4, 100])
def test_a_playlist_is_one_row_with_all_its_videos_however_many_pages_they_take(ask, size):
    sql = (
        "SELECT playlist_id FROM playlists WHERE playlist_id IN (SELECT playlist_id FROM videos"
        f" WHERE region_code <> 'XK' AND {SPRING}) ORDER BY playlist_item_total DESC LIMIT 3"
    )
    ids = ask(sql).firsts
    found = ask("SELECT * FROM playlists WHERE playlist_id IN (:ids)", {"ids": ids}, page_size=size)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    direct = [server().post(api.PLAYLIST, {"playlist_id": each, "max_count": 100}, None).data
              for each in ids]  # fmt: skip
    for each in direct:
        each.pop("cursor", None), each.pop("has_more", None)
    same(rows, direct)
    assert all(len(row["playlist_video_ids"]) == row["playlist_item_total"] for row in rows)
    assert found.stats.duplicates == 0


def test_shops_are_found_by_name(ask):
    body = {"shop_name": STORE, "fields": SHOP_FIELDS}
    direct = server().post(api.SHOP, body, None).data["shop_data"]
    same(by_sql(ask, "shops", f"shop_name = '{STORE}'"), direct)


def test_products_and_reviews_are_read_page_by_page(ask):
    (shop,) = by_sql(ask, "shops", f"shop_name = '{STORE}'")
    body = {"shop_id": shop["shop_id"]}
    products = numbered(api.PRODUCT, body, "product_data", PRODUCT_FIELDS)
    rows = by_sql(ask, "shop_products", f"shop_id = {shop['shop_id']}")
    same(rows, products)
    assert {row["shop_id"] for row in rows} == {shop["shop_id"]}
    reviewed = max(rows, key=lambda row: row["product_review_count"])
    body = {"product_id": reviewed["product_id"]}
    reviews = numbered(api.REVIEW, body, "review_data", REVIEW_FIELDS)
    rows = by_sql(ask, "shop_reviews", f"product_id = {reviewed['product_id']}")
    same(rows, reviews, millis=True)
    assert len(rows) == reviewed["product_review_count"]


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("users", f"username = '{JOE}'"),
        ("followers", f"username = '{JOE}'"),
        ("following", f"username = '{JOE}'"),
        ("liked_videos", f"username = '{JOE}'"),
        ("shops", f"shop_name = '{STORE}'"),
        ("videos", f"region_code = 'US' AND {SPRING}"),
    ],
)
def test_a_local_filter_that_all_rows_pass_changes_no_value(ask, table, where):
    listed = [c.name for c in load().tables[table].selectable if not c.type.startswith("struct")]
    sql = f"SELECT {', '.join(listed)} FROM {table} WHERE {where}"
    plain = ask(sql)
    judged = ask(f"{sql} AND length({listed[0]}::VARCHAR) > 0")
    assert plain.rows == judged.rows
    assert judged.stats.dropped == 0


# --- keys -----------------------------------------------------------------------------------------


def test_a_video_that_two_accounts_liked_is_two_rows():
    def answer(*_):
        return {"user_liked_videos": [{"id": 9}, {"id": 9}], "cursor": 1, "has_more": False}

    found = scripted(answer)("SELECT username, id FROM liked_videos WHERE username IN ('a', 'b')")
    assert found.rows == [("a", 9), ("b", 9)]
    assert found.stats.duplicates == 2


def test_each_key_is_asked_once_in_the_order_written():
    def answer(_, body):
        return {"display_name": body["username"].upper()}

    ask = scripted(answer)
    found = ask("SELECT username, display_name FROM users WHERE username IN ('b', 'a', 'B', 'c')")
    assert found.rows == [("b", "B"), ("a", "A"), ("c", "C")]
    assert len(ask.bodies) == 3


@pytest.mark.fault(
    "F48",
    "an unknown user among those asked for",
    "named with the API's reason, the others are read",
)
@pytest.mark.parametrize("table", ["users", "followers", "following", "liked_videos"])
def test_a_refused_key_is_named_with_the_reason_and_the_others_are_read(ask, table):
    sql = f"SELECT * FROM {table} WHERE username IN ('missing_user_xyz', '{JOE}')"
    found = ask(sql)
    assert {row[0] for row in found.rows} == {JOE}
    (note,) = found.notes
    assert note.startswith("missing_user_xyz was refused: ")
    assert "cannot find the user" in note
    assert found.stats.complete


def test_an_empty_list_of_keys_asks_for_nothing(ask):
    found = ask("SELECT * FROM users WHERE username IN (:names)", {"names": []})
    assert (found.rows, found.requests, found.stats.complete) == ([], 0, True)


# --- lists that the API itself ends ---------------------------------------------------------------


@cache
def capped():
    return Asker(backend.emulator(Settings(**EMULATOR, comment_cap=1000)))


@cache
def busy_video():
    found = capped()(
        "SELECT id, comment_count FROM videos WHERE comment_count > 2500 AND comment_count < 9000"
        " AND create_date BETWEEN '2024-01-01' AND '2024-06-30' LIMIT 5"
    )
    for number in found.firsts:
        if capped()(f"SELECT id FROM comments WHERE video_id = {number} LIMIT 1").rows:
            return number
    raise AssertionError


@pytest.mark.fault(
    "F47", "comments of a video that end at 1,000", "delivered, said to be incomplete, exit 5"
)
def test_comments_that_the_api_cuts_are_delivered_with_the_reason():
    found = capped()(f"SELECT id FROM comments WHERE video_id = {busy_video()}")
    assert len(found.rows) == 1000
    assert found.stats.exit_status == 5
    assert found.stats.reason == f"the API gives no more than 1,000 comments of {busy_video()}"


@pytest.mark.parametrize("limit", [10, 1000])
def test_comments_behind_a_limit_are_not_missed(limit):
    found = capped()(f"SELECT id FROM comments WHERE video_id = {busy_video()} LIMIT {limit}")
    assert (len(found.rows), found.stats.complete) == (limit, True)


# --- answers in other spellings -------------------------------------------------------------------


@pytest.mark.parametrize("key", load().tables["reposted_videos"].list_keys)
def test_a_list_is_found_under_each_of_its_names(key):
    record = {
        "video_id": "7000000000000000001",
        "username": "amy",
        "region_code": "us",
        "favourites_count": "12",
        "create_time": 1709251200.0,
        "video_tag": {"video_tag_type": "AIGC", "video_tag_number": 1},
        "effect_info_list": [{"effect_id": 1, "effect_photo_URI": "u"}],
    }
    ask = scripted(lambda *_: {key: [record], "cursor": "1", "has_more": "false"})
    found = ask(
        "SELECT id, author_username, region_code, favorites_count, create_time,"
        " video_tag.type AS t, video_tag.number AS n, effect_info_list[1] AS effect"
        " FROM reposted_videos WHERE username = 'joe'"
    )
    effect = {"effect_id": 1, "effect_name": None, "effect_photo_url": "u"}
    march = dt.datetime(2024, 3, 1)  # noqa: DTZ001 - times are naive and mean UTC
    assert found.rows == [(7000000000000000001, "amy", "US", 12, march, "AIGC", 1, effect)]
    assert not any("documented type" in note for note in found.notes)


@pytest.mark.parametrize("first", [1709251200, 1709251200000])
def test_a_cursor_is_sent_back_as_it_came_whatever_its_unit(first):
    def answer(turn, body):
        assert body.get("cursor") == (None if turn == 1 else first)
        return {"user_liked_videos": [{"id": turn}], "cursor": first, "has_more": turn == 1}

    found = scripted(answer)("SELECT id FROM liked_videos WHERE username = 'joe'")
    assert found.firsts == [1, 2]


def test_a_page_without_its_list_is_an_empty_one():
    def answer(turn, _):
        return {"cursor": 100 * turn, "has_more": turn < 2, "comments": None}

    found = scripted(answer)("SELECT id FROM comments WHERE video_id = 7")
    assert (found.rows, found.requests, found.stats.complete) == ([], 2, True)


def test_ids_beyond_53_bits_stay_exact_through_join_sort_and_group():
    ids = [2**62 + 1, 2**62 + 2, 2**53 + 1]

    def answer(_, body):
        if "video_id" in body:
            return {"comments": [{"id": body["video_id"] - 1}], "cursor": 1, "has_more": False}
        return page(ids, cursor=3, more=False)

    found = scripted(answer)(
        "SELECT v.id, max(c.id) AS last, count(*) AS n FROM videos AS v"
        " JOIN comments AS c ON c.video_id = v.id"
        " WHERE v.keyword = 'a' AND v.create_date = '2024-03-01' GROUP BY v.id ORDER BY v.id DESC"
    )
    assert found.rows == [(each, each - 1, 1) for each in sorted(ids, reverse=True)]
