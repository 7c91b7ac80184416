import traceback

import pytest

from tiksql.api.credentials import Credentials, check_base_url, from_environment, may_send_to
from tiksql.errors import CredentialsError, UsageError

KEY, SECRET = "TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET"
VALUE = "canary"


def test_nothing_set_is_no_credentials():
    assert from_environment({}) is None
    assert from_environment({KEY: " ", SECRET: "''"}) is None


@pytest.mark.parametrize("value", ["abc", " abc\n", '"abc"', "'abc'", '" abc "\r\n', "\tabc"])
@pytest.mark.fault(
    "F86", "quotes, spaces and line ends around a value of the environment", "taken off"
)
def test_what_copying_leaves_around_a_value_is_taken_off(value):
    assert from_environment({KEY: value, SECRET: value}) == Credentials("abc", "abc")


@pytest.mark.parametrize(("given", "missing"), [(KEY, SECRET), (SECRET, KEY)])
def test_one_without_the_other_names_the_missing_one(given, missing):
    with pytest.raises(CredentialsError, match=f"^{missing} is not set") as raised:
        from_environment({given: VALUE})
    assert VALUE not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    "value", ["can\nary", "can\x00ary", "canäry", "can\x7fary", "can\u202eary"]
)
@pytest.mark.parametrize("name", [KEY, SECRET])
@pytest.mark.fault(
    "F86",
    "a line end, NUL or letters beyond ASCII within a value",
    "an error that names the variable, not the value",
)
def test_a_value_that_cannot_be_sent_names_the_variable_alone(name, value):
    with pytest.raises(CredentialsError, match=name) as raised:
        from_environment({KEY: "fine", SECRET: "fine", name: value})
    text = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert value not in text
    assert "can" not in raised.value.message.replace("cannot", "")


def test_credentials_are_never_shown():
    shown = Credentials("canary-key", "canary-secret")
    assert "canary" not in f"{shown!r} {shown} {[shown]}"


@pytest.mark.parametrize(
    "url",
    [
        "https://open.tiktokapis.com",
        "https://example.org/tiktok/",
        "http://127.0.0.1:8080",
        "http://127.9.9.9",
        "http://localhost:1/",
        "http://[::1]:8080",
    ],
)
def test_a_base_url_comes_back_without_its_slash(url):
    assert check_base_url(url, allowed_host=None) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "open.tiktokapis.com",
        "//open.tiktokapis.com",
        "http://open.tiktokapis.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://2130706433",
        "http://0.0.0.0",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "https://user:hunter2@open.tiktokapis.com",
        "https://open.tiktokapis.com\\@evil.example",
        "https://open.tiktokapis.com?x=1",
        "https://open.tiktokapis.com#x",
        "https://open.tiktokapis.com:99999",
        "https://open.tiktokapis.com:0",
        "https://öpen.tiktokapis.com",
        "https://open.tiktok apis.com",
        "https://open.tiktokapis.com\n",
        "https://[::1",
    ],
)
def test_a_bad_base_url_is_refused_and_not_repeated(url):
    with pytest.raises(UsageError) as raised:
        check_base_url(url, allowed_host=None)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "allowed", "may"),
    [
        ("https://open.tiktokapis.com/v2/x", None, True),
        ("https://OPEN.tiktokapis.com", None, True),
        ("http://open.tiktokapis.com", None, False),
        ("https://open.tiktokapis.com.evil.example", None, False),
        ("https://evil.example/open.tiktokapis.com", None, False),
        ("https://open.tiktokapis.com@evil.example", None, False),
        ("http://127.0.0.1:9", None, True),
        ("http://[::1]:9", None, True),
        ("http://localhost", None, True),
        ("https://proxy.example", None, False),
        ("https://proxy.example", "proxy.example", True),
        ("https://proxy.example", "Proxy.Example", True),
        ("http://proxy.example", "proxy.example", False),
        ("https://sub.proxy.example", "proxy.example", False),
        ("nonsense", None, False),
    ],
)
def test_credentials_go_to_tiktok_here_and_the_named_host_only(url, allowed, may):
    assert may_send_to(url, allowed) is may


@pytest.mark.parametrize("host", ["https://x.example", "x.example/path", "x.example:1", ""])
def test_the_host_to_trust_has_to_be_a_host(host):
    with pytest.raises(UsageError):
        check_base_url("https://x.example", allowed_host=host)
