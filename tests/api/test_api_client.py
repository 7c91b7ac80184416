import asyncio
import gzip
import json
import ssl
import subprocess
import sys
import traceback
import urllib.parse

import httpx
import pytest
from api_doubles import (
    BASE,
    CREDENTIALS,
    KEY,
    SECRET,
    TOKEN,
    Clock,
    Server,
    answer,
    client,
    error,
    gather,
    paged,
    request,
    videos,
)

from tiksql.api.executor import fetch
from tiksql.api.quota import Meter
from tiksql.errors import (
    ConnectionFailedError,
    CredentialsError,
    QuotaError,
    RefusedError,
    TikSQLError,
    UsageError,
)

STALE = error(400, "invalid_params", "Search Id 739 is invalid or expired")
HTML = b"<html><body>504 Gateway Time-out</body></html>"


def run(server, *, clock=None, meter=None, **settings):
    asker = client(server, clock, meter, **settings)
    return gather(fetch([request()], asker, concurrency=1))


def test_the_client_is_imported_without_httpx():
    text = "import sys, tiksql.api.client, tiksql.api.executor, tiksql.api.runner; "
    text += "sys.exit('httpx' in sys.modules or 'sqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", text], check=False).returncode == 0


def test_a_page_is_one_post_of_json_with_the_fields_in_the_address():
    server = Server(paged(1))
    run(server)
    (sent,) = server.requests
    assert sent.method == "POST"
    assert str(sent.url) == f"{BASE}/v2/research/video/query/?fields=id,like_count"
    assert sent.url.raw_path.endswith(b"?fields=id,like_count")
    assert sent.content == b'{"query":{"and":[]},"start_date":"20240101","max_count":100}'
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["authorization"] == f"Bearer {TOKEN}-1"
    assert sent.headers["user-agent"].startswith("tiksql/")


def test_fields_that_belong_into_the_body_stay_out_of_the_address():
    server = Server(lambda _: answer({"data": {"user_followers": []}, "error": {"code": "ok"}}))
    followers = request("followers", fields=("username",), body={"username": "x"})
    gather(fetch([followers], client(server), concurrency=1))
    assert server.requests[0].url.query == b""


def test_the_token_is_asked_for_once_by_a_form():
    server = Server()
    run(server)
    (sent,) = server.tokens
    assert str(sent.url) == f"{BASE}/v2/oauth/token/"
    assert sent.headers["content-type"] == "application/x-www-form-urlencoded"
    assert urllib.parse.parse_qs(sent.content.decode()) == {
        "client_key": [KEY],
        "client_secret": [SECRET],
        "grant_type": ["client_credentials"],
    }
    assert "authorization" not in sent.headers


@pytest.mark.parametrize(
    ("expires_in", "renewed"),
    [(7200, 6900), ("7200", 6900), (0, 6900), (-1, 6900), ("soon", 6900), (None, 6900), (60, 30)],
)
def test_a_token_is_renewed_before_it_expires(expires_in, renewed):
    clock = Clock()
    grant = {"access_token": TOKEN, "expires_in": expires_in}
    server = Server(paged(1), token=lambda _: answer(grant))
    asker = client(server, clock)

    async def play():
        for seconds in (0, renewed - 1, 1):
            clock.seconds += seconds
            await asker.fetch_page(request(), {}, 1)
        return len(server.tokens)

    assert asyncio.run(play()) == 2


def test_a_refused_token_is_renewed_once_and_no_page_is_lost():
    server = Server(faults={2: error(401, "access_token_invalid")})
    meter = Meter()
    pages, failed = run(server, meter=meter)
    assert (failed, len(pages), len(server.tokens)) == (None, 4, 2)
    assert (meter.requests, meter.retries) == (5, 1)
    used = [sent.headers["authorization"][-1] for sent in server.requests]
    assert used == ["1", "1", "2", "2", "2"]


def test_a_second_refusal_in_a_row_ends_it():
    server = Server(faults=lambda n: error(401, "access_token_invalid") if n > 1 else None)
    pages, failed = run(server)
    assert isinstance(failed, CredentialsError)
    assert failed.code == "TS502"
    assert (len(pages), len(server.requests), len(server.tokens)) == (1, 3, 2)


