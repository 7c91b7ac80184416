"""The keywords and operators that the parser takes at a place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiksql.listings import SIGNS
from tiksql.shell.completion.ranking import Offer
from tiksql.shell.completion.words import KEYWORDS, OPERATORS
from tiksql.syntax import ast
from tiksql.syntax.keywords import STARTERS, words
from tiksql.syntax.wording import NAMES

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from tiksql.catalog import Column, ColumnType
    from tiksql.shell.completion.place import Place, Step
    from tiksql.shell.completion.scope import Known

TERMINALS = {
    "(": "LPAR",
    "=": "EQUAL",
    "<>": "UNEQUAL",
    "<": "LESS",
    "<=": "LESS_EQUAL",
    ">": "MORE",
    ">=": "MORE_EQUAL",
}
PIECES = re.compile(r"\w+|[(=<>]+")

NAMELIKE = NAMES | frozenset(words("ON TRUE FALSE NULL"))
"""Terminals that are names where the grammar takes names alone."""

INFIX = frozenset(words("IN NOT BETWEEN LIKE ILIKE CONTAINS IS"))
"""Keywords that stand behind an expression: offered unasked only behind a column."""

AT_ONCE = frozenset(words("DISTINCT NOT CASE"))
"""Keywords that are offered unasked where an expression begins."""

TRUTHS = frozenset(
    {
        (ast.Select, "where"),
        (ast.Select, "having"),
        (ast.Join, "on"),
        (ast.When, "condition"),
        (ast.Call, "filter"),
        (ast.And, "operands"),
        (ast.Or, "operands"),
        (ast.Not, "operand"),
    }
)
"""Where an expression is a condition."""

ORDERED = frozenset(words("= <> < <= > >= BETWEEN"))
LOCAL: dict[str, frozenset[str]] = {
    "text": frozenset({"=", "<>", "LIKE", "ILIKE", "IN (", "NOT IN ("}),
    "boolean": frozenset({"="}),
    "text[]": frozenset({"CONTAINS"}),
    "id[]": frozenset({"CONTAINS"}),
    "struct": frozenset(),
    "struct[]": frozenset(),
    "json": frozenset(),
}
"""The operators that make sense for a type; all others are ordered."""

ANYTHING = frozenset({"IS NULL", "IS NOT NULL"})
BY_API = {
    "EQ": frozenset({"=", "<>"}),
    "IN": frozenset({"IN (", "NOT IN ("}),
    "GTE": frozenset({">=", "BETWEEN"}),
    **{operation: frozenset({SIGNS[operation]}) for operation in ("GT", "LT", "LTE")},
}


def terminals(phrase: str) -> list[str]:
    """Return the terminals of a phrase such as ``NOT IN (``."""
    return [TERMINALS.get(piece, piece) for piece in PIECES.findall(phrase)]


def keywords(place: Place, *, name: bool, expression: bool) -> Iterator[Offer]:
    """Yield the phrases that the parser takes here.

    ``name`` says that the word can be a name, ``expression`` that it can begin an expression.
    """
    mended = place.mended
    lower = _writes_in_lower_case(place)
    for phrase, description in KEYWORDS.items():
        kinds = terminals(phrase)
        if kinds[0] not in mended.expected or not mended.takes(kinds):
            continue
        if name and not expression and kinds[0] in NAMELIKE:
            continue
        if not mended.before and kinds[0] not in STARTERS:
            continue
        eager = kinds[0] in AT_ONCE if expression else _is_eager(kinds[0], place)
        yield Offer(phrase.lower() if lower else phrase, description, eager=eager)


def _is_eager(kind: str, place: Place) -> bool:
    """Say whether a keyword behind something is offered before a letter of it is typed."""
    if kind in {"AND", "OR"}:
        return _ends_a_condition(place)
    return kind not in INFIX


def _ends_a_condition(place: Place) -> bool:
    """Say whether AND and OR have a condition before them; a bare column is none."""
    before = place.mended.before[-1] if place.mended.before else None
    if before is None or "AND" not in place.mended.expected:
        return False
    if place.path_before:
        return not is_condition(place.path_before[-2])
    return True


def is_condition(step: Step) -> bool:
    """Say whether what hangs on a step of a tree is judged true or false."""
    return (type(step.node), step.field) in TRUTHS


def _writes_in_lower_case(place: Place) -> bool:
    """Say whether the statement's first word, or the only one, is in small letters."""
    first = place.mended.before[0].text if place.mended.before else place.typed
    return first.islower()


# --- operators ------------------------------------------------------------------------------------


def operators(place: Place, known: Known | None) -> Iterator[Offer]:
    """Yield the operators that a column takes: those that the API judges, then the others."""
    column = known.column if known else None
    remote = frozenset() if column is None else by_api(column)
    local = ANYTHING | _local(column.type if column else None)
    if column and not column.selectable:
        local = frozenset()
    offers = [
        Offer(text.lower() if _writes_in_lower_case(place) else text, description)
        for text, description in OPERATORS.items()
        if text in remote | local and place.mended.takes(terminals(text))
    ]
    yield from _marked(offers, remote, "judged by the API")
    yield from _marked(offers, local - remote, "local" if column else "")


def _marked(offers: Sequence[Offer], texts: Container[str], mark: str) -> Iterator[Offer]:
    for offer in offers:
        if offer.text.upper() in texts:
            description = f"{offer.description}, {mark}" if mark else offer.description
            yield offer._replace(description=description)


def by_api(column: Column) -> frozenset[str]:
    """Return the operators of a column that become a condition of a request."""
    if column.key:
        return frozenset({"=", "IN ("})
    if column.filter is None:
        return frozenset()
    return frozenset().union(*(BY_API[operation] for operation in column.filter.operations))


def _local(kind: ColumnType | None) -> frozenset[str]:
    if kind is None:
        return frozenset(OPERATORS)
    return LOCAL.get(kind, ORDERED | {"IN (", "NOT IN ("})
