"""Liked, reposted and pinned videos: they exist, and only some accounts show them."""

from functools import cache
from itertools import pairwise

import pytest
from emulator_client import ALL_FIELDS, JOE, LIKED, PINNED, REPOSTED, Api, shared_api

NOT_HERE = {"effect_ids", "playlist_id", "voice_to_text"}
FIELDS = ",".join(name for name in ALL_FIELDS.split(",") if name not in NOT_HERE)
KEYS = {LIKED: "user_liked_videos", REPOSTED: "reposted_videos", PINNED: "pinned_videos_list"}
EVERY = pytest.mark.parametrize("path", [LIKED, REPOSTED, PINNED])
PAGED = pytest.mark.parametrize("path", [LIKED, REPOSTED])


@cache
def of_joe(path):
    if path == PINNED:
        return shared_api().post(PINNED, JOE, FIELDS).data[KEYS[path]]
    return shared_api().listed(path, {**JOE, "max_count": 100}, KEYS[path], FIELDS)


def accounts(status="public"):
    return [a for a in shared_api().emulator.dataset.accounts.all if a.status == status]


def refused(path, body, fields="id"):
    status, code, message = shared_api().post(path, body, fields).refusal
    assert (status, code) == (400, "invalid_params")
    return message


def test_joe1234567_has_likes_reposts_and_pins():
    assert len(of_joe(LIKED)) > 100
    assert len(of_joe(REPOSTED)) > 20
    assert 1 <= len(of_joe(PINNED)) <= 3


@EVERY
def test_records_are_those_of_the_video_query(path):
    same = "id,username,create_time,region_code,video_description,music_id,like_count,"
    same += "comment_count,share_count,view_count,hashtag_names,is_stem_verified,favorites_count,"
    same += "video_duration,hashtag_info_list,sticker_info_list,video_mention_list,video_label"
    records = of_joe(path)[:25]
    known = shared_api().by_id([record["id"] for record in records], same)
    for record in records:
        kept = {name: value for name, value in record.items() if name in same.split(",")}
        assert kept == known[record["id"]]


def test_no_video_comes_twice_and_likes_have_likes():
    for path in (LIKED, REPOSTED):
        records = of_joe(path)
        assert len({record["id"] for record in records}) == len(records)
        assert all(record.get("like_count", 1) >= 1 for record in records)
        assert all(record["username"] != "joe1234567" for record in records)


def test_pins_are_the_accounts_own_videos():
    assert {record["username"] for record in of_joe(PINNED)} == {"joe1234567"}
    counts = []
    for account in accounts()[:60]:
        data = shared_api().post(PINNED, {"username": account.username}, FIELDS).data
        assert data.keys() == {"pinned_videos_list"}
        pins = data["pinned_videos_list"]
        assert {pin["username"] for pin in pins} <= {account.username}
        counts.append(len(pins))
    assert {0, 1, 2, 3} == set(counts)


def test_the_spellings_are_those_of_the_user_endpoints():
    effects = [e for record in of_joe(LIKED) for e in record.get("effect_info_list", [])]
    assert effects
    assert all(e.keys() == {"effect_id", "effect_name", "effect_photo_URI"} for e in effects)
    tagged = {r["id"]: r["video_tag"] for r in of_joe(LIKED) if "video_tag" in r}
    assert tagged
    known = shared_api().by_id(tagged, "id,video_tag")
    swapped = {("AIGC", 1): 2, ("AIGC", 2): 1}
    for video_id, tag in tagged.items():
        kind, number = known[video_id]["video_tag"]["type"], known[video_id]["video_tag"]["number"]
        expected = swapped.get((kind, number), number)
        assert tag == {"video_tag_type": kind, "video_tag_number": expected}


@EVERY
def test_the_british_spelling_of_favorites_is_taken_as_well(path):
    body = {**JOE, "max_count": 100}
    records = shared_api().post(path, body, "favorites_count,favourites_count").data[KEYS[path]]
    assert all(r["favorites_count"] == r["favourites_count"] for r in records)


@EVERY
@pytest.mark.parametrize("field", [*sorted(NOT_HERE), "author_username", "url", "nonsense"])
def test_fields_that_these_endpoints_do_not_have_are_refused(path, field):
    assert field in refused(path, JOE, f"id,{field}")


@EVERY
def test_fields_are_required_and_all_that_are_documented_are_known(path):
    assert "fields" in refused(path, JOE, None)
    assert shared_api().post(path, JOE, FIELDS).status == 200


