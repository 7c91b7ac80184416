"""One emulator on a port for all tests that kill programs."""

from __future__ import annotations

import pytest
from store.processes import serving


@pytest.fixture(scope="session")
def served():
    with serving("--videos", "20000", "--quota", "1000000") as server:
        yield server
