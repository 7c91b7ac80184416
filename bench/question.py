"""The records that every contender fetches: one question, written for each of them."""

from __future__ import annotations

RECORDS = 10_000
"""How many records are kept; the answer to the question is longer, so nobody sees its end."""
VIDEOS = 1_000_000
"""How many videos the emulator has, in which the question finds more than ``RECORDS``."""
PAGE_SIZE = 100
START, END = "2026-08-01", "2026-08-30"
"""Thirty days: one window for every contender."""

REGIONS = ["US", "GB", "DE", "FR", "BR", "MX", "ID", "JP", "TR", "IT", "ES", "TH", "VN", "PH"]
FIELDS = [
    "id",
    "video_description",
    "create_time",
    "region_code",
    "share_count",
    "view_count",
    "like_count",
    "comment_count",
    "music_id",
    "hashtag_names",
    "username",
    "effect_ids",
    "playlist_id",
    "voice_to_text",
]
"""The fields that the official client asks for by itself."""


def as_statement() -> str:
    """Write the question in SQL."""
    regions = ", ".join(f"'{region}'" for region in REGIONS)
    return (
        f"SELECT {', '.join(FIELDS)} FROM videos WHERE region_code IN ({regions}) "
        f"AND create_date BETWEEN '{START}' AND '{END}' LIMIT {RECORDS}"
    )


def days() -> tuple[str, str]:
    """Write the first and the last day as the API does."""
    return START.replace("-", ""), END.replace("-", "")
