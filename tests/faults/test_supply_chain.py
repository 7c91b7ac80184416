"""What is installed is what was reviewed: a lock has every dependency, and a hash for each file."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
GROUPS = PROJECT["dependency-groups"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def pins(name):
    """Read a lock: for each name its versions (more than one where markers differ) and hashes."""
    text = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = {}
    for line in "\n".join(lines).replace("\\\n", "").splitlines():
        pinned, *hashes = line.split(" --hash=")
        requirement = Requirement(pinned)
        (version,) = requirement.specifier
        assert version.operator == "=="
        found.setdefault(canonicalize_name(requirement.name), []).append((version.version, hashes))
    return found


def wanted(listed):
    """Return requirements with the project's own extras replaced by what they are."""
    for text in listed:
        requirement = Requirement(text)
        if requirement.name == "tiksql":
            for extra in requirement.extras:
                yield from wanted(EXTRAS[extra])
        else:
            yield requirement


CASES = {
    "dev": [*PROJECT["project"]["dependencies"], *EXTRAS["dev"]],
    **GROUPS,
}


def test_there_is_a_lock_for_everything_that_a_target_installs():
    assert {lock.stem for lock in LOCKS} == set(CASES)


def unmet(listed, pinned):
    """Return the requirements that a lock does not fulfil."""
    for requirement in wanted(listed):
        versions = [version for version, _ in pinned.get(canonicalize_name(requirement.name), [])]
        if not versions or not all(requirement.specifier.contains(each) for each in versions):
            yield str(requirement)


@pytest.mark.parametrize("name", CASES)
def test_a_lock_has_every_dependency_in_a_version_that_is_allowed(name):
    assert list(unmet(CASES[name], pins(name))) == []


@pytest.mark.fault(
    "F87", "a dependency that the lock lacks, or has in another version", "the test names it"
)
def test_what_a_lock_lacks_is_named():
    pinned = pins("dev")
    del pinned["lark"]
    pinned["duckdb"] = [("1.4.0", pinned["duckdb"][0][1])]
    assert [each.partition(">")[0] for each in unmet(CASES["dev"], pinned)] == ["duckdb", "lark"]


@pytest.mark.parametrize("name", CASES)
def test_a_lock_has_hashes_for_all_and_names_no_other_place(name):
    for package, versions in pins(name).items():
        for _, hashes in versions:
            assert hashes, package
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", each) for each in hashes), package
    text = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    assert not re.search(r"://|@ |--(extra-)?index|--find|--trusted|^-|file:", text, re.MULTILINE)


@pytest.mark.fault("F87", "a wheel with other contents than its hash says", "it is not installed")
def test_a_file_that_is_not_what_was_reviewed_is_not_installed(tmp_path):
    wheel, lock = tmp_path / "planted-1-py3-none-any.whl", tmp_path / "one.lock"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("planted.py", "")
        archive.writestr("planted-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: planted\n")
    lock.write_text(f"planted==1 --hash=sha256:{'0' * 64}\n")
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--find-links", tmp_path]
    done = subprocess.run(
        [*pip, "--require-hashes", "--target", tmp_path / "here", "-r", lock],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (tmp_path / "here").exists()


def test_what_builds_the_project_is_what_the_lock_has():
    assert GROUPS["build"] == PROJECT["build-system"]["requires"]


def test_every_installation_asks_for_hashes_or_for_this_project_alone():
    recipes = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ").splitlines()
    installing = [line for line in recipes if "pip install" in line or "pip wheel" in line]
    assert len(installing) == 4
    for line in installing:
        own = "--no-deps --no-build-isolation" in line and line.endswith(" .")
        assert own or "--require-hashes" in line, line


def test_the_audit_asks_about_every_lock_and_takes_no_silence_for_an_answer():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (loop,) = re.findall(
        r"for lock in ([a-z ]+); do \\\n.*pip-audit --strict .* \|\| exit", makefile
    )
    assert set(loop.split()) == set(CASES)
