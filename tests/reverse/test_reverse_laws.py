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

from tiksql.source import Source
from tiksql.syntax.format import formatted
from tiksql.syntax.parser import parse
from tiksql.syntax.printer import to_sql

slow = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


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
    result = turned(body, fields="id")
    asked = [request["body"] for request in result.requests]
    records = itertools.product(
        ENUMERATIONS["region"],
        ["a", "b", "c"],
        [(), ("x",), ("x", "y")],
        ["SHORT", "MID", "LONG"],
        [5, 50],
    )
    for region, keyword, tags, length, views in records:
        record = {
            "region_code": {region},
            "keyword": {keyword},
            "hashtag_name": set(tags),
            "video_length": {length},
            "view_count": {views},
        }
        found = [meets(record, each["query"]) for each in asked]
        assert sum(found) == meets(record, body["query"])


@given(bodies)
@slow
def test_what_was_made_canonical_once_is_canonical(body):
    once = turned(body, fields="id")
    assume(once.requests)
    again = turned([{k: r[k] for k in ("url", "fields", "body")} for r in once.requests])
    assert essence(again.requests) == essence(once.requests)


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
