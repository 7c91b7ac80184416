"""What every test may use: the command in this process, with streams of its own."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tiksql.cli import main
from tiksql.console import Console

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))


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
