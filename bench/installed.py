"""An interpreter to measure with: a fresh environment that holds the checkout as a wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from processes import FailedError

CHECKOUT = Path(__file__).resolve().parent.parent
IN_A_WHEEL = ("pyproject.toml", "README.md", "LICENSE", "tiksql", "grammar")
PEERS = ("TikTokResearchApi==1.0.4", "litecli==1.17.1")


def install(folder: Path) -> Path:
    """Make an environment with TikSQL, its dependencies and the peers; return its interpreter.

    The wheel is built from a copy, so that nothing is left behind in the checkout.
    """
    copy, wheels, environment = folder / "checkout", folder / "wheels", folder / "environment"
    _copy(copy)
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    _pip(python, "wheel", "--no-deps", "-w", str(wheels), str(copy))
    (wheel,) = wheels.glob("tiksql-*.whl")
    _pip(python, "install", str(wheel), *PEERS)
    return python


def _pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "-qq", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, check=False).returncode:
        raise FailedError(f"pip {arguments[0]} failed")


def _copy(copy: Path) -> None:
    copy.mkdir()
    for name in IN_A_WHEEL:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, copy / name)


def command_beside(python: Path) -> Path:
    """Return the ``tiksql`` command of an interpreter's environment."""
    return python.with_name("tiksql.exe" if sys.platform == "win32" else "tiksql")
