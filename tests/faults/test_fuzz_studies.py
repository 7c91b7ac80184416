"""Studies with flipped bytes: the right rows, or an error that says so, and never other rows."""

from __future__ import annotations

import random
import shutil
import time
from typing import Any, NamedTuple

import pytest
from soak import cases
from store.studies_world import EMULATOR, Lab, sleepless

from tiksql.emulator import Settings
from tiksql.emulator.app import create_app
from tiksql.errors import TikSQLError

WHERE = "region_code = 'US' AND create_date BETWEEN '2022-05-01' AND '2022-07-10'"
CREATE = f"CREATE COLLECTION c AS SELECT id, username, like_count FROM videos WHERE {WHERE}"
SMALL = {"page_size": 20, "concurrency": 1}
ASKED = (
    "SELECT id, username, like_count FROM c ORDER BY id",
    "SHOW COLLECTIONS",
    "SHOW COVERAGE",
    "SHOW GAPS",
    "SHOW REQUESTS",
    "SHOW PROVENANCE FOR c",
    "DESCRIBE c",
)
FLIPS = 50
"""Damaged studies of each kind in a usual run."""

SECONDS = 20
"""What reading a damaged study takes at most, on any machine."""


class Truth(NamedTuple):
    """The bytes of a study, with those of its log, and what it answers."""

    files: dict[str, bytes]
    said: dict[str, Any]
    whole: Any
    earlier: list[Any]


def said(lab):
    """Ask a study everything; answers and errors, by statement."""
    found = {}
    with lab.open(**SMALL) as run:
        for statement in ASKED:
            try:
                answer = run(statement)
                found[statement] = rows_of(answer), is_whole(answer)
            except TikSQLError as error:
                found[statement] = error
    return found


def rows_of(answer):
    return [tuple(row) for row in answer.rows]


def is_whole(answer):
    return answer.stats.complete if hasattr(answer, "stats") else True
