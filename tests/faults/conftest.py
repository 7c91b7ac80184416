"""One port for all tests of this folder; each serves an emulator of its own there."""

from __future__ import annotations

import pytest
from faults.faulty_emulator import Faulty, Port


@pytest.fixture(scope="session")
def port():
    port = Port()
    yield port
    port.close()


@pytest.fixture
def faulty(port, run, tmp_path, monkeypatch):
    """Run statements against an emulator with faults: ``faulty.having("500 at 1")(sql)``."""
    return Faulty(port, run, tmp_path, monkeypatch)
