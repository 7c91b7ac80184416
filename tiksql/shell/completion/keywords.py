"""The keywords and operators that the parser takes at a place."""

from __future__ import annotations

import re
from functools import cache
from itertools import takewhile
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

AT_ONCE = frozenset(words("SELECT DISTINCT CASE"))
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

OPERANDS = frozenset({"left", "operand"})
"""The fields of a predicate that hold what it is about."""

CLAUSES = frozenset({"where", "on"})

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


@cache
def terminals(phrase: str) -> tuple[str, ...]:
    """Return the terminals of a phrase such as ``NOT IN (``."""
    return tuple(TERMINALS.get(piece, piece) for piece in PIECES.findall(phrase))


def keywords(place: Place, *, name: bool, expression: bool) -> Iterator[Offer]:
    """Yield the phrases that the parser takes here, first the rests of those that were begun.

    ``name`` says that the word can be a name, ``expression`` that it can begin an expression.
    """
    lower = _writes_in_lower_case(place)
    for phrase, description, begun in _phrases([token.kind for token in place.mended.before]):
        kinds = terminals(phrase)
        if kinds[0] not in place.mended.expected or not place.mended.takes(kinds):
            continue
        if name and not expression and kinds[0] in NAMELIKE:
            continue
        eager = begun or (_begins if expression else _goes_on)(kinds[0], place)
        yield Offer(phrase.lower() if lower else phrase, description, eager=eager)


def _phrases(before: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield the phrases that can follow some terminals, with what they mean.

    Those whose first words stand there already come first, without them, and marked.
    """
    if not before:
        for phrase, meaning in KEYWORDS.items():
            if terminals(phrase)[0] in STARTERS:
                yield phrase, meaning, False
        return
    rests = {phrase: _rest(phrase, before) for phrase in KEYWORDS}
    begun = {rest: KEYWORDS[phrase] for phrase, rest in rests.items() if rest != phrase}
    for phrase, meaning in begun.items():
        yield phrase, meaning, True
    for phrase, meaning in KEYWORDS.items():
        if phrase not in begun:
            yield phrase, meaning, False


def _rest(phrase: str, before: Sequence[str]) -> str:
    """Return what is left of a phrase whose first words stand there already."""
    words_ = phrase.split(" ")
    for count in range(len(words_) - 1, 0, -1):
        if words_[:count] == before[-count:]:
            return " ".join(words_[count:])
    return phrase


def _begins(kind: str, place: Place) -> bool:
    """Say whether a keyword that begins an expression is offered before a letter is typed."""
    return kind in AT_ONCE or (kind == "NOT" and clause(place.path) in CLAUSES)


def _goes_on(kind: str, place: Place) -> bool:
    """Say whether a keyword behind something is offered before a letter of it is typed."""
    if kind in {"AND", "OR"}:
        return _ends_a_condition(place)
    return kind not in INFIX


def _ends_a_condition(place: Place) -> bool:
    """Say whether the word follows a condition, or a part of one."""
    steps = place.path_before[:-1]
    if not steps:
        return False
    inner = takewhile(lambda step: not isinstance(step.node, ast.Query), reversed(steps))
    return any(is_condition(step) for step in inner)


def is_condition(step: Step) -> bool:
    """Say whether what hangs on a step of a tree is judged true or false."""
    return (type(step.node), step.field) in TRUTHS


def clause(path: Sequence[Step]) -> str:
    """Return ``where`` or ``on`` if a word is what a condition of that clause is about.

    Only there the API can judge it: not in an expression, and not in HAVING.
    """
    return _clause(path[:-2])


def _clause(path: Sequence[Step]) -> str:
    """Return the clause whose condition a way down a tree ends in."""
    steps = list(path)
    if steps and steps[-1].field in OPERANDS and not is_condition(steps[-1]):
        steps.pop()
    while steps and isinstance(steps[-1].node, ast.And | ast.Or | ast.Not):
        steps.pop()
    last = steps[-1] if steps else None
    return last.field if last and isinstance(last.node, ast.Select | ast.Join) else ""


def _writes_in_lower_case(place: Place) -> bool:
    """Say whether the statement's first word, or the only one, is in small letters."""
    first = place.mended.before[0].text if place.mended.before else place.typed
    return first.islower()


# --- operators ------------------------------------------------------------------------------------


def operators(place: Place, known: Known | None) -> Iterator[Offer]:
    """Yield the operators that a column takes: those that the API judges, then the others."""
    column = known.column if known else None
    where = _clause(place.path_before[:-1])
    remote = by_api(column) if column and known and is_remote(known, where) else frozenset()
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


def is_remote(known: Known, where: str) -> bool:
    """Say whether the API can judge conditions on a column in a clause."""
    if known.column is None or where not in CLAUSES:
        return False
    return bool(by_api(known.column)) and not (known.nullable and where == "where")


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
