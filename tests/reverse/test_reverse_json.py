"""JSON bodies become the SQL that compiles to them again."""

from __future__ import annotations

import json

import pytest
from reverse_world import DAYS, US, body, condition, refused, sent, turned

from tiksql.catalog import load
from tiksql.errors import LanguageError


def only(requests):
    (request,) = requests
    return request["body"]


GETTING_STARTED = {
    "query": {
        "and": [
            condition("region_code", "IN", "US", "CA"),
            condition("keyword", "EQ", "hello world"),
        ]
    },
    "start_date": "20220615",
    "end_date": "20220628",
    "max_count": 10,
}


def test_the_body_of_the_getting_started_page_is_its_sql():
    result = turned(GETTING_STARTED, fields="id,like_count")
    assert result.sql == (
        "SELECT id, like_count\n"
        "FROM videos\n"
        "WHERE region_code IN ('US', 'CA')\n"
        "  AND keyword = 'hello world'\n"
        "  AND create_date BETWEEN '2022-06-15' AND '2022-06-28'\n"
        "LIMIT 10;\n"
    )
    assert only(result.requests) == GETTING_STARTED
    (note,) = result.notes
    assert note == "1:1: max_count 10 became a LIMIT; without it the statement brings all records"


@pytest.mark.parametrize(
    "query",
    [
        {"and": [US]},
        {"or": [US, condition("keyword", "EQ", "a")]},
        {"not": [US, condition("username", "IN", "a", "b")]},
        {"and": [US], "or": [condition("keyword", "EQ", "a"), condition("effect_id", "EQ", "7")]},
        {"and": [condition("hashtag_name", "EQ", "a"), condition("hashtag_name", "EQ", "b")]},
        {"and": [condition("view_count", "GT", "10"), condition("view_count", "LTE", "99")]},
        {"and": [US], "not": [condition("view_count", "LT", "10")]},
        {"and": [condition("video_id", "IN", "7302470379501604128", "7302470379501604129")]},
        {"and": [condition("music_id", "EQ", "7302470379501604128")]},
        {"and": [condition("video_length", "IN", "SHORT", "MID")]},
    ],
)
def test_a_canonical_query_comes_back_to_the_letter(query):
    given = {"query": query, **DAYS, "max_count": 100}
    result = turned(given, fields="id")
    assert only(result.requests) == given
    assert result.notes == []


@pytest.mark.parametrize("table", load().tables.values(), ids=lambda table: table.name)
def test_every_endpoint_is_known_by_its_address(table):
    url = load().base_url + table.path
    fields = [c.field for c in table.columns.values() if c.is_field]
    key = table.keys[0] if table.keys else None
    value = 7302470379501604128 if key and key.type == "id" else "somebody"
    given = {key.key: value} if key else {"query": {"and": [US]}, **DAYS}
    if table.paging.size_field and table.paging.kind != "none":
        given[table.paging.size_field] = table.paging.max_size
    if table.fields_in == "body":
        given["fields"] = ",".join(fields)
    listed = fields if table.fields_in == "url" else None
    result = turned({"url": url, "body": given, **({"fields": listed} if listed else {})})
    (request,) = result.requests
    assert request["url"] == url
    assert request["body"] == given
    assert request["fields"] == (listed or [])
    assert result.notes == []
    assert "SELECT *" in result.sql


@pytest.mark.parametrize(
    "table",
    [table for table in load().tables.values() if table.fields_in == "url"],
    ids=lambda table: table.name,
)
def test_an_address_may_name_the_fields_and_lack_its_last_slash(table):
    fields = [c.field for c in table.columns.values() if c.is_field][:3]
    key = table.keys[0] if table.keys else None
    given = {key.key: "1"} if key else body(US)
    url = f"{load().base_url}{table.path.rstrip('/')}?fields={',%20'.join(fields)}"
    (request,) = turned({"url": url, "body": given}).requests
    assert request["fields"][:3] == fields


def test_lists_and_lines_of_bodies_are_several_requests():
    one, other = body(US), body(condition("keyword", "EQ", "a"))
    for text in (json.dumps([one, other]), f"{json.dumps(one)}\n{json.dumps(other)}\n"):
        result = turned(text, fields="id")
        assert [request["body"] for request in result.requests] == [one, other]
        assert len(result.statements) == 2


# --- windows and keys -----------------------------------------------------------------------------


