"""Read a text that is not finished, or wrong, as the statement that it is likely to become.

The parser decides throughout. A token that does not fit is taken if one more before it makes it
fit, and left out otherwise; at the end, and where a clause begins, what is open is closed. Where
somebody is still typing, a ``mark`` stands for the word to come: the node that holds it in the
tree says what it will be.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tiksql.errors import ParseError
from tiksql.syntax.keywords import words
from tiksql.syntax.parser import acceptable, advance, build, language
from tiksql.syntax.tokens import END, Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.syntax import ast

MARK = "\ue000"
"""Stands in a tree for the word at the cursor; no standard gives this character a meaning."""

MARKS = {"NAME": MARK, "QUOTED": f'"{MARK}"', "STRING": f"'{MARK}'"}
FILLERS = {
    "RPAR": ")",
    "RSQB": "]",
    "END": "end",
    "THEN": "then",
    "ON": "on",
    "AS": "as",
    "WHEN": "when",
    "BY": "by",
    "AND": "and",
    "TO": "to",
    "EQUAL": "=",
    "SELECT": "select",
    "NAME": "_",
    "STRING": "''",
    "INTEGER": "1",
    "LPAR": "(",
}
"""What a missing token may be, in the order in which it is tried when the text is at its end."""

BETWEEN_TOKENS = words("NAME RPAR COMMA EQUAL STRING RSQB AND")
"""What one missing token may be where more text follows."""

ANCHORS = frozenset(words("SEMICOLON FROM WHERE GROUP HAVING ORDER LIMIT UNION"))
"""Tokens that end what is open before them, as the end of the text does."""

MOST_FILLERS = 600
"""Tokens that may be missing at an end: one for each bracket, as deep as they can be nested."""

CLOSERS = words("RPAR RSQB END THEN ON AND NAME")
MOST_CLOSERS = 8
"""What may be missing before an anchor, and how much of it."""


class Reader:
    """Takes tokens one after another; ``tokens`` holds those that fit, and the fillers.

    ``stack`` is the state of the parser; it is replaced, never changed.
    """

    def __init__(self) -> None:
        self._language = language()
        self.stack = [self._language.start]
        self.tokens: list[Token] = []

    def fits(self, kind: str) -> bool:
        """Say whether a terminal can come next."""
        return advance(self._language, self.stack[:], kind)

    def expected(self) -> frozenset[str]:
        """Return the terminals that can come next."""
        return acceptable(self._language, self.stack)

    def read(self, text: str, start: int, end: int) -> Iterator[Token]:
        """Take the tokens of a part of a text, yielding each, whether it fits or not."""
        for token in self._language.lexer.cut(text, self.fits, start, end):
            self.take(token)
            yield token

    def take(self, token: Token) -> None:
        """Take a token, with fillers before it or not at all if it does not fit."""
        stack = self.stack[:]
        if advance(self._language, stack, token.kind):
            self.stack = stack
            self.tokens.append(token)
            return
        for kind in BETWEEN_TOKENS:
            if self._push(_filler(kind, token.start), token):
                return
        if token.kind in ANCHORS:
            self._close_before(token)

    def _close_before(self, token: Token) -> None:
        """Take a token behind what closes everything that is open; leave it out if nothing does."""
        stack, known = self.stack, len(self.tokens)
        for _ in range(MOST_CLOSERS):
            if not any(self._push(_filler(kind, token.start)) for kind in CLOSERS):
                break
            if self._push(token):
                return
        self.stack = stack
        del self.tokens[known:]

    def close(self, place: int) -> bool:
        """Add what is missing before the end; say whether it can come then."""
        for _ in range(MOST_FILLERS):
            if self.fits(END):
                return True
            if not any(self._push(_filler(kind, place)) for kind in FILLERS):
                other = min((k for k in self.expected() if k.isalpha()), default=None)
                if other is None or not self._push(Token(other, other, place, place)):
                    return False
        return False

    def _push(self, *tokens: Token) -> bool:
        """Take tokens if all fit."""
        stack = self.stack[:]
        if not all(advance(self._language, stack, token.kind) for token in tokens):
            return False
        self.stack = stack
        self.tokens += tokens
        return True


def _filler(kind: str, place: int) -> Token:
    return Token(kind, FILLERS.get(kind, ","), place, place)


class Mended(NamedTuple):
    """A statement around a place.

    ``before`` are the tokens before the place, ``expected`` the terminals that can come behind
    them, ``tree`` the statement with the mark in it, None where none could be built; ``stack`` is
    the state of the parser at the place.
    """

    before: list[Token]
    expected: frozenset[str]
    tree: ast.Script | None
    stack: list[int]

    @property
    def is_lost(self) -> bool:
        """Whether there are tokens before the place, and the parser could take none of them."""
        return bool(self.before) and len(self.stack) == 1

    def takes(self, kinds: Iterable[str]) -> bool:
        """Say whether these terminals can come at the place, one behind another."""
        stack = self.stack[:]
        return all(advance(language(), stack, kind) for kind in kinds)


@lru_cache(maxsize=4)
def mend(before: str, after: str, kinds: tuple[str, ...]) -> Mended:
    """Read a statement between whose halves a word is being typed.

    The mark is of the first of ``kinds`` that fits; without one that does, none is set. Remembered,
    as the halves stay the same while letters are added to the word.
    """
    place = len(before)
    reader = Reader()
    tokens = list(reader.read(before, 0, place))
    expected, stack = reader.expected(), reader.stack
    if kind := next((kind for kind in kinds if kind in expected), None):
        reader.take(Token(kind, MARKS[kind], place, place))
    text = before + after
    for _ in reader.read(text, place, len(text)):
        pass
    return Mended(tokens, expected, _tree(reader, len(text)), stack)


def _tree(reader: Reader, end: int) -> ast.Script | None:
    if not reader.close(end):
        return None
    try:
        return build(reader.tokens)
    except ParseError:  # a value that no tree can hold, such as INTERVAL 'x'
        return None
