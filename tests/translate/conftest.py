"""A served emulator, TikSQL asking it, and translations executed against it."""

from __future__ import annotations

import subprocess
import sys
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from translate_world import World, json_lines


@pytest.fixture(scope="session")
def address():
    command = [sys.executable, "-m", "tiksql.emulator", "--port", "0"]
    command += ["--videos", "30000", "--quota", "1000000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def token(address):
    form = {"client_key": "key", "client_secret": "secret", "grant_type": "client_credentials"}
    with urlopen(f"{address}/v2/oauth/token/", urlencode(form).encode()) as answer:
        return json_lines(answer.read().decode())[0]["access_token"]


@pytest.fixture
def world(run, address, token, tmp_path):
    return World(run, address, token, tmp_path)
