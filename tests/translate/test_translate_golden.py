"""Every form of some statements, as recorded beside them in ``golden``.

``UPDATE_GOLDEN=1`` records them anew; the review is in the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tiksql.translate import ALL_PAGES, FORMS

STATEMENTS = sorted((Path(__file__).parent / "golden").glob("*.tsql"))
TARGETS = [(form, ()) for form in FORMS if form != "text"] + [("curl", ("--all-pages",))]
ENDINGS = {
    "json": "json",
    "sql": "sql",
    "curl": "curl.sh",
    "http": "http",
    "python": "py.txt",
    "python-official": "official.py.txt",
    "r": "R",
    "prose": "prose.txt",
    "methods": "methods.md",
    "methods-long": "methods-long.md",
    "methods-latex": "methods.tex",
    "methods-long-latex": "methods-long.tex",
    "markdown": "md",
    "mermaid": "mmd",
    "spark": "spark.sql",
}
"""How the files are named; Python's are no modules, so that no tool takes them for our own."""


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda path: path.stem)
@pytest.mark.parametrize(("form", "flags"), TARGETS, ids=str)
def test_a_translation_reads_as_recorded(run, statement, form, flags):
    outcome = run("translate", "--emulator", "--to", form, *flags, statement)
    assert (outcome.status, outcome.err) == (0, "")
    ending = "all-pages.sh" if flags else ENDINGS[form]
    recorded = statement.with_name(f"{statement.stem}.{ending}")
    if os.environ.get("UPDATE_GOLDEN"):
        recorded.write_text(outcome.out)
    assert outcome.out == recorded.read_text()


def test_every_recorded_translation_has_its_statement():
    made = {path.name.partition(".")[0] for path in STATEMENTS[0].parent.iterdir()}
    assert made == {path.stem for path in STATEMENTS}


def test_every_form_is_recorded():
    assert {*ENDINGS, "text"} == set(FORMS)
    assert set(ALL_PAGES) <= set(FORMS)
