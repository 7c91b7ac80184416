"""The client ``tiktok_research_api_helper``, unchanged; its requests are sent elsewhere.

``collect_helper.py BASE_URL DATABASE FIRST_DAY LAST_DAY`` collects every video outside Canada, by
windows of 30 days as its own command does, into an SQLite file. It runs in an environment of its
own, without TikSQL, and so imports nothing of this folder.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import requests
from tiktok_research_api_helper.api_client import (
    ApiClientConfig,
    TikTokApiClient,
    VideoQueryConfig,
)
from tiktok_research_api_helper.models import get_sqlite_engine_and_create_tables
from tiktok_research_api_helper.query import Condition, Fields, Operations, VideoQuery

OFFICIAL = "https://open.tiktokapis.com"
WINDOW = dt.timedelta(days=30)


def redirect(base_url: str) -> None:
    """Send what the client posts to another server."""
    post = requests.Session.post

    def redirected(self: requests.Session, url: str, **request: Any) -> requests.Response:
        return post(self, base_url + url.removeprefix(OFFICIAL), **request)

    requests.Session.post = redirected  # type: ignore[assignment, method-assign]


def windows(first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """Tile a range of days with windows of 30 inclusive days."""
    count = -(-((last - first).days + 1) // WINDOW.days)
    starts = [first + n * WINDOW for n in range(count)]
    return [(day, min(last, day + WINDOW - dt.timedelta(days=1))) for day in starts]


def main(base_url: str, database: str, first: str, last: str) -> None:
    """Collect all windows."""
    redirect(base_url)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as credentials:
        json.dump({"client_key": "any", "client_secret": "any"}, credentials)
        credentials.flush()
        client = TikTokApiClient.from_config(
            ApiClientConfig(
                api_credentials_file=Path(credentials.name),
                engine=get_sqlite_engine_and_create_tables(Path(database)),
            )
        )
    query = VideoQuery(not_=[Condition(Fields.region_code, "CA", Operations.EQ)])
    for start, end in windows(dt.date.fromisoformat(first), dt.date.fromisoformat(last)):
        client.fetch_and_store_all(VideoQueryConfig(query, start_date=start, end_date=end))


if __name__ == "__main__":
    main(*sys.argv[1:])
