"""Followers and following: one graph from two sides, newest first, in a pool of their own."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from emulator_client import FOLLOWERS, FOLLOWING, JOE, LIKED, Api, shared_api

from tiksql.emulator import follows
from tiksql.emulator.accounts import Accounts
from tiksql.emulator.graph import RANK_BITS, Graph
from tiksql.emulator.settings import Settings

KEYS = {FOLLOWERS: "user_followers", FOLLOWING: "user_following"}
BOTH = pytest.mark.parametrize("path", [FOLLOWERS, FOLLOWING])


@cache
def names(path, username="joe1234567"):
    body = {"username": username, "max_count": 100}
    return [a["username"] for a in shared_api().listed(path, body, KEYS[path], None)]


@cache
def graph():
    return Graph(Accounts(Settings()))


def accounts(status="public"):
    return [a for a in shared_api().emulator.dataset.accounts.all if a.status == status]


def refused(path, body):
    status, code, message = shared_api().post(path, body, None).refusal
    assert (status, code) == (400, "invalid_params")
    return message


def test_joe1234567_follows_and_is_followed_over_several_pages():
    assert len(names(FOLLOWERS)) > 100
    assert len(names(FOLLOWING)) > 100


@BOTH
def test_a_record_has_a_name_and_a_handle_whatever_the_fields(path):
    plain = shared_api().post(path, JOE, None).data
    assert shared_api().post(path, JOE, "display_name").data == plain
    assert plain.keys() == {KEYS[path], "cursor", "has_more"}
    for record in plain[KEYS[path]]:
        assert record.keys() == {"display_name", "username"}
    assert (len(plain[KEYS[path]]), plain["has_more"]) == (20, True)


@BOTH
def test_display_names_are_those_of_user_info(path):
    for record in shared_api().post(path, JOE, None).data[KEYS[path]]:
        info = shared_api().user(record["username"])
        if info.status == 200:
            assert info.data["display_name"] == record["display_name"]


def test_who_is_followed_has_the_follower_and_the_other_way_round():
    for followed in names(FOLLOWING)[:30]:
        if shared_api().user(followed).status == 200:
            assert "joe1234567" in names(FOLLOWERS, followed)
    seen = 0
    for follower in names(FOLLOWERS)[:30]:
        answer = shared_api().post(FOLLOWING, {"username": follower}, None)
        if answer.status == 200:
            seen += 1
            assert "joe1234567" in names(FOLLOWING, follower)
    assert seen > 10


def test_the_whole_graph_is_one_from_both_sides():
    mask = (1 << RANK_BITS) - 1
    sides = [
        {
            (entry >> RANK_BITS, *sorted([(place, rank), (1 - place, entry & mask)]))
            for rank in range(5000)
            for entry in side(rank)
        }
        for place, side in enumerate([graph().following, graph().followers])
    ]
    assert sides[0] == sides[1]
    assert 200_000 < len(sides[0]) < 300_000


def test_nobody_follows_themselves_or_one_account_twice_or_one_that_is_gone():
    mask = (1 << RANK_BITS) - 1
    everybody = graph()._accounts.all
    for account in everybody:
        followed = [entry & mask for entry in graph().following(account.rank)]
        assert len(set(followed)) == len(followed)
        assert account.rank not in followed
        assert account.status != "gone" or not followed
        assert account.status != "gone" or not graph().followers(account.rank)


def test_no_two_follows_are_of_one_second_and_none_of_the_future():
    seconds = [entry >> RANK_BITS for rank in range(5000) for entry in graph().following(rank)]
    assert len(set(seconds)) == len(seconds)
    assert max(seconds) <= Settings().now.timestamp()
    assert min(seconds) >= 1640995200


@pytest.mark.parametrize("count", [1, 2, 30, 5000])
def test_the_counts_of_user_info_fit_the_lists(count):
    made = graph() if count == 5000 else Graph(Accounts(Settings(accounts=count)))
    for account in made._accounts.present:
        profile = made._accounts.profile(account)
        assert profile["following_count"] == len(made.following(account.rank))
        assert profile["follower_count"] >= len(made.followers(account.rank))


def test_fame_is_uneven_and_belongs_to_those_with_many_followers():
    everybody = graph()._accounts.present
    by_fame = sorted(everybody, key=lambda account: account.followers)
    most = [len(graph().followers(a.rank)) for a in by_fame[-50:]]
    least = [len(graph().followers(a.rank)) for a in by_fame[:50]]
    assert min(most) > 10 * max(least)


@BOTH
@pytest.mark.parametrize("size", [1, 13, "50", 100])
def test_the_size_of_pages_does_not_change_what_they_hold(path, size):
    body = {**JOE, "max_count": size}
    pages = shared_api().cursored(path, body, None)
    assert [a["username"] for page in pages for a in page[KEYS[path]]] == names(path)
    cursors = [page["cursor"] for page in pages]
    assert cursors == sorted(cursors, reverse=True)
    assert all(1640995200 <= cursor <= Settings().now.timestamp() for cursor in cursors)


@BOTH
@pytest.mark.parametrize("cursor", [None, "", 0, "0", 1788264000, 10**13])
def test_null_empty_zero_and_now_mean_from_the_newest(path, cursor):
    expected = shared_api().post(path, JOE, None).data
    assert shared_api().post(path, {**JOE, "cursor": cursor}, None).data == expected


@BOTH
def test_a_cursor_means_on_or_before(path):
    cursor = shared_api().post(path, {**JOE, "max_count": 40}, None).data["cursor"]

    def first(cursor):
        body = {**JOE, "cursor": cursor, "max_count": 1}
        return shared_api().post(path, body, None).data[KEYS[path]][0]["username"]

    assert first(cursor) == names(path)[40]
    assert first(cursor - 1) == names(path)[41]
    empty = shared_api().post(path, {**JOE, "cursor": 1}, None).data
    assert empty == {KEYS[path]: [], "cursor": 0, "has_more": False}


def test_only_the_newest_of_very_many_can_be_reached(monkeypatch):
    everybody = names(FOLLOWERS)
    assert follows.REACH == 5000
    monkeypatch.setattr(follows, "REACH", 90)
    body = {**JOE, "max_count": 40}
    found = Api().listed(FOLLOWERS, body, "user_followers", None)
    assert [a["username"] for a in found] == everybody[:90]


@BOTH
def test_accounts_that_are_gone_or_withheld_are_refused_as_by_user_info(path):
    for name in ("missing_user_xyz", accounts("gone")[0].username):
        expected = f"`username: {name}` is invalid: cannot find the user"
        assert refused(path, {"username": name}) == expected
    withheld = accounts("withheld")[0].username
    assert refused(path, {"username": withheld}) == "API cannot return this user's information"
    assert refused(path, {}) == "`username` is required"


def test_some_keep_private_whom_they_follow_and_nobody_their_followers():
    def answers(path):
        bodies = [{"username": account.username, "max_count": 1} for account in accounts()[:200]]
        return [shared_api().post(path, body, None) for body in bodies]

    following = answers(FOLLOWING)
    private = [a.refusal[2] for a in following if a.status == 400]
    assert 25 < len(private) < 80
    assert all("is private" in message for message in private)
    assert {a.status for a in answers(FOLLOWERS)} == {200}


@BOTH
@pytest.mark.parametrize("more", [{"max_count": 0}, {"max_count": 101}, {"cursor": -5}])
def test_a_page_out_of_range_is_refused(path, more):
    assert next(iter(more)) in refused(path, {**JOE, **more})


def test_follows_have_a_quota_of_their_own():
    api = Api(quota=1, follows_quota=3)
    assert [api.post(FOLLOWERS, JOE, None).status for _ in range(2)] == [200, 200]
    assert api.post(FOLLOWING, {}, None).status == 400
    status, code, _ = api.post(FOLLOWING, JOE, None).refusal
    assert (status, code) == (429, "daily_quota_limit_exceeded")
    assert api.post(LIKED, JOE).status == 200
    assert api.post(LIKED, JOE).status == 429
    assert api.emulator.requests == {"research": {"2026-09-01": 1}, "follows": {"2026-09-01": 3}}


@BOTH
def test_the_message_of_a_good_answer_is_ok(path):
    assert shared_api().post(path, JOE, None).json["error"]["message"] == "ok"


OTHER_PROCESS = """
import sys
sys.path.insert(0, {path!r})
from emulator_client import *
api = Api(seed=3)
for path, fields in (({liked!r}, "id"), ({followers!r}, None)):
    sys.stdout.buffer.write(api.post(path, JOE, fields).content)
"""


def test_equal_seeds_give_equal_lists_in_any_process_and_order():
    script = OTHER_PROCESS.format(path=str(Path(__file__).parent), liked=LIKED, followers=FOLLOWERS)
    environment = {**os.environ, "PYTHONHASHSEED": "17"}
    command = [sys.executable, "-c", script]
    found = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    api = Api(seed=3)
    contents = {
        path: api.post(path, JOE, f).json["data"] for path, f in ((FOLLOWERS, None), (LIKED, "id"))
    }
    for data in contents.values():
        key = next(iter(data))
        assert str(data["cursor"]).encode() in found
        assert all(str(list(r.values())[-1]).encode() in found for r in data[key])
