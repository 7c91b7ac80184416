"""A TextMate grammar, for editors: words from the grammar, tables and columns from the catalog."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tiksql.syntax.keywords import RESERVED
from tiksql.syntax.parser import read_grammar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiksql.catalog import Catalog

SCOPE = "source.tiksql"
KEYWORD = re.compile(r'^[A-Z_]+: "([a-z_]+)"i$', re.MULTILINE)
CONSTANTS = frozenset({"TRUE", "FALSE", "NULL", "CURRENT_DATE", "CURRENT_TIMESTAMP"})
BEFORE_BRACKETS = frozenset({"FILTER", "OVER", "TABLESAMPLE", "INTERVAL", "COPY", "EXPLAIN"})
"""Words that an opening bracket may follow although they call nothing."""


def textmate(catalog: Catalog) -> dict[str, Any]:
    """Make the grammar, as the JSON that VS Code reads and the plist that Sublime Text reads."""
    keywords = frozenset(word.upper() for word in KEYWORD.findall(read_grammar()))
    return {
        "name": "TikSQL",
        "scopeName": SCOPE,
        "fileTypes": ["tsql"],
        "patterns": [
            *_comments(),
            *_literals(),
            *_words(catalog, keywords),
            {"name": _scope("keyword.operator"), "match": r"<>|!=|<=|>=|\|\||::|[-+*/%=<>]"},
        ],
    }


def _scope(name: str) -> str:
    return f"{name}.tiksql"


def _comments() -> list[dict[str, Any]]:
    types = "text|integer|number|boolean|date|timestamp|id"
    return [
        {
            "name": _scope("comment.line.documentation"),
            "match": rf"--\s*(@param)\s+(\w+)\s+((?:{types})(?:\[\])?)"
            r"(?:\s+(required|default))?(?=\s|$).*$",
            "captures": {
                "1": {"name": _scope("keyword.other.documentation")},
                "2": {"name": _scope("variable.parameter")},
                "3": {"name": _scope("storage.type")},
                "4": {"name": _scope("keyword.other.documentation")},
            },
        },
        {"name": _scope("comment.line.double-dash"), "match": r"--.*$"},
        {"name": _scope("comment.block"), "begin": r"/\*", "end": r"\*/"},
    ]


def _literals() -> list[dict[str, Any]]:
    def between(sign: str, scope: str) -> dict[str, Any]:
        escaped = {"name": _scope("constant.character.escape"), "match": sign * 2}
        return {"name": _scope(scope), "begin": sign, "end": sign, "patterns": [escaped]}

    return [
        between("'", "string.quoted.single"),
        between('"', "variable.other.quoted"),
        {"name": _scope("variable.parameter"), "match": r"(?<!:):[A-Za-z_]\w*"},
        {
            "name": _scope("constant.numeric"),
            "match": r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])",
        },
    ]


def _words(catalog: Catalog, keywords: frozenset[str]) -> list[dict[str, Any]]:
    tables = list(catalog.tables.values())
    names = {name for table in tables for name in (table.name, *table.aliases)}
    columns = {
        name
        for table in tables
        for column in table.columns.values()
        for name in (column.name, *column.names)
    }
    contextual = keywords - RESERVED
    return [
        _any("constant.language", CONSTANTS),
        _any("keyword.control", RESERVED - CONSTANTS),
        _any("keyword.other", BEFORE_BRACKETS, r"(?=\s*\()"),
        {"name": _scope("support.function"), "match": r"[A-Za-z_]\w*(?=\s*\()"},
        _any("entity.name.type", names),
        _any("variable.other.member", columns),
        _any("keyword.other", contextual),
    ]


def _any(scope: str, names: Iterable[str], behind: str = "") -> dict[str, Any]:
    """Match any of some words as a whole, whatever its case."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return {"name": _scope(scope), "match": rf"(?i)\b(?:{'|'.join(longest_first)})\b{behind}"}
