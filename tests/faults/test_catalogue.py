"""No fault is forgotten: each has a test, or a reason why it cannot arise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from faults.catalogue import CANNOT_ARISE, FAULTS
from faults.plugin import TOLD
from faults.table import table

ROOT = Path(__file__).parents[2]
PAGE = Path(__file__).parent / "README.md"


@pytest.fixture(scope="module")
def told(request, tmp_path_factory):
    """Return the page as the tests of the whole suite tell it."""
    if request.config.args in (["tests"], [str(ROOT / "tests")]):
        return table(request.config.stash[TOLD])
    made = tmp_path_factory.mktemp("faults") / "README.md"
    argv = [sys.executable, "-m", "pytest", "-q", "-n0", "--collect-only", "-m", "fault", "tests"]
    subprocess.run([*argv, f"--faults-table={made}"], cwd=ROOT, check=False, capture_output=True)
    return made.read_text(encoding="utf-8")


def test_the_page_says_what_the_tests_say(told):
    assert PAGE.read_text(encoding="utf-8") == told, "make faults writes the page anew"


def test_nothing_on_the_page_has_failed():
    assert "FAILED" not in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_a_test_or_a_reason(told, fault):
    rows = [line for line in told.splitlines() if line.startswith(f"| {fault} ")]
    assert all("| not tested |" not in row for row in rows), f"nothing inflicts {fault}"
    assert ("| none |" in rows[0]) == (fault in CANNOT_ARISE)
