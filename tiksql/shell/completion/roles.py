"""What a word would be, by the node of the tree that it hangs on: a table, a setting, a file, …."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.shell.completion import names, values
from tiksql.shell.completion.ranking import Offer
from tiksql.shell.completion.words import COPY_OPTIONS, COPY_VALUES, TYPES
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiksql.shell.completion.place import Place, Step
    from tiksql.shell.completion.scope import Scope
    from tiksql.shell.completion.world import World


def named(place: Place, path: Sequence[Step], scope: Scope) -> Iterable[Offer] | None:
    """Return what a name or text that is no column can be; None where only a new name can stand."""
    found = _in_statement(place, path, scope.world)
    return _in_query(place, path, scope) if found is None else found


def _in_statement(place: Place, path: Sequence[Step], world: World) -> Iterable[Offer] | None:
    """Return what fits in the statements that are no queries."""
    leaf, above = path[-1].node, path[-2]
    match above.node:
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
    return None


def _in_query(place: Place, path: Sequence[Step], scope: Scope) -> Iterable[Offer] | None:
    """Return what fits in a query."""
    leaf, above = path[-1].node, path[-2]
    match above.node:
        case ast.TableRef(parts=parts) if above.field == "parts":
            if parts[0] is leaf:
                return names.sources(place, scope)
            return _observations(parts[0].text, scope.world)
        case ast.Cast():
            return values.listed(place, TYPES)
        case ast.Join():
            return names.shared(place, scope)
        case ast.Star():
            return names.relations(place, scope.relations)
        case ast.Call() if above.field == "function":
            return names.functions(place)
    return None if isinstance(leaf, ast.Name) else _texts(place, path, scope)


def _texts(place: Place, path: Sequence[Step], scope: Scope) -> Iterable[Offer]:
    """Return the texts that a column can be compared with; free text is left alone."""
    known = values.compared(path[-2], scope)
    if known and known.column:
        return values.values(place, known.column, scope.world)
    return values.dates(place, scope.world) if isinstance(path[-1].node, ast.DateText) else ()


def _observations(name: str, world: World) -> list[Offer]:
    if name not in world.collections():
        return []
    return [Offer("observations", "every observation, not only the newest")]
