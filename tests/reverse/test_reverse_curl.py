"""curl commands and .http files, as people have them, become SQL."""

from __future__ import annotations

import json
import subprocess

import pytest
from reverse_world import US, body, condition, refused, turned

URL = "https://open.tiktokapis.com/v2/research/video/query/"
ASKED = body(condition("keyword", "EQ", "it's"))
ONE = json.dumps(ASKED)


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def ansi(text):
    return "$'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def double(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    return f'"{escaped}"'


HEREDOC = f"curl {URL}?fields=id --json @- <<'END'\n{ONE}\nEND\n"
COMMANDS = {
    "single quotes": f"curl '{URL}?fields=id' -d {quoted(ONE)}",
    "double quotes": f'curl "{URL}?fields=id" -d {double(ONE)}',
    "dollar quotes": f"curl {URL}?fields=id -d {ansi(ONE)}",
    "a unicode escape": f"curl {URL}?fields=id -d " + ansi(ONE).replace("it\\'s", "it\\u0027s"),
    "glued option": f"curl -XPOST -d{quoted(ONE)} {URL}?fields=id",
    "long options": f"curl --request POST --url {URL}?fields=id --data-raw {quoted(ONE)}",
    "equals": f"curl --data-binary={quoted(ONE)} --url={URL}?fields=id",
    "json": f"curl --json {quoted(ONE)} {URL}?fields=id",
    "letters together": f"curl -sSLd {quoted(ONE)} {URL}?fields=id",
    "continued": f"curl -X POST \\\n  '{URL}?fields=id' \\\n  --data {quoted(ONE)}\n",
    "continued on Windows": f"curl \\\r\n  '{URL}?fields=id' \\\r\n  --data {quoted(ONE)}\r\n",
    "indented": f"  curl {URL}?fields=id -d {quoted(json.dumps(ASKED, indent=2))}",
    "after a prompt": f"$ curl {URL}?fields=id -d {quoted(ONE)}",
    "output thrown away": f"curl {URL}?fields=id -d {quoted(ONE)} -o /dev/null 2>&1 | jq . > x",
    "within a substitution": f'R="$(curl -s {URL}?fields=id -d {quoted(ONE)} | jq .)"',
    "a variable": f'BODY={quoted(ONE)}\ncurl {URL}?fields=id -d "$BODY"',
    "an exported variable": f"export U={URL}\ncurl ${{U}}?fields=id -d {quoted(ONE)}",
    "a here-document": HEREDOC,
    "a path to curl": f"/usr/bin/curl {URL}?fields=id -d {quoted(ONE)}",
    "a comment": f"# curl is great\ncurl {URL}?fields=id -d {quoted(ONE)} # done",
    "a condition": f"if true; then curl {URL}?fields=id -d {quoted(ONE)}; fi",
    "headers": f"curl {URL}?fields=id -H 'Content-Type: application/json' -H \"Authorization: "
    f'Bearer $TOKEN" -d {quoted(ONE)}',
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_is_read_however_it_is_written(command):
    result = turned(command, "curl")
    (request,) = result.requests
    assert request["body"] == ASKED
    assert request["fields"] == ["id"]
    assert result.notes == []


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "a b",
        "it's",
        'say "hi"',
        "a\\b",
        "$HOME `ls` $(ls)",
        "ü 🎵",
        "new\nline",
        "!?*[a]~#",
    ],
)
@pytest.mark.parametrize("quote", [quoted, double, ansi])
def test_words_are_cut_as_bash_cuts_them(text, quote):
    """bash itself says what the word is; what we read must be the same."""
    given = body(condition("keyword", "EQ", text))
    word = quote(json.dumps(given, ensure_ascii=False))
    said = subprocess.run(
        ["bash", "-c", f"printf %s {word}"], capture_output=True, text=True, check=True
    ).stdout
    (request,) = turned(f"curl {URL}?fields=id -d {word}", "curl").requests
    assert request["body"] == json.loads(said) == given


