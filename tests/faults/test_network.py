"""What networks do: nobody there, another way, a wrong certificate, a proxy with a password."""

from __future__ import annotations

import datetime as dt
import os
import socket
import ssl
import threading
import warnings

import httpx
import pytest
import trustme
from api.api_doubles import Clock, Server, client, error, gather, request
from faults.two_servers import as_the_api_does, serving

from tiksql.api.executor import fetch
from tiksql.api.quota import Ledger, Meter

SQL = "SELECT id FROM videos WHERE keyword = 'x' AND create_date = '2024-03-01'"
KEY, SECRET = "canary-key-1", "canary-secret+/2"
KEYS = {"TIKTOK_CLIENT_KEY": KEY, "TIKTOK_CLIENT_SECRET": SECRET}
TODAY = dt.date(2026, 9, 1)


# --- F02: too fast

WAITS = [
    (None, [2, 4]),
    ("7", [7, 7]),
    ("0", [1, 1]),
    ("-5", [2, 4]),
    ("1e9", [2, 4]),
    ("1000000000", [2, 4]),
    ("86000", [900, 900]),
    ("soon", [2, 4]),
    ("Tue, 01 Sep 2026 12:00:30 GMT", [30, 1]),
    ("Tue, 01 Sep 1970 12:00:30 GMT", [1, 1]),
    ("Tue, 01 Sep 2099 12:00:30 GMT", [2, 4]),
]


@pytest.mark.fault(
    "F02",
    "status 429 twice, with Retry-After missing, 7, 0, -5, 1e9, a date, or soon",
    "the wait is between 1 s and 15 min, what makes no sense is ignored, and no page is lost",
)
@pytest.mark.parametrize(("header", "waits"), WAITS)
def test_whoever_asks_too_often_waits_as_told_within_reason(header, waits):
    headers = {"Retry-After": header} if header else None
    fast = error(429, "rate_limit_exceeded", headers=headers)
    server, clock = Server(faults={2: fast, 3: fast}), Clock()
    pages, failed = gather(fetch([request()], client(server, clock), concurrency=1))
    assert (sum(page.count for page in pages), failed) == (350, None)
    assert [seconds for seconds in clock.slept if seconds] == pytest.approx(waits)


# --- F08: nobody there


def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.mark.fault(
    "F08",
    "the port is closed, or no server has the name",
    "the host is named, nothing is counted in the ledger, and it ends after three tries",
)
@pytest.mark.parametrize("where", ["closed", "nameless"])
def test_a_server_that_is_not_there_is_named_and_costs_nothing(tmp_path, where, monkeypatch):
    if where == "nameless":
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    host = f"127.0.0.1:{closed_port()}" if where == "closed" else "open.tiktokapis.com"
    base = f"{'http' if where == 'closed' else 'https'}://{host}"
    ledger = Ledger(tmp_path / "quota.db", "account", lambda _: None)
    meter, clock = Meter(ledger=ledger), Clock()
    asker = client(None, clock, meter, base_url=base)
    pages, failed = gather(fetch([request(base=base)], asker, concurrency=1))
    assert (pages, failed.code, failed.exit_status) == ([], "TS510", 3)
    assert f"{host} cannot be reached" in failed.message
    assert (meter.requests, ledger.used("research", TODAY)) == (0, 0)
    assert clock.slept == [1, 2]
    ledger.close()


def unknown(*_, **__):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


# --- F16: another way


@pytest.mark.fault(
    "F16",
    "status 301, 302, 307 or 308 to another host, to http or to the same host, for token and page",
    "it is not followed: the second server hears nothing, and the message names the host",
)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("place", ["token", "page"])
def test_a_redirect_carries_nothing_to_another_server(run, status, place):
    with serving() as other:
        for target in (f"http://{other.host}/v2/", "/v2/elsewhere", "http://open.tiktokapis.com/"):

            def moved(path, target=target):
                moves = ("/oauth/" in path) == (place == "token")
                return (status, {"Location": target}, b"") if moves else as_the_api_does(path)

            with serving(moved) as first:
                outcome = run("--base-url", f"http://{first.host}", "-c", SQL, environ=KEYS)
            assert (outcome.status, outcome.out) == (3, "")
            assert "error[TS512]" in outcome.err
            named = {"http://o": "open.tiktokapis.com", "http://1": "127.0.0.1"}
            assert named.get(target[:8], "points to another address") in outcome.err
            assert len(first.seen) == (1 if place == "token" else 2)
            assert "canary" not in outcome.err
        assert other.seen == []


# --- F17: certificates


def context(certificate):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


