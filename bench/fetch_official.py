"""The official client, ``TikTokResearchApi``, unchanged; its requests are sent elsewhere.

``fetch_official.py BASE_URL`` writes the records to standard output, one JSON document a line. The
client's own limit of ten requests a second is lifted, and its progress is not shown.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import requests
from question import FIELDS, PAGE_SIZE, RECORDS, REGIONS, days
from tiktok_research_api import Criteria, Query, QueryVideoRequest, TikTokResearchAPI

OFFICIAL = "https://open.tiktokapis.com"


def redirect(base_url: str) -> None:
    """Send what the client posts to another server."""
    post = requests.post

    def redirected(url: str, **request: Any) -> requests.Response:
        return post(base_url + url.removeprefix(OFFICIAL), timeout=60, **request)

    requests.post = redirected  # type: ignore[assignment]


def main(base_url: str) -> None:
    """Write as many records as are wanted."""
    redirect(base_url)
    start, end = days()
    request = QueryVideoRequest(
        Query(and_criteria=[Criteria("IN", "region_code", REGIONS)]),
        start,
        end,
        max_count=PAGE_SIZE,
        max_total=RECORDS,
        fields=",".join(FIELDS),
    )
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        client = TikTokResearchAPI("any", "any", qps=10**9)
        records, *_ = client.query_videos(request, fetch_all_pages=True)
    for record in records[:RECORDS]:
        sys.stdout.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
