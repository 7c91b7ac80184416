"""Pages: order, cursors, search_ids, removed videos, scheduled posts, random draws."""

import random

import pytest
from emulator_client import (
    EVERYTHING,
    GETTING_STARTED,
    NOTHING,
    Api,
    condition,
    question,
    shared_api,
)

from tiksql.emulator import searches


def test_ids_fall_strictly_over_all_pages():
    ids = [video["id"] for video in shared_api().videos(EVERYTHING)]
    assert len(ids) > 300
    assert ids == sorted(set(ids), reverse=True)


def test_the_cursor_counts_removed_videos_and_ends_at_the_number_of_positions():
    api = shared_api()
    pages = api.pages(EVERYTHING)
    positions = api.raw()
    assert [page["cursor"] for page in pages[:-1]] == [100 * n for n in range(1, len(pages))]
    assert pages[-1]["cursor"] == len(positions)
    assert pages[-1]["has_more"] is False
    assert all(page["has_more"] for page in pages[:-1])
    for number, page in enumerate(pages):
        expected = [v.id for v in positions[number * 100 : number * 100 + 100] if not v.removed]
        assert [video["id"] for video in page["videos"]] == expected
    assert sum(len(page["videos"]) for page in pages) < len(positions)


def test_one_search_id_serves_all_pages_and_is_a_string_of_digits():
    ids = {page["search_id"] for page in shared_api().pages(EVERYTHING)}
    assert len(ids) == 1
    assert isinstance(search_id := ids.pop(), str)
    assert search_id.isdecimal()


@pytest.mark.parametrize("size", [1, 7, 99, 100])
def test_the_size_of_the_pages_does_not_change_what_is_found(size):
    api = shared_api()
    body = {**GETTING_STARTED, "max_count": size, "end_date": "20220619"}
    expected = api.videos({**body, "max_count": 100})
    assert api.videos(body) == expected


def test_the_size_of_the_pages_may_change_within_a_search():
    api = shared_api()
    first = api.query({**EVERYTHING, "max_count": 10}).data
    more = {"cursor": first["cursor"], "search_id": first["search_id"]}
    second = api.query({**EVERYTHING, **more, "max_count": 50}).data
    assert second["cursor"] == 60


def test_without_max_count_a_page_has_twenty_positions():
    body = {key: value for key, value in EVERYTHING.items() if key != "max_count"}
    assert shared_api().query(body).data["cursor"] == 20


def test_a_result_of_one_video_ends_at_cursor_one():
    api = shared_api()
    video = next(v for v in api.raw() if not v.removed)
    data = api.query(question([condition("video_id", "EQ", str(video.id))])).data
    assert (data["cursor"], data["has_more"]) == (1, False)
    assert data["videos"] == [{"id": video.id}]


def test_an_empty_result_has_no_search_id():
    assert shared_api().query(NOTHING).data == {"videos": [], "cursor": 0, "has_more": False}


def test_a_page_of_removed_videos_only_is_empty_and_goes_on():
    api = shared_api()
    positions = api.raw()
    index = next(n for n, v in enumerate(positions) if v.removed)
    ids = [str(v.id) for v in positions[index : index + 2]]
    data = api.query(question([condition("video_id", "IN", *ids)], max_count=1)).data
    assert (data["videos"], data["cursor"], data["has_more"]) == ([], 1, True)


def test_asking_for_a_page_again_brings_the_same_page():
    api = shared_api()
    first = api.query(EVERYTHING).data
    body = {**EVERYTHING, "cursor": 100, "search_id": first["search_id"]}
    assert api.query(body, "id,username").data == api.query(body, "id,username").data


def test_the_end_of_a_result_can_be_asked_for():
    api = shared_api()
    last = api.pages(EVERYTHING)[-1]
    more = {"cursor": last["cursor"], "search_id": last["search_id"]}
    data = api.query({**EVERYTHING, **more}).data
    assert (data["videos"], data["cursor"], data["has_more"]) == ([], last["cursor"], False)