def test_workers_share_one_renewal():
    server = Server(
        paged(1), faults=lambda n: error(401, "access_token_invalid") if n < 9 else None
    )
    asked = [request() for _ in range(8)]
    pages, failed = gather(fetch(asked, client(server), concurrency=8))
    assert (failed, len(pages), len(server.tokens)) == (None, 8, 2)


@pytest.mark.fault(
    "F22",
    "the secret is refused while eight windows want a token",
    "the token endpoint is asked once",
)
def test_workers_share_one_refusal_of_the_credentials():
    server = Server(token=lambda _: answer({"error": "invalid_client"}))
    _, failed = gather(fetch([request()] * 8, client(server), concurrency=8))
    assert failed.code == "TS502"
    assert len(server.tokens) == 1


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize("code", ["invalid_client", "invalid_request", "access_denied"])
def test_refused_credentials_name_the_variables_and_no_value(status, code):
    fault = {"error": code, "error_description": f"bad {SECRET} for {KEY}", "log_id": "L9"}
    server = Server(token=lambda _: answer(fault, status))
    _, failed = run(server)
    assert isinstance(failed, CredentialsError)
    assert failed.code == "TS502"
    assert "TIKTOK_CLIENT_KEY" in failed.hint
    assert "TIKTOK_CLIENT_SECRET" in failed.hint
    assert "canary" not in f"{failed} {failed.hint}"
    assert (len(server.tokens), len(server.requests)) == (1, 0)


@pytest.mark.parametrize(
    "trouble",
    [
        answer(HTML, 502),
        answer(b"", 200),
        answer(b"[]", 200),
        answer({"error": "server_error"}),
        answer({"error": "temporarily_unavailable"}, 503),
        answer({"access_token": None}),
        answer({"access_token": "a\nb"}),
        answer({"access_token": 7}),
        httpx.ReadTimeout("x"),
        httpx.ConnectError("x"),
    ],
)
def test_passing_trouble_with_the_token_passes_and_lasting_trouble_ends(trouble):
    once = Server(paged(1), token=lambda n: trouble if n == 1 else answer({"access_token": TOKEN}))
    pages, failed = run(once)
    assert (len(pages), failed) == (1, None)
    lasting = Server(token=lambda _: trouble)
    _, failed = run(lasting)
    assert isinstance(failed, ConnectionFailedError)
    assert len(lasting.tokens) <= 4
    assert not lasting.requests


def test_without_credentials_nothing_is_sent():
    server = Server()
    _, failed = run(server, credentials=None)
    assert failed.code == "TS501"
    assert not server.tokens


@pytest.mark.fault(
    "F18",
    "a base URL of another host, with and without leave to send credentials there",
    "without leave no token is asked for and nothing is sent",
)
def test_credentials_do_not_go_to_another_host_unless_it_is_named():
    asked = request(base="https://proxy.example")
    for allowed, code in ((None, "TS503"), ("other.example", "TS503"), ("proxy.example", None)):
        server = Server(paged(1))
        asker = client(server, base_url="https://proxy.example/", allowed_host=allowed)
        _, failed = gather(fetch([asked], asker, concurrency=1))
        assert getattr(failed, "code", None) == code
        assert bool(server.tokens) == (code is None)


@pytest.mark.fault(
    "F18",
    "a request whose address is another host than the base URL",
    "it is refused, and nothing is sent",
)
def test_a_request_for_another_host_than_the_base_is_not_sent():
    server = Server()
    for base in ("https://evil.example", "https://open.tiktokapis.com.evil.example"):
        asked = request(base=base)
        _, failed = gather(fetch([asked], client(server), concurrency=1))
        assert isinstance(failed, UsageError)
    assert not server.requests
    assert not server.tokens


