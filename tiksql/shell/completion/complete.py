"""Candidates for the cursor of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.shell.completion import names, values
from tiksql.shell.completion.commands import command_offers
from tiksql.shell.completion.keywords import is_condition, keywords, operators
from tiksql.shell.completion.place import Place, find
from tiksql.shell.completion.ranking import Offer, ranked
from tiksql.shell.completion.scope import Scope
from tiksql.shell.completion.words import COPY_OPTIONS, COPY_VALUES, TYPES
from tiksql.shell.completion.world import Candidate
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tiksql.shell.completion.place import Step
    from tiksql.shell.completion.world import World


def complete(text: str, cursor: int, world: World) -> list[Candidate]:
    """Return what may stand at a cursor, the likeliest first, never more than a menu holds."""
    found = find(text, cursor)
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
    return [Candidate(o.text, start, o.display or o.text, o.description) for o in offers]


def _offers(place: Place, world: World) -> list[Offer]:
    """Return everything that may stand at a place, the likeliest first."""
    if place.typed.startswith(":") and not place.quote:
        return list(values.parameters(place, world))
    path = place.path
    if path:
        scope = Scope(path, world)
        if len(path) > 2 and isinstance(path[-2].node, ast.Column):
            return _in_expression(place, path, scope)
        return _at_name(place, path, scope)
    if place.quote:
        return []
    return [*_after(place, world), *keywords(place, name=False, expression=False)]


def _after(place: Place, world: World) -> Iterator[Offer]:
    """Yield what only stands behind a column, or between a setting and its value."""
    if len(place.path_before) > 1 and is_condition(place.path_before[-2]):
        column = place.path_before[-1].node
        assert isinstance(column, ast.Column)
        yield from operators(place, Scope(place.path_before, world).find(column))
    elif place.mended.expected == {"EQUAL", "TO"}:
        yield Offer("=", "the value")


def _in_expression(place: Place, path: Sequence[Step], scope: Scope) -> list[Offer]:
    """Return what fits where an expression begins, or where a value stands."""
    above = path[-3]
    if isinstance(above.node, ast.Query):
        return list(values.parameters(place, scope.world))
    found = list(names.expression(place, path, scope))
    words = [] if place.quote else list(keywords(place, name=True, expression=True))
    if not values.is_value(above):
        return [*found, *words]
    known = values.compared(above, scope)
    column = known.column if known else None
    fitting = list(values.values(place, column, scope.world)) if column else []
    fitting += values.parameters(place, scope.world)
    joined = isinstance(above.node, ast.Comparison) and len(scope.relations) > 1
    rest = [offer._replace(eager=offer.eager and joined) for offer in [*found, *words]]
    return [*fitting, *rest]


def _at_name(place: Place, path: Sequence[Step], scope: Scope) -> list[Offer]:
    """Return what fits where a name or a text stands that is no column."""
    offers = _named(place, path, scope)
    if offers is None:
        return []
    if place.quote:
        return list(offers)
    return [*offers, *keywords(place, name=True, expression=False)]


def _named(place: Place, path: Sequence[Step], scope: Scope) -> Iterable[Offer] | None:
    """Return the names or values of a place; None where only a new name can stand."""
    leaf, above, world = path[-1].node, path[-2], scope.world
    match above.node:
        case ast.TableRef(parts=parts) if above.field == "parts":
            return names.sources(place, scope) if parts[0] is leaf else _observations(parts, world)
        case ast.CreateCollection(replace=True) | ast.RefreshCollection() | ast.DropCollection():
            return names.collections(place, world)
        case ast.Describe():
            return [*names.tables(place, world), *names.collections(place, world)]
        case ast.Show() | ast.Copy() if isinstance(leaf, ast.Name):
            return names.collections(place, world)
        case ast.Copy():
            return values.files(place, world)
        case ast.SetSetting() | ast.ResetSetting() if above.field == "name":
            return values.listed(place, {n: s.description for n, s in world.settings.items()})
        case ast.SetSetting(name=name):
            return values.setting_values(place, name.text, world)
        case ast.Explain():
            return values.listed(place, world.formats)
        case ast.CopyOption(name=name):
            known = COPY_OPTIONS if above.field == "name" else COPY_VALUES.get(name.text, {})
            return values.listed(place, known)
        case ast.Cast():
            return values.listed(place, TYPES)
        case ast.Join():
            return names.shared(place, scope)
        case ast.Star():
            return names._relations(place, scope.relations)
        case ast.Call() if above.field == "function":
            return names.functions(place)
    if isinstance(leaf, ast.Name):
        return None
    known_column = values.compared(above, scope)
    if known_column and known_column.column:
        return values.values(place, known_column.column, world)
    return values.dates(place, world) if isinstance(leaf, ast.DateText) else ()


def _observations(parts: Sequence[ast.Name], world: World) -> list[Offer]:
    if parts[0].text not in world.collections():
        return []
    return [Offer("observations", "every observation, not only the newest")]