def window(start, end, **more):
    return {"query": {"and": [US]}, "start_date": start, "end_date": end, "max_count": 100, **more}


def test_adjoining_windows_become_one_range():
    windows = [window("20240131", "20240229"), window("20240101", "20240130")]
    windows += [window("20240301", "20240310")]
    result = turned(windows, fields="id")
    assert "BETWEEN '2024-01-01' AND '2024-03-10'" in result.sql
    assert "SET" not in result.sql
    assert sorted(r["body"]["start_date"] for r in result.requests) == [
        "20240101",
        "20240131",
        "20240301",
    ]


def test_windows_of_another_length_set_it():
    result = turned([window("20240101", "20240107"), window("20240108", "20240114")], fields="id")
    assert result.sql.startswith("SET window_days = 7;\n")
    assert len(result.statements) == 1
    assert len(result.requests) == 2


def test_thirty_one_days_are_what_the_api_takes():
    result = turned(window("20240101", "20240131"), fields="id")
    assert result.sql.startswith("SET window_days = 31;\n")
    assert only(result.requests) == window("20240101", "20240131")


@pytest.mark.parametrize(
    "second",
    [
        window("20240131", "20240301"),
        window("20240201", "20240229"),
        window("20240130", "20240228"),
        {**window("20240131", "20240229"), "query": {"and": [US, condition("keyword", "EQ", "a")]}},
    ],
)
def test_windows_that_one_statement_would_cut_otherwise_stay_several(second):
    first = window("20240101", "20240130")
    result = turned([first, second], fields="id")
    assert len(result.statements) == 2
    assert [request["body"] for request in result.requests] == [first, second]


def test_settings_are_put_back_where_the_next_statement_does_without():
    result = turned(
        [
            {"url": "/v2/research/video/query/?fields=id", "body": window("20240101", "20240131")},
            {"url": "/v2/research/user/info/?fields=display_name", "body": {"username": "a"}},
        ]
    )
    assert "RESET window_days;" in result.sql


def test_keys_of_one_table_become_one_list():
    url = "https://open.tiktokapis.com/v2/research/user/info/?fields=display_name"
    result = turned([{"url": url, "body": {"username": name}} for name in "abc"])
    assert result.sql == (
        "SELECT username, display_name FROM users WHERE username IN ('a', 'b', 'c');\n"
    )
    assert [request["body"] for request in result.requests] == [{"username": n} for n in "abc"]


def test_a_draw_at_random_is_a_sample():
    given = body(US, max_count=50, is_random=True)
    result = turned(given, fields="id")
    assert "TABLESAMPLE (50 ROWS)" in result.sql
    assert only(result.requests) == given


def test_a_query_of_days_alone_is_a_full_scan():
    given = body(condition("create_date", "GTE", "20240101"))
    result = turned(given, fields="id")
    assert result.sql.startswith("SET allow_full_scan = on;\n")
    assert only(result.requests) == given


def test_page_sizes_of_key_tables_are_set():
    given = {"video_id": 7302470379501604128, "max_count": 20}
    result = turned(given, fields="id,text")
    assert result.sql.startswith("SET page_size = 20;\n")
    assert only(result.requests) == given


# --- plans of ours --------------------------------------------------------------------------------


STATEMENTS = """\
SELECT id FROM videos WHERE region_code = 'US' AND create_date BETWEEN '2024-01-01' AND '2024-06-30'
SELECT id FROM videos WHERE (keyword = 'a' OR like_count > 9) AND region_code = 'US' \
AND create_date = '2024-01-01' ORDER BY like_count DESC LIMIT 5
SELECT username FROM users WHERE username IN ('a', 'b') AND follower_count > 10
SELECT c.text FROM videos AS v JOIN comments AS c ON c.video_id = v.id WHERE v.keyword = 'a' \
AND v.create_date = '2024-01-01'
""".splitlines()


@pytest.mark.parametrize("sql", STATEMENTS)
def test_a_plan_of_ours_is_its_statement(run, sql):
    plan = run("translate", "--to", "json", "-c", sql)
    back = run("translate", "--from", "json", "-", stdin=plan.out.encode())
    assert back.status == 0
    again = run("translate", "--to", "json", "-c", back.out)
    assert again.out == plan.out


