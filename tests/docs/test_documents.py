"""Whatever a document shows is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tiksql.translate import FORMS

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.tsql"))
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]


def blocks(language, document="README.md"):
    text = (ROOT / document).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("block", blocks("console"))
def test_a_console_block_of_the_readme_shows_what_is_printed(run, block):
    command, _, shown = block.removeprefix("$ ").partition("\n")
    outcome = run(*shlex.split(command)[1:])
    assert (outcome.out or outcome.err) == shown


@pytest.mark.parametrize("block", blocks("python"))
def test_a_python_block_of_the_readme_runs(block):
    exec(compile(block, "README.md", "exec"), {})


@pytest.mark.parametrize("block", blocks("sql"))
def test_an_sql_block_of_the_readme_can_be_planned(run, block):
    assert run("--emulator", "--dry-run", "-c", block).status == 0


@pytest.mark.parametrize("block", blocks("sh"))
def test_a_shell_block_of_the_readme_names_targets_that_exist(block):
    for line in block.splitlines():
        target = line.split()[1]
        done = subprocess.run(["make", "-n", target], capture_output=True, check=False)
        assert done.returncode == 0


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_prints_what_is_recorded_beside_it(run, script):
    outcome = run("--emulator", "--trust", "-f", script)
    recorded = script.with_suffix(".out")
    if os.environ.get("UPDATE_GOLDEN"):
        recorded.write_text(outcome.out)
    assert outcome.status == 0
    assert outcome.out == recorded.read_text()


def test_every_recorded_output_has_its_example():
    assert {p.stem for p in (ROOT / "examples").glob("*.out")} == {p.stem for p in EXAMPLES}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_links_only_to_what_exists(document):
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text()):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_the_page_of_the_language_lists_every_format():
    page = (ROOT / "grammar" / "README.md").read_text()
    table = page.partition("The formats are")[2].partition("Scripts take")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == set(FORMS)


def test_the_architecture_names_every_package():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    packages = [p.parent.name for p in (ROOT / "tiksql").glob("*/__init__.py")]
    assert [p for p in packages if f"{p}/" not in text] == []
