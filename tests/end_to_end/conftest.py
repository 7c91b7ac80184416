"""Servers for whole commands: one that follows a script, and the emulator on a port."""

from __future__ import annotations

import subprocess
import sys

import pytest
from faults.canary import KEY, SECRET
from scripted_server import Server


@pytest.fixture
def scripted(monkeypatch, run):
    """Run a command against a script: ``scripted(answer)("-c", sql)``; ``.server`` was asked."""

    def begin(answer):
        server = Server(answer)
        monkeypatch.setattr("tiksql.backend.emulator", lambda **_: server.backend())

        def command(*argv, **more):
            return run("--emulator", *argv, **more)

        command.server = server
        return command

    return begin


@pytest.fixture(scope="session")
def served():
    """Serve the emulator on a port, with one key and one secret; give its address."""
    command = [sys.executable, "-m", "tiksql", "emulator", "--port", "0"]
    with subprocess.Popen(
        [*command, "--key", KEY, "--secret", SECRET], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.fixture
def credentials():
    return {"TIKTOK_CLIENT_KEY": KEY, "TIKTOK_CLIENT_SECRET": SECRET}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The working directory of the test, with nothing in it."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