PASSING = [
    ("429 rate limit", error(429, "rate_limit_exceeded"), [2]),
    ("429 Retry-After", error(429, "rate_limit_exceeded", headers={"Retry-After": "7"}), [7]),
    ("429 absurd", error(429, "rate_limit_exceeded", headers={"Retry-After": "-5"}), [2]),
    ("429 html", answer(HTML, 429), [2]),
    ("429 empty", answer(b"", 429), [2]),
    ("500", error(500, "internal_error"), [2]),
    ("500 without a body", answer(b"", 500), [2]),
    ("200 internal_error", error(200, "internal_error"), [2]),
    ("200 and no data", answer({"error": {"code": "ok"}}), [1]),
    ("500 ok without records", answer(videos(0, 0, cursor=0, more=False), 500), [2]),
    ("search id", STALE, [5]),
    ("count or cursor", error(400, "invalid_params", "Invalid count or cursor"), [5]),
    ("504 html", answer(HTML, 504), [1]),
    ("200 html", answer(HTML), [1]),
    ("401", error(401, "access_token_invalid"), [0]),
    ("read timeout", httpx.ReadTimeout("x"), [1]),
    ("reset", httpx.ReadError("x"), [1]),
    ("short body", httpx.RemoteProtocolError("x"), [1]),
    ("connect", httpx.ConnectError("x"), [1]),
    ("truncated", answer(b'{"data":{"videos":[{"id":1},{"i'), [1]),
    ("gzip damaged", answer(b"\x1f\x8b nonsense", headers={"Content-Encoding": "gzip"}), [1]),
    (
        "gzip cut",
        lambda _: answer(
            gzip.compress(b'{"data":1}' * 50)[:20], headers={"Content-Encoding": "gzip"}
        ),
        [1],
    ),
    ("null", answer(b"null"), [1]),
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault[0])
def test_what_passes_costs_one_more_request_and_no_page(fault):
    server, clock, meter = Server(faults={2: fault[1]}), Clock(), Meter()
    pages, failed = run(server, clock=clock, meter=meter)
    assert failed is None
    assert sum(page.count for page in pages) == 350
    assert [seconds for seconds in clock.slept if seconds] == [s for s in fault[2] if s]
    assert meter.requests == len(server.requests) - (fault[0] == "connect")
    assert meter.retries == 1


LASTING = [
    ("429 rate limit", error(429, "rate_limit_exceeded"), QuotaError, "TS533", 6),
    ("429 quota", error(429, "daily_quota_limit_exceeded"), QuotaError, "TS532", 1),
    ("500", error(500, "internal_error"), ConnectionFailedError, "TS518", 3),
    ("504 html", answer(HTML, 504), ConnectionFailedError, "TS511", 4),
    ("200 html", answer(HTML), ConnectionFailedError, "TS519", 2),
    ("read timeout", httpx.ReadTimeout("x"), ConnectionFailedError, "TS511", 4),
    ("connect", httpx.ConnectError("x"), ConnectionFailedError, "TS510", 10),
    ("401", error(401, "access_token_invalid"), CredentialsError, "TS502", 2),
    ("scope", error(401, "scope_not_authorized"), CredentialsError, "TS504", 1),
    ("bad query", error(400, "invalid_params", "bad"), RefusedError, "TS521", 1),
    ("404", answer(b"", 404), RefusedError, "TS521", 1),
    ("501", answer(b"", 501), RefusedError, "TS521", 1),
    ("unknown", error(400, "brand_new"), ConnectionFailedError, "TS515", 1),
    ("unknown with 200", error(200, "brand_new"), ConnectionFailedError, "TS515", 1),
    ("malformed", answer(b"[]"), ConnectionFailedError, "TS511", 4),
    (
        "302",
        answer(b"", 302, {"Location": "https://x.example/"}),
        ConnectionFailedError,
        "TS512",
        1,
    ),
]


@pytest.mark.parametrize("fault", LASTING, ids=lambda fault: fault[0])
def test_what_lasts_ends_typed_after_bounded_requests_with_the_page_before(fault):
    _, trouble, kind, code, tries = fault
    server, meter = Server(faults=lambda n: trouble if n > 1 else None), Meter()
    pages, failed = run(server, meter=meter)
    assert type(failed).__mro__[1 if kind is RefusedError else 0] is kind
    assert failed.code == code
    assert failed.hint
    assert [page.count for page in pages] == [100]
    assert len(server.requests) == 1 + tries
    assert meter.requests == (1 if code == "TS510" else 1 + tries)


