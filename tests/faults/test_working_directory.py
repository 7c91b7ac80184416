"""What lies in the working directory is never a part of the program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CANARY = "from pathlib import Path\nPath({canary!r}).write_text('taken')\nraise SystemExit(99)\n"
MODULES = "_duckdb duckdb httpx msgspec json sqlite3 csv platformdirs tabulate wcwidth keyring"
PACKAGES = "lark prompt_toolkit starlette uvicorn pygments"
SCRIPT = Path(sys.executable).with_name("tiksql")
COMMANDS = {
    "the command": [str(SCRIPT)],
    "python -m": [sys.executable, "-m", "tiksql"],
}
SQL = "SELECT upper(username) AS name, id FROM videos WHERE keyword = 'a' LIMIT 1"
DAYS = "create_date = '2026-03-03'"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "downloads"
    folder.mkdir()
    code = CANARY.format(canary=str(tmp_path / "canary"))
    for module in MODULES.split():
        (folder / f"{module}.py").write_text(code)
    for package in PACKAGES.split():
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(code)
    (folder / ".env").write_text("TIKTOK_CLIENT_KEY=key\nTIKTOK_CLIENT_SECRET=secret\n")
    (folder / "config.toml").write_text("max_requests = 1\nnonsense = true\n")
    return folder


def asked(command, folder, *arguments):
    return subprocess.run(
        [*command, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.fault(
    "F88",
    "modules called as the program's own in the working directory, for the command and python -m",
    "none of them is imported, also not by the process that DuckDB runs in",
)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_no_module_of_the_working_directory_is_imported(command, folder):
    sql = SQL.replace(" LIMIT", f" AND {DAYS} LIMIT")
    done = asked(command, folder, "--emulator", "--format", "json", "-c", sql)
    assert done.stderr == ""
    assert (done.returncode, done.stdout[:9]) == (0, '[{"name":')
    assert not (folder.parent / "canary").exists()


@pytest.mark.fault(
    "F88",
    "a .env with credentials and a config.toml in the working directory",
    "neither is read: there are no credentials",
)
def test_no_file_of_the_working_directory_is_configuration(folder):
    done = asked([str(SCRIPT)], folder, "-c", SQL.replace(" LIMIT", f" AND {DAYS} LIMIT"))
    assert done.returncode == 3
    assert "there are no credentials" in done.stderr


def test_the_canary_sings_where_the_working_directory_is_searched(folder):
    subprocess.run([sys.executable, "-c", "import duckdb"], cwd=folder, check=False)
    assert (folder.parent / "canary").exists()