def test_a_plan_whose_requests_were_changed_is_its_requests(run):
    plan = json.loads(run("translate", "--to", "json", "-c", STATEMENTS[1]).out)
    for request in plan["requests"]:
        request["body"]["end_date"] = "20240102"
    result = turned(plan)
    assert "'2024-01-02'" in result.sql
    assert any("its filter, sort, limit, query is lost" in note for note in result.notes)


def test_a_plan_made_under_other_settings_brings_them():
    weekly = "SET window_days = 7;\n" + STATEMENTS[0] + ";"
    entries = sent(weekly)
    result = turned({"statement": STATEMENTS[0], "requests": entries, "local": {}})
    assert result.sql.startswith("SET window_days = 7;\n")
    assert result.requests == entries


def test_keys_that_come_from_other_requests_need_the_statement(run):
    plan = json.loads(run("translate", "--to", "json", "-c", STATEMENTS[3]).out)
    plan["statement"] = plan["statement"].replace("'a'", "'b'")
    code, place, _ = refused(plan)
    assert (code, place[:9]) == ("TS168", '"SELECT c')


# --- what is mended -------------------------------------------------------------------------------


def mended(text, **options):
    result = turned(text, **({"fields": "id"} | options))
    return only(result.requests), [note.partition(": ")[2] for note in result.notes]


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda t: "\ufeff" + t, None),
        (lambda t: t.replace("}]}", "},]}"), "a comma before a closing bracket was left out"),
        (lambda t: t.replace('"EQ"', '"eq"'), '"eq" was read as EQ'),
        (
            lambda t: t.replace('["cats"]', '"cats"'),
            "a value without brackets was read as a list of one",
        ),
        (lambda t: t.replace('"cats"', '"#cats"'), '"#cats" was read without its #'),
        (lambda t: t.replace('"and"', '"AND"'), '"AND" was read as and'),
        (lambda t: t.replace('"20240101"', "20240101"), "a day without quotes was read as a text"),
        (lambda t: t.replace('"20240101"', '"2024-01-01"'), '"2024-01-01" was read as 20240101'),
        (lambda t: t.replace("{", "// what for\n{", 1), "a comment was left out"),
        (lambda t: t.replace("{", "/* what\nfor */{", 1), "a comment was left out"),
        (lambda t: t.replace('"', "'"), "single quotes were read as double ones"),
        (
            lambda t: t.replace('"query"', "query"),
            "a name without quotes was read as if it had them",
        ),
        (
            lambda t: t.replace('"max_count": 100', '"max_count": "100"'),
            "a number in quotes was read as a number",
        ),
        (
            lambda t: t.replace('"max_count"', '"is_random": False, "max_count"'),
            "Python's True, False and None were read as JSON's",
        ),
        (lambda t: t.replace('"max_count"', '"cursor": null, "search_id": "", "max_count"'), None),
        (lambda t: t.replace('"max_count"', '"cursor": 0, "max_count"'), None),
        (lambda t: t.replace('{"and"', '{"or": [], "and"'), "an empty group was left out"),
        (
            lambda t: t.replace('["cats"]', '["cats", "cats"]'),
            "a value that comes twice was left out",
        ),
        (
            lambda t: t.replace('[{"op', '{"op').replace("}]", "}"),
            "a lone condition was read as a list of one",
        ),
    ],
)
def test_what_people_have_in_their_files_is_mended_with_a_note(change, note):
    given = body(condition("hashtag_name", "EQ", "cats"))
    text = change(json.dumps(given))
    assert text != json.dumps(given)
    found, notes = mended(text)
    assert found == given
    assert [each.partition(" (and ")[0] for each in notes] == ([] if note is None else [note])


def test_numbers_among_the_values_are_read_as_texts():
    found, notes = mended(
        '{"query": {"and": [{"operation": "IN", "field_name": "video_id", "field_values": '
        '[7302470379501604128, 7302470379501604129]}]}, "start_date": "20240101", '
        '"end_date": "20240130", "max_count": 100}'
    )
    assert found["query"]["and"][0]["field_values"] == [
        "7302470379501604128",
        "7302470379501604129",
    ]
    assert notes == ["a value without quotes was read as a text (and 1 times more)"]


