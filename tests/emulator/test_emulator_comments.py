"""Comments and replies: their pages, their ids, what hangs together, what is refused."""

from functools import cache

import pytest
from emulator_client import COMMENTS, FORM, Api, shared_api

from tiksql.emulator.comments import CLOSED
from tiksql.emulator.dataset import Dataset
from tiksql.emulator.settings import Settings
from tiksql.emulator.threads import Threads

FIELDS = "id,video_id,text,like_count,reply_count,parent_comment_id,create_time"


@cache
def open_videos():
    """Videos whose comments can be asked for, the most commented first."""
    found = [v for v in shared_api().raw("20240101", "20240630") if not v.removed]
    found.sort(key=lambda video: -video.comments)
    return [v for v in found if shared_api().post(COMMENTS, {"video_id": v.id}).status == 200]


def with_comments(fewest, most):
    return next(v for v in open_videos() if fewest <= v.comments <= most)


def comments_of(body, api=None, fields=FIELDS):
    return (api or shared_api()).listed(COMMENTS, {"max_count": 100, **body}, "comments", fields)


def refused(body, fields="id"):
    status, code, message = shared_api().post(COMMENTS, body, fields).refusal
    assert (status, code) == (400, "invalid_params")
    return message


def test_comments_and_replies_add_up_to_the_comment_count():
    for video in [with_comments(300, 700), with_comments(20, 60), with_comments(1, 1)]:
        comments = comments_of({"video_id": video.id})
        assert sum(1 + c["reply_count"] for c in comments) == video.comments
        assert len({c["id"] for c in comments}) == len(comments)


def test_a_comment_has_as_many_replies_as_it_says():
    video = with_comments(300, 700)
    for comment in comments_of({"video_id": video.id})[:40]:
        replies = comments_of({"comment_id": comment["id"]})
        assert len(replies) == comment["reply_count"]
        for reply in replies:
            assert reply["parent_comment_id"] == comment["id"]
            assert reply["video_id"] == video.id
            assert reply["create_time"] >= comment["create_time"]


def test_every_comment_and_reply_of_a_video_has_an_id_of_its_own():
    video = with_comments(100, 300)
    comments = comments_of({"video_id": video.id})
    everything = comments + [
        reply for c in comments for reply in comments_of({"comment_id": c["id"]})
    ]
    assert len({c["id"] for c in everything}) == len(everything) == video.comments


def test_a_comment_on_a_video_has_the_video_as_its_parent():
    video = with_comments(100, 300)
    for comment in comments_of({"video_id": video.id}):
        assert comment["parent_comment_id"] == comment["video_id"] == video.id


def test_the_id_of_a_comment_begins_with_its_second_which_is_after_the_videos():
    now = Settings().now.timestamp()
    for video in (with_comments(100, 300), with_comments(2, 9)):
        for comment in comments_of({"video_id": video.id}):
            assert comment["id"] >> 32 == comment["create_time"]
            assert video.id >> 32 < video.create_time <= comment["create_time"] <= now


def test_a_reply_has_no_replies():
    video = with_comments(300, 700)
    parent = next(c for c in comments_of({"video_id": video.id}) if c["reply_count"])
    reply = comments_of({"comment_id": parent["id"]})[0]
    assert reply["reply_count"] == 0
    page = shared_api().post(COMMENTS, {"comment_id": reply["id"]}).data
    assert page == {"comments": [], "cursor": 0, "has_more": False}


def test_values_have_their_json_types_and_zero_counts_are_sent():
    comments = comments_of({"video_id": with_comments(300, 700).id})
    for comment in comments:
        assert comment.keys() == set(FIELDS.split(","))
        for name, value in comment.items():
            assert type(value) is (str if name == "text" else int), name
    assert any(c["reply_count"] == 0 for c in comments)
    assert any(c["like_count"] == 0 for c in comments)
    assert len({tuple(comment) for comment in comments}) > 50, "keys in another order each time"


def test_likes_fall_roughly_and_times_do_not():
    comments = comments_of({"video_id": with_comments(300, 700).id})
    likes = [c["like_count"] for c in comments]
    assert likes != sorted(likes, reverse=True)
    third = len(likes) // 3
    assert sum(likes[:third]) > 3 * sum(likes[third : 2 * third]) > 0
    times = [c["create_time"] for c in comments]
    assert times not in (sorted(times), sorted(times, reverse=True))


