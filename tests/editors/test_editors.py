"""Editors colour what the language is made of; hooks run what they say."""

from __future__ import annotations

import json
import plistlib
import re
import shlex
from pathlib import Path

import pytest

from tiksql.catalog import load
from tiksql.syntax.keywords import RESERVED
from tiksql.syntax.parser import language
from tiksql.textmate import textmate

ROOT = Path(__file__).parents[2]
EDITORS = ROOT / "grammar" / "editors"
GRAMMAR = textmate(load())


def scopes(text):
    """Colour one line as an editor does: the first of the earliest matches, on and on."""
    at, found = 0, []
    while at < len(text):
        hits = []
        for number, pattern in enumerate(GRAMMAR["patterns"]):
            match = re.compile(pattern.get("match") or pattern["begin"]).search(text, at)
            if match and match.end() > match.start():
                hits.append((match.start(), number, match, pattern))
        if not hits:
            break
        start, _, match, pattern = min(hits, key=lambda hit: hit[:2])
        end = match.end()
        if "begin" in pattern:
            end = closed(text, end, pattern)
        found.append((text[start:end], pattern["name"].removesuffix(".tiksql")))
        at = end
    return found


def closed(text, at, pattern):
    inner = [each["match"] for each in pattern.get("patterns", [])]
    while at < len(text):
        escaped = [m for each in inner if (m := re.compile(each).match(text, at))]
        if escaped:
            at = escaped[0].end()
        elif match := re.compile(pattern["end"]).match(text, at):
            return match.end()
        else:
            at += 1
    return at


def scope(word, text=None):
    return dict(scopes(text or word)).get(word)


def test_every_keyword_is_coloured_as_one():
    tables = {name.upper() for name in load().tables}
    for word in language().lexer.keywords - tables:
        assert scope(word).startswith(("keyword", "constant.language", "support.function"))


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_reserved_words_are_coloured_in_any_case(word):
    for text in (word, word.lower(), word.title()):
        assert scope(text).startswith(("keyword.control", "constant.language"))


@pytest.mark.parametrize("table", load().tables.values(), ids=lambda table: table.name)
def test_tables_and_columns_are_coloured(table):
    assert scope(table.name) == "entity.name.type"
    for column in table.columns.values():
        assert scope(column.name) == "variable.other.member"


@pytest.mark.parametrize(
    ("line", "coloured"),
    [
        ("SELECT like_count", [
            ("SELECT", "keyword.control"), ("like_count", "variable.other.member")]),
        ("'it''s' x", [("'it''s'", "string.quoted.single")]),
        ("'-- no comment'", [("'-- no comment'", "string.quoted.single")]),
        ("-- SELECT 'x'", [("-- SELECT 'x'", "comment.line.double-dash")]),
        ("/* SELECT */ 1", [("/* SELECT */", "comment.block"), ("1", "constant.numeric")]),
        ('"Order"', [('"Order"', "variable.other.quoted")]),
        (":tag", [(":tag", "variable.parameter")]),
        ("x::BIGINT", [("::", "keyword.operator")]),
        ("count(", [("count", "support.function")]),
        ("IN (", [("IN", "keyword.control")]),
        ("FILTER (", [("FILTER", "keyword.other")]),
        ("1.5e6", [("1.5e6", "constant.numeric")]),
        ("-- @param tag text default 'a'", [
            ("-- @param tag text default 'a'", "comment.line.documentation")]),
    ],
)  # fmt: skip
def test_a_line_is_coloured(line, coloured):
    assert scopes(line) == coloured


def test_a_parameter_header_colours_its_parts():
    (pattern,) = [p for p in GRAMMAR["patterns"] if "captures" in p]
    match = re.match(pattern["match"], "-- @param tags text[] required what to look for")
    assert match.groups() == ("@param", "tags", "text[]", "required")


def test_the_extension_names_files_that_exist():
    folder = EDITORS / "vscode"
    package = json.loads((folder / "package.json").read_text())["contributes"]
    (language,), (grammar,) = package["languages"], package["grammars"]
    assert language["extensions"] == [".tsql"]
    assert language["id"] == grammar["language"]
    assert json.loads((folder / language["configuration"]).read_text())["comments"]
    found = json.loads((folder / grammar["path"]).read_text())
    assert found["scopeName"] == grammar["scopeName"]


def test_sublime_reads_the_same_grammar():
    found = plistlib.loads((EDITORS / "sublime" / "TikSQL.tmLanguage").read_bytes())
    assert found == GRAMMAR


# --- pre-commit -----------------------------------------------------------------------------------


def hooks():
    text = (ROOT / ".pre-commit-hooks.yaml").read_text()
    parts = re.split(r"^- ", text, flags=re.MULTILINE)[1:]
    return [
        dict(line.strip().split(": ", 1) for line in part.strip().split("\n")) for part in parts
    ]


def test_there_are_two_hooks_for_scripts():
    assert [hook["id"] for hook in hooks()] == ["tiksql-fmt", "tiksql-check"]
    for hook in hooks():
        assert set(hook) == {"id", "name", "description", "entry", "language", "files"}
        assert hook["language"] == "python"
        assert re.search(hook["files"], "queries/a.tsql")
        assert not re.search(hook["files"], "a.sql")


def test_the_entries_of_the_hooks_run(run, tmp_path):
    script = tmp_path / "a.tsql"
    script.write_text("select 1 as one;")
    formatting, checking = (shlex.split(hook["entry"])[1:] for hook in hooks())
    assert run(*formatting, script).status == 0
    assert script.read_text() == "SELECT 1 AS one;\n"
    assert run(*checking, script).status == 0
    script.write_text("SELCT 1;")
    assert run(*checking, script).status == 1
