"""A program that collects for two months on end needs no more memory than on its first days.

``make soak`` runs the sixty days with a thousand requests each, ``make check`` a few small ones.
"""

from __future__ import annotations

import os
import random
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from simulation.hostile_api import Api
from soak import TIMES
from store.studies_world import execute

from tiksql.session import Session
from tiksql.settings import DEFAULTS

DAYS, QUOTA = (60, 1_000) if TIMES > 1 else (6, 40)
REGIONS = "'US', 'BR', 'MY', 'TR', 'EG', 'ID', 'DE', 'FR'"
YEARS = "create_date BETWEEN '2024-01-01' AND '2026-08-28'"
CREATE = (
    f"CREATE COLLECTION c AS SELECT id FROM videos WHERE region_code IN ({REGIONS}) AND {YEARS}"
)
PAGE = os.sysconf("SC_PAGE_SIZE")
MEGABYTE = 1_000_000


class Nothing(dict):
    """What the simulation remembers for its own questions, which nobody asks here."""

    def __setitem__(self, _key, _value):
        pass


class Days:
    """A server with its clock and quota; at midnight it is noted what the program needs."""

    def __init__(self, folder):
        self.api = Api(random.Random(1), QUOTA, folder)
        self.api.delivered = Nothing()
        self.folder = folder
        self.memory, self.octets, self.requests = [], [], []

    def wait(self, seconds):
        self.api.pass_by(seconds)
        self.memory.append(int(Path("/proc/self/statm").read_text().split()[1]) * PAGE)
        self.octets.append(sum(each.stat().st_size for each in self.folder.glob("study.db*")))
        self.requests.append(self.api.emulator.api_requests)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_neither_memory_nor_what_a_request_leaves_behind_grows_with_the_days(tmp_path):
    days = Days(tmp_path)
    given = DEFAULTS.having("window_days", 5, "flag").having("page_size", 10, "flag")
    session = Session(days.api.backend(), given, study=tmp_path / "study.db")
    session.studies.wait = days.wait
    execute(session, CREATE)
    while len(days.memory) < DAYS:
        execute(session, "REFRESH COLLECTION c")
    session.close()
    days.api.ledger.close()
    assert days.api.emulator.api_requests >= DAYS * QUOTA
    grown = max(days.memory[DAYS // 6 :]) - days.memory[DAYS // 6]
    assert grown < 15 * MEGABYTE, f"{grown / MEGABYTE:.0f} MB more than after {DAYS // 6} days"
    added = [
        (b - a) / (after - before)
        for (a, b), (before, after) in zip(
            pairwise(days.octets), pairwise(days.requests), strict=True
        )
    ]
    assert median(added[-DAYS // 3 :]) < 1.2 * median(added[: DAYS // 3]) + 100
    assert (tmp_path / "quota.db").stat().st_size < 100_000
