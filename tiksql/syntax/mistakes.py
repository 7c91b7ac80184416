"""What somebody probably meant who wrote what no grammar can read.

Each rule looks at the place where the parser stopped and knows one mistake. The first that
recognises its own speaks; the last one only says what was expected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.syntax import mistakes_brackets, mistakes_signs, mistakes_words
from tiksql.syntax.codes import Code
from tiksql.syntax.keywords import STARTERS
from tiksql.syntax.tokens import END
from tiksql.syntax.wording import either, found, wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.errors import ParseError
    from tiksql.syntax.scene import Scene

RULES: tuple[Callable[[Scene], ParseError | None], ...] = (
    mistakes_signs.sign,
    mistakes_signs.apostrophe,
    mistakes_signs.thousands,
    mistakes_signs.hyphen,
    mistakes_words.foreign_statement,
    mistakes_words.missing_semicolon,
    mistakes_words.show_target,
    mistakes_words.glued_number,
    mistakes_words.foreign_clause,
    mistakes_words.misspelt,
    mistakes_words.misspelt_before,
    mistakes_brackets.surplus,
    mistakes_brackets.empty_in,
    mistakes_brackets.missing_around_in,
    mistakes_brackets.never_closed,
    mistakes_signs.extra_comma,
    mistakes_words.not_and_is,
    mistakes_words.missing_as,
    mistakes_signs.missing_comma,
    mistakes_words.reserved_name,
    mistakes_words.clause_order,
    mistakes_brackets.bare_query,
)


def explain(scene: Scene) -> ParseError:
    """Say what is wrong where the parser stopped."""
    for rule in RULES:
        if error := rule(scene):
            return error
    return unexpected(scene)


def unexpected(scene: Scene) -> ParseError:
    """Say what was expected, for mistakes that no rule knows."""
    if scene.wrong.kind == END:
        message = f"the statement ends too early: expected {wanted(scene.expected)}"
        return scene.error(Code.INCOMPLETE, message, hint=_hint(scene))
    if not scene.statement:
        message = f"no statement starts with {found(scene.wrong)}"
        hint = f"statements start with {either(STARTERS)}"
        return scene.error(Code.UNEXPECTED, message, hint=hint)
    message = f"expected {wanted(scene.expected)}, found {found(scene.wrong)}"
    return scene.error(Code.UNEXPECTED, message, hint=_hint(scene))


def _hint(scene: Scene) -> str | None:
    if "END" in scene.expected:
        return "a CASE ends with END"
    if "USING" in scene.expected:
        return "a JOIN needs ON with a condition, or USING with columns"
    return None