YESTERDAY = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
BAD = {
    "expired": (lambda ca: ca.issue_cert("127.0.0.1", not_after=YESTERDAY), "has expired"),
    "wrong host": (lambda ca: ca.issue_cert("elsewhere.example"), "mismatch"),
    "unknown authority": (
        lambda _: trustme.CA().issue_cert("127.0.0.1"),
        "unable to get local issuer",
    ),
}


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    """An authority, and the file that names it as one to be trusted."""
    ca, path = trustme.CA(), tmp_path_factory.mktemp("tls") / "ca.pem"
    ca.cert_pem.write_to_path(path)
    return ca, path


@pytest.mark.fault(
    "F17",
    "a certificate that is expired, for another host, or by nobody who is trusted",
    "nothing is sent, not even once more; SSL_CERT_FILE is named, and there is no way around",
)
@pytest.mark.parametrize("kind", BAD)
def test_a_certificate_that_cannot_be_trusted_ends_it_before_anything_is_sent(
    run, trusted, monkeypatch, kind
):
    ca, bundle = trusted
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    with serving(tls=context(BAD[kind][0](ca))) as server:
        outcome = run("--base-url", f"https://{server.host}", "-c", SQL, environ=KEYS)
    assert (outcome.status, outcome.out) == (3, "")
    assert "error[TS513]" in outcome.err
    assert BAD[kind][1] in outcome.err
    assert "SSL_CERT_FILE" in outcome.err
    assert "insecure" not in outcome.err
    assert server.seen == []


@pytest.mark.parametrize("kind", BAD)
def test_the_doctor_says_what_is_wrong_with_a_certificate(run, trusted, monkeypatch, kind):
    ca, bundle = trusted
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    with serving(tls=context(BAD[kind][0](ca))) as server:
        outcome = run("doctor", "--base-url", f"https://{server.host}", environ=KEYS)
    (said,) = (line for line in outcome.out.splitlines() if "cannot be reached" in line)
    assert "TLS, " in said
    assert BAD[kind][1] in said
    assert (outcome.status, server.seen) == (3, [])


def test_the_authority_that_ssl_cert_file_names_is_trusted(run, trusted, monkeypatch):
    ca, bundle = trusted
    command = "-c", SQL
    with serving(tls=context(ca.issue_cert("127.0.0.1"))) as server:
        base = "--base-url", f"https://{server.host}"
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        assert run(*base, *command, environ=KEYS).status == 3
        assert server.seen == []
        monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
        outcome = run(*base, *command, environ=KEYS)
    told = "note: records with ids of other days than was asked, all kept: 1\n"
    assert (outcome.status, outcome.err, outcome.out) == (0, told, "id\n7\n")


def older(version):
    """Speak nothing newer than a version of TLS, which OpenSSL has to be talked into."""

    def made(ca):
        old = context(ca.issue_cert("127.0.0.1"))
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore"):
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, version
        return old

    return made


OLD = {"1.0": older(ssl.TLSVersion.TLSv1), "1.1": older(ssl.TLSVersion.TLSv1_1)}


@pytest.fixture(params=["as usual", "old versions allowed"])
def lenient(request, monkeypatch):
    """OpenSSL as it is here, and one whose configuration allows what is not safe."""

    def create(*arguments, **options):
        made = ssl.create_default_context(*arguments, **options)
        made.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore"):
            made.minimum_version = ssl.TLSVersion.TLSv1
        return made

    if request.param != "as usual":
        monkeypatch.setattr(
            httpx, "create_ssl_context", lambda: create(cafile=os.environ["SSL_CERT_FILE"])
        )


@pytest.mark.fault(
    "F17",
    "a server that speaks TLS 1.0 or 1.1 and no more, also where OpenSSL would allow that",
    "nothing is sent, not even once more, and it is said that TLS 1.2 is the least",
)
@pytest.mark.skipif(not (ssl.HAS_TLSv1 and ssl.HAS_TLSv1_1), reason="OpenSSL has them no more")
@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize("version", OLD)
def test_a_server_that_speaks_only_old_tls_is_refused(run, trusted, monkeypatch, version):
    ca, bundle = trusted
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    with serving(tls=OLD[version](ca)) as server:
        outcome = run("--base-url", f"https://{server.host}", "-c", SQL, environ=KEYS)
    assert (outcome.status, outcome.out) == (3, "")
    assert f"error[TS523]: {server.host} speaks only TLS that is too old: 1.2 is" in outcome.err
    assert server.seen == []


HELLO = b"\x03\x01" + bytes(32) + b"\x00" + b"\x00\x2f" + b"\x00"
OLD_ANSWERS = {
    "the alert that no version is shared": bytes.fromhex("15030100020246"),
    "the hello of TLS 1.0": b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26" + HELLO,
}