def test_a_bad_query_on_the_first_page_is_one_request():
    server = Server(faults=lambda _: error(400, "invalid_params", "no such\x1b[31m field"))
    pages, failed = run(server)
    assert (pages, len(server.requests)) == ([], 1)
    assert str(failed) == (
        "the API refused the request: no such [31m field"
        " (HTTP 400, invalid_params, log_id 20260901LOG)"
    )


def test_a_first_contact_is_given_up_sooner_than_a_lost_one():
    server, clock = Server(token=lambda _: httpx.ConnectError("x")), Clock()
    _, failed = run(server, clock=clock)
    assert str(failed) == "open.tiktokapis.com cannot be reached (ConnectError, tried 3 times)"
    assert sum(clock.slept) == 3


def test_a_certificate_that_is_not_trusted_is_not_tried_again():
    def fail(_):
        try:
            raise ssl.SSLCertVerificationError("self-signed")
        except ssl.SSLError as cause:
            raise httpx.ConnectError("x") from cause

    server = Server(token=lambda _: fail)
    _, failed = run(server)
    assert (failed.code, len(server.tokens)) == ("TS513", 1)
    assert "SSL_CERT_FILE" in failed.hint


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["https://evil.example/x", "http://open.tiktokapis.com/", "/v2/"])
@pytest.mark.parametrize("token", [False, True])
def test_a_redirect_is_never_followed(status, where, token):
    moved = answer(b"", status, {"Location": where})
    server = Server(faults=lambda _: moved, token=(lambda _: moved) if token else None)
    _, failed = run(server)
    assert failed.code == "TS512"
    assert ("evil.example" in str(failed)) == ("evil" in where)
    assert {sent.url.host for sent in server.requests + server.tokens} == {"open.tiktokapis.com"}
    assert len(server.requests + server.tokens) == (1 if token else 2)


def test_a_huge_body_is_not_read_to_its_end():
    async def body():
        for _ in range(1000):
            sent.append(1)
            yield b" " * 1000

    sent = []
    server = Server(faults=lambda _: httpx.Response(200, content=body()))
    _, failed = run(server, body_limit=10_000)
    assert failed.code == "TS517"
    assert len(sent) == 11
    assert len(server.requests) == 1


def test_a_compressed_bomb_is_measured_unpacked():
    bomb = gzip.compress(b" " * 5_000_000)
    packed = answer(bomb, headers={"Content-Encoding": "gzip"})
    _, failed = run(Server(faults=lambda _: packed), body_limit=1_000_000)
    assert failed.code == "TS517"


def test_a_compressed_page_is_kept_as_it_was_before():
    body = videos(0, 1, cursor=1, more=False)
    plain = json.dumps(body).encode()
    packed = answer(gzip.compress(plain), headers={"Content-Encoding": "gzip"})
    pages, _ = run(Server(faults=lambda _: packed))
    assert [page.raw for page in pages] == [plain]


def test_status_500_with_a_valid_playlist_is_an_answer():
    body = {"data": {"playlist_id": 7, "has_more": False}, "error": {"code": "ok"}}
    server = Server(lambda _: answer(body, 500))
    asked = request("playlists", body={"playlist_id": 7}, key=7)
    pages, failed = gather(fetch([asked], client(server), concurrency=1))
    assert (len(pages), failed) == (1, None)


def test_an_exchange_that_drips_is_cut():
    async def drip(_):
        await asyncio.sleep(60)

    class Drip(Server):
        async def handle_async_request(self, sent):
            if not sent.url.path.endswith("/token/"):
                self.requests.append(sent)
                await drip(sent)
            return await super().handle_async_request(sent)

    server = Drip()
    _, failed = run(server, answer_seconds=0.01)
    assert failed.code == "TS511"
    assert len(server.requests) == 4


