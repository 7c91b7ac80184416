"""The emulator as a process: its options, its first line, its end."""

import io
import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from emulator_client import CREDENTIALS, GETTING_STARTED, TOKEN, VIDEO

from tiksql.emulator.__main__ import _listen, main


@contextmanager
def served(*options):
    command = [sys.executable, "-m", "tiksql.emulator", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def post(url, body, **headers):
    with urlopen(Request(url, body.encode(), headers)) as answer:
        return json.load(answer)


def bearer(base):
    return "Bearer " + post(base + TOKEN, CREDENTIALS)["access_token"]


def test_the_first_line_is_an_address_that_answers():
    with served() as (_, base):
        host, port = base.removeprefix("http://").split(":")
        assert host == "127.0.0.1"
        assert int(port) > 0
        url = f"{base}{VIDEO}?fields=id"
        page = post(url, json.dumps(GETTING_STARTED), Authorization=bearer(base))
        assert page["data"]["cursor"] == 100
        with urlopen(base + "/_emulator/state") as state:
            assert json.load(state)["api_requests"] == 1


def test_answers_are_not_held_back_by_the_network():
    """Nagle's algorithm and delayed acknowledgements together would hold each back by 40 ms."""
    with _listen(0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            # What asyncio looks at before it turns Nagle's algorithm off.
            assert accepted.proto == socket.IPPROTO_TCP


def test_seed_size_and_clock_can_be_chosen():
    options = ("--seed", "9", "--videos", "25000", "--now", "2024-02-03T04:05:06Z")
    with served(*options) as (_, base), urlopen(base + "/_emulator/state") as state:
        assert json.load(state)["now"].startswith("2024-02-03T04:05:0")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_quietly(ending):
    with served() as (process, base):
        assert base.startswith("http://")
        process.send_signal(ending)
        rest, errors = process.communicate(timeout=20)
        assert (process.returncode, rest, errors) == (0, "", "")


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--port", "99999"], "99999"),
        (["--port", "-1"], "-1"),
        (["--port", "http"], "http"),
        (["--now", "nonsense"], "nonsense"),
        (["--now", "1999-01-01"], "now must be"),
        (["--videos", "0"], "videos must be"),
        (["--videos", "many"], "many"),
        (["--quota", "-5"], "quota"),
        (["--seed", "1.5"], "1.5"),
        (["--key", ""], "key"),
        (["--fault", "x"], "--fault"),
        (["something"], "something"),
    ],
)
def test_a_wrong_option_is_one_line_and_status_two(options, part, capsys):
    out = io.StringIO()
    assert main(options, out) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("tiksql emulator: ")
    assert part in errors
    assert errors.count("\n") == 1
    assert out.getvalue() == ""


def test_a_port_in_use_is_one_line_and_status_two(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port)], io.StringIO()) == 2
    assert f"port {port} cannot be used" in capsys.readouterr().err


def test_two_emulators_cannot_share_a_port():
    with served() as (_, base):
        port = base.rpartition(":")[2]
        command = [sys.executable, "-m", "tiksql.emulator", "--port", port]
        second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        assert second.returncode == 2
        assert second.stderr.count("\n") == 1


def test_help_names_every_option_and_loads_no_server(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"], io.StringIO())
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for option in ("port", "seed", "now", "videos", "quota", "key", "secret"):
        assert f"--{option} " in text


@pytest.mark.parametrize(
    "name", ["tiksql.emulator", "tiksql.emulator.settings", "tiksql.emulator.__main__"]
)
def test_importing_the_settings_loads_no_server(name):
    heavy = {"starlette", "uvicorn", "msgspec", "httpx", "asyncio"}
    script = f"import {name}, sys; print(*sorted({heavy!r} & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert found.stdout.split() == []


def test_the_emulator_shares_the_catalog_and_nothing_else():
    script = (
        "import sys, tiksql; before = set(sys.modules);"
        "import tiksql.emulator.app, tiksql.emulator.__main__;"
        "print(*{m.split('.')[1] for m in set(sys.modules) - before if m.startswith('tiksql.')})"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert set(found.stdout.split()) <= {"emulator", "catalog"}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's own count")
def test_paging_through_everything_stays_small():
    with served("--videos", "40000", "--quota", "100000") as (process, base):
        token, url = bearer(base), f"{base}{VIDEO}?fields=id,video_description,voice_to_text"
        query = {"and": [{"operation": "GTE", "field_name": "view_count", "field_values": [0]}]}
        seen = 0
        for year in range(2022, 2026):
            for month in range(1, 13):
                body = {"query": query, "max_count": 100}
                body |= {"start_date": f"{year}{month:02}01", "end_date": f"{year}{month:02}28"}
                while True:
                    data = post(url, json.dumps(body), Authorization=token)["data"]
                    seen += len(data["videos"])
                    if not data["has_more"]:
                        break
                    body |= {"cursor": data["cursor"], "search_id": data["search_id"]}
        assert seen > 25_000
        status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        assert peak < 300_000