def test_some_texts_are_masked_with_asterisks():
    texts = [c["text"] for c in comments_of({"video_id": open_videos()[0].id})]
    masked = [text for text in texts if "****" in text]
    assert 0 < len(masked) < len(texts) / 10
    assert len(set(texts)) > 30


def test_a_page_has_ten_comments_unless_asked_otherwise():
    video = with_comments(300, 700)
    first = shared_api().post(COMMENTS, {"video_id": video.id}).data
    assert (len(first["comments"]), first["cursor"], first["has_more"]) == (10, 10, True)
    assert first.keys() == {"comments", "cursor", "has_more"}


@pytest.mark.parametrize("size", [1, 7, 10, "33", 100])
def test_the_size_of_pages_does_not_change_what_they_hold(size):
    video = with_comments(20, 60)
    expected = comments_of({"video_id": video.id})
    assert comments_of({"video_id": video.id, "max_count": size}) == expected
    last = shared_api().cursored(COMMENTS, {"video_id": video.id, "max_count": size})[-1]
    assert last["cursor"] == len(expected)


def test_ids_counts_and_cursors_may_be_digits():
    video = with_comments(300, 700)
    numbers = shared_api().post(COMMENTS, {"video_id": video.id, "max_count": 20, "cursor": 40})
    digits = {"video_id": str(video.id), "max_count": "20", "cursor": "40"}
    assert shared_api().post(COMMENTS, digits).data == numbers.data
    parent = comments_of({"video_id": video.id})[0]
    for comment_id in (parent["id"], str(parent["id"])):
        replies = shared_api().post(COMMENTS, {"comment_id": comment_id, "max_count": "100"}).data
        assert len(replies["comments"]) == min(100, parent["reply_count"])


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_empty_mean_absent(nothing):
    video_id = with_comments(20, 60).id
    body = {"video_id": video_id, "comment_id": nothing, "cursor": nothing, "max_count": nothing}
    assert shared_api().post(COMMENTS, body).data == (
        shared_api().post(COMMENTS, {"video_id": video_id}).data
    )


def test_fields_may_hold_spaces_and_the_body_any_content_type():
    video_id = with_comments(20, 60).id
    spaced = FIELDS.replace(",", ",%20")
    answer = shared_api().post(COMMENTS, {"video_id": video_id}, spaced, **{"Content-Type": FORM})
    assert answer.data["comments"][0].keys() == set(FIELDS.split(","))


def test_a_video_without_comments_has_an_empty_list():
    video = next(v for v in open_videos() if v.comments == 0)
    page = shared_api().post(COMMENTS, {"video_id": video.id}).data
    assert page == {"comments": [], "cursor": 0, "has_more": False}


def test_a_thousand_comments_can_be_reached_and_all_without_the_cap():
    video = open_videos()[0]
    pages = shared_api().cursored(COMMENTS, {"video_id": video.id, "max_count": 30})
    assert sum(len(page["comments"]) for page in pages) == 1000 < video.comments
    assert (pages[-1]["cursor"], pages[-1]["has_more"]) == (1000, False)
    past = {"video_id": video.id, "cursor": 1001}
    assert refused(past) == "Invalid count or cursor"
    assert Api(comment_cap=None).post(COMMENTS, past).data["has_more"]
    small = Api(comment_cap=25).cursored(COMMENTS, {"video_id": video.id})
    assert [len(page["comments"]) for page in small] == [10, 10, 5]


def test_without_the_cap_even_the_longest_list_adds_up():
    api = Api(comment_cap=None)
    video = with_comments(3_000, 9_000)
    comments = comments_of({"video_id": video.id}, api, "reply_count")
    assert sum(1 + c["reply_count"] for c in comments) == video.comments


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({}, "one of `video_id` and `comment_id` is required"),
        ({"video_id": None, "comment_id": ""}, "is required"),
        ({"video_id": 1, "comment_id": 2}, "cannot be used together"),
        ({"video_id": "abc"}, "must be an id"),
        ({"video_id": 1.5}, "must be an id"),
        ({"video_id": -1}, "must be an id"),
        ({"video_id": 2**63}, "must be an id"),
        ({"video_id": [1]}, "must be an id"),
        ({"video_id": 0}, "cannot find the video"),
        ({"video_id": 2**63 - 1}, "cannot find the video"),
        ({"comment_id": 0}, "cannot find the comment"),
        ({"comment_id": 2**63 - 1}, "cannot find the comment"),
        ({"comment_id": 7386000000000000000}, "cannot find the comment"),
    ],
)
def test_a_key_that_leads_nowhere_is_refused(body, part):
    assert part in refused(body)


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"max_count": 0}, "from 1 to 100"),
        ({"max_count": 101}, "from 1 to 100"),
        ({"max_count": "many"}, "whole number"),
        ({"cursor": -1}, "must not be negative"),
        ({"cursor": 10**9}, "Invalid count or cursor"),
    ],
)
def test_a_page_out_of_range_is_refused(more, part):
    assert part in refused({"video_id": with_comments(20, 60).id, **more})