def test_a_later_page_is_noted_and_dropped():
    given = body(US, cursor=100, search_id="7390522638017270826", max_count=50)
    result = turned(given, fields="id")
    assert [note.partition(": ")[2] for note in result.notes] == [
        "cursor was left out: a statement asks for all pages, from the first on",
        "search_id was left out: a statement asks for all pages, from the first on",
    ]
    assert "LIMIT" not in result.sql
    assert result.sql.startswith("SET page_size = 50;\n")


def test_what_is_sent_in_another_form_is_shown():
    given = body(condition("keyword", "EQ", "a"), condition("keyword", "EQ", "b"), group="or")
    found, notes = mended(given)
    assert found["query"] == {"and": [condition("keyword", "IN", "a", "b")]}
    (note,) = notes
    assert note == f"sent as {json.dumps(found['query'])}, which means the same"


def test_fields_that_are_asked_for_besides_are_told():
    _, notes = mended(body(US), fields="username")
    assert notes == ["id is asked for besides: it tells records apart"]


def test_no_fields_are_all_fields():
    result = turned(body(US))
    assert result.sql.startswith("SELECT *")
    assert "no fields are named, so all are asked for" in result.notes[0]


def test_a_condition_that_nothing_meets_is_told():
    result = turned(body(US, condition("region_code", "EQ", "CA")), fields="id")
    assert "no record can match, so nothing would be sent" in result.notes[0]
    assert result.requests == []


def test_a_condition_on_days_narrows_the_range():
    given = body(US, condition("create_date", "GTE", "20240110"))
    result = turned(given, fields="id")
    (note,) = result.notes
    assert note.endswith(
        "sent for 2024-01-10 to 2024-01-30 instead of 2024-01-01 to 2024-01-30, "
        "which means the same"
    )
    assert only(result.requests) == {**body(US), "start_date": "20240110"}


def test_what_matches_every_record_of_some_days_comes_with_the_leave_to():
    given = body(US, condition("create_date", "EQ", "20240110"), group="or")
    assert turned(given, fields="id").sql.startswith("SET allow_full_scan = on;\n")


def test_days_can_come_from_the_command_line():
    given = {"query": {"and": [US]}, "max_count": 100}
    result = turned(given, fields="id", days=["2024-01-01", "2024-01-30"])
    assert only(result.requests) == {**given, **DAYS}


# --- what the API would refuse --------------------------------------------------------------------


KEYWORD = condition("keyword", "EQ", "a")


