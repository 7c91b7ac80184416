"""Mistakes in words: misspelt, foreign, reserved, or in the wrong place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiksql.spelling import nearest
from tiksql.syntax.codes import Code
from tiksql.syntax.foreign import CLAUSES, OBJECTS, STATEMENTS
from tiksql.syntax.keywords import RESERVED, STARTERS
from tiksql.syntax.wording import either, excerpt, found, is_keyword

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiksql.errors import ParseError
    from tiksql.syntax.scene import Scene
    from tiksql.syntax.tokens import Token

SHORT = 2
"""Letters of the keywords that half the short names are one slip away from."""

_GLUED = re.compile(r"([A-Z]+)(\d+)")
_ORDER = {
    "FROM": 0,
    "JOIN": 0,
    "WHERE": 1,
    "GROUP": 2,
    "HAVING": 3,
    "ORDER": 4,
    "LIMIT": 5,
    "OFFSET": 6,
}
_PAIRS = {"GROUP": "GROUP BY", "ORDER": "ORDER BY"}


def foreign_statement(scene: Scene) -> ParseError | None:
    """Name what to use instead of a statement that TikSQL does not have."""
    word = scene.wrong.word
    if not scene.statement and word in STATEMENTS:
        message = f"TikSQL has no {word} statement"
        return scene.error(Code.STATEMENT, message, hint=STATEMENTS[word])
    first = scene.back(len(scene.statement)).word if scene.statement else ""
    if first in {"CREATE", "DROP", "REFRESH"} and "COLLECTION" in scene.expected | {""}:
        if word not in OBJECTS:
            return None
        rest = " AS SELECT …" if first == "CREATE" else ""
        hint = f"write {first} COLLECTION name{rest}"
        return scene.error(Code.STATEMENT, f"TikSQL has no {first} {word}", hint=hint)
    return None


def missing_semicolon(scene: Scene) -> ParseError | None:
    """Find the first word of a second statement."""
    word = scene.wrong.word
    if word not in STARTERS or "SEMICOLON" not in scene.expected or not scene.statement:
        return None
    return scene.error(
        Code.SEPARATOR,
        f"{word} begins another statement",
        hint=f"write a semicolon before {word}",
    )


def show_target(scene: Scene) -> ParseError | None:
    """List what SHOW can show."""
    if scene.previous.kind != "SHOW" or not scene.wrong.word:
        return None
    targets = sorted(scene.expected)
    near = nearest(scene.wrong.text, targets)
    hint = f"did you mean SHOW {near}?" if near else f"SHOW takes {either(targets)}"
    return scene.error(Code.SHOW, f"SHOW has no {excerpt(scene.wrong.text)}", hint=hint)


def glued_number(scene: Scene) -> ParseError | None:
    """Find a keyword with a number at its end."""
    parts = _GLUED.fullmatch(scene.wrong.word) if scene.wrong.kind == "NAME" else None
    if not parts or parts[1] not in scene.expected:
        return None
    word, number = parts.groups()
    message = f"a space is missing between {word} and {number}"
    return scene.error(Code.KEYWORD, message, hint=f"write {word} {number}")


def foreign_clause(scene: Scene) -> ParseError | None:
    """Name what to write instead of a clause that TikSQL does not have."""
    for token in (scene.wrong, scene.previous):
        if token.kind == "NAME" and token.word in CLAUSES:
            message = f"{token.word} is not part of TikSQL"
            return scene.error(Code.CLAUSE, message, span=token.span, hint=CLAUSES[token.word])
    return None


def misspelt(scene: Scene) -> ParseError | None:
    """Find a keyword in a word that no name can be."""
    return _misspelt(scene, scene.wrong, scene.expected)


def misspelt_before(scene: Scene) -> ParseError | None:
    """Find a keyword in the name before, which only made the next word wrong."""
    return _misspelt(scene, scene.previous, scene.expected_before)


def _misspelt(scene: Scene, token: Token, expected: Iterable[str]) -> ParseError | None:
    if token.kind != "NAME":
        return None
    words = [k for k in expected if is_keyword(k) and _plausible(token.word, k)]
    near = nearest(token.text, words)
    if near is None:
        return None
    message = f'"{excerpt(token.text)}" is no keyword'
    return scene.error(Code.KEYWORD, message, span=token.span, hint=f"did you mean {near}?")


def _plausible(word: str, keyword: str) -> bool:
    if len(keyword) > SHORT:
        return len(word) > SHORT
    return sorted(word) == sorted(keyword) or re.sub(r"(.)\1", r"\1", word) == keyword


def not_and_is(scene: Scene) -> ParseError | None:
    """Find a NOT or IS that is used as in speech."""
    before, wrong = scene.previous.kind, scene.wrong
    after_is = before == "IS" or (before == "NOT" and scene.back(2).kind == "IS")
    if after_is and "NULL" in scene.expected and is_value(wrong):
        sign = "=" if before == "IS" else "<>"
        hint = f"write {sign} {excerpt(wrong.text)}"
        return scene.error(Code.NOT, "IS takes NULL and nothing else", hint=hint)
    if before != "NOT" or "BETWEEN" not in scene.expected:
        return None
    hint = "write NOT before the whole condition, or <> for unequal"
    if wrong.kind == "NULL":
        hint = "write IS NOT NULL"
    message = f"NOT cannot stand before {found(wrong)}"
    return scene.error(Code.NOT, message, span=scene.previous.span, hint=hint)


def is_value(token: Token) -> bool:
    """Say whether a token can be a value by itself."""
    kinds = {"NAME", "QUOTED", "STRING", "INTEGER", "DECIMAL", "PARAMETER", "TRUE", "FALSE"}
    return token.kind in kinds


def missing_as(scene: Scene) -> ParseError | None:
    """Find a new name without AS before it."""
    if "AS" not in scene.expected or scene.wrong.kind not in {"NAME", "QUOTED"}:
        return None
    name = excerpt(scene.wrong.text)
    if "JOIN" in scene.expected:
        message = f"a new name for a table needs AS, and {name} has none"
        return scene.error(Code.MISSING_AS, message, hint=f"write AS {name}")
    if scene.previous.kind in {"NAME", "STAR", "QUOTED"} or "COMMA" not in scene.expected:
        return None
    message = f"a new name for a column needs AS, and {name} has none"
    return scene.error(Code.MISSING_AS, message, hint=f"write AS {name}, or a comma")


def reserved_name(scene: Scene) -> ParseError | None:
    """Find a reserved word where a name belongs."""
    word = scene.wrong.kind
    if word not in RESERVED or "NAME" not in scene.expected:
        return None
    after_name = scene.previous.kind in {"AS", "DOT", "COLLECTION"}
    if not (after_name or (word in _PAIRS and scene.next_word != "BY")):
        return None
    return scene.error(
        Code.RESERVED,
        f"{word} is a reserved word, and a name belongs here",
        hint=f'write "{scene.wrong.text.lower()}" in double quotes',
    )


def clause_order(scene: Scene) -> ParseError | None:
    """Find a clause behind one that it has to stand before."""
    word = scene.wrong.kind
    if word not in _ORDER or "NAME" in scene.expected:
        return None
    later = [t.kind for t in scene.level if _ORDER.get(t.kind, -1) >= _ORDER[word]]
    if not later or (word == "JOIN" and later[-1] in {"FROM", "JOIN"}):
        return None
    name, last = _PAIRS.get(word, word), _PAIRS.get(later[0], later[0])
    if word in later:
        return scene.error(Code.CLAUSE, f"{name} stands here for the second time", hint=_once(word))
    message = f"{name} stands behind {last}"
    return scene.error(Code.CLAUSE, message, hint=f"write {name} before {last}")


def _once(word: str) -> str:
    joined = {"WHERE": "join conditions with AND", "HAVING": "join conditions with AND"}
    return joined.get(word, "leave one of them out")
