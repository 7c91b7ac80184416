"""What the emulator does wrong when it is told to, looked at by a client without defences."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import io
import json
import re
import zlib
from pathlib import Path

import httpx
import pytest
from emulator_client import ALL_FIELDS, EVERYTHING, JOE, LIKED, TOKEN, VIDEO, Api

from tiksql.emulator import faults_pages, faults_wire
from tiksql.emulator.__main__ import main
from tiksql.emulator.faults import KINDS, Fault, When
from tiksql.emulator.faults_spec import read_fault

DAY = {**EVERYTHING, "start_date": "20220620", "end_date": "20220620", "max_count": 10}


def told(*specs, **settings):
    return Api(faults=tuple(map(read_fault, specs)), videos=20_000, **settings)


def good():
    return Api(videos=20_000)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("500 at 3", Fault("status", "500", When(numbers=((3, 3),)))),
        ("500 from 3", Fault("status", "500", When(numbers=((3, None),)))),
        ("429 daily_quota_limit_exceeded at 2,5-7", None),
        ("cut p=0.05 seed=7", Fault("cut", "100", When(chance=0.05, seed=7))),
        ("cut seed=7 p=0.05", Fault("cut", "100", When(chance=0.05, seed=7))),
        ("html 502 on comments", Fault("html", "502", When(endpoint="comments"))),
        ('body {"data": null} at 1', Fault("body", '{"data": null}', When(numbers=((1, 1),)))),
        (
            "500 between 20240101 and 20240107",
            Fault("status", "500", When(days=(dt.date(2024, 1, 1), dt.date(2024, 1, 7)))),
        ),
        ("token-ttl 5", Fault("token-ttl", "5")),
        ("field like_count -1", Fault("field", "like_count -1")),
    ],
)
def test_a_fault_is_a_line(line, fault):
    assert fault is None or read_fault(line) == fault
    assert read_fault(line).kind in KINDS


@pytest.mark.parametrize(
    ("line", "help_"),
    [
        ("", "say what goes wrong, such as '500 at 3'"),
        ("at 3", "say what goes wrong"),
        ("a 3", "no fault is called 'a'"),
        ("cutt at 3", "did you mean cut?"),
        ("500 at x", "at 3, at 2,5 or at 3-5"),
        ("500 at 0", "numbers begin with 1"),
        ("500 at 5-3", "numbers begin with 1"),
        ("500 between monday and friday", "between 20240101 and 20240107"),
        ("500 between 20240231 and 20240301", "there is no such day"),
        ("500 between 20240302 and 20240301", "the second day is before the first"),
        ("500 on vidoes", "one of videos, users"),
        ("500 p=7", "a probability from 0 to 1"),
        ("500 p=1.2.3", "a probability from 0 to 1"),
        ("500 at 3 at 4", "says twice"),
        ("cut many", "cut takes [BYTES], not 'many'"),
        ("reset 5", "reset takes no value"),
        ("token-ttl 5 at 3", "write 'token-ttl 5' alone"),
        ("gzip maybe", "gzip takes [cut|damaged]"),
    ],
)
def test_a_wrong_line_says_what_would_work(line, help_, capsys):
    assert main(["--fault", line], io.StringIO()) == 2
    said = capsys.readouterr().err
    assert help_ in said
    assert said.count("\n") == 1


def test_faults_are_listed():
    out = io.StringIO()
    assert main(["--faults"], out) == 0
    assert set(re.findall(r"^  ([a-z-]+) ", out.getvalue(), re.MULTILINE)) >= set(KINDS)


def test_every_kind_is_done_by_one_stage():
    stages = [*faults_pages.PAGES, *faults_pages.RECORDS, *faults_wire.BODIES, *faults_wire.LINES]
    asking = ["exclusive", "search-lost", "token-expired"]
    lasting = [name for name, kind in KINDS.items() if kind.lasting]
    assert sorted([*stages, *asking, *lasting]) == sorted(KINDS)


def test_the_page_names_every_kind():
    page = (Path(__file__).parents[2] / "tiksql/emulator/README.md").read_text(encoding="utf-8")
    section = page.partition("\n## Faults\n")[2].partition("\n## ")[0]
    assert {name for name in KINDS if f"`{name}" not in section} == set()


def test_numbers_days_and_endpoints_choose_the_requests():
    api = told("500 at 2", "502 between 20220601 and 20220610", "503 on liked_videos")
    early = {**DAY, "start_date": "20220601", "end_date": "20220602"}
    found = [api.query(body).status for body in (DAY, DAY, DAY, early, early)]
    assert found == [200, 500, 200, 502, 502]
    assert api.post(LIKED, JOE).status == 503
    assert api.emulator.faults.met == {"status 500": 1, "status 502": 2, "status 503": 1}
    state = api.send("GET", "/_emulator/state").json
    assert state["faults"]["status 502"] == 2


def test_chance_is_the_same_in_every_run():
    def drawn(line):
        api = told(line)
        return [api.query(DAY).status for _ in range(30)]

    first = drawn("500 p=0.3 seed=7")
    assert first == drawn("500 p=0.3 seed=7")
    assert first != drawn("500 p=0.3 seed=8")
    assert 3 <= first.count(500) <= 15


def test_a_failed_request_is_counted_and_one_that_was_too_much_is_not():
    api = told("500 at 1", "429 at 2", "401 at 3")
    assert [api.query(DAY).status for _ in range(4)] == [500, 429, 401, 200]
    assert sum(api.emulator.requests["research"].values()) == 2
    assert api.emulator.api_requests == 4


def test_a_colleague_leaves_less_of_the_quota():
    api = told("spent 997", quota=1000)
    assert [api.query(DAY).status for _ in range(4)] == [200, 200, 200, 429]
    assert sum(api.emulator.requests["research"].values()) == 3


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        ("500", 500, "internal_error"),
        ("429", 429, "rate_limit_exceeded"),
        ("429 daily_quota_limit_exceeded", 429, "daily_quota_limit_exceeded"),
        ("403", 403, "scope_not_authorized"),
        ("200 internal_error", 200, "internal_error"),
        ("400 invalid_params Nothing will do", 400, "invalid_params"),
    ],
)
def test_a_refusal_has_status_and_code(line, status, code):
    found = told(line).query(DAY)
    assert found.refusal[:2] == (status, code)
    assert found.json["data"] == {}


def test_a_status_with_code_ok_is_a_page_all_the_same():
    found = told("500 ok").query(DAY)
    assert (found.status, found.json["error"]["code"]) == (500, "ok")
    assert found.json["data"]["videos"]


def test_the_token_endpoint_has_faults_that_name_it():
    answer = told("500 at 2 on token").send("POST", TOKEN, content="client_key=k")
    assert answer.status == 500
    assert answer.json["error"] == "internal_error"


def test_tokens_expire_at_a_request_or_after_a_time():
    api = told("token-expired at 2")
    assert [api.query(DAY).status for _ in range(3)] == [200, 401, 401]
    api.bearer = api.new_token()
    assert api.query(DAY).status == 200
    api = told("token-ttl 5")
    api.elapsed += 6
    assert api.query(DAY).status == 401


def test_searches_are_lost_at_a_request_or_after_a_time():
    api = told("search-lost at 2")
    first = api.query(DAY).data
    more = {**DAY, "cursor": first["cursor"], "search_id": first["search_id"]}
    assert "is invalid or expired" in api.query(more).refusal[2]
    assert api.query(more).status == 200
    api = told("search-ttl 5")
    first = api.query(DAY).data
    api.elapsed += 6
    more = {**DAY, "cursor": first["cursor"], "search_id": first["search_id"]}
    assert "is invalid or expired" in api.query(more).refusal[2]


def test_a_search_id_that_changes_goes_on_all_the_same():
    pages = told("search-changed from 2").pages(DAY)
    assert len({page["search_id"] for page in pages}) > 1
    assert [page["videos"] for page in pages] == [page["videos"] for page in good().pages(DAY)]


@pytest.mark.parametrize(
    ("value", "cursor"),
    [("stuck", 0), ("null", None), ("abc", "abc"), ("-1", -1), ("1e3", 1000.0), ("9" * 30, None)],
)
def test_a_cursor_is_what_the_fault_says(value, cursor):
    data = told(f"cursor {value}").query(DAY).data
    assert data["cursor"] == (int("9" * 30) if value == "9" * 30 else cursor)
    assert data["has_more"] is True


def test_cursor_and_has_more_can_be_missing():
    data = told("cursor gone", "has-more gone").query(DAY).data
    assert not {"cursor", "has_more"} & set(data)


def ids(data):
    return [video["id"] for video in data["videos"]]


def test_pages_are_empty_short_and_long():
    plain = ids(good().query(DAY).data)
    empty = told("empty-page").query(DAY).data
    assert (ids(empty), empty["has_more"]) == ([], True)
    assert ids(told("short-page 3").query(DAY).data) == plain[:3]
    everything = [video["id"] for video in good().videos(DAY)]
    api = told("long-page 2")
    assert ids(api.query(DAY).data) == everything[: len(plain) * 2][: len(ids(api.query(DAY).data))]
    assert [video["id"] for video in api.videos(DAY)] == everything


def test_records_come_twice_in_disorder_and_of_other_days():
    plain = ids(good().query(DAY).data)
    assert ids(told("duplicates 2").query(DAY).data) == plain + plain[:2]
    assert ids(told("unsorted").query(DAY).data) == plain[::-1]
    assert (ids(told("outside 40").query(DAY).data)[0] - plain[0]) >> 32 == 40 * 86_400
    first, second, *_ = told("overlap 2 at 2").pages(DAY, "id,like_count")
    again = {video["id"]: video["like_count"] for video in second["videos"][:2]}
    before = {video["id"]: video["like_count"] for video in first["videos"][-2:]}
    assert again == {number: likes + 1 for number, likes in before.items()}


@pytest.mark.parametrize(
    ("form", "of"),
    [
        ("text", str),
        ("float", float),
        ("high", lambda n: n + 2**63),
        ("huge", lambda n: n + 2**64),
        ("negative", lambda n: -n),
        ("zero", lambda _: 0),
    ],
)
def test_ids_have_other_forms(form, of):
    plain = ids(good().query(DAY).data)
    assert ids(told(f"ids {form}").query(DAY).data) == [of(number) for number in plain]


def test_fields_are_new_missing_odd_or_have_another_name():
    lines = ['field like_count "many"', "field view_count gone", "field mood [1]", "rename id vid"]
    video = told(*lines).query(DAY, "id,like_count,view_count").data["videos"][0]
    assert {k: v for k, v in video.items() if k != "vid"} == {"like_count": "many", "mood": [1]}
    data = told("rename videos clips").query(DAY).data
    assert data["clips"]
    assert "videos" not in data


def test_hostile_texts_hold_what_breaks_sinks():
    found = told("hostile").query(DAY, ALL_FIELDS)
    text = found.data["videos"][0]["username"]
    assert all(part in text for part in ("\x1b]52", "\x00", "\u202e", "\ud800", "=HYPERLINK"))


def test_end_dates_are_exclusive_and_new_videos_late():
    two = {**DAY, "end_date": "20220621", "max_count": 100}
    days = {number >> 32 for number in map(int, ids(told("exclusive").query(two).data))}
    assert {dt.datetime.fromtimestamp(s, dt.UTC).day for s in days} <= {17, 18, 19, 20}
    assert ids(told("exclusive").query(DAY).data) == []
    now = dt.datetime(2022, 6, 21, 12, tzinfo=dt.UTC)
    wide = {**DAY, "end_date": "20220621", "max_count": 100}
    late, plain = (
        ids(Api(videos=20_000, now=now, faults=faults).query(wide).data)
        for faults in ((read_fault("lag 24"),), ())
    )
    newest = (now - dt.timedelta(days=1)).timestamp()
    assert late == [number for number in plain if number >> 32 <= newest]
    assert len(late) < len(plain)


def raw(*lines):
    """Return an answer as it came, which need not be JSON."""
    api = told(*lines)
    found = []

    async def receive():
        return {"type": "http.request", "body": json.dumps(DAY).encode(), "more_body": False}

    async def send(message):
        found.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": VIDEO,
        "query_string": b"fields=id",
        "headers": [(b"authorization", f"Bearer {api.bearer}".encode())],
    }
    asyncio.run(api.app(scope, receive, send))
    headers = {k.decode(): v.decode() for k, v in found[0]["headers"]}
    parts = [message["body"] for message in found[1:] if message["body"]]
    return found[0]["status"], headers, parts


def test_other_bodies_come_in_place_of_the_answer():
    assert raw("html 502")[0] == 502
    assert raw("html 502")[2][0].startswith(b"<!DOCTYPE html>")
    assert raw("empty-body 429")[::2] == (429, [])
    assert raw("body [1, null]")[2] == [b"[1, null]"]
    status, headers, _ = raw("redirect http://127.0.0.2/")
    assert (status, headers["location"]) == (307, "http://127.0.0.2/")
    assert raw("retry-after -5", "429")[1]["retry-after"] == "-5"
    assert b"\\u001b" in raw("log-id")[2][0]


def test_bodies_are_cut_recoded_and_badly_packed():
    plain = raw()[2][0]
    _, headers, parts = raw("short-body 50")
    assert (headers["content-length"], parts) == ("50", [plain[:50]])
    assert raw("charset utf-16")[2][0].decode("utf-16") == plain.decode()
    for damage, error in (("cut", EOFError), ("damaged", (zlib.error, gzip.BadGzipFile, EOFError))):
        _, headers, parts = raw(f"gzip {damage}")
        assert headers["content-encoding"] == "gzip"
        with pytest.raises(error):
            gzip.decompress(parts[0])


def test_a_body_is_huge_or_unpacks_to_one():
    _, headers, parts = raw("huge 3")
    assert int(headers["content-length"]) == sum(map(len, parts)) == 3 << 20
    packed = raw("bomb 20")[2][0]
    assert len(packed) < 1 << 17
    unpacked = httpx.Response(200, headers={"content-encoding": "gzip"}, content=packed)
    assert len(unpacked.content) == 20 << 20


def test_an_answer_drips():
    assert {len(part) for part in raw("drip 0")[2]} == {1}
    assert b"".join(raw("drip 0")[2]) == raw()[2][0]


def test_without_a_line_a_cut_answer_is_an_error_of_the_connection():
    with pytest.raises(ConnectionResetError):
        raw("cut 10")