@pytest.mark.parametrize("fields", [None, "", "id,comment_id", "create_date", "display_name"])
def test_fields_must_be_given_and_known(fields):
    assert "fields" in refused({"video_id": with_comments(20, 60).id}, fields)


def test_ids_beside_those_of_videos_and_comments_are_unknown():
    video = with_comments(20, 60)
    comment = comments_of({"video_id": video.id})[0]
    for step in (-1, 1, 1 << 32):
        assert "cannot find the video" in refused({"video_id": video.id + step})
        assert "cannot find the comment" in refused({"comment_id": comment["id"] + step})
    assert "cannot find the comment" in refused({"comment_id": video.id})
    assert "cannot find the video" in refused({"video_id": comment["id"]})


def test_removed_videos_and_their_comments_are_not_found():
    dataset = shared_api().emulator.dataset
    removed = next(v for v in shared_api().raw() if v.removed and v.comments > 3)
    assert "cannot find the video" in refused({"video_id": removed.id})
    comment_id = Threads(dataset).of_video(dataset.find(removed.id)).comment_id(0)
    assert "cannot find the comment" in refused({"comment_id": comment_id})


def test_the_comments_of_withheld_accounts_and_of_a_few_others_are_not_disclosed():
    videos = [v for v in shared_api().raw("20240101", "20240301") if not v.removed]
    said = {
        v.id: shared_api().post(COMMENTS, {"video_id": v.id}).json["error"]["message"]
        for v in videos
    }
    assert set(said.values()) == {"", CLOSED}
    assert all(said[v.id] == CLOSED for v in videos if v.author.status == "withheld")
    others = [v for v in videos if v.author.status != "withheld"]
    assert 0 < sum(said[v.id] == CLOSED for v in others) < len(others) / 20
    assert all(said[v.id] == "" for v in videos if v.author.username == "joe1234567")


def test_the_replies_of_a_comment_that_is_not_disclosed_are_not_either():
    dataset = shared_api().emulator.dataset
    video = next(v for v in shared_api().raw() if v.author.status == "withheld" and v.comments)
    comment_id = Threads(dataset).of_video(dataset.find(video.id)).comment_id(0)
    if not video.removed:
        assert refused({"comment_id": comment_id}) == CLOSED


def test_every_video_is_found_by_its_id_also_scheduled_ones():
    dataset = Dataset(Settings(videos=30_000))
    places = {}
    for number in range(0, dataset.volume.days, 7):
        for index, video in enumerate(dataset.day(number)):
            places[video.id] = number << 23 | index
    assert any(video_id >> 32 < dataset.at(p).create_time - 86400 for video_id, p in places.items())
    fresh = Dataset(Settings(videos=30_000))
    assert all(fresh.find(video_id) == place for video_id, place in places.items())
    days = len(fresh._days)
    assert [fresh.find(n) for n in range(0, 2**63, 2**58)] == [None] * 32
    assert len(fresh._days) <= days + 32


@pytest.mark.parametrize("videos", [500, 2_000_000])
def test_every_comment_is_found_by_its_id_in_data_sets_of_any_size(videos):
    dataset = Dataset(Settings(videos=videos))
    threads = Threads(dataset)
    for number in (0, 700, dataset.volume.days - 1):
        for index, video in list(enumerate(dataset.day(number)))[:40]:
            thread = threads.of_video(number << 23 | index)
            assert thread.total == video.comments
            for chosen in range(0, thread.total, 1 + thread.total // 50):
                found, where = Threads(dataset).find(thread.comment_id(chosen))
                assert (found.video.id, where) == (video.id, chosen)


def test_comments_follow_from_the_seed_in_any_order():
    video = with_comments(300, 700)
    body = {"video_id": video.id, "cursor": 50}
    expected = shared_api().post(COMMENTS, body, FIELDS).data
    assert Api().post(COMMENTS, body, FIELDS).data == expected
    other = Api(seed=2)
    assert other.post(COMMENTS, body, FIELDS).refusal[2].endswith("cannot find the video")
