import datetime as dt

import pytest

from tiksql.api.quota import Spent
from tiksql.api.retry import POLICY, Outcome, outcome_of, pause, retry_after
from tiksql.errors import ConnectionFailedError, CredentialsError, QuotaError, RefusedError

NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)

ROWS = [
    (Outcome.NO_CONTACT, [1, 2], ConnectionFailedError, "TS510"),
    (Outcome.CONTACT_LOST, [1, 2, 4, 8, 16, 32, 60, 60, 60], ConnectionFailedError, "TS510"),
    (Outcome.UNTRUSTED, [], ConnectionFailedError, "TS513"),
    (Outcome.OUTDATED, [], ConnectionFailedError, "TS523"),
    (Outcome.BROKEN, [1, 2, 4], ConnectionFailedError, "TS511"),
    (Outcome.NOT_THE_API, [1], ConnectionFailedError, "TS519"),
    (Outcome.TOO_LARGE, [], ConnectionFailedError, "TS517"),
    (Outcome.INTERNAL, [2, 10], ConnectionFailedError, "TS518"),
    (Outcome.STALE, [5, 10, 15], RefusedError, "TS522"),
    (Outcome.REFUSED, [], RefusedError, "TS521"),
    (Outcome.SCOPE, [], CredentialsError, "TS504"),
    (Outcome.TOKEN, [0], CredentialsError, "TS502"),
    (Outcome.CLIENT, [], CredentialsError, "TS502"),
    (Outcome.RATE, [2, 4, 8, 16, 32], QuotaError, "TS533"),
    (Outcome.QUOTA, [], QuotaError, "TS532"),
    (Outcome.REDIRECTED, [], ConnectionFailedError, "TS512"),
    (Outcome.UNKNOWN, [], ConnectionFailedError, "TS515"),
]


@pytest.mark.parametrize(("outcome", "waits", "error", "code"), ROWS)
def test_each_row_waits_and_ends_as_the_table_says(outcome, waits, error, code):
    planned = [pause(outcome, n, None, 0.0) for n in range(1, len(waits) + 2)]
    assert planned == [*waits, None]
    assert (POLICY[outcome].error, POLICY[outcome].code) == (error, code)


def test_every_outcome_has_a_row():
    assert set(POLICY) == set(Outcome) == {row[0] for row in ROWS}


def test_a_request_that_did_not_arrive_is_not_counted():
    unsent = {outcome for outcome, rule in POLICY.items() if rule.spent is Spent.UNSENT}
    never_there = {Outcome.NO_CONTACT, Outcome.CONTACT_LOST}
    assert unsent == never_there | {Outcome.UNTRUSTED, Outcome.OUTDATED}


def test_chance_lengthens_a_wait_by_a_quarter_at_most():
    assert pause(Outcome.BROKEN, 1, None, 0.999) == pytest.approx(1.25, abs=0.001)
    assert pause(Outcome.STALE, 1, None, 0.999) == 5


@pytest.mark.parametrize(
    ("status", "code", "message", "outcome"),
    [
        (400, "invalid_params", "", Outcome.REFUSED),
        (400, "invalid_params", "Search Id 739 is invalid or expired", Outcome.STALE),
        (400, "invalid_params", "Invalid count or cursor", Outcome.STALE),
        (400, "invalid_param", "", Outcome.REFUSED),
        (400, "scope_permission_missed", "", Outcome.SCOPE),
        (401, "scope_not_authorized", "", Outcome.SCOPE),
        (401, "access_token_invalid", "", Outcome.TOKEN),
        (401, None, "", Outcome.TOKEN),
        (429, "rate_limit_exceeded", "", Outcome.RATE),
        (429, "daily_quota_limit_exceeded", "", Outcome.QUOTA),
        (429, None, "", Outcome.RATE),
        (429, "something_new", "", Outcome.RATE),
        (500, "internal_error", "", Outcome.INTERNAL),
        (500, None, "", Outcome.INTERNAL),
        (500, "ok", "", Outcome.INTERNAL),
        (500, "something_new", "", Outcome.UNKNOWN),
        (502, None, "", Outcome.BROKEN),
        (503, "something_new", "", Outcome.BROKEN),
        (504, None, "", Outcome.BROKEN),
        (520, None, "", Outcome.BROKEN),
        (408, None, "", Outcome.BROKEN),
        (301, None, "", Outcome.REDIRECTED),
        (302, "ok", "", Outcome.REDIRECTED),
        (307, "internal_error", "", Outcome.REDIRECTED),
        (200, "internal_error", "", Outcome.INTERNAL),
        (200, "daily_quota_limit_exceeded", "", Outcome.QUOTA),
        (200, "something_new", "", Outcome.UNKNOWN),
        (400, "something_new", "", Outcome.UNKNOWN),
        (404, None, "", Outcome.REFUSED),
        (404, "something_new", "", Outcome.REFUSED),
        (403, None, "", Outcome.REFUSED),
        (501, None, "", Outcome.REFUSED),
        (204, None, "", Outcome.BROKEN),
    ],
)
def test_an_answer_is_named_by_its_code_then_its_status(status, code, message, outcome):
    assert outcome_of(status, code, message) is outcome


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("-5", None),
        ("1000000000", None),
        ("999999999", None),
        ("9" * 5000, None),
        ("soon", None),
        ("1.5", None),
        ("٣", None),
        ("Tue, 01 Sep 2026 12:00:30 GMT", 30.0),
        ("Tue, 01 Sep 2026 11:00:00 GMT", 0.0),
        ("Tue, 01 Sep 2099 11:00:00 GMT", None),
        ("Tue, 99 Sep 2026 11:00:00 GMT", None),
        ("Tue, 01 Sep 2026 12:00:30", 30.0),
    ],
)
def test_retry_after_is_read_or_ignored(header, seconds):
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("outcome", "asked", "waits"),
    [
        (Outcome.RATE, 7.0, 7.0),
        (Outcome.RATE, 0.0, 1.0),
        (Outcome.RATE, 3600.0, 900.0),
        (Outcome.BROKEN, 30.0, 30.0),
        (Outcome.BROKEN, 0.5, 1.0),
        (Outcome.TOKEN, 60.0, 0.0),
    ],
)
def test_the_server_may_ask_for_a_wait_of_up_to_fifteen_minutes(outcome, asked, waits):
    assert pause(outcome, 1, asked, 0.0) == waits
