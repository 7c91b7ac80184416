"""Playlists: each video's exists and holds it, and each holds videos that say so."""

from functools import cache

import pytest
from emulator_client import JOE, PLAYLIST, Api, condition, shared_api

KEYS = {
    *("playlist_id", "playlist_name", "playlist_item_total", "playlist_last_updated"),
    *("playlist_video_ids", "cursor", "has_more"),
}
EVERY_VIDEO = {"and": [condition("view_count", "GTE", 0)]}
MONTH = {"start_date": "20240401", "end_date": "20240501", "max_count": 100}


@cache
def members():
    """The videos of a month that are in playlists."""
    videos = shared_api().videos({"query": EVERY_VIDEO, **MONTH}, "id,playlist_id,username")
    return {v["id"]: v for v in videos if "playlist_id" in v}


@cache
def of_joe():
    """The numbers of joe1234567's playlists."""
    joe = {"and": [condition("username", "EQ", JOE["username"])]}
    found = set()
    for month in range(1, 13):
        body = {"query": joe, "start_date": f"2024{month:02}01", "end_date": f"2024{month:02}28"}
        found |= {v.get("playlist_id") for v in shared_api().videos(body, "playlist_id")}
    return sorted(found - {None})


def playlist(number, **more):
    return shared_api().post(PLAYLIST, {"playlist_id": number, "max_count": 100, **more}, None)


def refused(body):
    status, code, message = shared_api().post(PLAYLIST, body, None).refusal
    assert (status, code) == (400, "invalid_params")
    return message


def test_the_playlist_of_a_video_exists_and_holds_it():
    assert len(members()) > 5
    for video_id, video in members().items():
        assert video_id in playlist(video["playlist_id"]).data["playlist_video_ids"]


def test_the_videos_of_a_playlist_exist_say_so_and_are_of_one_account():
    numbers = {video["playlist_id"]: video["username"] for video in members().values()}
    for number, username in list(numbers.items())[:15]:
        ids = playlist(number).data["playlist_video_ids"]
        known = shared_api().by_id(ids, "playlist_id,username")
        assert list(known) == ids
        expected = {"playlist_id": number, "username": username}
        assert all(video == expected for video in known.values())


def test_a_few_percent_of_the_videos_are_in_playlists():
    dataset = Api(videos=100_000).emulator
    sample = [v for number in range(0, 1700, 10) for v in dataset.dataset.day(number)]
    share = sum(bool(dataset.playlists.of(video)) for video in sample) / len(sample)
    assert 0.015 < share < 0.05


def test_joe1234567_has_playlists_of_several_videos():
    assert of_joe()
    assert max(playlist(number).data["playlist_item_total"] for number in of_joe()) > 2


def test_a_playlist_is_one_flat_object():
    answer = playlist(of_joe()[0])
    data = answer.data
    assert data.keys() == KEYS
    for name in ("playlist_id", "playlist_item_total", "playlist_last_updated", "cursor"):
        assert type(data[name]) is int
    assert type(data["playlist_name"]) is str
    assert all(type(video_id) is int for video_id in data["playlist_video_ids"])
    assert (data["playlist_item_total"], data["has_more"]) == (
        len(data["playlist_video_ids"]),
        False,
    )
    videos = shared_api().by_id(data["playlist_video_ids"], "create_time").values()
    assert data["playlist_last_updated"] == max(video["create_time"] for video in videos)
    assert answer.json["error"]["message"] == "ok"


def test_fields_in_the_url_do_not_matter():
    body = {"playlist_id": of_joe()[0]}
    expected = shared_api().post(PLAYLIST, body, None).data
    assert shared_api().post(PLAYLIST, body, "playlist_id").data == expected


@pytest.mark.parametrize("size", [1, 2, "3"])
def test_pages_hold_what_one_page_holds(size):
    number = max(of_joe(), key=lambda n: playlist(n).data["playlist_item_total"])
    expected = playlist(number).data
    body = {"playlist_id": str(number), "max_count": size}
    pages = shared_api().cursored(PLAYLIST, body, None)
    assert len(pages) > 1
    assert [i for page in pages for i in page["playlist_video_ids"]] == (
        expected["playlist_video_ids"]
    )
    assert {page["playlist_item_total"] for page in pages} == {expected["playlist_item_total"]}


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"playlist_id": None}, "`playlist_id` is required"),
        ({"playlist_id": "abc"}, "must be an id"),
        ({"playlist_id": 0}, "cannot find the playlist"),
        ({"playlist_id": 7000000000000000001}, "cannot find the playlist"),
        ({"playlist_id": 2**63 - 1}, "cannot find the playlist"),
        ({"max_count": 0}, "max_count"),
        ({"max_count": 101}, "max_count"),
        ({"cursor": -1}, "cursor"),
        ({"cursor": 9999}, "Invalid count or cursor"),
    ],
)
def test_what_leads_nowhere_is_refused(change, part):
    assert part in refused({"playlist_id": of_joe()[0], **change})


def test_numbers_beside_those_of_playlists_are_unknown():
    for step in (-1, 1, 1 << 32, -(1 << 32)):
        assert "cannot find the playlist" in refused({"playlist_id": of_joe()[0] + step})


@pytest.mark.parametrize("videos", [50, 400_000])
def test_playlists_hang_together_in_data_sets_of_any_size(videos):
    emulator = Api(videos=videos, accounts=20).emulator
    dataset, seen = emulator.dataset, 0
    for number in range(0, dataset.volume.days, 1 if videos == 50 else 200):
        for video in dataset.day(number):
            if not video.removed and (found := emulator.playlists.of(video)):
                seen += 1
                held = emulator.playlists._videos(found)
                assert video.id in [v.id for v in held]
                if seen > 40:
                    return
    assert seen