@EVERY
def test_accounts_that_are_gone_or_withheld_are_refused_as_by_user_info(path):
    for name in ("missing_user_xyz", accounts("gone")[0].username):
        expected = f"`username: {name}` is invalid: cannot find the user"
        assert refused(path, {"username": name}) == expected
    withheld = accounts("withheld")[0].username
    assert refused(path, {"username": withheld}) == "API cannot return this user's information"
    assert refused(path, {}) == "`username` is required"


def test_few_accounts_made_their_likes_public_and_some_their_reposts():
    def shown(path):
        answers = [
            shared_api().post(path, {"username": account.username, "max_count": 1})
            for account in accounts()[:300]
        ]
        words = {a.json["error"]["message"].partition("private: ")[2] for a in answers}
        assert words == {"", "the information cannot be returned"}
        assert {a.status for a in answers} == {200, 400}
        return sum(a.status == 200 for a in answers)

    assert 3 <= shown(LIKED) <= 40
    assert 130 <= shown(REPOSTED) <= 230


@PAGED
@pytest.mark.parametrize("size", [1, 7, "20", 99])
def test_the_size_of_pages_does_not_change_what_they_hold(path, size):
    ids = [
        video["id"] for video in shared_api().listed(path, {**JOE, "max_count": size}, KEYS[path])
    ]
    assert ids == [video["id"] for video in of_joe(path)]


@PAGED
@pytest.mark.parametrize("cursor", [None, "", 0, "0"])
def test_null_empty_and_zero_mean_from_the_start(path, cursor):
    expected = shared_api().post(path, JOE).data
    assert shared_api().post(path, {**JOE, "cursor": cursor}).data == expected
    assert len(expected[KEYS[path]]) == 20


def test_the_cursor_of_likes_is_a_time_in_milliseconds_that_falls():
    pages = shared_api().cursored(LIKED, JOE)
    cursors = [page["cursor"] for page in pages]
    assert cursors == sorted(set(cursors), reverse=True)
    now = shared_api().settings.now.timestamp() * 1000
    assert all(1_640_000_000_000 < cursor < now for cursor in cursors)
    assert pages[-1]["has_more"] is False


def test_likes_on_or_before_a_time_can_be_asked_for_in_either_unit():
    cursor = shared_api().post(LIKED, {**JOE, "max_count": 50}).data["cursor"]
    ids = [video["id"] for video in of_joe(LIKED)]

    def first(cursor):
        return (
            shared_api().post(LIKED, {**JOE, "cursor": cursor}).data["user_liked_videos"][0]["id"]
        )

    assert first(cursor) == ids[50]
    assert first(cursor - 1) == ids[51]
    assert first(cursor // 1000) == ids[50], "below 10**11 it is in seconds"
    assert first(10**13) == ids[0]
    assert shared_api().post(LIKED, {**JOE, "cursor": 1}).data == {
        "user_liked_videos": [],
        "cursor": 0,
        "has_more": False,
    }


def test_videos_were_liked_after_they_were_posted():
    pages = shared_api().cursored(LIKED, {**JOE, "max_count": 1}, "create_time")
    for page, following in pairwise(pages):
        assert following["user_liked_videos"][0]["create_time"] * 1000 < page["cursor"]


def test_the_cursor_of_reposts_is_an_index():
    first = shared_api().post(REPOSTED, {**JOE, "max_count": 6}).data
    assert (first["cursor"], first["has_more"]) == (6, True)
    total = len(of_joe(REPOSTED))
    end = shared_api().post(REPOSTED, {**JOE, "cursor": total}).data
    assert end == {"reposted_videos": [], "cursor": total, "has_more": False}
    assert refused(REPOSTED, {**JOE, "cursor": total + 1}) == "Invalid count or cursor"


@PAGED
@pytest.mark.parametrize(
    "more", [{"max_count": 0}, {"max_count": 101}, {"cursor": -1}, {"cursor": "x"}]
)
def test_a_page_out_of_range_is_refused(path, more):
    assert next(iter(more)) in refused(path, {**JOE, **more})


@EVERY
def test_the_message_of_a_good_answer_is_ok(path):
    assert shared_api().post(path, JOE).json["error"]["message"] == "ok"


@EVERY
def test_what_comes_follows_from_the_seed_in_any_order(path):
    assert (
        Api().post(path, JOE, FIELDS).json["data"]
        == (shared_api().post(path, JOE, FIELDS).json["data"])
    )
    assert Api(seed=2).post(path, JOE).data != shared_api().post(path, JOE).data


@EVERY
@pytest.mark.parametrize("videos", [1, 40, 1_000_000])
def test_data_sets_of_any_size_have_the_lists(path, videos):
    found = Api(videos=videos, accounts=30).post(path, JOE).data[KEYS[path]]
    assert len(found) <= 20
    assert found or videos < 1_000_000
