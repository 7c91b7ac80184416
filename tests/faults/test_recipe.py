"""The recipe of the emulator's page, line by line."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "tiksql/emulator/README.md"
BLOCK = re.compile(r"^```\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def steps():
    """Return each command of the recipe, with the lines that are printed below it."""
    recipe = PAGE.read_text(encoding="utf-8").partition("### A recipe for a class")[2]
    found = []
    for block in BLOCK.findall(recipe.partition("\n## ")[0]):
        for line in block.splitlines():
            if line.startswith(("$ ", "tiksql emulator ")):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return found


def is_as_printed(found, printed):
    """Whether lines are those of the page, where … stands for anything."""
    pattern = "\n".join(re.escape(line).replace("…", ".*") for line in printed)
    return re.fullmatch(pattern, found) is not None


@pytest.mark.fault(
    "F05", "the recipe of the emulator's page: two days fail", "prints what the page shows"
)
def test_the_recipe_for_a_class_prints_what_it_shows(faulty):
    (serve, _), _, (create, made), *shown, (again, done), (count, rows) = steps()
    fault = shlex.split(serve)[-1]
    faulty.having(fault, videos=100_000).in_study()
    study = faulty.study

    def printed(command, lines):
        _, _, *options, _, sql = shlex.split(command)
        answer = faulty(*options, sql)
        said = [line for line in answer.said.splitlines() if "note: waiting" not in line]
        text = "\n".join(filter(None, [answer.out.strip(), *said]))
        assert is_as_printed(text, lines), text
        return answer

    first = printed(create, made)
    assert first.status == 5
    assert first.stats["requests"] == 17 == faulty.counted
    for command, lines in shown:
        printed(command, lines)
    faulty.having(videos=100_000)
    faulty.study = study
    assert printed(again, done).status == 0
    assert faulty.counted == 2
    printed(count, rows)
    assert faulty.counted == 2
