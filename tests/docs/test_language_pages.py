"""The pages of grammar/ tell the truth: examples run, generated pages are those of today."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from reverse_world import sent, session, turned

from tiksql.catalog import load
from tiksql.checking import check
from tiksql.schema import schema
from tiksql.source import Source
from tiksql.syntax.format import formatted
from tiksql.syntax.parser import parse
from tiksql.syntax.statements import parts

ROOT = Path(__file__).parents[2]
GRAMMAR = ROOT / "grammar"
PAGES = sorted(GRAMMAR.glob("*.md"))
GENERATED = {
    "tables.md": "markdown",
    "editors/vscode/tiksql.tmLanguage.json": "textmate",
    "editors/sublime/TikSQL.tmLanguage": "plist",
}


def blocks(page):
    return re.findall(
        r"^```(\w+)\n(.*?)^```", (GRAMMAR / page).read_text(), re.MULTILINE | re.DOTALL
    )


def pairs():
    """Each foreign block of the page with the SQL below it."""
    waiting = None
    for language, text in blocks("coming-from.md"):
        if language == "sql":
            assert waiting is not None
            yield pytest.param(*waiting, text, id=f"{waiting[0]}-{text.split()[3]}")
            waiting = None
        elif language != "r":
            waiting = (language, text)
    assert waiting is None


@pytest.mark.parametrize(("language", "text", "sql"), list(pairs()))
def test_what_people_have_becomes_the_sql_below_it(language, text, sql):
    if language == "python":
        scope = {}
        exec(compile(text, "coming-from.md", "exec"), scope)
        language, text = "json", body_of(scope["request"])
        fields = "id,username"
    else:
        fields = "id,like_count" if language == "json" else None
    days = ["2024-03-03", "2024-03-04"] if language == "helper" else None
    assert turned(text, language, fields=fields, days=days).sql == sql


def body_of(request):
    """The body that the official client would send."""
    query = request.query.to_dict()
    days = {"start_date": request.start_date, "end_date": request.end_date}
    return json.dumps({"query": query, **days, "max_count": request.max_count})


@pytest.mark.parametrize(("name", "form"), GENERATED.items())
def test_a_generated_file_is_up_to_date(name, form):
    """If this fails: make reference, and look at the difference."""
    assert (GRAMMAR / name).read_text() == schema(form)


def test_every_block_of_sql_that_stands_alone_is_laid_out():
    for _, text in [block for block in blocks("coming-from.md") if block[0] == "sql"]:
        assert formatted(Source(text)) == text
        assert sent(text)


@pytest.mark.parametrize("script", sorted((ROOT / "examples").glob("*.tsql")), ids=lambda p: p.stem)
def test_an_example_is_laid_out(script):
    """If this fails: tiksql fmt examples/*.tsql"""
    assert formatted(Source(script.read_text())) == script.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_links_only_to_what_exists(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert target.startswith("http") or (page.parent / target).exists(), target


def test_links_within_the_tables_go_to_sections():
    text = (GRAMMAR / "tables.md").read_text()
    sections = {
        f"#{title.lower().replace(' ', '-')}"
        for title in re.findall(r"^## (.*)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\((#[^)]+)\)", text)) <= sections


# --- the language, clause by clause ---------------------------------------------------------------


STATEMENTS = [
    part.text.strip()
    for language, block in blocks("README.md")
    if language == "sql"
    for part in parts(block)
]


def problems(sql):
    """What is wrong with a statement when it gets the days and the leave that an example lacks."""
    mine = session()
    for _ in range(4):
        errors = [error for _, error in check(mine, Source(sql), {}).errors]
        codes = {error.code for error in errors}
        if "TS301" in codes:
            (error,) = (error for error in errors if error.code == "TS301")
            sql = error.hint.removeprefix("for example:\n")
        elif "TS302" in codes:
            mine.settings = mine.settings.having("allow_full_scan", "on", "session")
        else:
            break
    return errors


def is_illustration(sql, error):
    """Whether an error is only that an example has a collection, or columns of no table at all."""
    if error.code in {"TS404", "TS306"}:
        return True
    if error.code == "TS202":
        return error.hint is None or "did you mean" not in error.hint
    tables = {table.name for table in load().tables.values()}
    return error.code == "TS201" and not tables & set(sql.lower().split())


@pytest.mark.parametrize("sql", STATEMENTS)
def test_every_statement_of_the_language_is_parsed_resolved_and_planned(sql):
    assert [e for e in problems(sql) if not is_illustration(sql, e)] == []


@pytest.mark.parametrize("sql", STATEMENTS)
def test_every_statement_of_the_language_can_be_laid_out(sql):
    once = formatted(Source(sql))
    assert formatted(Source(once)) == once
    assert parse(Source(once)) == parse(Source(sql))
