"""Candidates for the cursor of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.output.sanitize import visible
from tiksql.shell.completion import names, values
from tiksql.shell.completion.commands import command_offers
from tiksql.shell.completion.keywords import is_condition, keywords, operators
from tiksql.shell.completion.place import Place, find
from tiksql.shell.completion.ranking import Offer, ranked
from tiksql.shell.completion.roles import named
from tiksql.shell.completion.scope import Scope
from tiksql.shell.completion.world import Candidate
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiksql.shell.completion.place import Step
    from tiksql.shell.completion.world import World


LONGEST = 20_000
"""Characters from which a text is no longer completed: reading it would take longer than a key."""


def complete(text: str, cursor: int, world: World) -> list[Candidate]:
    """Return what may stand at a cursor, the likeliest first, never more than a menu holds."""
    found = find(text, cursor) if len(text) <= LONGEST else None
    if found is None:
        return []
    if isinstance(found, Place):
        return _candidates(ranked(_offers(found, world), found.typed), found.start)
    line = command_offers(text[found.start : cursor], world)
    if line.statement is not None:
        start = found.start + line.start
        inner = complete(line.statement, len(line.statement), world)
        return [candidate._replace(start=candidate.start + start) for candidate in inner]
    return _candidates(ranked(line.offers, line.typed), found.start + line.start)


def _candidates(offers: Iterable[Offer], start: int) -> list[Candidate]:
    return [
        Candidate(o.text, start, visible(o.display or o.text), visible(o.description))
        for o in offers
    ]


def _offers(place: Place, world: World) -> list[Offer]:
    """Return everything that may stand at a place, the likeliest first."""
    if place.typed.startswith(":") and not place.quote:
        return list(values.parameters(place, world))
    path = place.path
    if path:
        scope = Scope(path, world)
        if isinstance(path[-2].node, ast.Column):
            return _in_expression(place, path, scope)
        return _at_name(place, path, scope)
    return [] if place.quote or place.mended.is_lost else _behind(place, world)


def _behind(place: Place, world: World) -> list[Offer]:
    """Return what only goes on with what stands before: operators and clauses."""
    words = list(keywords(place, name=False, expression=False))
    if place.mended.expected == {"EQUAL", "TO"}:
        return [Offer("=", "the value"), *words]
    column = place.column_before
    if column is None or not is_condition(place.path_before[-2]):
        return words
    known = Scope(place.path_before, world).find(column)
    is_whole = known and known.column and known.column.type == "boolean"
    rest = words if is_whole else [word._replace(eager=False) for word in words]
    return [*operators(place, known), *rest]


def _at_name(place: Place, path: Sequence[Step], scope: Scope) -> list[Offer]:
    """Return what fits where a name or a text stands that is no column."""
    offers = named(place, path, scope)
    if offers is None or place.quote:
        return list(offers or ())
    return [*offers, *keywords(place, name=True, expression=False)]


def _in_expression(place: Place, path: Sequence[Step], scope: Scope) -> list[Offer]:
    """Return what fits where an expression begins, or where a value stands."""
    above = path[-3]
    if isinstance(above.node, ast.Query):
        return list(values.parameters(place, scope.world))
    known = values.compared(above, scope)
    column = known.column if known else None
    found = list(names.expression(place, path, scope, like=column))
    words = [] if place.quote else list(keywords(place, name=True, expression=True))
    if not values.is_value(above):
        return [*found, *words]
    fitting = list(values.values(place, column, scope.world)) if column else []
    fitting += values.parameters(place, scope.world)
    fitting += [word for word in words if word.text.upper() == "SELECT"]
    joined = isinstance(above.node, ast.Comparison) and len(scope.relations) > 1
    if joined or place.mended.before[-1].kind == "DOT":
        return [*fitting, *found, *words]
    return [*fitting, *(offer._replace(eager=False) for offer in [*found, *words])]
