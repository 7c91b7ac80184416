"""The official client, unchanged, against a served emulator."""

import json
import subprocess
import sys
from urllib.request import Request, urlopen

import pytest
import requests
from emulator_client import (
    COMMENTS,
    CREDENTIALS,
    END,
    FOLLOWERS,
    FOLLOWING,
    GETTING_STARTED,
    JOE,
    LIKED,
    PINNED,
    REPOSTED,
    START,
    TOKEN,
    VIDEO,
)
from tiktok_research_api import (
    Criteria,
    Query,
    QueryUserFollowersRequest,
    QueryUserFollowingRequest,
    QueryUserInfoRequest,
    QueryUserLikedVideosRequest,
    QueryUserPinnedVideosRequest,
    QueryUserRepostedVideosRequest,
    QueryVideoCommentsRequest,
    QueryVideoRequest,
    TikTokResearchAPI,
)

OFFICIAL = "https://open.tiktokapis.com"


@pytest.fixture(scope="module")
def base():
    command = [sys.executable, "-m", "tiksql.emulator", "--port", "0", "--videos", "30000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with process:
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def client(base, monkeypatch):
    """The client as it comes; only where its requests go is changed, from outside."""
    post = requests.post

    def redirected(url, **request):
        assert url.startswith(OFFICIAL)
        return post(base + url.removeprefix(OFFICIAL), timeout=30, **request)

    monkeypatch.setattr(requests, "post", redirected)
    return TikTokResearchAPI("any key", "any secret", qps=10_000)


def ask(url, body, **headers):
    with urlopen(Request(url, body.encode(), headers)) as answer:
        return json.load(answer)


def paged(base, body):
    authorization = "Bearer " + ask(base + TOKEN, CREDENTIALS)["access_token"]
    ids, more = [], {}
    while True:
        content = json.dumps({**body, **more})
        data = ask(f"{base}{VIDEO}?fields=id", content, Authorization=authorization)["data"]
        ids += [video["id"] for video in data["videos"]]
        if not data["has_more"]:
            return ids
        more = {"cursor": data["cursor"], "search_id": data["search_id"]}


def listed(base, path, body, key):
    """One page as large as can be, asked for without the client."""
    authorization = "Bearer " + ask(base + TOKEN, CREDENTIALS)["access_token"]
    content = json.dumps({**body, "max_count": 100})
    url = f"{base}{path}?fields=id" if path not in {FOLLOWERS, FOLLOWING} else base + path
    return ask(url, content, Authorization=authorization)["data"][key]


def test_the_official_client_pages_to_the_same_videos(base, client):
    criteria = [
        Criteria("IN", "region_code", ["US", "CA"]),
        Criteria("EQ", "keyword", ["hello world"]),
    ]
    request = QueryVideoRequest(Query(and_criteria=criteria), START, END, max_count=50)
    videos, search_id, cursor, has_more, *_ = client.query_videos(request, fetch_all_pages=True)
    expected = paged(base, {**GETTING_STARTED, "max_count": 100})
    assert [video["id"] for video in videos] == expected
    assert len(expected) > 250
    assert cursor >= len(expected)
    assert (has_more, search_id.isdecimal()) == (False, True)
    assert {"username", "create_time", "region_code"} <= videos[0].keys()


def test_the_official_client_crosses_its_windows(base, client):
    criteria = [Criteria("EQ", "hashtag_name", ["garfield"])]
    request = QueryVideoRequest(Query(or_criteria=criteria), "20240101", "20240315", max_count=100)
    videos, *_ = client.query_videos(request, fetch_all_pages=True)
    query = {"or": [criteria[0].to_dict()]}
    windows = [("20240101", "20240130"), ("20240131", "20240229"), ("20240301", "20240315")]
    expected = [
        video
        for start, end in windows
        for video in paged(base, {"query": query, "start_date": start, "end_date": end})
    ]
    assert [video["id"] for video in videos] == expected
    assert expected


def test_the_official_client_reads_an_account(client):
    request = QueryUserInfoRequest("joe1234567")
    data = client.query_user_info(request)
    assert data["follower_count"] >= 0
    assert "display_name" in data


def test_the_official_client_is_told_that_an_account_is_missing(client):
    assert client.query_user_info(QueryUserInfoRequest("missing_user_xyz")) is None


def test_the_official_client_pages_through_comments(base, client):
    query = {"and": [{"operation": "GT", "field_name": "comment_count", "field_values": ["150"]}]}
    ids = paged(base, {"query": query, "start_date": "20240601", "end_date": "20240630"})
    found = 0
    for video_id in ids[:8]:
        request = QueryVideoCommentsRequest(video_id, max_count=40)
        comments, cursor, has_more = client.query_video_comments(request, fetch_all_pages=True)
        if cursor is not None:
            expected = listed(base, COMMENTS, {"video_id": video_id}, "comments")
            assert [c["id"] for c in comments[:100]] == [c["id"] for c in expected]
            assert (cursor, has_more) == (len(comments), False)
            assert {c["parent_comment_id"] for c in comments} == {video_id}
            found += len(comments) > 40
    assert found > 3


def test_the_official_client_pages_through_liked_videos(base, client):
    request = QueryUserLikedVideosRequest(**JOE, max_count=30)
    videos, cursor, has_more = client.query_user_liked_videos(request, fetch_all_pages=True)
    expected = listed(base, LIKED, JOE, "user_liked_videos")
    assert [video["id"] for video in videos[:100]] == [video["id"] for video in expected]
    assert len(videos) > 100
    assert (cursor > 10**12, has_more) == (True, False)


def test_the_official_client_pages_through_reposted_videos(base, client):
    request = QueryUserRepostedVideosRequest(**JOE, fields="id", max_count=8)
    videos, cursor, has_more = client.query_user_reposted_videos(request, fetch_all_pages=True)
    assert videos == listed(base, REPOSTED, JOE, "reposted_videos")
    assert (cursor, has_more) == (len(videos), False)
    assert len(videos) > 16


def test_the_official_client_reads_pinned_videos(base, client):
    videos = client.query_user_pinned_videos(QueryUserPinnedVideosRequest(**JOE))
    pinned = listed(base, PINNED, JOE, "pinned_videos_list")
    assert [video["id"] for video in videos] == [video["id"] for video in pinned]
    assert {video["username"] for video in videos} == {"joe1234567"}


def test_the_official_client_pages_through_followers(base, client):
    request = QueryUserFollowersRequest(**JOE, max_count=100)
    accounts, _, has_more = client.query_user_followers(request, fetch_all_pages=True)
    assert accounts[:100] == listed(base, FOLLOWERS, JOE, "user_followers")
    assert len({account["username"] for account in accounts}) == len(accounts) > 200
    assert has_more is False


def test_the_official_client_pages_through_following(base, client):
    request = QueryUserFollowingRequest(**JOE, max_count=33)
    accounts, cursor, has_more = client.query_user_following(request, fetch_all_pages=True)
    assert accounts[:100] == listed(base, FOLLOWING, JOE, "user_following")
    assert len({account["username"] for account in accounts}) == len(accounts) > 100
    assert (10**9 < cursor < 2 * 10**9, has_more) == (True, False)


def test_the_official_client_is_told_that_a_list_is_not_to_be_had(client):
    name = "missing_user_xyz"
    assert client.query_user_liked_videos(QueryUserLikedVideosRequest(name)) == ([], None, False)
    assert client.query_user_pinned_videos(QueryUserPinnedVideosRequest(name)) == []
    assert client.query_video_comments(QueryVideoCommentsRequest(1)) == ([], None, False)
