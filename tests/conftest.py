"""What every test may use: the command in this process, with streams of its own."""

from __future__ import annotations

import io
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tiksql.cli import main
from tiksql.console import Console

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
pytest_plugins = ["faults.plugin", "faults.canary", "faults.loopback"]

OTHER_PROGRAMS = ("terminal/", "store/test_signals.py", "store/test_crashes.py")
"""Tests that look at programs from outside, and so can miss a moment on a busy machine."""


def pytest_collection_modifyitems(items):
    """Try what another program's timing can spoil once more; the summary tells that it was."""
    for item in items:
        if any(f"tests/{place}" in item.nodeid for place in OTHER_PROGRAMS):
            item.add_marker(pytest.mark.flaky(reruns=1))


os.environ["TZ"] = "UTC"  # what is shown in local time is the same on every machine
if hasattr(time, "tzset"):
    time.tzset()


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _own_directories(tmp_path_factory, monkeypatch):
    """No test reads or writes the configuration, ledger or credentials of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    for name in ("TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET", "TIKSQL_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def run():
    """Run a command line in this process: ``run("--emulator", "-c", sql)``."""

    def command(*argv, stdin=b"", environ=None) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
        console = Console(given, out, err, environ or {})
        status = main([str(each) for each in argv], console)
        return Outcome(status, out.getvalue(), err.getvalue())

    return command
