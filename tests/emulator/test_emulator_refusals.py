"""Every request that the API refuses, and with what."""

import json

import pytest
from emulator_client import (
    ALL_FIELDS,
    COMMENTS,
    EVERYTHING,
    FOLLOWERS,
    LIKED,
    NOTHING,
    PLAYLIST,
    SHOP,
    TOKEN,
    USER,
    VIDEO,
    condition,
    question,
    shared_api,
)

from tiksql.catalog import load

GOOD = condition("view_count", "GT", "10")


def refused(body, fields="id"):
    answer = shared_api().query(body, fields)
    status, code, message = answer.refusal
    assert (status, code) == (400, "invalid_params")
    assert answer.json["data"] == {}
    return message


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        (condition("like_count", "GT", "10"), "like_count"),
        (condition("nonsense", "EQ", "10"), "unknown field"),
        (condition(None, "EQ", "10"), "unknown field"),
        (condition("view_count", "eq", "10"), "eq"),
        (condition("view_count", "LIKE", "10"), "LIKE"),
        (condition("view_count", ["EQ"], "10"), "use one of"),
        (condition("hashtag_name", "GT", "cat"), "hashtag_name takes EQ, IN"),
        (condition("keyword", "LT", "cat"), "keyword takes EQ, IN"),
        (condition("region_code", "GTE", "US"), "region_code takes EQ, IN"),
        (condition("view_count", "EQ", "1", "2"), "exactly one value"),
        (condition("view_count", "GT", "1", "2"), "exactly one value"),
        (condition("view_count", "GTE", "1", "2"), "exactly one value"),
        (condition("view_count", "LT", "1", "2"), "exactly one value"),
        (condition("view_count", "LTE", "1", "2"), "exactly one value"),
        (condition("view_count", "IN"), "at least one value"),
        (condition("view_count", "EQ"), "at least one value"),
        ({**GOOD, "field_values": "10"}, "must be a list"),
        ({**GOOD, "field_values": None}, "must be a list"),
        (condition("view_count", "GT", "many"), "whole number"),
        (condition("view_count", "GT", "1.5"), "whole number"),
        (condition("view_count", "GT", 1.5), "must be a string"),
        (condition("view_count", "GT", True), "must be a string"),
        (condition("keyword", "EQ", ""), "not empty"),
        (condition("keyword", "EQ", None), "not empty"),
        (condition("region_code", "EQ", "UK"), "UK"),
        (condition("region_code", "IN", "US", "us"), "field_values[1]: us"),
        (condition("video_length", "EQ", "TINY"), "TINY"),
        (condition("create_date", "EQ", "2022-06-15"), "YYYYMMDD"),
        (condition("create_date", "EQ", "20220230"), "YYYYMMDD"),
        (condition("video_id", "EQ", "abc"), "whole number"),
        ({"operation": "EQ", "field_name": "keyword"}, "field_values` is required"),
        ({"field_name": "keyword", "field_values": ["a"]}, "operation` is required"),
        ({**GOOD, "fieldname": "x"}, "fieldname"),
        ({"or": [GOOD]}, "nested"),
        ({**GOOD, "not": []}, "nested"),
        ("text", "must be a condition"),
        (None, "must be a condition"),
    ],
)
def test_a_condition_that_the_api_does_not_know_is_refused_in_every_group(wrong, part):
    assert part in refused(question([wrong]))
    assert part in refused(question([GOOD], some=[GOOD, wrong]))
    message = refused(question([GOOD], none=[wrong]))
    assert part in message
    assert "query.not[0]" in message


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ({}, "at least one"),
        ({"and": [], "or": [], "not": []}, "at least one"),
        ({"and": None}, "at least one"),
        ({"xor": [GOOD]}, "xor"),
        ({"and": GOOD}, "must be a list"),
        ({"and": "x"}, "must be a list"),
        (None, "`query` is required"),
        ("", "`query` is required"),
        ("not json", "not valid JSON"),
        ("[1]", "not a JSON object"),
        (17, "must be an object"),
        ([GOOD], "must be an object"),
    ],
)
def test_a_query_of_another_shape_is_refused(query, part):
    assert part in refused({**EVERYTHING, "query": query})


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"start_date": None}, "`start_date` is required"),
        ({"end_date": ""}, "`end_date` is required"),
        ({"start_date": "2022-06-15"}, "`start_date: 2022-06-15` is invalid"),
        ({"start_date": "20220631"}, "start_date"),
        ({"end_date": "tomorrow"}, "end_date"),
        ({"end_date": ["20220628"]}, "end_date"),
        ({"start_date": "20220629"}, "must not be before start_date"),
        ({"end_date": "20220716"}, "at most 30 days"),
        ({"max_count": 0}, "`max_count: 0` is invalid"),
        ({"max_count": 101}, "from 1 to 100"),
        ({"max_count": -1}, "max_count"),
        ({"max_count": "many"}, "max_count"),
        ({"max_count": 10.5}, "max_count"),
        ({"cursor": -1}, "must not be negative"),
        ({"cursor": "x"}, "cursor"),
        ({"is_random": "perhaps"}, "is_random"),
        ({"is_random": 2}, "is_random"),
        ({"search_id": ["1"]}, "search_id"),
    ],
)
def test_a_value_of_the_body_out_of_range_is_refused(change, part):
    assert part in refused({**EVERYTHING, **change})