@pytest.mark.parametrize(
    ("given", "code", "place", "hint"),
    [
        (body({"or": [US]}), "TS159", '"or"', "SQL takes any brackets"),
        (body(condition("region_code", "EQ", "US", "CA")), "TS162", '["US", "CA"]', "IN takes"),
        (body(condition("view_count", "GT", "1", "2")), "TS162", '["1", "2"]', "leave one"),
        (body(condition("like_count", "GT", "1")), "TS160", '"like_count"', "SQL can filter"),
        (body(condition("id", "EQ", "1")), "TS160", '"id"', "calls it video_id"),
        (body(condition("video_duration", "GT", "1")), "TS160", '"video_duration"', "video_length"),
        (body(condition("hashtagname", "EQ", "1")), "TS160", '"hashtagname"', '"hashtag_name"'),
        (body(condition("region_code", "EQUALS", "US")), "TS161", '"EQUALS"', "it has EQ, IN"),
        (body(condition("view_count", ">", "1")), "TS161", '">"', '"GT"'),
        (body(condition("hashtag_name", "GT", "a")), "TS161", '"GT"', "EQ"),
        (body(condition("region_code", "EQ")), "TS158", "[]", "wants one"),
        (body(condition("region_code", "EQ", "UK")), "TS206", '"UK"', "'GB'"),
        (body(condition("region_code", "EQ", None)), "TS157", "null", '"US"'),
        (body(condition("video_length", "EQ", "HUGE")), "TS206", '"HUGE"', "'SHORT'"),
        (body(condition("video_id", "EQ", "x")), "TS205", '"x"', "73"),
        (body(condition("keyword", "EQ", "  ")), "TS205", '"  "', "keyword"),
        (body(condition("create_date", "GT", "20240230")), "TS213", '"20240230"', None),
        (body({"operation": "EQ", "field_name": "keyword"}), "TS158", '{"operation"', "field_val"),
        (body({**KEYWORD, "fild": 1}), "TS163", '"fild"', "there is"),
        (body("x"), "TS157", '"x"', "operation"),
        ({"query": {"nand": [US]}, **DAYS}, "TS163", '"nand"', '"and"'),
        ({"query": {}, **DAYS}, "TS158", "{}", "one at least"),
        ({"query": {"and": [], "or": []}, **DAYS}, "TS158", '{"and"', "one at least"),
        ({"query": [], **DAYS}, "TS157", "[]", '{"and"'),
        ({"query": {"and": "x"}, **DAYS}, "TS157", '"x"', "["),
        ({"query": {"and": [US]}}, "TS158", '{"query"', '"start_date": "20240131"'),
        ({"query": {"and": [US]}, "start_date": "20240101"}, "TS158", '{"query"', "end_date"),
        (window("20240101", "20240201"), "TS167", '"20240101", "end_date": "20240201"', "any"),
        (window("20240102", "20240101"), "TS166", '"20240102", "end_date": "20240101"', "exch"),
        (window("20240230", "20240301"), "TS157", '"20240230"', "20240131"),
        (window("20270101", "20270102"), "TS304", '{"query"', "last thirty days"),
        (body(US, max_count=101), "TS157", "101", None),
        (body(US, max_count="many"), "TS157", '"many"', None),
        (body(US, is_random="yes"), "TS157", '"yes"', None),
        (body(US, end_dat="20240101"), "TS163", '"end_dat"', '"end_date"'),
        ({"data": {"videos": []}, "error": {"code": "ok"}}, "TS154", '{"data"', "what was sent"),
        ({"videos": [{"id": 1}], "has_more": False}, "TS154", '{"videos"', "what was sent"),
        ({"username": "a"}, "TS153", '{"username"', "--table: users, liked_videos"),
        ({"a": 1}, "TS153", '{"a"', '{"query"'),
        (7, "TS153", "7", '{"query"'),
        ([], "TS153", "[]", '{"query"'),
        ({"video_id": 1, "comment_id": 2}, "TS165", '"comment_id"', "leave one out"),
        ({"video_id": [1, 2]}, "TS157", "[1, 2]", "one request a value"),
        ({"video_id": None}, "TS158", '{"video_id"', "what is asked"),
        ({"url": "/v2/research/video/qery/", "body": body(US)}, "TS156", "/v2", "video/query"),
    ],
)
def test_what_the_api_would_refuse_is_an_error_at_its_place(given, code, place, hint):
    found, shown, said = refused(given, fields="id" if "url" not in str(given) else None)
    assert found == code
    assert shown.startswith(place)
    assert hint is None or hint in said


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("", 1, 1, None),
        ("{", 1, 1, "a bracket is open"),
        ('{"query": ', 1, 9, "a bracket is open"),
        ('{\n "query" {}}', 2, 10, None),
        ('{"a": 1 "b": 2}', 1, 9, None),
        ('{"a": }', 1, 7, "a value is missing"),
        ('{"a": "x', 1, 7, None),
        ('{"a": "\\q"}', 1, 8, "backslash"),
        ('{"a": 01x}', 1, 7, None),
        ('{"a": tru}', 1, 7, None),
        ("{\u201cquery\u201d: 1}", 1, 2, "straight quotes"),
        ("curl https://x", 1, 1, "--from curl"),
        ("POST https://x", 1, 1, "--from http"),
        ("SELECT id FROM videos", 1, 1, "SQL"),
        ("<html>", 1, 1, "HTML"),
        ("[" * 60, 1, 52, None),
    ],
)
def test_text_that_is_no_json_is_an_error_at_its_place(text, line, column, hint):
    with pytest.raises(LanguageError) as caught:
        turned(text)
    error = caught.value
    assert error.code in {"TS150", "TS151"}
    assert error.source.line_and_column(error.span.start) == (line, column)
    assert hint is None or hint in error.hint


def test_a_name_that_is_given_twice_is_an_error():
    code, place, _ = refused('{"query": {}, "query": {}}')
    assert (code, place) == ("TS152", '"query"')


def test_a_wrong_field_of_the_command_line_is_shown_there():
    code, place, hint = refused(body(US), fields="id,like_cuont")
    assert (code, place, hint) == ("TS164", "like_cuont", 'did you mean "like_count"?')


def test_an_unknown_table_suggests_one():
    code, _, hint = refused({"username": "a"}, table="user")
    assert (code, hint) == ("TS156", "did you mean users?")
