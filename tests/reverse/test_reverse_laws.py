"""What is true of every request: there and back is where it began, and fmt changes nothing."""

from __future__ import annotations

import datetime as dt
import itertools
import json

import trees
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_bodies import ENUMERATIONS, bodies, canonical_bodies, entries, meets
from reverse_world import plans, sent, turned

from tiksql.errors import LanguageError
from tiksql.source import Source
from tiksql.syntax.format import formatted
from tiksql.syntax.parser import parse
from tiksql.syntax.printer import to_sql

slow = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def essence(requests):
    return [(r["url"], r["fields"], r["body"]) for r in requests]


@given(entries)
@slow
def test_json_to_sql_to_json_is_where_it_began(entry):
    """Canonical requests of every table come back to the letter, with nothing to note but LIMIT."""
    result = turned([entry])
    assert essence(result.requests) == essence([entry])
    assert [n for n in result.notes if "became a LIMIT" not in n] == []


@given(st.lists(entries, min_size=2, max_size=6))
@slow
def test_requests_that_are_put_together_are_the_same_requests(given_entries):
    result = turned(given_entries)
    wanted = {json.dumps(e, sort_keys=True) for e in essence(given_entries)}
    assert {json.dumps(e, sort_keys=True) for e in essence(result.requests)} == wanted


@given(canonical_bodies, st.integers(1, 31), st.integers(2, 8), st.integers(1, 31))
@slow
def test_windows_of_a_range_are_one_statement(body, days, count, last):
    start = dt.date(2023, 1, 5)
    windows = []
    for number in range(count):
        length = min(last, days) if number == count - 1 else days
        end = start + dt.timedelta(days=length - 1)
        dates = {"start_date": f"{start:%Y%m%d}", "end_date": f"{end:%Y%m%d}"}
        windows.append({**body, **dates, "max_count": 100})
        start = end + dt.timedelta(days=1)
    result = turned(windows[::-1], fields="id")
    assert len(result.statements) == 1
    assert sorted((r["body"] for r in result.requests), key=lambda b: b["start_date"]) == windows


@given(bodies)
@slow
def test_whatever_comes_out_means_what_went_in(body):
    """A record meets the body exactly if it meets one of the requests, and never two of them."""
    asked = [request["body"] for request in made_of(body)]
    for record in records():
        found = [within(record, each) and meets(record, each["query"]) for each in asked]
        assert sum(found) == (within(record, body) and meets(record, body["query"]))


def made_of(body):
    """The requests of the SQL of a body; none where its days exclude each other."""
    try:
        return turned(body, fields="id").requests
    except LanguageError as error:
        assert error.code == "TS303"  # noqa: PT017 - any other error is a failure
        return []


def records():
    """Every mixture of a few values, on days within the range and just outside."""
    regions, keywords, lengths = ENUMERATIONS["region"], ["a", "c"], ["SHORT", "LONG"]
    days = [20231231, 20240101, 20240105, 20240130, 20240131]
    mixed = itertools.product(regions, keywords, [(), ("x",), ("x", "y")], lengths, [5, 50], days)
    for region, keyword, tags, length, views, day in mixed:
        yield {
            "region_code": {region},
            "keyword": {keyword},
            "hashtag_name": set(tags),
            "video_length": {length},
            "view_count": {views},
            "create_date": {day},
        }


def within(record, body):
    (day,) = record["create_date"]
    return int(body["start_date"]) <= day <= int(body["end_date"])


@given(bodies)
@slow
def test_what_was_made_canonical_once_is_canonical(body):
    once = made_of(body)
    assume(once)
    again = turned([{k: r[k] for k in ("url", "fields", "body")} for r in once]).requests
    assert sorted(map(str, essence(again))) == sorted(map(str, essence(once)))


@given(st.lists(entries, min_size=1, max_size=3))
@slow
def test_sql_to_json_does_not_change_under_fmt(given_entries):
    sql = turned(given_entries).sql
    one_line = " ".join(sql.split("\n"))
    for text in (one_line, sql.lower() if "'" not in sql else sql):
        assert sent(formatted(Source(text))) == sent(text)


@given(trees.scripts)
@slow
def test_a_formatted_script_says_the_same(script):
    assert parse(Source(formatted(Source(to_sql(script))))) == script


def test_every_plan_is_made_of_one_statement():
    entry = {"url": "/v2/research/user/info/?fields=display_name", "body": {"username": "a"}}
    (plan,) = plans(turned(entry).sql)
    assert plan.statement == "SELECT username, display_name FROM users WHERE username = 'a'"