def test_a_window_of_thirty_days_difference_is_the_longest():
    assert shared_api().query({**NOTHING, "end_date": "20220715"}).status == 200
    refused({**NOTHING, "end_date": "20220716"})


@pytest.mark.parametrize("key", ["query", "start_date", "end_date"])
def test_the_required_keys_of_the_body_are_required(key):
    body = {name: value for name, value in EVERYTHING.items() if name != key}
    assert refused(body).startswith(f"`{key}` is required")


@pytest.mark.parametrize("fields", [None, "", "%20,,", "id,nonsense", "id,video_id", "id,url"])
def test_fields_must_be_given_and_known(fields):
    assert "fields" in refused(EVERYTHING, fields)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"[1", b"text", b"{'a': 1}", b'{"a": "\xff"}', b'{"a":' * 5000, b"\xff="],
)
def test_a_body_that_is_no_object_is_refused(raw):
    refused(raw)


@pytest.mark.parametrize("search_id", ["1", "7390522638017270826", "no-digits"])
def test_a_search_id_that_was_never_given_out_is_refused(search_id):
    body = {**EVERYTHING, "cursor": 100, "search_id": search_id}
    assert refused(body) == f"Search Id {search_id} is invalid or expired"


def test_a_cursor_beyond_the_result_is_refused():
    api = shared_api()
    search_id = api.query(EVERYTHING).data["search_id"]
    body = {**EVERYTHING, "cursor": 10**9, "search_id": search_id}
    assert refused(body) == "Invalid count or cursor"


def test_a_cursor_without_a_search_id_is_refused():
    assert refused({**EVERYTHING, "cursor": 100}) == "Invalid count or cursor"


def test_an_error_names_its_code_message_and_log_id():
    error = shared_api().query({}).json["error"]
    assert error.keys() == {"code", "message", "log_id"}
    assert error["log_id"][:8] == "20260901"
    assert len(error["log_id"]) == 32
    assert error["log_id"] == error["log_id"].upper()


def test_unknown_paths_and_methods_are_answered_in_json():
    api = shared_api()
    for path in ("/", "/v2/research/video/", "/v2/research/adlib/ad/query/", "/v2/research/user/"):
        assert api.send("POST", path).refusal[:2] == (404, "not_found")
    for path in (VIDEO, USER, TOKEN, COMMENTS, LIKED, FOLLOWERS, PLAYLIST, SHOP):
        assert api.send("GET", path).refusal[:2] == (405, "method_not_allowed")


def test_every_endpoint_of_the_catalog_is_imitated():
    api = shared_api()
    for table in load().tables.values():
        for path in (table.path, table.path.rstrip("/")):
            assert api.post(path, {}).refusal[:2] == (400, "invalid_params")
            assert api.post(path, {}, Authorization="").status == 401


def test_numbers_that_no_integer_holds_are_refused_or_match_nothing():
    refused(json.dumps(EVERYTHING).replace("100", "1e400").encode())
    refused({**EVERYTHING, "cursor": 10**30})
    assert shared_api().query(question([condition("video_id", "EQ", "9" * 20)])).data["cursor"] == 0


def test_all_documented_fields_are_known():
    assert len(ALL_FIELDS.split(",")) == 23
    assert shared_api().query(EVERYTHING, ALL_FIELDS).status == 200
