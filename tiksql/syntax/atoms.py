"""Tokens with their comments, and the spaces between them."""

from __future__ import annotations

from msgspec import Struct

from tiksql.syntax.keywords import words
from tiksql.syntax.tokens import Token

SIGNS = frozenset({"PLUS", "MINUS"})
OPERANDS = frozenset(
    words("""
    NAME QUOTED STRING INTEGER DECIMAL PARAMETER RPAR RSQB TRUE FALSE NULL END CURRENT_DATE
    CURRENT_TIMESTAMP YEAR YEARS MONTH MONTHS WEEK WEEKS DAY DAYS HOUR HOURS MINUTE MINUTES SECOND
    SECONDS
    """)
)
"""The kinds of token that a value can end with; a sign behind one is an operator."""
NAMES = frozenset({"DATE", "TIMESTAMP", "INTERVAL"})
"""Words that are a keyword before a text or a number, and a name elsewhere."""
VALUES = frozenset({"STRING", "INTEGER", "DECIMAL", "PARAMETER", "LPAR"})
CALLED = frozenset({"NAME", "QUOTED", "DATE", "TIMESTAMP", "CAST"})
"""The kinds that an opening bracket follows without a space."""


class Atom(Struct):
    """A token, the comments around it, and its neighbours."""

    token: Token
    own: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    behind: str = ""
    before: Token | None = None
    after: Token | None = None

    @property
    def kind(self) -> str:
        """The kind of the token."""
        return self.token.kind

    @property
    def text(self) -> str:
        """The token as it is printed: keywords in upper case, all else as it stands."""
        text = self.token.text
        if text.upper() != self.kind or self._is_name:
            return text
        return text.upper()

    @property
    def _is_name(self) -> bool:
        follows = self.after.kind if self.after else ""
        if self.kind in NAMES:
            is_call = follows == "LPAR" and self.kind != "INTERVAL"
            return follows not in VALUES or is_call
        return self.kind == "ON" and self.before is not None and self.before.kind in {"EQUAL", "TO"}


def between(left: Atom, right: Atom) -> str:
    """Say what stands between two neighbours: a space or nothing."""
    if right.within or left.kind in {"DOT", "DOUBLE_COLON", "LPAR", "LSQB"}:
        return "" if left.kind in {"LPAR", "LSQB"} else " " * bool(right.within)
    if right.kind == "DOT" and left.kind in {"INTEGER", "DECIMAL"}:
        return " "  # a member of a number; "1.a" would be no number
    if right.kind in {"COMMA", "SEMICOLON", "DOT", "DOUBLE_COLON", "RPAR", "RSQB"}:
        return ""
    if right.kind == "LPAR":
        return "" if left.kind in CALLED else " "
    if right.kind == "LSQB":
        return "" if left.kind in OPERANDS | NAMES else " "
    if left.kind in SIGNS and _is_sign(left):
        return " " if right.kind in SIGNS else ""
    return " "


def _is_sign(atom: Atom) -> bool:
    """Say whether a plus or minus stands before a value, not between two."""
    return atom.before is None or atom.before.kind not in OPERANDS | NAMES
