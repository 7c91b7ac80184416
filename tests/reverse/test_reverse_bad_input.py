"""Whatever is pasted: no secret comes out, no value changes, nothing takes for ever."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest
from random_bodies import HOSTILE
from reverse_world import DAYS, US, body, condition, turned

from tiksql.files import MOST_OCTETS
from tiksql.reverse.secrets import hidden
from tiksql.source import Source
from tiksql.syntax.format import formatted

URL = "https://open.tiktokapis.com/v2/research/video/query/?fields=id"
SECRET = "S3cretS3cretS3cret-_x"
TOKEN = f"clt.2.{SECRET}"
"""A token of TikTok's is known by itself; other secrets by what stands before them."""
ONE = json.dumps(body(US))

PASTED = {
    "header": f"curl {URL} -H 'Authorization: Bearer {SECRET}' -d '{ONE}'",
    "header in double quotes": f"curl {URL} -H \"authorization: bearer {SECRET}\" -d '{ONE}'",
    "escaped header": f"curl {URL} -H Authorization:\\ Bearer\\ {SECRET} -d '{ONE}'",
    "dollar quotes": f"curl {URL} -H $'Authorization: Bearer {SECRET}' -d '{ONE}'",
    "long header": f"curl {URL} --header='Authorization:Bearer {SECRET}' -d '{ONE}'",
    "glued header": f"curl {URL} -H'Authorization: {SECRET}' -d '{ONE}'",
    "oauth option": f"curl {URL} --oauth2-bearer {SECRET} -d '{ONE}'",
    "user": f"curl {URL} -u 'key:{SECRET}' -d '{ONE}'",
    "cookie": f"curl {URL} -b 'sid={SECRET}' -d '{ONE}'",
    "cookie header": f"curl {URL} -H 'Cookie: a=b; sid={SECRET}' -d '{ONE}'",
    "address": f"curl https://me:{SECRET}@{URL.removeprefix('https://')} -d '{ONE}'",
    "variable": f"TOKEN={SECRET}\ncurl {URL} -H \"Authorization: Bearer $TOKEN\" -d '{ONE}'",
    "exported": f"export TIKTOK_CLIENT_SECRET={SECRET}\ncurl {URL} -d '{ONE}'",
    "token request": "curl https://open.tiktokapis.com/v2/oauth/token/ "
    f"-d 'client_key=awabc&client_secret={SECRET}'\ncurl {URL} -d '{ONE}'",
    "token request of JSON": "curl https://open.tiktokapis.com/v2/oauth/token/ "
    f"--json '{{\"client_secret\": \"{SECRET}\"}}'\ncurl {URL} -d '{ONE}'",
    "a token alone": f"# {TOKEN}\ncurl {URL} -d '{ONE}'",
    "bearer alone": f"# bearer {SECRET}\ncurl {URL} -d '{ONE}'",
    "a header of its own": f"curl {URL} -H 'X-My-Token: {SECRET}' -d '{ONE}'",
    "query parameter": f"curl '{URL}&access_token={SECRET}' -d '{ONE}'",
}


@pytest.mark.parametrize("command", PASTED.values(), ids=PASTED)
@pytest.mark.fault(
    "F83",
    "a pasted curl command with a token or secret in any of its places",
    "left out, with a warning",
)
def test_a_secret_is_removed_with_a_warning(run, command):
    outcome = run("translate", "--from", "curl", "-", stdin=command.encode())
    assert outcome.status == 0
    assert outcome.out.startswith("SELECT id")
    assert "a secret stands in it; it was left out" in outcome.err
    assert "S3cret" not in outcome.out + outcome.err


BREAKS = {
    "unclosed quote": lambda t: t[:-1],
    "no JSON": lambda t: t.replace('{"query"', '{"query" x'),
    "unknown field": lambda t: t.replace("region_code", "regioncode"),
    "unknown part": lambda t: t.replace('"max_count"', '"max_cnt"'),
    "no endpoint": lambda t: t.replace("video/query", "video/qery"),
    "no body": lambda t: t.replace(" -d ", " -x "),
    "everything on one line": lambda t: t.replace("\n", "; ").replace("keyword", "keywd") + "'",
}


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS)
@pytest.mark.parametrize("command", PASTED.values(), ids=PASTED)
@pytest.mark.fault("F83", "the same in a command that is wrong", "the error does not show it")
def test_a_secret_is_in_no_error(run, command, broken, form):
    text = broken(command)
    outcome = run("translate", "--from", "curl", "-", "--errors", form, stdin=text.encode())
    assert outcome.status in {0, 1}
    assert "S3cret" not in outcome.out + outcome.err


