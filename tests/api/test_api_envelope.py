import contextlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiksql.api.envelope import MalformedError, read_answer
from tiksql.catalog import load

TABLES = load().tables
OK = b'"error":{"code":"ok","message":"","log_id":"x"}'


def body(data):
    return b'{"data":' + data + b"," + OK + b"}"


def decoded(answer):
    return msgspec.json.decode(answer.records)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'""',
        b"{}",
        b"{" + OK + b"}",
        body(b"null"),
        body(b"[]"),
        body(b'""'),
        body(b"{}"),
        b'{"data":{"videos":[],"has_more":false}}',
        b'{"data":{"videos":[],"has_more":false},"error":null}',
        b'{"data":{"videos":[],"has_more":false},"error":"bad"}',
        b'{"data":{"videos":[],"has_more":false},"error":{}}',
        body(b'{"videos":[{"id":NaN}],"has_more":false}'),
        body(b'{"videos":[{"id":Infinity}],"has_more":false}'),
        body(b'{"videos":{},"has_more":false}'),
        body(b'{"videos":[],"cursor":' + b"9" * 5000 + b',"has_more":false}'),
        body(b'{"videos":[],"cursor":1.5,"has_more":false}'),
        body(b'{"videos":[],"cursor":{},"has_more":false}'),
        body(b'{"videos":' + b"[" * 100_000 + b"]" * 100_000 + b',"has_more":false}'),
        body(b'{"videos":[1],"videos":[2],"has_more":false}'),
        body(b'{"videos": [1], "has_more": false, "has_more": true}'),
        b'{"data":{"videos":[],"has_more":false},' + OK + b"," + OK + b"}",
        b"\xef\xbb\xbf" + body(b'{"videos":[],"has_more":false}'),
        body(b'{"videos":[],"has_more":false}') + b" x",
        body(b'{"videos":[],"has_more":false}')[:-5],
        body(b'{"videos":[],"has_more":false}').decode().encode("utf-16"),
        b"<html><body>502</body></html>",
    ],
    ids=range(30),
)
def test_a_malformed_body_is_one_kind_of_error(raw):
    with pytest.raises(MalformedError) as raised:
        read_answer(TABLES["videos"], raw)
    assert len(str(raised.value)) < 200


@given(st.binary(max_size=60))
def test_no_body_raises_anything_else(raw):
    for table in ("videos", "users", "shops"):
        with contextlib.suppress(MalformedError):
            read_answer(TABLES[table], raw)


def test_records_stay_bytes_that_one_call_decodes():
    raw = body(
        b'{"videos":[{"id":7300000000000000001},{}],"cursor":2,"has_more":true,"search_id":"9"}'
    )
    found = read_answer(TABLES["videos"], raw)
    assert decoded(found) == [{"id": 7300000000000000001}, {}]
    assert (found.count, found.cursor, found.has_more, found.search_id) == (2, 2, True, "9")


def test_the_empty_result_as_recorded():
    found = read_answer(TABLES["videos"], body(b'{"has_more":false,"videos":[],"cursor":0}'))
    assert (found.count, found.has_more, found.search_id) == (0, False, None)


@pytest.mark.parametrize(
    "text", [b'{"cursor":3,"has_more":false}', b'{"videos":null,"has_more":false}']
)
def test_a_list_left_out_of_a_finished_answer_is_empty(text):
    assert read_answer(TABLES["videos"], body(text)).count == 0


@pytest.mark.parametrize("key", ["reposted_videos", "user_reposted_videos"])
def test_a_list_is_found_under_any_of_its_names(key):
    raw = body(b'{"%s":[{"id":1}],"cursor":7,"has_more":false}' % key.encode())
    assert decoded(read_answer(TABLES["reposted_videos"], raw)) == [{"id": 1}]


def test_a_flat_object_is_one_record():
    found = read_answer(TABLES["users"], body(b'{"display_name":"x","likes_count":3}'))
    assert (decoded(found), found.count) == ([{"display_name": "x", "likes_count": 3}], 1)


def test_shops_send_no_error_object():
    found = read_answer(TABLES["shops"], b'{"data":{"shop_data":[{"shop_id":1}]}}')
    assert (found.code, found.count) == ("ok", 1)


@pytest.mark.parametrize("data", [b"", b'"data":{},', b'"data":null,', b'"data":"",'])
@pytest.mark.parametrize("key", [b"message", b"msg"])
def test_an_error_is_read_whatever_its_data(data, key):
    raw = b"{" + data + b'"error":{"code":"invalid_params","' + key + b'":"bad","log_id":"L"}}'
    found = read_answer(TABLES["videos"], raw)
    assert (found.code, found.message, found.log_id) == ("invalid_params", "bad", "L")


@pytest.mark.parametrize(
    ("text", "cursor", "more"),
    [
        (b'"cursor":"12","has_more":"true"', 12, True),
        (b'"cursor":"x","has_more":"false"', None, False),
        (b'"cursor":null,"has_more":null', None, None),
        (b'"cursor":99999999999999999999999,"has_more":true', 99999999999999999999999, True),
    ],
)
def test_paging_keys_may_be_text_or_missing(text, cursor, more):
    found = read_answer(TABLES["videos"], body(b'{"videos":[],' + text + b"}"))
    assert (found.cursor, found.has_more) == (cursor, more)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb"a\ud800b", "a�b"),
        (rb"a\udc00", "a�"),
        (rb"\ud800\ud83d\ude00", "�😀"),
        (rb"\\ud800 \ud800", "\\ud800 �"),
        (b"a\xffb", "a�b"),
        (rb"nul \u0000", "nul \0"),
        (b"\xf0\x9f\x98\x80", "😀"),
    ],
)
def test_text_that_is_no_unicode_does_not_cost_the_page(written, read):
    raw = body(b'{"videos":[{"username":"' + written + b'"}],"has_more":false}')
    assert decoded(read_answer(TABLES["videos"], raw)) == [{"username": read}]


def test_spaces_and_unknown_keys_do_no_harm():
    data = {"videos": [{"id": 1}], "cursor": 1, "has_more": False, "search_id": "1", "ä": [1]}
    whole = {"data": data, "error": {"code": "ok"}, "extra": {"a": 1}}
    for style in ({"indent": 2}, {}, {"separators": (",", ":")}):
        raw = json.dumps(whole, **style).encode() + b"\n"
        assert read_answer(TABLES["videos"], raw).count == 1
