"""The floor: what a careful person would write for one query with ``httpx`` alone.

``fetch_httpx.py BASE_URL`` writes the records to standard output, one JSON document a line, page
by page. It does what the query needs and nothing else: no retries, no checks, no account.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import httpx
from question import FIELDS, PAGE_SIZE, RECORDS, REGIONS, days

if TYPE_CHECKING:
    from collections.abc import Iterator

CREDENTIALS = {"client_key": "any", "client_secret": "any", "grant_type": "client_credentials"}


def pages(http: httpx.Client) -> Iterator[list[dict[str, Any]]]:
    """Yield the records page by page, following cursor and search_id."""
    token = http.post("/v2/oauth/token/", data=CREDENTIALS).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    start, end = days()
    regions = {"operation": "IN", "field_name": "region_code", "field_values": REGIONS}
    body: dict[str, Any] = {
        "query": {"and": [regions]},
        "start_date": start,
        "end_date": end,
        "max_count": PAGE_SIZE,
    }
    path = f"/v2/research/video/query/?fields={','.join(FIELDS)}"
    while True:
        response = http.post(path, json=body, headers=headers)
        response.raise_for_status()
        data = json.loads(response.content)["data"]
        yield data["videos"]
        if not data["has_more"]:
            return
        body |= {"cursor": data["cursor"], "search_id": data["search_id"]}


def main(base_url: str) -> None:
    """Write as many records as are wanted."""
    left = RECORDS
    with httpx.Client(base_url=base_url, timeout=60) as http:
        for records in pages(http):
            for record in records[:left]:
                sys.stdout.write(json.dumps(record) + "\n")
            left -= len(records)
            if left <= 0:
                return


if __name__ == "__main__":
    main(sys.argv[1])