def test_the_whole_run_has_a_deadline():
    server, clock = Server(faults=lambda n: error(429, "x") if n > 1 else None), Clock()
    pages, failed = run(server, clock=clock, run_seconds=5)
    assert failed.code == "TS514"
    assert "longer than 5 seconds; at last, the API is asked too often (HTTP 429)" in str(failed)
    assert len(pages) == 1
    assert clock.seconds == 1005


def test_requests_keep_to_the_rate_and_slow_down_when_told():
    server, clock = Server(paged(3000)), Clock()
    run(server, clock=clock, requests_per_second=10)
    assert clock.seconds - 1000 == pytest.approx(2.0)
    server, clock = Server(paged(3000), faults={1: error(429, "rate_limit_exceeded")}), Clock()
    run(server, clock=clock, requests_per_second=10)
    assert clock.seconds - 1000 == pytest.approx(2.0 + 29 * 0.2)


@pytest.mark.parametrize("cap", [0, 1, 3])
def test_the_cap_is_exact(cap):
    server, meter = Server(), Meter(max_requests=cap)
    pages, failed = run(server, meter=meter)
    assert failed.code == "TS531"
    assert f"cap of {cap} requests" in str(failed)
    assert "--max-requests" in failed.hint
    assert len(server.requests) == len(pages) == meter.requests == cap


def test_retries_count_towards_the_cap():
    server = Server(faults=lambda n: error(500, "internal_error") if n == 2 else None)
    pages, failed = run(server, meter=Meter(max_requests=3))
    assert failed.code == "TS531"
    assert (len(pages), len(server.requests)) == (2, 3)


def test_statements_share_the_line_and_not_the_count():
    server, first, second = Server(paged(1)), Meter(), Meter(max_requests=1)
    asker = client(server)

    async def play():
        await asker.metered(first).fetch_page(request(), {}, 1)
        await asker.metered(second).fetch_page(request(), {}, 1)

    asyncio.run(play())
    assert (first.requests, second.requests, asker.meter.requests) == (1, 1, 0)
    assert len(server.tokens) == 1


ECHO = f"{KEY} {SECRET} {urllib.parse.quote_plus(SECRET)} {TOKEN}-1 clt.other.token"


@pytest.mark.parametrize(
    "trouble",
    [
        *(fault[1] for fault in LASTING),
        error(400, "invalid_params", ECHO),
        error(400, ECHO, ECHO),
        answer(ECHO.encode(), 400),
        answer(b"<html>" + ECHO.encode()),
        answer({"data": {}, "error": {"code": "invalid_params", "log_id": ECHO}}, 400),
        answer(b"", 302, {"Location": f"https://{TOKEN}-1@x.example/{ECHO}"}),
        httpx.LocalProtocolError(f"Illegal header value b'Bearer {TOKEN}-1'"),
        httpx.ConnectError(ECHO),
    ],
)
@pytest.mark.parametrize("token", [False, True])
@pytest.mark.fault(
    "F83",
    "a server that sends key, secret and token back in its answers",
    "no error, nor what it came from, has them",
)
def test_no_error_shows_a_secret_or_holds_what_does(trouble, token):
    server = Server(faults=lambda _: trouble, token=(lambda _: trouble) if token else None)
    asker = client(server)
    _, failed = gather(fetch([request()], asker, concurrency=1))
    assert isinstance(failed, TikSQLError)
    shown = "".join(traceback.format_exception(failed)) + f"{failed!r} {failed.hint} {vars(failed)}"
    assert "canary" not in shown + f"{asker!r} {CREDENTIALS!r} {vars(asker)}"
    assert "clt.other" not in shown
    assert failed.__cause__ is None
    assert failed.__context__ is None


@pytest.mark.fault(
    "F19",
    "a proxy in the environment that is no address, with a password",
    "the variables are named, the password is in no error and no cause",
)
def test_a_bad_proxy_in_the_environment_is_named_without_its_password(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://user:canary@x.example")
    _, failed = gather(fetch([request()], client(None), concurrency=1))
    assert (failed.code, failed.__cause__) == ("TS513", None)
    assert "canary" not in "".join(traceback.format_exception(failed))
