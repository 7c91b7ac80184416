"""Words for what was found and for what could stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.syntax.keywords import words
from tiksql.syntax.tokens import END

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiksql.syntax.tokens import Token

LONGEST_EXCERPT = 40
"""Code points of somebody's text that a message repeats."""

MOST_WORDS = 8
"""Words that a list of what could stand somewhere has."""

SIGNS = {
    "SEMICOLON": '";"',
    "COMMA": "a comma",
    "DOT": 'a "."',
    "LPAR": '"("',
    "RPAR": '")"',
    "LSQB": '"["',
    "RSQB": '"]"',
    "STAR": '"*"',
    "PLUS": '"+"',
    "MINUS": '"-"',
    "SLASH": '"/"',
    "PERCENT": '"%"',
    "CONCAT": '"||"',
    "DOUBLE_COLON": '"::"',
    "EQUAL": '"="',
    "UNEQUAL": '"<>"',
    "LESS": '"<"',
    "LESS_EQUAL": '"<="',
    "MORE": '">"',
    "MORE_EQUAL": '">="',
}
KINDS = {
    "NAME": "a name",
    "QUOTED": "a name",
    "STRING": "a text in single quotes",
    "PARAMETER": "a parameter",
    "INTEGER": "a number",
    "DECIMAL": "a number",
    END: "the end of the statement",
}
EXPRESSION = frozenset(
    words("""
    NAME QUOTED STRING PARAMETER INTEGER DECIMAL LPAR PLUS MINUS NOT NULL TRUE FALSE CASE CAST
    EXISTS DATE TIMESTAMP INTERVAL CURRENT_DATE CURRENT_TIMESTAMP UNBOUNDED CURRENT
    """)
)
OPERATORS = frozenset(
    words("""
    STAR PLUS MINUS SLASH PERCENT CONCAT EQUAL UNEQUAL LESS LESS_EQUAL MORE MORE_EQUAL DOUBLE_COLON
    DOT LPAR LSQB IN LIKE ILIKE BETWEEN CONTAINS IS NOT AND OR
    """)
)
NAMES = frozenset({"NAME", "QUOTED", "DATE", "TIMESTAMP", "INTERVAL"})

_ORDER = words("""
AS COMMA FROM JOIN ON USING WHERE GROUP HAVING ORDER LIMIT RPAR RSQB SELECT WITH EXPLAIN CREATE
REFRESH DROP SHOW DESCRIBE COPY SET RESET
""")


def is_keyword(kind: str) -> bool:
    """Say whether a terminal is a word that the grammar knows."""
    return kind not in SIGNS and kind not in KINDS


def excerpt(text: str) -> str:
    """Cut somebody's text short, and show what cannot be seen."""
    cut = text[:LONGEST_EXCERPT]
    shown = "".join([c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut])
    shown = shown if len(shown) <= 2 * LONGEST_EXCERPT else shown[:LONGEST_EXCERPT]
    return shown if len(text) <= LONGEST_EXCERPT else shown + "…"


def found(token: Token) -> str:
    """Say what a token is."""
    if token.kind in KINDS:
        kind = {"STRING": "the text ", "QUOTED": "the name ", END: "the end"}.get(token.kind)
        if kind:
            return kind + excerpt(token.text)
    if is_keyword(token.kind):
        return token.text.upper()
    return f'"{excerpt(token.text)}"'


def either(choices: Iterable[str]) -> str:
    """Join words by commas and a last "or"."""
    *most, last = choices
    return f"{', '.join(most)} or {last}" if most else last


def wanted(expected: frozenset[str]) -> str:
    """Say what could stand somewhere, the likeliest first."""
    rest, groups = set(expected), list[str]()
    if {"NAME", "INTEGER", "LPAR"} <= rest:
        groups.append("an expression")
        rest -= EXPRESSION
    elif "NAME" in rest:
        groups.append("a name")
        rest -= NAMES
    if {"CONCAT", "PLUS"} <= rest:
        groups.append("an operator")
        rest -= OPERATORS if "OR" in rest else OPERATORS - {"AND"}  # the AND of a BETWEEN
    if END in rest:
        groups.append(KINDS[END])
        rest -= {END, "SEMICOLON"}
    ranked = sorted(rest, key=lambda kind: (_rank(kind), kind))
    ranks = dict.fromkeys(groups[:1] + [_word(kind) for kind in ranked] + groups[1:])
    return either(list(ranks)[:MOST_WORDS])


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _word(kind: str) -> str:
    pairs = {"GROUP": "GROUP BY", "ORDER": "ORDER BY"}
    return SIGNS.get(kind) or KINDS.get(kind) or pairs.get(kind, kind)
