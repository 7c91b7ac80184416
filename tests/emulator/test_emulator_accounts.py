"""Tokens, quota, the clock, and ``user/info``."""

import re

import pytest
from emulator_client import CREDENTIALS, EVERYTHING, FORM, NOTHING, TOKEN, USER, Api, shared_api

from tiksql.emulator import Settings, state

PROFILE = (
    "display_name,bio_description,avatar_url,is_verified,follower_count,following_count,"
    "likes_count,video_count,bio_url"
)


def token(api, form, content_type=FORM):
    return api.send("POST", TOKEN, content=form, headers={"Content-Type": content_type})


def test_a_token_is_given_flat_and_lasts_two_hours():
    answer = token(shared_api(), CREDENTIALS)
    assert answer.status == 200
    assert answer.json.keys() == {"access_token", "expires_in", "token_type"}
    assert answer.json["access_token"].startswith("clt.")
    assert (answer.json["expires_in"], answer.json["token_type"]) == (7200, "Bearer")


@pytest.mark.parametrize(
    ("form", "status", "error", "description"),
    [
        (
            "client_key=k&grant_type=client_credentials",
            400,
            "invalid_request",
            "Client secret is missed in request.",
        ),
        (
            "client_key=k&client_secret=&grant_type=client_credentials",
            400,
            "invalid_request",
            "Client secret is missed in request.",
        ),
        (
            "client_secret=s&grant_type=client_credentials",
            400,
            "invalid_request",
            "Client key is missed in request.",
        ),
        ("", 400, "invalid_request", "Client key is missed in request."),
        (
            "client_key=k&client_secret=s",
            400,
            "unsupported_grant_type",
            "Grant type must be client_credentials.",
        ),
        (
            "client_key=k&client_secret=s&grant_type=password",
            400,
            "unsupported_grant_type",
            "Grant type must be client_credentials.",
        ),
    ],
)
def test_a_token_request_without_something_is_refused_flat(form, status, error, description):
    answer = token(shared_api(), form)
    assert answer.status == status
    assert answer.json.keys() == {"error", "error_description", "log_id"}
    assert (answer.json["error"], answer.json["error_description"]) == (error, description)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("client_key=right&client_secret=too&grant_type=client_credentials", 200),
        ("client_key=wrong&client_secret=too&grant_type=client_credentials", 401),
        ("client_key=right&client_secret=wrong&grant_type=client_credentials", 401),
    ],
)
def test_a_key_and_a_secret_can_be_set(form, status):
    api = _keyed()
    answer = token(api, form)
    assert answer.status == status
    assert status == 200 or answer.json["error"] == "invalid_client"


def _keyed():
    class Keyed(Api):
        def new_token(
            self, form="client_key=right&client_secret=too&grant_type=client_credentials"
        ):
            return super().new_token(form)

    return Keyed(key="right", secret="too")


def test_credentials_may_come_as_json():
    body = b'{"client_key": "k", "client_secret": "s", "grant_type": "client_credentials"}'
    assert token(shared_api(), body, "application/json").status == 200


EXPIRED = (401, "access_token_invalid", "Access token is invalid, please refresh token and retry")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer clt.unknown", "clt.x", "Basic x"]
)
def test_a_request_without_a_known_token_is_refused(header):
    answer = shared_api().post(USER, {"username": "joe1234567"}, Authorization=header)
    assert answer.refusal == EXPIRED


def test_a_token_of_another_scheme_is_refused():
    api = shared_api()
    assert api.post(USER, {}, Authorization=f"Basic {api.bearer}").refusal == EXPIRED


def test_a_token_expires_and_a_new_one_is_taken():
    api = Api()
    api.elapsed += 7199
    assert api.query(NOTHING).status == 200
    older = api.bearer
    newer = api.new_token()
    assert api.query(NOTHING).status == 200, "a new token leaves the older one valid"
    api.elapsed += 1
    assert api.query(NOTHING).refusal == EXPIRED
    api.bearer = newer
    assert api.query(NOTHING).status == 200
    assert older != newer


def test_the_quota_is_counted_and_refused_until_the_next_utc_day():
    api = Api(quota=3, token_ttl=10**6)
    api.query(NOTHING)
    api.user("joe1234567")
    api.query({})
    status, code, message = api.query(NOTHING).refusal
    assert (status, code) == (429, "daily_quota_limit_exceeded")
    assert "quota" in message
    assert api.user("joe1234567").status == 429
    api.elapsed += 12 * 3600 - 1
    assert api.query(NOTHING).status == 429
    api.elapsed += 1
    assert api.query(NOTHING).status == 200
    counts = api.emulator.requests["research"]
    assert counts == {"2026-09-01": 3, "2026-09-02": 1}


def test_refused_tokens_and_the_quota_itself_use_no_quota():
    api = Api(quota=1)
    api.post(USER, {}, Authorization="Bearer x")
    assert api.emulator.requests["research"].total() == 0
    assert api.query(NOTHING).status == 200
    assert [api.query(NOTHING).status for _ in range(3)] == [429] * 3
    assert api.emulator.requests["research"].total() == 1
    assert api.emulator.api_requests == 5


def test_a_quota_of_zero_refuses_everything():
    assert Api(quota=0).query(NOTHING).status == 429


def test_the_counts_and_the_log_can_be_asked_for():
    api = Api()
    api.query(NOTHING)
    api.user("joe1234567")
    told = api.send("GET", "/_emulator/state").json
    assert told["requests"] == {"research": {"2026-09-01": 2}, "follows": {}}
    assert (told["api_requests"], told["token_requests"]) == (2, 1)
    assert [path for path, _ in told["log"]] == ["/v2/research/video/query/", USER]
    assert told["log"][1][1] == '{"username": "joe1234567"}'
    assert [tuple(entry) for entry in told["log"]] == list(api.emulator.log)
    assert told["now"] == "2026-09-01T12:00:00+00:00"