def test_both_ends_of_the_dates_are_included_as_whole_days():
    api = shared_api()
    times = [v["create_time"] for v in api.videos(EVERYTHING, "create_time")]
    assert {min(times) // 86400, max(times) // 86400} == {1655251200 // 86400, 1656374400 // 86400}


def test_a_scheduled_post_is_found_by_its_create_time_and_sorted_by_its_old_id():
    api = Api(videos=200_000)
    body = {**EVERYTHING, "start_date": "20230310", "end_date": "20230310"}
    videos = api.videos(body, "id,create_time")
    start = 1678406400
    assert all(start <= video["create_time"] < start + 86400 for video in videos)
    lags = [video["create_time"] - (video["id"] >> 32) for video in videos]
    early = [v for v in videos if v["id"] >> 32 < start - 140]
    assert early
    assert videos[-len(early) :] == early
    ordinary = [lag for lag in lags if lag <= 140]
    assert min(ordinary) >= 20
    assert len(ordinary) > 0.95 * len(lags)
    assert max(lags) > 3600


def test_scheduled_posts_are_hours_to_days_older_than_their_create_time():
    lags = [v.create_time - (v.id >> 32) for v in Api(videos=50_000).raw("20240101", "20240301")]
    scheduled = [lag for lag in lags if lag > 140]
    assert 0.005 < len(scheduled) / len(lags) < 0.03
    assert min(scheduled) > 3600
    assert 86400 < max(scheduled) <= 97 * 3600


@pytest.mark.parametrize(
    "change",
    [
        {"start_date": "20220616"},
        {"end_date": "20220627"},
        {"query": question([condition("view_count", "GTE", "1")])["query"]},
        {"query": question(none=[condition("view_count", "LT", "0")])["query"]},
        {"is_random": True},
    ],
)
def test_a_search_id_serves_only_the_query_and_the_dates_that_made_it(change):
    api = shared_api()
    search_id = api.query(EVERYTHING).data["search_id"]
    answer = api.query({**EVERYTHING, "cursor": 100, "search_id": search_id, **change})
    expected = f"Search Id {search_id} is invalid or expired"
    assert answer.refusal == (400, "invalid_params", expected)


def test_a_search_expires():
    api = Api(search_ttl=60)
    search_id = api.query(EVERYTHING).data["search_id"]
    body = {**EVERYTHING, "cursor": 100, "search_id": search_id}
    api.elapsed += 59
    assert api.query(body).status == 200
    api.elapsed += 1
    expected = f"Search Id {search_id} is invalid or expired"
    assert api.query(body).refusal == (400, "invalid_params", expected)


@pytest.mark.parametrize(("limit", "most"), [("MOST_SEARCHES", 2), ("MOST_PLACES", 1800)])
def test_the_oldest_of_too_many_searches_are_forgotten(monkeypatch, limit, most):
    monkeypatch.setattr(searches, limit, most)
    api = Api()
    made = [api.query(EVERYTHING).data["search_id"] for _ in range(3)]
    bodies = [{**EVERYTHING, "cursor": 100, "search_id": search_id} for search_id in made]
    assert [api.query(body).status for body in bodies] == [400, 200, 200]


def test_a_random_search_draws_matching_videos_in_no_order():
    api = Api(videos=100_000)
    body = {**EVERYTHING, "is_random": True, "max_count": 50}
    data = api.query(body).data
    ids = [video["id"] for video in data["videos"]]
    assert 40 <= len(ids) <= 50
    assert (data["cursor"], data["has_more"]) == (50, False)
    assert len(set(ids)) == len(ids)
    assert set(ids) <= {video.id for video in api.raw()}
    assert ids != sorted(ids, reverse=True)
    again = api.query({**body, "search_id": data["search_id"]}).data
    assert again["videos"] == data["videos"]


def test_random_searches_differ_and_follow_from_the_seed():
    body = {**EVERYTHING, "is_random": True}
    first, second = ([a.query(body).data for _ in range(2)] for a in (Api(), Api()))
    assert first == second
    assert first[0]["videos"] != first[1]["videos"]


def test_a_random_search_for_more_than_there_is_brings_all_of_it():
    api = shared_api()
    ids = [str(v.id) for v in api.raw()[:5]]
    data = api.query(question([condition("video_id", "IN", *ids)], is_random=True)).data
    assert data["cursor"] == 5


def test_regions_are_in_lower_case_on_every_second_page():
    pages = shared_api().pages(EVERYTHING, "region_code")
    for number, page in enumerate(pages):
        texts = [video["region_code"] for video in page["videos"]]
        assert all(text.islower() if number % 2 else text.isupper() for text in texts)


def test_searches_in_turns_do_not_disturb_each_other():
    api = shared_api()
    bodies = [{**EVERYTHING, "max_count": 40}, {**GETTING_STARTED, "max_count": 30}]
    expected = [api.videos(body) for body in bodies]
    found, more = [[], []], [{}, {}]
    turns = random.Random(7)
    while any(step is not None for step in more):
        which = turns.choice([n for n in (0, 1) if more[n] is not None])
        data = api.query({**bodies[which], **more[which]}).data
        found[which] += data["videos"]
        keys = ("cursor", "search_id")
        more[which] = {key: data[key] for key in keys} if data["has_more"] else None
    assert found == expected
