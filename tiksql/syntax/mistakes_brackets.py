"""Mistakes in brackets, and in what needs some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.spelling import nearest
from tiksql.syntax.codes import Code
from tiksql.syntax.tokens import END
from tiksql.syntax.wording import excerpt, found

if TYPE_CHECKING:
    from tiksql.errors import ParseError
    from tiksql.syntax.scene import Scene

_ENDS = frozenset({END, "SEMICOLON"})
_CLAUSES = frozenset({"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "JOIN", "ON"})
_SPOKEN = {
    "EXTRACT": "write date_part('year', x)",
    "SUBSTRING": "write substring(x, 1, 3)",
    "TRIM": "write trim(x, 'characters')",
}


def surplus(scene: Scene) -> ParseError | None:
    """Find a closing bracket that closes nothing."""
    if scene.wrong.kind not in {"RPAR", "RSQB"} or scene.open:
        return None
    return scene.error(
        Code.EXTRA_BRACKET,
        f'this "{scene.wrong.text}" closes nothing',
        hint="leave it out, or open a bracket before",
    )


def never_closed(scene: Scene) -> ParseError | None:
    """Find a bracket that is still open where its statement or clause ends."""
    if not scene.open:
        return None
    wrong, index = scene.wrong, scene.open[-1]
    bracket = scene.statement[index]
    word = scene.statement[index - 1].word if index else ""
    if wrong.kind == "FROM" and word in _SPOKEN:
        message = f"{word}(… FROM …) is not part of TikSQL"
        return scene.error(Code.CLAUSE, message, hint=_SPOKEN[word])
    closing = {"LPAR": "RPAR", "LSQB": "RSQB"}[bracket.kind]
    copied = scene.back(len(scene.statement)).kind == "COPY" and wrong.word == "TO"
    behind = wrong.kind in _CLAUSES and closing in scene.expected
    if wrong.kind in _ENDS or copied or behind:
        return scene.error(
            Code.OPEN_BRACKET,
            f'this "{bracket.text}" is never closed',
            span=bracket.span,
            hint=f'write "{")" if closing == "RPAR" else "]"}" before {found(wrong)}',
        )
    return None


def empty_in(scene: Scene) -> ParseError | None:
    """Find an IN with nothing in its brackets."""
    if scene.back(2).kind != "IN" or scene.wrong.kind not in {"RPAR", "RSQB"}:
        return None
    if scene.previous.kind not in {"LPAR", "LSQB"}:
        return None
    return scene.error(
        Code.NOT,
        "IN needs at least one value",
        span=scene.previous.span.to(scene.wrong.span),
        hint="a list that may be empty comes as a parameter: IN (:list)",
    )


def missing_around_in(scene: Scene) -> ParseError | None:
    """Find values behind IN without brackets around them."""
    if scene.previous.kind != "IN" or scene.wrong.kind in _ENDS:
        return None
    query = scene.wrong.kind in {"SELECT", "WITH"}
    shown = "SELECT …" if query else excerpt(scene.wrong.text)
    return scene.error(Code.NOT, "IN needs brackets around its values", hint=f"write IN ({shown})")


def bare_query(scene: Scene) -> ParseError | None:
    """Find a query where an expression belongs, and with it a misspelt EXISTS or CAST."""
    wrong = scene.wrong.kind
    if wrong not in {"SELECT", "WITH", "AS"} or not scene.statement:
        return None
    before = scene.statement[scene.open[-1] - 1] if scene.open and scene.open[-1] else None
    meant = before and before.kind == "NAME" and nearest(before.text, _words_before(wrong))
    if before and meant:
        message = f'"{excerpt(before.text)}" is no keyword'
        return scene.error(Code.KEYWORD, message, span=before.span, hint=f"did you mean {meant}?")
    if wrong == "AS" or "NAME" not in scene.expected:
        return None
    message = "a query inside an expression needs brackets of its own"
    return scene.error(Code.UNEXPECTED, message, hint="write (SELECT …)")


def _words_before(wrong: str) -> tuple[str, ...]:
    return ("CAST",) if wrong == "AS" else ("EXISTS",)
