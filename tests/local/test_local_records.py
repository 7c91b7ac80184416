"""Records become rows without loss: what cannot is counted, or refused if it is an id."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tiksql.catalog import load
from tiksql.errors import ConnectionFailedError
from tiksql.local.records import Reader

VIDEOS, USERS = load().tables["videos"], load().tables["users"]
ID = 7302470379501604128


def reader(*names, table=VIDEOS, by=None):
    return Reader(table, [table.columns[name] for name in names], by and table.columns[by])


def rows(records, *names, table=VIDEOS, by=None, key=None):
    octets = records if isinstance(records, bytes) else json.dumps(records).encode()
    return reader(*names, table=table, by=by).rows(octets, key)


def test_values_stand_in_the_order_of_the_output():
    assert rows([{"like_count": 5, "id": ID}], "like_count", "id") == [(5, ID)]


def test_what_a_record_leaves_out_is_null():
    assert rows([{"id": ID}], "id", "like_count", "hashtag_names", "video_label") == [
        (ID, None, None, None)
    ]


def test_what_was_not_asked_for_is_passed_over():
    assert rows([{"id": ID, "new_field": {"a": 1}}], "id") == [(ID,)]


def test_a_page_without_records_has_no_rows():
    assert rows([], "id", "url") == []


@pytest.mark.parametrize("spelling", ["favorites_count", "favourites_count"])
def test_a_field_is_found_under_each_of_its_spellings(spelling):
    assert rows([{"id": 1, spelling: 7}], "favorites_count") == [(7,)]


def test_the_usual_spelling_wins_record_by_record():
    given = [{"id": 1}, {"video_id": 2}, {"id": None, "video_id": 3}]
    assert rows(given, "id") == [(1,), (2,), (3,)]


def test_ids_keep_every_digit():
    assert rows([{"id": 2**64 - 1, "music_id": 9007199254740993}], "id", "music_id") == [
        (2**64 - 1, 9007199254740993)
    ]


@pytest.mark.parametrize("given", ['"7302470379501604128"', "7302470379501604128"])
def test_an_id_may_come_as_text(given):
    assert rows(f'[{{"id": {given}}}]'.encode(), "id") == [(ID,)]


@pytest.mark.parametrize("given", ["7.302470379501604e18", "7302470379501604128.0", "1e3"])
def test_an_id_that_was_rounded_on_its_way_is_refused(given):
    with pytest.raises(ConnectionFailedError, match="rounded") as caught:
        rows(f'[{{"id": {given}}}]'.encode(), "id")
    assert caught.value.code == "TS517"


@pytest.mark.parametrize("given", ["18446744073709551616", "-1", '"18446744073709551616"'])
def test_an_id_that_is_none_is_refused(given):
    with pytest.raises(ConnectionFailedError):
        rows(f'[{{"id": {given}}}]'.encode(), "id")


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("like_count", "5", 5),
        ("like_count", 5.0, 5),
        ("like_count", None, None),
        ("video_description", 12, "12"),
        ("is_stem_verified", "true", True),
        ("effect_ids", [12, "13"], ["12", "13"]),
    ],
)
def test_a_value_of_another_type_is_read_if_nothing_is_lost(name, given, value):
    made = reader("id", name)
    assert made.rows(json.dumps([{"id": 1, name: given}]).encode(), None) == [(1, value)]
    assert not made.drift


@pytest.mark.parametrize(
    ("name", "given"),
    [("like_count", "many"), ("like_count", 1.5), ("hashtag_names", "cats"), ("like_count", [1])],
)
def test_a_value_that_cannot_be_read_is_null_and_counted(name, given):
    made = reader("id", name)
    page = json.dumps([{"id": 1, name: given}, {"id": 2}]).encode()
    assert made.rows(page, None) == [(1, None), (2, None)]
    assert made.drift == {name: 1}


def test_broken_characters_do_not_cost_the_page():
    page = b'[{"id": 1, "video_description": "a\xff"}, {"id": 2, "video_description": "b\\ud800"}]'
    assert rows(page, "id", "video_description") == [(1, "a\ufffd"), (2, "b\ud800")]


def test_control_characters_are_kept():
    assert rows([{"id": 1, "username": "a\0b"}], "username") == [("a\0b",)]


def test_a_record_that_comes_again_is_dropped_and_counted():
    made = reader("id")
    first = json.dumps([{"id": 3}, {"id": 2}, {"id": 3}]).encode()
    second = json.dumps([{"id": 2}, {"id": 1}]).encode()
    assert made.rows(first, None) == [(3,), (2,)]
    assert made.rows(second, None) == [(1,)]
    assert made.duplicates == 2


def test_a_record_is_known_by_its_id_even_if_that_is_not_shown():
    made = reader("like_count")
    assert made.rows(b'[{"id": 1, "like_count": 5}, {"id": 1, "like_count": 5}]', None) == [(5,)]


def test_records_without_an_id_are_all_kept():
    assert rows([{"like_count": 1}, {"like_count": 1}], "like_count") == [(1,), (1,)]


def test_regions_are_upper_cased():
    given = [{"id": 1, "region_code": "us"}, {"id": 2}]
    assert rows(given, "region_code") == [("US",), (None,)]


def test_times_are_naive_utc_and_days_come_from_them():
    given = [{"id": 1, "create_time": 1704067199}, {"id": 2, "create_time": 10**30}]
    assert rows(given, "create_time", "create_date") == [
        (dt.datetime.fromisoformat("2023-12-31T23:59:59"), dt.date(2023, 12, 31)),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("seconds", "name"),
    [
        (0, "SHORT"),
        (14, "SHORT"),
        (15, "MID"),
        (60, "MID"),
        (61, "LONG"),
        (300, "LONG"),
        (301, "EXTRA_LONG"),
    ],
)
def test_a_length_has_its_class(seconds, name):
    assert rows([{"id": 1, "video_duration": seconds}], "video_length") == [(name,)]


def test_an_unknown_length_has_no_class():
    assert rows([{"id": 1}], "video_length") == [(None,)]


def test_an_address_is_made_from_name_and_id_or_is_null():
    given = [{"id": ID, "username": "amy"}, {"id": 2}]
    assert rows(given, "url") == [(f"https://www.tiktok.com/@amy/video/{ID}",), (None,)]


def test_a_row_carries_the_key_that_was_asked_for():
    names = ("username", "url", "display_name")
    found = rows([{"display_name": "Amy"}], *names, table=USERS, by="username", key="amy")
    assert found == [("amy", "https://www.tiktok.com/@amy", "Amy")]


def test_a_key_that_was_not_asked_for_is_unknown():
    comments = load().tables["comments"]
    reply = [{"id": 5, "parent_comment_id": 7}]
    found = rows(reply, "comment_id", "video_id", table=comments, by="comment_id", key=7)
    assert found == [(7, None)]


def test_the_same_account_twice_is_no_duplicate_of_another():
    made = reader("display_name", table=USERS)
    assert made.rows(b'[{"display_name": "A"}]', "a") == [("A",)]
    assert made.rows(b'[{"display_name": "A"}]', "b") == [("A",)]


def test_a_structure_has_all_members_of_the_catalog_and_no_other():
    tag = {"number": 1, "new": [2]}
    info = [{"hashtag_name": "cats", "hashtag_id": 2**63 - 1}, {}]
    given = [{"id": 1, "video_tag": tag, "hashtag_info_list": info, "video_label": {"x": [1]}}]
    ((read, listed, label),) = rows(given, "video_tag", "hashtag_info_list", "video_label")
    assert read == {"type": None, "number": 1}
    assert listed == [
        {"hashtag_id": 2**63 - 1, "hashtag_name": "cats", "hashtag_description": None},
        {"hashtag_id": None, "hashtag_name": None, "hashtag_description": None},
    ]
    assert [*listed[0]] == ["hashtag_id", "hashtag_name", "hashtag_description"]
    assert label == {"x": [1]}


def test_a_structure_that_is_missing_is_null():
    assert rows([{"id": 1}, {"id": 2, "video_tag": None}], "video_tag") == [(None,), (None,)]


@pytest.mark.parametrize(
    ("given", "value", "unfit"),
    [
        ({"type": 5, "number": "12"}, {"type": "5", "number": 12}, 0),
        ({"type": ["a"], "number": 12.0}, {"type": '["a"]', "number": 12}, 0),
        ({"type": "a", "number": 1.5}, {"type": "a", "number": None}, 1),
        ({"type": "a", "number": True}, {"type": "a", "number": None}, 1),
        ("no struct", None, 1),
    ],
)
def test_members_that_do_not_fit_are_null_and_counted(given, value, unfit):
    made = reader("id", "video_tag")
    assert made.rows(json.dumps([{"id": 1, "video_tag": given}]).encode(), None) == [(1, value)]
    assert made.drift["video_tag"] == unfit


def test_an_id_within_a_structure_is_exact_or_nothing():
    made = reader("hashtag_info_list")
    page = f'[{{"hashtag_info_list": [{{"hashtag_id": "{ID}"}}, {{"hashtag_id": {float(ID)}}}]}}]'
    ((found,),) = made.rows(page.encode(), None)
    assert [each["hashtag_id"] for each in found] == [ID, None]
    assert made.drift["hashtag_info_list"] == 1
