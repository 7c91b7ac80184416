"""What real clients send beside the documentation, and the emulator takes."""

import json
from urllib.parse import quote, urlencode

import pytest
from emulator_client import (
    ALL_FIELDS,
    EVERYTHING,
    FORM,
    GETTING_STARTED,
    USER,
    VIDEO,
    condition,
    question,
    shared_api,
)

FOURTEEN = ",".join(ALL_FIELDS.split(",")[:11]) + ",effect_ids,playlist_id,voice_to_text"


def ids(answer):
    return [video["id"] for video in answer.data["videos"]]


def expected():
    return ids(shared_api().query(GETTING_STARTED))


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "text/html", FORM, "application/octet-stream", ""],
)
def test_a_json_body_is_read_under_any_content_type(content_type):
    answer = shared_api().post(VIDEO, GETTING_STARTED, **{"Content-Type": content_type})
    assert ids(answer) == expected()


@pytest.mark.parametrize("content_type", [FORM, "application/json"])
def test_a_form_whose_query_is_json_is_read(content_type):
    form = {**GETTING_STARTED, "query": json.dumps(GETTING_STARTED["query"]), "is_random": "false"}
    answer = shared_api().post(VIDEO, urlencode(form).encode(), **{"Content-Type": content_type})
    assert ids(answer) == expected()


def test_a_query_may_be_a_json_text_within_json():
    body = {**GETTING_STARTED, "query": json.dumps(GETTING_STARTED["query"])}
    assert ids(shared_api().query(body)) == expected()


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("header", ["Authorization", "authorization"])
def test_the_scheme_of_the_token_may_be_in_any_case(header, scheme):
    api = shared_api()
    known = {"Content-Type": "text/plain", header: f"{scheme} {api.bearer}"}
    content = json.dumps(GETTING_STARTED)
    answer = api.send("POST", f"{VIDEO}?fields=id", content=content, headers=known)
    assert ids(answer) == expected()


@pytest.mark.parametrize(
    "fields",
    [
        "create_time, id",
        "create_time,%20id",
        "create_time%2Cid",
        quote("create_time, id"),
        "create_time,+id,",
        "id,create_time,id",
    ],
)
def test_fields_may_hold_spaces_and_be_percent_encoded(fields):
    video = shared_api().query(GETTING_STARTED, fields).data["videos"][0]
    assert video.keys() == {"id", "create_time"}


@pytest.mark.parametrize("fields", [FOURTEEN, ALL_FIELDS])
def test_the_older_and_the_full_list_of_fields_are_known(fields):
    for video in shared_api().query(EVERYTHING, fields).data["videos"]:
        assert video.keys() <= set(fields.split(","))


def test_the_british_spelling_of_favorites_comes_back_as_it_was_asked_for():
    api = shared_api()
    both = api.query(EVERYTHING, "favorites_count,favourites_count").data["videos"]
    assert all(video["favorites_count"] == video["favourites_count"] for video in both)
    british = api.query(EVERYTHING, "favourites_count").data["videos"]
    assert all(video.keys() == {"favourites_count"} for video in british)


@pytest.mark.parametrize("cursor", [None, "", 0, "0"])
@pytest.mark.parametrize("search_id", [None, "", 0, "0"])
def test_null_empty_and_zero_mean_from_the_start(cursor, search_id):
    body = {**GETTING_STARTED, "cursor": cursor, "search_id": search_id, "is_random": None}
    assert ids(shared_api().query(body)) == expected()


def test_empty_and_null_groups_are_as_good_as_absent_ones():
    api = shared_api()
    query = {"and": GETTING_STARTED["query"]["and"], "or": [], "not": None}
    first = api.query({**GETTING_STARTED, "query": query}).data
    more = {"cursor": first["cursor"], "search_id": first["search_id"]}
    assert api.query({**GETTING_STARTED, **more}).status == 200


def test_ids_and_values_may_be_numbers_or_digits():
    api = shared_api()
    video = next(v for v in api.raw() if not v.removed)
    for value in (video.id, str(video.id)):
        assert ids(api.query(question([condition("video_id", "EQ", value)]))) == [video.id]
    numbers = {**EVERYTHING, "start_date": 20220615, "end_date": 20220628, "max_count": "100"}
    assert ids(api.query(numbers)) == ids(api.query(EVERYTHING))


def test_a_search_id_and_a_cursor_may_come_back_as_number_and_digits():
    api = shared_api()
    search_id = api.query(EVERYTHING).data["search_id"]
    documented = api.query({**EVERYTHING, "cursor": 100, "search_id": search_id})
    other = api.query({**EVERYTHING, "cursor": "100", "search_id": int(search_id)})
    assert ids(documented) == ids(other)


def test_the_last_slash_may_be_missing():
    api = shared_api()
    assert ids(api.post(VIDEO.rstrip("/"), GETTING_STARTED)) == expected()
    assert api.post(USER.rstrip("/"), {"username": "joe1234567"}, "display_name").status == 200
    assert api.new_token().startswith("clt.")


def test_keys_of_the_body_that_are_unknown_are_ignored():
    assert ids(shared_api().query({**GETTING_STARTED, "fields": "id", "x": 1})) == expected()


def test_answers_say_that_they_are_utf8():
    answer = shared_api().query(GETTING_STARTED)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
