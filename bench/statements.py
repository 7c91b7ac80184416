"""Parse, and resolve and plan, in one process; the times in microseconds as JSON.

``statements.py REPETITIONS`` measures the installed TikSQL. The statements take turns, and the
first tenth of the repetitions is thrown away.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import sys
import time

from tiksql.backend import emulator
from tiksql.session import Session
from tiksql.settings import load
from tiksql.source import Source
from tiksql.syntax import ast
from tiksql.syntax.parser import parse

SHORT = (
    "SELECT id FROM videos WHERE keyword = 'hello world' AND create_date = '2022-06-15' LIMIT 10"
)
TYPICAL = """\
-- Cats of two weeks in June 2022, without one account
SELECT id, username, region_code, create_time, video_description, like_count, music_id
FROM videos
WHERE (hashtag_name = 'garfield' OR hashtag_name IN ('cat', 'orangecat') OR keyword = 'lasagna')
  AND region_code IN ('US', 'MX', 'GB')
  AND NOT username = 'joe1234567'
  AND video_length IN ('SHORT', 'MID')
  AND create_date BETWEEN '2022-06-15' AND '2022-06-28'
LIMIT 500;"""
LONG = (
    "SELECT id FROM videos WHERE create_date = '2022-06-15' AND ("
    + " OR ".join(f"hashtag_name = 'tag{number}'" for number in range(30))
    + ") AND "
    + " AND ".join(f"username != 'user{number}'" for number in range(29))
)
STATEMENTS = {
    "short statement": SHORT,
    "typical statement": TYPICAL,
    "60 predicates": LONG,
}
PACKAGES = ("tiksql", "lark", "httpx", "msgspec", "starlette", "uvicorn", "TikTokResearchApi")


def once(session: Session, text: str) -> tuple[float, float]:
    """Take one statement to its plan; return the microseconds of parsing and of planning."""
    began = time.perf_counter()
    query = parse(Source(text, "-c")).statements[0]
    parsed = time.perf_counter()
    assert isinstance(query, ast.Query)
    session.plan(query)
    planned = time.perf_counter()
    return 1e6 * (parsed - began), 1e6 * (planned - parsed)


def measure(repetitions: int) -> dict[str, dict[str, list[float]]]:
    """Measure every statement as often, in turns."""
    session = Session(emulator(), load(None, {}))
    times: dict[str, dict[str, list[float]]] = {
        name: {"parse": [], "plan": []} for name in STATEMENTS
    }
    for turn in range(repetitions + repetitions // 10):
        for name, text in STATEMENTS.items():
            parsed, planned = once(session, text)
            if turn >= repetitions // 10:
                times[name]["parse"].append(parsed)
                times[name]["plan"].append(planned)
    return times


def versions() -> dict[str, str]:
    """Name the version of everything that is measured."""
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"Python": platform.python_version(), **found}


if __name__ == "__main__":
    json.dump({"versions": versions(), "times": measure(int(sys.argv[1]))}, sys.stdout)
