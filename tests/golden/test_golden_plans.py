"""EXPLAIN, as text: each statement of this folder has its plan recorded beside it.

``UPDATE_GOLDEN=1`` records the plans anew; the review is in the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

STATEMENTS = sorted(Path(__file__).parent.glob("*.tsql"))


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda path: path.stem)
def test_a_plan_reads_as_recorded(run, statement):
    outcome = run("--emulator", "--dry-run", "-f", statement)
    assert outcome.err == ""
    recorded = statement.with_suffix(".plan")
    if os.environ.get("UPDATE_GOLDEN"):
        recorded.write_text(outcome.out)
    assert outcome.out == recorded.read_text()


def test_every_recorded_plan_has_its_statement():
    plans = Path(__file__).parent.glob("*.plan")
    assert {path.stem for path in plans} == {path.stem for path in STATEMENTS}
