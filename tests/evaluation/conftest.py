"""The emulator that the tests of this folder share."""

from __future__ import annotations

import pytest
from evaluation_world import emulated


@pytest.fixture
def ask():
    return emulated()
