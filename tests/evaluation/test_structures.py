"""A structure looks the same whether DuckDB took part or not, and its members can be named."""

from __future__ import annotations

import json

import pytest
from end_to_end.scripted_server import pages
from evaluation_world import scripted

from tiksql.errors import ResolveError

US = "FROM videos WHERE region_code = 'US' AND create_date = '2024-03-01'"
DAY = "FROM videos WHERE keyword = 'a' AND create_date = '2024-03-01'"
ID = 7302470379501604128


def sent(**fields):
    """Answer with one record that has some fields."""

    def answer(*_):
        found = pages([1])(1, None)
        found["videos"][0].update(fields)
        return found

    return scripted(answer)


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl", "table", "vertical", "markdown"])
def test_structures_print_the_same_with_duckdb_as_without(run, form):
    sql = f"SELECT id, video_tag, hashtag_info_list, effect_info_list, sticker_info_list {US}"
    plain = run("--emulator", "--format", form, "-c", sql)
    judged = run("--emulator", "--format", form, "-c", f"{sql} AND view_count >= 0")
    sorted_ = run("--emulator", "--format", form, "-c", f"{sql} ORDER BY id DESC")
    assert plain.status == judged.status == sorted_.status == 0
    assert "hashtag_description" in plain.out.replace("\\", "")
    assert plain.out == judged.out == sorted_.out


def test_what_the_catalog_does_not_know_of_a_structure_is_left_out_everywhere():
    ask = sent(video_tag={"type": "a", "new": 1})
    assert ask(f"SELECT video_tag {DAY}").rows == [({"type": "a", "number": None},)]
    assert ask(f"SELECT video_tag {DAY} ORDER BY id").rows == [({"type": "a", "number": None},)]


def test_members_of_elements_are_named(ask):
    tags = ask(f"SELECT hashtag_info_list {US}")
    found = ask(f"SELECT hashtag_info_list[1].hashtag_name, hashtag_names[1] {US}")
    assert [row[0] for row in found.rows] == [
        lists[0]["hashtag_name"] if lists else None for (lists,) in tags.rows
    ]
    assert all(name == again for name, again in found.rows)
    assert found.columns[0] == "hashtag_info_list[1].hashtag_name"


def test_only_the_columns_that_a_member_is_of_are_asked_for():
    ask = sent()
    plan = ask.text(f"EXPLAIN (FORMAT json) SELECT hashtag_info_list[1].hashtag_name AS n {DAY}")
    assert json.loads(plan)["requests"][0]["fields"] == ["hashtag_info_list", "id"]


def test_an_id_within_a_structure_is_an_id_in_json(run):
    sql = f"SELECT hashtag_info_list[1].hashtag_id AS tag {US} AND hashtag_info_list[1] IS NOT NULL"
    found = run("--emulator", "--format", "jsonl", "-c", f"{sql} LIMIT 3")
    assert found.status == 0
    assert all(isinstance(json.loads(line)["tag"], str) for line in found.out.splitlines())


def test_an_id_within_a_structure_keeps_its_digits():
    ask = sent(hashtag_info_list=[{"hashtag_id": ID, "hashtag_name": "x"}])
    found = ask(f"SELECT hashtag_info_list[1].hashtag_id {DAY} ORDER BY 1")
    assert found.rows == [(ID,)]


@pytest.mark.parametrize(
    ("expression", "place", "message", "hint"),
    [
        ("hashtag_info_list[1].hashtag_nam", "hashtag_nam", "unknown member", "hashtag_name"),
        ("video_tag.typ", "typ", "unknown member", 'did you mean "type"?'),
        ("hashtag_info_list.hashtag_name", "hashtag_name", "has no member", "list[1].hashtag_name"),
        ("(id).x", "x", 'id has no member "x"', "list[1].x"),
    ],
)
def test_a_member_that_there_is_not_is_pointed_at(expression, place, message, hint):
    sql = f"SELECT {expression} {DAY}"
    with pytest.raises(ResolveError, match=message) as caught:
        scripted(None)(sql)
    span = caught.value.span
    assert sql[span.start : span.end] == place
    assert hint in caught.value.hint
