"""Statements asked by TikSQL, translated, and executed in their other form."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from faults.canary import KEY, SECRET

OFFICIAL = """
import os, runpy, sys
import requests

post, base = requests.post, os.environ["TIKTOK_BASE_URL"]

def redirected(url, **request):
    own = "https://open.tiktokapis.com"
    assert url.startswith(own)
    return post(base + url.removeprefix(own), timeout=30, **request)

requests.post = redirected
runpy.run_path(sys.argv[1], run_name="__main__")
"""
"""The official package has no way to name another server: its requests are led there."""


TOOLS = ("bash", "curl", "jq")


def need_tools():
    """Skip where a tool of the shell is missing; in CI it has to be there."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing and not (os.environ.get("CI") or os.environ.get("NEEDS_SHELL_TOOLS")):
        pytest.skip(f"there is no {' and no '.join(missing)} on this machine")
    assert missing == []


def json_lines(text):
    return [json.loads(line) for line in text.splitlines()]


@dataclass
class Done:
    status: int
    out: str
    err: str

    @property
    def rows(self):
        return json_lines(self.out)


@dataclass
class World:
    """The served emulator: what TikSQL says of a statement, and what its translations say."""

    run: Any
    address: str
    token: str
    folder: Any

    def asked(self, sql):
        environ = {"TIKTOK_CLIENT_KEY": KEY, "TIKTOK_CLIENT_SECRET": SECRET}
        flags = ("--base-url", self.address, "--format", "jsonl", "--max-requests", "5000")
        outcome = self.run(*flags, "-c", sql, environ=environ)
        return Done(outcome.status, outcome.out, outcome.err)

    def translated(self, sql, target, *flags):
        outcome = self.run("translate", "--to", target, *flags, "-c", sql)
        assert (outcome.status, outcome.err) == (0, "")
        return outcome.out

    def executed(self, sql, target):
        flags = ["--all-pages"] if target == "curl" else []
        return self.execute(self.translated(sql, target, *flags), target)

    def execute(self, text, target):
        if target == "curl":
            need_tools()
        script = self.folder / "script"
        script.write_text(text)
        python = [sys.executable, "-W", "ignore"]
        command = {
            "curl": ["bash", str(script)],
            "python": [*python, str(script)],
            "python-official": [*python, "-c", OFFICIAL, str(script)],
        }[target]
        given = {
            "TIKTOK_BASE_URL": self.address,
            "TIKTOK_ACCESS_TOKEN": self.token,
            "TIKTOK_CLIENT_KEY": KEY,
            "TIKTOK_CLIENT_SECRET": SECRET,
        }
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)