def test_several_commands_are_several_requests():
    user = "curl https://open.tiktokapis.com/v2/research/user/info/?fields=display_name"
    text = f'{COMMANDS["single quotes"]}\n{user} -d \'{{"username": "a"}}\''
    text += f" --next {URL}?fields=id -d '{json.dumps(body(US))}'"
    assert [s["table"] for s in turned(text, "curl").requests] == ["videos", "users", "videos"]


def test_an_error_in_a_body_is_shown_in_the_command():
    text = (
        "curl "
        + URL
        + r"""?fields=id -d '{"query": {"and": [
      {"operation": "EQ", "field_name": "keywrd", "field_values": ["it'\''s"]}]}}'"""
    )
    code, place, hint = refused(text, "curl")
    assert (code, place, hint) == ("TS160", '"keywrd"', 'did you mean "keyword"?')


@pytest.mark.parametrize("quote", [quoted, double, ansi])
def test_the_place_is_right_behind_escapes(quote):
    given = body(condition("keyword", "EQ", 'it\'s "$5"'), condition("region_code", "EQ", "UK"))
    code, place, _ = refused(f"curl {URL}?fields=id -d {quote(json.dumps(given))}", "curl")
    assert code == "TS206"
    assert place.replace("\\", "") == '"UK"'


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (f"curl {URL}?fields=id", "TS158", "curl"),
        (f"curl {URL}?fields=id -d 'abc", "TS169", "'"),
        (f'curl {URL}?fields=id -d "$BODY"', "TS171", "$BODY"),
        (f'curl {URL}?fields=id -d "$(cat q.json)"', "TS171", "$(cat q.json)"),
        (f"curl {URL}?fields=id -d @q.json", "TS172", "@q.json"),
        (f"curl {URL}?fields=id -F a=b", "TS173", "a=b"),
        (f"curl {URL}?fields=id -d 'a=b'", "TS150", "a"),
        (f"curl {URL}?fields=idd -d {quoted(ONE)}", "TS164", "idd"),
        (f"curl {URL}?fields=id%2Cidd -d {quoted(ONE)}", "TS164", "idd"),
        (f"curl {URL.replace('query', 'qery')} -d {quoted(ONE)}", "TS156", "/v2/research"),
        ("curl https://example.org -d '{}'", "TS170", "c"),
        ("wget https://example.org", "TS170", "w"),
        ("", "TS170", ""),
    ],
)
def test_a_command_that_is_no_request_is_an_error_at_its_place(text, code, place):
    found, shown, _ = refused(text, "curl")
    assert found == code
    assert shown.startswith(place)


def test_other_commands_are_passed_over_with_a_note():
    text = f"curl https://example.org\n{COMMANDS['single quotes']}"
    (note,) = turned(text, "curl").notes
    assert note == "1:1: this command does not ask the Research API and was left out"


# --- .http files ----------------------------------------------------------------------------------

HTTP = """\
@host = https://open.tiktokapis.com
@tag = cats

### Videos with a tag
# @name videos
POST {{host}}/v2/research/video/query/
    ?fields=id,
    &x=1
Authorization: Bearer {{token}}
Content-Type: application/json

{
  "query": {"and": [
    {"operation": "EQ", "field_name": "hashtag_name", "field_values": ["{{tag}}"]}]},
  "start_date": "20240101", "end_date": "20240130", "max_count": 100
}

# a comment with {{$env.UNKNOWN}}
> {% client.log("done") %}

###
// an account
POST https://open.tiktokapis.com/v2/research/user/info/?fields=display_name HTTP/1.1
Content-Type: application/json

{"username": "a"}
"""


