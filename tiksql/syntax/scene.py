"""Where a parse stopped, and what was read until then."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tiksql.errors import ParseError
from tiksql.syntax.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.source import Span
    from tiksql.syntax.codes import Code

START = Token("", "", 0, 0)
"""Stands for the token before the first."""

_OPENING = {"LPAR": "RPAR", "LSQB": "RSQB"}


class Scene:
    """The tokens that were read, the wrong one behind them, and what could have stood there.

    ``possible(n)`` gives the terminals that could stand n tokens before the wrong one.
    """

    def __init__(
        self,
        text: str,
        tokens: list[Token],
        wrong: Token,
        possible: Callable[[int], frozenset[str]],
    ) -> None:
        self.text = text
        self.tokens = tokens
        self.wrong = wrong
        self._possible = possible

    def back(self, steps: int) -> Token:
        """Return the token so many steps before the wrong one, in the same statement."""
        return self.statement[-steps] if steps <= len(self.statement) else START

    @cached_property
    def previous(self) -> Token:
        """The token before the wrong one."""
        return self.back(1)

    @cached_property
    def expected(self) -> frozenset[str]:
        """The terminals that could stand where the wrong one does."""
        return self._possible(0)

    @cached_property
    def expected_before(self) -> frozenset[str]:
        """The terminals that could stand where the one before the wrong one does."""
        return self._possible(1)

    @cached_property
    def statement(self) -> list[Token]:
        """The tokens of the statement that is wrong, as far as they were read."""
        for i in range(len(self.tokens) - 1, -1, -1):
            if self.tokens[i].kind == "SEMICOLON":
                return self.tokens[i + 1 :]
        return self.tokens

    @cached_property
    def open(self) -> list[int]:
        """Which tokens of the statement are brackets that are not closed yet."""
        brackets: list[int] = []
        for i, token in enumerate(self.statement):
            if token.kind in _OPENING:
                brackets.append(i)
            elif brackets and token.kind == _OPENING[self.statement[brackets[-1]].kind]:
                brackets.pop()
        return brackets

    @cached_property
    def level(self) -> list[Token]:
        """The tokens of the statement that stand in the innermost open bracket itself."""
        inside: list[Token] = []
        depth = 0
        for token in reversed(self.statement[self.open[-1] + 1 if self.open else 0 :]):
            depth += (token.kind in _OPENING.values()) - (token.kind in _OPENING)
            if depth == 0:
                inside.append(token)
        return inside[::-1]

    @cached_property
    def next_word(self) -> str:
        """The word behind the wrong token, in upper case."""
        rest = self.text[self.wrong.end : self.wrong.end + 40].split()
        return rest[0].upper() if rest else ""

    def error(
        self, code: Code, message: str, *, span: Span | None = None, hint: str | None = None
    ) -> ParseError:
        """Make the error, at the wrong token unless another place is given."""
        return ParseError(code, message, span=span or self.wrong.span, hint=hint)
