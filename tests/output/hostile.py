"""Texts that somebody could post to break what shows them."""

from __future__ import annotations

import json
from pathlib import Path

CORPUS = {
    case["name"]: case.get("before", "")
    + case["text"] * case.get("times", 1)
    + case.get("then", "")
    for case in json.loads(Path(__file__).with_name("hostile.json").read_bytes())
}


def encodable(text: str) -> bool:
    """Whether UTF-8 can hold a text."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