@pytest.mark.fault(
    "F17",
    "a server that answers the first words of TLS, octet by octet, as only an old one does",
    "it is said that TLS 1.2 is the least, whatever OpenSSL itself can speak",
)
@pytest.mark.parametrize("answer", OLD_ANSWERS)
def test_an_answer_in_old_tls_is_refused_whatever_openssl_can_speak(run, answer):
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"

        def say():
            line, _ = server.accept()
            with line:
                line.recv(65536)
                line.sendall(OLD_ANSWERS[answer])
                line.recv(65536)

        saying = threading.Thread(target=say)
        saying.start()
        outcome = run("--base-url", f"https://{host}", "-c", SQL, environ=KEYS)
        saying.join(10)
    assert (outcome.status, "error[TS523]" in outcome.err) == (3, True)


# --- F18: another server

NO_TLS = "http://api.example"


@pytest.mark.fault(
    "F18",
    "a base URL with http:// by flag, by environment, or by a host that only looks like loopback",
    "it is refused before anything is sent",
)
@pytest.mark.parametrize("url", [NO_TLS, "http://127.0.0.1.example", "ftp://x", "http://[::1"])
@pytest.mark.parametrize("way", ["flag", "environment"])
def test_plain_http_is_for_this_computer_alone(run, monkeypatch, url, way):
    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(socket.socket, "connect", never)
    given = ["--base-url", url] if way == "flag" else []
    more = {"TIKSQL_BASE_URL": url} if way == "environment" else {}
    outcome = run(*given, "-c", SQL, environ=KEYS | more)
    assert (outcome.status, outcome.out) == (2, "")
    assert "error[TS610]" in outcome.err
    assert "canary" not in outcome.err


@pytest.mark.fault(
    "F18",
    "a base URL of another host, by flag or by environment",
    "no credentials are sent: nothing is asked, and the option that allows it is named",
)
@pytest.mark.parametrize("way", ["flag", "environment"])
def test_another_host_gets_no_credentials(run, monkeypatch, way):
    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(socket.socket, "connect", never)
    url = "https://open.tiktokapis.com.example"
    given = ["--base-url", url] if way == "flag" else []
    more = {"TIKSQL_BASE_URL": url} if way == "environment" else {}
    outcome = run(*given, "-c", SQL, environ=KEYS | more)
    assert (outcome.status, outcome.out) == (3, "")
    assert "--send-credentials-to open.tiktokapis.com.example" in outcome.err


@pytest.mark.fault(
    "F18",
    "a configuration file and a script that name another server",
    "there is no such setting: the file and the statement are refused",
)
def test_neither_a_script_nor_a_configuration_chooses_the_server(run, tmp_path, monkeypatch):
    outcome = run("--emulator", "-c", f"SET base_url = 'https://x.example'; {SQL}")
    assert (outcome.status, outcome.out) == (1, "")
    assert "base_url" in outcome.err
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "tiksql").mkdir()
    (tmp_path / "tiksql" / "config.toml").write_text('base_url = "https://x.example"\n')
    outcome = run("--emulator", "-c", SQL)
    assert outcome.status == 2
    assert "base_url" in outcome.err


def never(*_, **__):
    raise AssertionError


# --- F19: proxies

PASSWORD = "proxy-canary-5"


@pytest.mark.fault(
    "F19",
    "HTTPS_PROXY with name and password: nobody there, a refusal, nonsense, a name without an end",
    "the password is in no output, also with TIKSQL_LOG=debug",
)
@pytest.mark.parametrize("kind", ["closed", "refuses", "nonsense", "broken"])
def test_the_password_of_a_proxy_is_shown_nowhere(run, monkeypatch, kind):
    with serving(lambda _: (407, {"Proxy-Authenticate": "Basic"}, b"")) as proxy:
        where = {
            "closed": f"http://me:{PASSWORD}@127.0.0.1:{closed_port()}",
            "refuses": f"http://me:{PASSWORD}@{proxy.host}",
            "nonsense": f"nonsense://me:{PASSWORD}@x.example",
            "broken": f"http://me:{PASSWORD}@[::1",
        }
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, where[kind])
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        for form in ("text", "json"):
            outcome = run(
                *("--timeout", "0.3", "--stats", "--errors", form, "-c", SQL),
                environ=KEYS | {"TIKSQL_LOG": "debug"},
            )
            assert outcome.status == 3
            assert "TS51" in outcome.err
            assert "canary" not in outcome.out + outcome.err
    assert all(b"canary" not in body for _, _, body in proxy.seen)
