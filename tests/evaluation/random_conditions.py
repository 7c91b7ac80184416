"""Random conditions, each as SQL and as a function of a record that plain Python evaluates."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, NamedTuple

DEPTH = 3


class Condition(NamedTuple):
    """``holds(row)`` is True, False or None, as SQL has it."""

    sql: str
    holds: Any


def conjunction(parts):
    def holds(row):
        found = [part.holds(row) for part in parts]
        return False if False in found else None if None in found else True

    return Condition(" AND ".join(f"({part.sql})" for part in parts), holds)


def disjunction(parts):
    def holds(row):
        found = [part.holds(row) for part in parts]
        return True if True in found else None if None in found else False

    return Condition(" OR ".join(f"({part.sql})" for part in parts), holds)


def negation(part):
    def holds(row):
        found = part.holds(row)
        return None if found is None else not found

    return Condition(f"NOT ({part.sql})", holds)


SIGNS = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def literal(value):
    match value:
        case str():
            return "'" + value.replace("'", "''") + "'"
        case dt.datetime():
            return f"TIMESTAMP '{value}'"
        case dt.date():
            return f"'{value}'"
    return str(value)


def of_the_api(column, sign, value):
    """Make a predicate that the API judges: one without a value does not match."""

    def holds(row):
        given = row[column]
        if given is None:
            return sign == "<>"
        return SIGNS[sign](given, value)

    return Condition(f"{column} {sign} {literal(value)}", holds)


def of_duckdb(column, sign, value):
    """Make a predicate that DuckDB judges, with SQL's third truth."""

    def holds(row):
        return None if row[column] is None else SIGNS[sign](row[column], value)

    return Condition(f"{column} {sign} {literal(value)}", holds)


def listed(column, values, *, negated=False):
    def holds(row):
        return (row[column] in values) is not negated

    written = ", ".join(map(literal, values))
    return Condition(f"{column} {'NOT ' * negated}IN ({written})", holds)


def found_before(sql, ids):
    """Make a predicate that only the API can judge, from the records that it once found."""
    return Condition(sql, lambda row: row["id"] in ids)


def contains(tag):
    def holds(row):
        return None if row["hashtag_names"] is None else tag in row["hashtag_names"]

    return Condition(f"hashtag_names CONTAINS {literal(tag)}", holds)


def is_null(column, *, negated=False):
    words = "IS NOT NULL" if negated else "IS NULL"
    return Condition(f"{column} {words}", lambda row: (row[column] is None) is not negated)


def like(column, letters):
    def holds(row):
        return None if row[column] is None else letters in row[column]

    return Condition(f"{column} LIKE '%{letters}%'", holds)


def compared(left, right):
    def holds(row):
        given = row[left], row[right]
        return None if None in given else given[0] > given[1] * 10

    return Condition(f"{left} > {right} * 10", holds)


def between(column, low, high):
    def holds(row):
        return None if row[column] is None else low <= row[column] <= high

    return Condition(f"{column} BETWEEN {literal(low)} AND {literal(high)}", holds)


class Source:
    """Random conditions about records like some that are known."""

    def __init__(self, rows, random, found):
        self.rows = rows
        self.random = random
        self.found = found
        self.tags = sorted({tag for row in rows for tag in row["hashtag_names"] or ()})
        self.plain = [tag for tag in self.tags if re.fullmatch("[a-z]+", tag)]

    def value(self, column):
        values = [row[column] for row in self.rows if row[column] is not None]
        return self.random.choice(values)

    def some(self, column):
        return list(dict.fromkeys(self.value(column) for _ in range(self.random.randint(1, 4))))

    def sign(self):
        return self.random.choice(list(SIGNS))

    def condition(self, depth=DEPTH):
        kind = self.random.choice("aaonp") if depth else "p"
        if kind == "p":
            return self.predicate()
        if kind == "n":
            return negation(self.condition(depth - 1))
        parts = [self.condition(depth - 1) for _ in range(self.random.randint(2, 3))]
        return conjunction(parts) if kind == "a" else disjunction(parts)

    def predicate(self):
        pick, value = self.random.choice, self.value
        negated = self.random.random() < 0.3
        return pick(
            [
                lambda: of_the_api("region_code", pick(["=", "<>"]), value("region_code")),
                lambda: listed("region_code", self.some("region_code"), negated=negated),
                lambda: of_the_api("view_count", self.sign(), value("view_count")),
                lambda: of_the_api("comment_count", self.sign(), value("comment_count")),
                lambda: of_the_api("video_length", "=", value("video_length")),
                lambda: listed("username", self.some("username"), negated=negated),
                lambda: listed("id", self.some("id"), negated=negated),
                lambda: of_the_api("music_id", "=", value("music_id")),
                self.hashtag,
                lambda: pick(self.found),
                lambda: contains(pick(self.plain)),
                lambda: of_duckdb("like_count", self.sign(), value("like_count")),
                lambda: of_duckdb("share_count", self.sign(), value("share_count")),
                lambda: of_duckdb("video_duration", self.sign(), value("video_duration")),
                lambda: between("video_duration", 10, value("video_duration") + 10),
                lambda: of_duckdb("playlist_id", self.sign(), value("playlist_id")),
                lambda: of_duckdb("create_time", self.sign(), value("create_time")),
                lambda: of_the_api("create_date", self.sign(), value("create_date")),
                lambda: is_null(pick(["voice_to_text", "like_count"]), negated=negated),
                lambda: like("video_description", pick("aeiou")),
                lambda: compared("like_count", "share_count"),
            ]
        )()

    def hashtag(self):
        tag = self.random.choice(self.plain)
        return Condition(
            f"hashtag_name = {literal(tag)}", lambda row: tag in (row["hashtag_names"] or ())
        )
