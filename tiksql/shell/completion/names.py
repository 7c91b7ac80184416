"""The names and values that fit where the mark hangs in a tree."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tiksql.shell.completion.keywords import CLAUSES, by_api, clause, is_remote
from tiksql.shell.completion.ranking import Offer
from tiksql.shell.completion.scope import is_returned, merged
from tiksql.shell.completion.words import FUNCTIONS
from tiksql.syntax import ast
from tiksql.syntax.mending import MARK
from tiksql.syntax.printing import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tiksql.catalog import Column
    from tiksql.shell.completion.place import Place, Step
    from tiksql.shell.completion.scope import Known, Relation, Scope
    from tiksql.shell.completion.world import World


def written(place: Place, name: str) -> str:
    """Write a name as it has to stand here, in double quotes where it needs or has them."""
    if place.quote:
        doubled = name.replace('"', '""')
        return f'"{doubled}' if place.closed else f'"{doubled}"'
    return quoted(ast.Name(name))


def tables(place: Place, world: World) -> Iterator[Offer]:
    """Yield the tables of the API."""
    for table in world.catalog.tables.values():
        yield Offer(written(place, table.name), table.description, keys=(table.name,))


def collections(place: Place, world: World) -> Iterator[Offer]:
    """Yield the collections of the study."""
    for name in world.collections():
        yield Offer(written(place, name), "collection", keys=(name,))


def sources(place: Place, scope: Scope) -> Iterator[Offer]:
    """Yield what can stand in a FROM."""
    for name, relation in scope.common.items():
        yield Offer(written(place, name), relation.description, keys=(name,))
    yield from collections(place, scope.world)
    yield from tables(place, scope.world)


# --- columns --------------------------------------------------------------------------------------


def expression(
    place: Place, path: Sequence[Step], scope: Scope, like: Column | None
) -> Iterator[Offer]:
    """Yield what an expression can begin with: columns, then tables, then functions.

    ``like`` is the column that it is compared with: those of its type come first.
    """
    column = path[-2].node
    assert isinstance(column, ast.Column)
    before = [part.text for part in column.parts]
    before = before[: before.index(MARK)]
    if before:
        relation = scope.relation(before[0]) if len(before) == 1 else None
        if relation:
            named = [(known, known.name) for known in relation.columns]
            yield from _fitting(place, clause(path), named, like)
        else:
            yield from _members(place, before, scope)
        return
    if "STAR" in place.mended.expected and not place.typed:
        yield Offer("*", "all of them")
    yield from columns(place, path, scope, like)
    if len(scope.relations) > 1:
        yield from relations(place, scope.relations)
    for relation in scope.outer:
        yield from _qualified(place, relation)
    if not place.quote:
        yield from functions(place)


def _members(place: Place, before: Sequence[str], scope: Scope) -> Iterator[Offer]:
    """Yield the members of a column."""
    known_column = scope.find(ast.Column(tuple(map(ast.Name, before))))
    if known_column and known_column.column:
        for name, kind in known_column.column.members.items():
            yield Offer(written(place, name), kind, keys=(name,))


def columns(
    place: Place, path: Sequence[Step], scope: Scope, like: Column | None
) -> Iterator[Offer]:
    """Yield the columns in scope; where a condition begins, those that the API judges first."""
    for alias in scope.aliases:
        yield _column(place, alias, alias.name)
    if not any(relation.columns for relation in scope.relations):
        for known in merged(scope.world.catalog.tables):
            yield _column(place, known, known.name)._replace(eager=False)
        return
    pairs = [(known, relation) for relation in scope.relations for known in relation.columns]
    count = Counter(known.name for known, _ in pairs)
    named = [
        (known, f"{relation.name}.{known.name}" if count[known.name] > 1 else known.name)
        for known, relation in pairs
    ]
    yield from _fitting(place, clause(path), named, like)


def _fitting(
    place: Place, where: str, named: list[tuple[Known, str]], like: Column | None
) -> Iterator[Offer]:
    """Yield the columns that can stand in a clause, with the names that they need there."""
    if where not in CLAUSES:
        named.sort(key=lambda pair: not _is_alike(pair[0].column, like))
        yield from (_column(place, *pair) for pair in named if is_returned(pair[0]))
        return
    judged = [(is_remote(known, where), known, text) for known, text in named]
    judged.sort(key=lambda one: not one[0])
    for remote, known, text in judged:
        yield _judged(place, known, text, remote=remote)


def _is_alike(column: Column | None, other: Column | None) -> bool:
    return column is not None and other is not None and column.type == other.type


def _judged(place: Place, known: Known, text: str, *, remote: bool) -> Offer:
    """Say of a column how it can be filtered."""
    column = known.column
    if column is None:
        return _column(place, known, text)
    signs = by_api(column)
    if remote:
        how = " ".join(s.strip(" (") for s in ("=", "IN (", ">", ">=", "<", "<=") if s in signs)
    else:
        how = f"local, narrowed by {column.narrowed_by}" if column.narrowed_by else "local"
    return _column(place, known, text)._replace(description=f"{how} · {known.description}")


def _column(place: Place, known: Known, text: str) -> Offer:
    head, dot, name = text.rpartition(".")
    shown = f"{quoted(ast.Name(head))}." if dot else ""
    return Offer(
        shown + written(place, name),
        known.description,
        display=text,
        keys=(known.name, text, *known.names),
    )


def relations(place: Place, known: Iterable[Relation]) -> Iterator[Offer]:
    """Yield the names of tables, with the dot that goes on to their columns."""
    for relation in known:
        if relation.name:
            text = written(place, relation.name)
            dot = "" if place.text.startswith(".", place.cursor) else "."
            yield Offer(f"{text}{dot}", relation.description, display=text, keys=(relation.name,))


def _qualified(place: Place, relation: Relation) -> Iterator[Offer]:
    """Yield the columns of a SELECT further out, which are named with their table."""
    for known in relation.columns:
        if is_returned(known) and not place.quote:
            text = f"{relation.name}.{known.name}"
            yield _column(place, known, text)._replace(keys=(text,), eager=False)


def shared(place: Place, scope: Scope) -> Iterator[Offer]:
    """Yield the columns that a USING can name: those that several tables have."""
    count = Counter(known.name for relation in scope.relations for known in relation.columns)
    for relation in scope.relations[:1]:
        for known in relation.columns:
            if count[known.name] > 1 and is_returned(known):
                yield _column(place, known, known.name)


def functions(place: Place) -> Iterator[Offer]:
    """Yield the functions that are used most; DuckDB has many more."""
    bracket = "" if place.text.startswith("(", place.cursor) else "("
    for name, description in FUNCTIONS.items():
        yield Offer(name + bracket, description, display=f"{name}()", keys=(name,), eager=False)