def test_an_http_file_is_read_with_its_variables():
    result = turned(HTTP, "http")
    videos, user = result.requests
    assert videos["body"] == body(condition("hashtag_name", "EQ", "cats"))
    assert videos["fields"] == ["id"]
    assert user["body"] == {"username": "a"}
    assert result.notes == []


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (lambda t: t.replace("@tag = cats\n", ""), "TS171", "{{tag}}"),
        (lambda t: t.replace('"a"}', '"a"'), "TS150", '"'),
        (lambda t: t.replace('{"username": "a"}', ""), "TS153", "POST"),
        (lambda t: t.replace('{"username": "a"}', "< ./a.json"), "TS172", "< ./a"),
        (lambda t: t.replace("hashtag_name", "hashtagname"), "TS160", '"hashtagname"'),
        (lambda t: t.replace("user/info", "user/inf"), "TS156", "/v2/research/user/inf"),
        (lambda _: "", "TS174", ""),
        (lambda _: "### nothing\n", "TS174", "#"),
    ],
)
def test_a_mistake_in_an_http_file_is_shown_at_its_place(change, code, place):
    found, shown, _ = refused(change(HTTP), "http")
    assert found == code
    assert shown.startswith(place)


# --- query files of tiktok_research_api_helper ----------------------------------------------------

HELPER = """\
{
  "and": [{"operation": "IN", "field_name": "keyword", "field_values": ["cat"]},
          {"operation": "EQ", "field_name": "region_code", "field_values": ["US"]}],
  "not": [{"operation": "IN", "field_name": "hashtag_name", "field_values": ["garfield"]}]
}
"""
FIELDS_OF_THE_HELPER = [
    *["id", "video_description", "create_time", "region_code", "share_count", "view_count"],
    *["like_count", "comment_count", "music_id", "hashtag_names", "username", "effect_ids"],
    *["playlist_id", "voice_to_text"],
]


def test_a_query_file_of_the_helper_takes_its_days_from_the_command_line():
    result = turned(HELPER, "helper", days=["2024-03-03", "2024-03-04"])
    (request,) = result.requests
    assert request["fields"] == FIELDS_OF_THE_HELPER
    assert request["body"] == {
        "query": {
            "and": [condition("keyword", "EQ", "cat"), US],
            "not": [condition("hashtag_name", "EQ", "garfield")],
        },
        "start_date": "20240303",
        "end_date": "20240304",
        "max_count": 100,
    }
    assert result.notes == []


def test_without_days_the_helper_file_says_what_is_missing():
    code, _, hint = refused(HELPER, "helper")
    assert code == "TS158"
    assert "--days" in hint


def test_long_ranges_from_the_command_line_are_windows():
    result = turned(HELPER, "helper", days=["2024-01-01", "2024-03-30"])
    assert len(result.requests) == 3
    assert len(result.statements) == 1


# --- the command ----------------------------------------------------------------------------------


def test_forms_compose(run):
    command = COMMANDS["single quotes"].encode()
    outcome = run("translate", "--from", "curl", "--to", "json", "-", stdin=command)
    assert outcome.status == 0
    (request,) = json.loads(outcome.out)["requests"]
    assert request["body"] == ASKED


def test_an_error_is_shown_in_the_foreign_file(run, tmp_path):
    path = tmp_path / "q.json"
    path.write_text(json.dumps(body(condition("keyword", "EQUALS", "a")), indent=1))
    outcome = run("translate", "--from", "json", path, "--errors", "json")
    error = json.loads(outcome.err)["error"]
    assert (outcome.status, error["code"], error["kind"]) == (1, "TS161", "foreign")
    assert (error["file"], error["span"]["line"]) == (str(path), 5)
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["--from", "yaml", "-"], "TS405"),
        (["--from", "jsn", "-"], "TS405"),
        (["--from", "json", "/nowhere/q.json"], "TS607"),
        (["--from", "json", "-", "--days", "2024-01-01", "x"], "TS642"),
        (["--from", "json", "-", "--days", "2024-01-02", "2024-01-01"], "TS642"),
        (["-"], "TS601"),
    ],
)
def test_wrong_usage_says_so(run, argv, code):
    outcome = run("translate", *argv, stdin=b"{}")
    assert (outcome.status, outcome.out) == (2, "")
    assert code in outcome.err