@pytest.mark.parametrize("form", ["json", "curl", "http", "helper"])
@pytest.mark.parametrize(
    "text",
    [
        f'{{"client_secret": "{SECRET}", "query": {{}}}}',
        f'{{"query": {{"and": [{{"client_secret": "{SECRET}"}}]}}}}',
        f'{{"query": "{TOKEN}"}}',
        f'{{"Authorization": "Bearer {SECRET}"',
        f"{TOKEN}",
        f"Bearer {SECRET}",
        f"@token = {SECRET}\nPOST /v2/research/video/qery/\nAuthorization: Bearer {SECRET}\n\n{{}}",
        f"POST /v2/research/video/query/?fields=x\nAuthorization: Bearer {SECRET}\n\n{{}}",
        f"curl {URL} -H 'X-Api-Key: {SECRET}' -d",
        f'curl {URL} -d \'{{"access_token": "{SECRET}"\'',
    ],
)
def test_a_secret_in_a_file_that_is_no_request_is_not_shown(run, form, text):
    outcome = run("translate", "--from", form, "-", stdin=text.encode())
    assert outcome.status == 1
    assert "S3cret" not in outcome.out + outcome.err


STANDING_FOR = """\
Authorization: Bearer $TOKEN
Authorization: Bearer ${TOKEN}
Authorization: Bearer {{token}}
Authorization: Bearer <token>
client_secret=$SECRET
"keyword", "field_values": ["token"]
""".splitlines()


@pytest.mark.parametrize("text", STANDING_FOR)
def test_what_stands_for_a_secret_is_none(text):
    assert hidden(text) == []


# --- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_survives_to_the_letter(text):
    """Into the SQL literal, through fmt, and back into the request."""
    given = body(condition("keyword", "EQ", text))
    result = turned(given, fields="id")
    assert "'" + text.replace("'", "''") + "'" in result.sql
    assert formatted(Source(result.sql)) == result.sql
    (request,) = result.requests
    assert request["body"] == given


@pytest.mark.parametrize("text", [t for t in HOSTILE if "\0" not in t])
def test_a_value_survives_the_whole_command(run, text):
    given = body(condition("keyword", "EQ", text))
    sql = run(
        "translate", "--from", "json", "--fields", "id", "-", stdin=json.dumps(given).encode()
    )
    back = run("translate", "--to", "json", "-", stdin=sql.out.encode())
    assert json.loads(back.out)["requests"][0]["body"] == given


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_character_is_refused_at_its_place(run, text):
    given = json.dumps(body(condition("keyword", "EQ", text)))
    outcome = run("translate", "--from", "json", "-", stdin=given.encode())
    assert outcome.status == 1
    assert "TS205" in outcome.err


def test_both_halves_of_a_character_are_one():
    given = '{"query": {"and": [{"operation": "EQ", "field_name": "keyword", "field_values": '
    text = given + '["\\ud83c\\udfb5"]}]}, "start_date": "20240101", "end_date": "20240102"}'
    assert "'🎵'" in turned(text).sql


# --- sizes ------------------------------------------------------------------------------------


def test_fifty_megabytes_are_refused_unread(run, tmp_path):
    path = tmp_path / "big.json"
    with path.open("wb") as stream:
        stream.truncate(50 * 2**20)
    tracemalloc.start()
    outcome = run("translate", "--from", "json", path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert outcome.status == 2
    assert "TS641" in outcome.err
    assert peak < 4 * MOST_OCTETS


def test_as_much_from_standard_input_is_refused_too(run):
    outcome = run("translate", "--from", "curl", "-", stdin=b" " * (MOST_OCTETS + 1))
    assert (outcome.status, outcome.out) == (2, "")
    assert "TS641" in outcome.err


NONSENSE = [
    *["[", '{"a":', "/*", "# ", "-", "1", "authorization ", "://a:", "-u", "bearer ", '{"a": 1,'],
    *["$(", "`", "'\\''", '"', "<<a\n", "\\\n", "POST ", "### ", "{{a}}", "@a=b\n", " ", "\n"],
]


@pytest.mark.parametrize("text", NONSENSE)
@pytest.mark.parametrize("form", ["json", "curl", "http"])
def test_a_long_nonsense_ends_in_an_error_soon(run, form, text):
    """Twice as much takes about twice as long: a slip into the square would take minutes."""
    started = time.process_time()
    for start in ("", "authorization", "curl "):
        nonsense = start + text * (100_000 // len(text))
        outcome = run("translate", "--from", form, "-", stdin=nonsense.encode())
        assert outcome.status == 1
    assert time.process_time() - started < 20


def test_a_long_list_of_requests_is_read_in_good_time():
    many = [{**body(condition("username", "EQ", f"user{n}")), **DAYS} for n in range(100)]
    started = time.process_time()
    result = turned(many, fields="id")
    assert len(result.statements) == 100
    assert time.process_time() - started < 30


def test_a_list_of_values_that_no_script_can_hold_says_so(run):
    names = [f"user_{n:020}" for n in range(45_000)]
    given = json.dumps(body(condition("username", "IN", *names)))
    outcome = run("translate", "--from", "json", "-", stdin=given.encode())
    assert outcome.status == 1
    assert "TS" in outcome.err