def test_the_log_forgets_the_oldest_requests_and_counts_them_all(monkeypatch):
    monkeypatch.setattr(state, "LOGGED", 3)
    monkeypatch.setattr(state, "LOGGED_CHARACTERS", 100)
    api = Api()
    for number in range(5):
        api.post(USER, b"%d" % number)
    assert [entry.body for entry in api.emulator.log] == ["2", "3", "4"]
    api.post(USER, b"x" * 99)
    assert [entry.body for entry in api.emulator.log] == ["4", "x" * 99]
    assert api.emulator.api_requests == 6


def test_every_answer_has_a_log_id_of_its_own():
    api = shared_api()
    ids = [api.query(body).json["error"]["log_id"] for body in (NOTHING, NOTHING, {}, {})]
    assert len(set(ids)) == 4
    assert all(re.fullmatch(r"2026090112[0-9]{4}[0-9A-F]{18}", log_id) for log_id in ids)


def test_joe1234567_is_there_and_public():
    data = shared_api().user("joe1234567", PROFILE).data
    assert data.keys() >= set(PROFILE.split(",")) - {"bio_url"}
    types = {name: type(value) for name, value in data.items()}
    for name in ("display_name", "bio_description", "avatar_url"):
        assert types[name] is str
    assert types["is_verified"] is bool
    for name in ("follower_count", "following_count", "likes_count", "video_count"):
        assert types[name] is int
    assert shared_api().user("JOE1234567", PROFILE).data == data


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("accounts", [1, 20, 5000])
def test_joe1234567_is_there_in_every_data_set(seed, accounts):
    api = Api(seed=seed, accounts=accounts)
    joe = api.emulator.dataset.accounts.by_name["joe1234567"]
    assert (joe.status, joe.region) == ("public", "US")
    assert len(api.emulator.dataset.accounts.by_name) == accounts


def test_joe1234567_has_videos():
    assert any(v.author.username == "joe1234567" for v in shared_api().raw("20240101", "20240601"))


def test_only_the_fields_asked_for_are_sent_and_the_handle_is_not():
    data = shared_api().user("joe1234567", "is_verified,%20follower_count").data
    assert data.keys() == {"is_verified", "follower_count"}
    assert shared_api().user("joe1234567", "username").refusal[:2] == (400, "invalid_params")


@pytest.mark.parametrize("name", ["missing_user_xyz", "nobody here", "@joe1234567"])
def test_an_account_that_does_not_exist_is_refused_in_the_recorded_words(name):
    expected = f"`username: {name}` is invalid: cannot find the user"
    answer = shared_api().user(name)
    assert answer.refusal == (400, "invalid_params", expected)


def test_missing_user_xyz_exists_for_no_seed():
    for seed in range(5):
        assert "missing_user_xyz" not in Api(seed=seed).emulator.dataset.accounts.by_name


def test_some_accounts_are_withheld_and_some_are_gone():
    api = shared_api()
    everybody = api.emulator.dataset.accounts.all
    by_status = {
        status: [a for a in everybody if a.status == status]
        for status in ("gone", "withheld", "public")
    }
    assert 0.01 < len(by_status["withheld"]) / len(everybody) < 0.06
    assert 0.01 < len(by_status["gone"]) / len(everybody) < 0.08
    for account in by_status["withheld"][:3]:
        expected = (400, "invalid_params", "API cannot return this user's information")
        assert api.user(account.username).refusal == expected
    for account in by_status["gone"][:3]:
        expected = f"`username: {account.username}` is invalid: cannot find the user"
        assert api.user(account.username).refusal == (400, "invalid_params", expected)


def test_profiles_have_blank_texts_and_leave_out_what_is_absent():
    api = shared_api()
    public = [a for a in api.emulator.dataset.accounts.all if a.status == "public"][:80]
    profiles = [api.user(account.username, PROFILE).data for account in public]
    assert any(profile["bio_description"] == "" for profile in profiles)
    assert any("bio_url" in profile for profile in profiles)
    assert any("bio_url" not in profile for profile in profiles)
    assert None not in [value for profile in profiles for value in profile.values()]
    assert len({tuple(profile) for profile in profiles}) > 40, "keys in another order each time"


@pytest.mark.parametrize("body", [{}, {"username": None}, {"username": ""}, {"username": ["joe"]}])
def test_a_user_request_without_a_handle_is_refused(body):
    assert shared_api().post(USER, body, "display_name").refusal[:2] == (400, "invalid_params")


@pytest.mark.parametrize("fields", [None, "", "display_name,nonsense"])
def test_a_user_request_needs_known_fields(fields):
    body = {"username": "joe1234567"}
    assert shared_api().post(USER, body, fields).refusal[:2] == (400, "invalid_params")


def test_authors_of_videos_can_be_looked_up():
    api = shared_api()
    names = {video["username"] for video in api.query(EVERYTHING, "username").data["videos"]}
    outcomes = [api.user(name).status for name in names]
    assert outcomes.count(200) > 0.8 * len(outcomes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"videos": 0},
        {"videos": 10**9},
        {"accounts": 0},
        {"quota": -1},
        {"comment_cap": 0},
        {"key": ""},
        {"secret": ""},
        {"now": Settings().now.replace(tzinfo=None)},
        {"now": Settings().now.replace(year=2021)},
        {"now": Settings().now.replace(year=2039)},
    ],
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match=r"must|cannot"):
        Settings(**wrong)
