"""What each statement of the simulation has to give, as the emulator's own functions say."""

from __future__ import annotations

import json
from functools import cache
from typing import NamedTuple

from simulation.hostile_api import DATA

from tiksql.emulator.app import create_app
from tiksql.emulator.envelope import ApiError

FIRST, LAST = "2025-03-01", "2025-03-30"
REGIONS = ("US", "BR", "MY", "TR", "EG", "ID", "DE", "FR")
DAYS = f"create_date BETWEEN '{FIRST}' AND '{LAST}'"
WHERE = f"region_code IN ({', '.join(map(repr, REGIONS))}) AND {DAYS}"
LIKES = 200


class Question(NamedTuple):
    """A statement, the column that its rows are known by, and the rows that it has to give.

    Those ``of_videos`` can go and come, as videos do. With a ``limit``, any so many will do.
    """

    sql: str
    key: str
    truth: frozenset
    of_videos: bool
    limit: int | None = None


@cache
def questions():
    """Return the statements by their kinds."""
    emulator = create_app(DATA).state.emulator
    videos = {v["id"]: v for v in _videos(emulator) if v["region_code"].upper() in REGIONS}
    liked = {n for n, v in videos.items() if v["like_count"] > LIKES}
    people = {v["username"]: _is_there(emulator, v["username"]) for v in videos.values()}
    known = {n for n, v in videos.items() if people[v["username"]]}
    talked = [n for n, v in videos.items() if 3 < v["comment_count"] < 30][:5]
    names = [*sorted(people)[:7], "nobody_of_that_name"]
    columns = "id, like_count, create_time"
    return {
        "plain": Question(
            f"SELECT {columns} FROM videos WHERE {WHERE}", "id", frozenset(videos), True
        ),
        "filtered": Question(
            f"SELECT {columns} FROM videos WHERE {WHERE} AND like_count > {LIKES}",
            "id",
            frozenset(liked),
            True,
        ),
        "limited": Question(
            f"SELECT {columns} FROM videos WHERE {WHERE} LIMIT 45",
            "id",
            frozenset(videos),
            True,
            45,
        ),
        "filtered and limited": Question(
            f"SELECT {columns} FROM videos WHERE {WHERE} AND like_count > {LIKES} LIMIT 20",
            "id",
            frozenset(liked),
            True,
            20,
        ),
        "joined": Question(
            "SELECT v.id, u.follower_count FROM videos AS v JOIN users AS u"
            f" ON u.username = v.username WHERE {WHERE}",
            "id",
            frozenset(known),
            True,
        ),
        "comments": Question(
            "SELECT id, like_count FROM comments WHERE video_id IN"
            f" ({', '.join(map(str, talked))})",
            "id",
            frozenset(_comments(emulator, talked)),
            False,
        ),
        "users": Question(
            "SELECT username, follower_count FROM users WHERE username IN"
            f" ({', '.join(map(repr, names))})",
            "username",
            frozenset(n for n in names if people.get(n)),
            False,
        ),
    }


def _videos(emulator):
    fields = ["id,username,region_code,like_count,comment_count"]
    nobody = {"operation": "EQ", "field_name": "username", "field_values": ["nobody_of_that_name"]}
    body = {"start_date": FIRST.replace("-", ""), "end_date": LAST.replace("-", "")}
    body |= {"max_count": 100, "query": {"not": [nobody]}}
    found, page = [], {"has_more": True}
    while page["has_more"]:
        page = emulator.videos.query(fields, json.dumps(body).encode())
        found += page["videos"]
        body |= {"cursor": page["cursor"], "search_id": page.get("search_id", "")}
    return found


def _comments(emulator, videos):
    for video in videos:
        body, page = {"video_id": video, "max_count": 100}, {"has_more": True}
        while page["has_more"]:
            try:
                page = emulator.comments.list(["id"], json.dumps(body).encode())
            except ApiError:  # closed to everybody
                break
            yield from (comment["id"] for comment in page["comments"])
            body |= {"cursor": page["cursor"]}


def _is_there(emulator, username):
    try:
        emulator.users.info(["follower_count"], json.dumps({"username": username}).encode())
    except ApiError:
        return False
    return True
