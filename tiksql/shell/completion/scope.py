"""Which tables and columns a statement can name at a place of its tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiksql.catalog import Column, Table
    from tiksql.shell.completion.place import Step
    from tiksql.shell.completion.world import World


class Known(NamedTuple):
    """A column that can be named; ``column`` is the catalog's, None for one made by a query.

    ``nullable`` is one of the right side of a LEFT JOIN: a WHERE on it never goes to the API.
    """

    name: str
    description: str
    column: Column | None = None
    names: tuple[str, ...] = ()
    nullable: bool = False


class Relation(NamedTuple):
    """Something in a FROM, by the name that the statement gives it."""

    name: str
    description: str
    columns: tuple[Known, ...]

    def find(self, name: str) -> Known | None:
        """Find a column by its name, or another name of it."""
        folded = name.lower()
        return next((k for k in self.columns if folded in {k.name, *k.names}), None)


DEEPEST = 20
"""Queries in queries whose columns are looked up: nobody reads deeper, and recursion has an end."""


MOST_NAMED = 2
"""Tables that a column without one is said to be of."""


class Scope:
    """What can be named at the end of a way down a tree."""

    def __init__(self, path: Sequence[Step], world: World) -> None:
        self.world = world
        self.common: dict[str, Relation] = {}
        self.relations: list[Relation] = []
        self.outer: list[Relation] = []
        self.aliases: list[Known] = []
        for step, below in zip(path, [*path[1:], None], strict=True):
            if isinstance(step.node, ast.Query):
                self._enter_query(step, below.node if below else None)
            elif isinstance(step.node, ast.Select) and step.field:
                self._enter_select(step.node, named=step.field in {"group", "having"})

    def _enter_query(self, step: Step, below: ast.Node | None) -> None:
        query = step.node
        assert isinstance(query, ast.Query)
        for table in query.common:
            if table is below:
                break
            name = table.name.text
            heads = tuple(self._heads(table.query.body, DEEPEST))
            self.common[name] = Relation(name, "named by this statement", heads)
        if step.field in {"order", "limit", "offset"}:
            self._enter_select(_first(query.body), named=True)
            if isinstance(query.body, ast.Compound):
                self.relations = []

    def _enter_select(self, select: ast.Select, *, named: bool) -> None:
        self.outer = self.relations + self.outer
        self.relations = list(self._from(select.source, DEEPEST))
        self.aliases = [
            Known(item.alias.text, "named by this statement")
            for item in select.items
            if named and isinstance(item, ast.Item) and item.alias
        ]

    def find(self, column: ast.Column) -> Known | None:
        """Look up a column that the statement names."""
        *qualifiers, name = [part.text for part in column.parts]
        relations = self.relations + self.outer
        if qualifiers:
            relations = [r for r in relations if r.name == qualifiers[0].lower()]
        return next((known for r in relations if (known := r.find(name))), None)

    def relation(self, name: str) -> Relation | None:
        """Find a relation by the name that the statement gives it."""
        return next((r for r in self.relations + self.outer if r.name == name.lower()), None)

    def table(self, name: str) -> Relation | None:
        """Find what a name in a FROM stands for."""
        if found := self.common.get(name.lower()):
            return found
        if table := self.world.catalog.table(name):
            return of_table(table)
        columns = self.world.collections().get(name)
        if columns is None:
            return None
        return Relation(name, "collection", tuple(Known(column, name) for column in columns))

    def _from(self, source: ast.From | None, depth: int) -> Iterator[Relation]:
        """Yield the relations of a FROM, the first one first."""
        for part, nullable in _sides(source):
            alias = part.alias.text if part.alias else ""
            if isinstance(part, ast.Derived):
                heads = tuple(self._heads(part.query.body, depth - 1))
                yield Relation(alias, "a query", heads)
            elif found := self.table(part.parts[0].text):
                columns = tuple(known._replace(nullable=nullable) for known in found.columns)
                yield Relation(alias or part.parts[-1].text, found.description, columns)

    def _heads(self, body: ast.Body, depth: int) -> Iterator[Known]:
        """Yield the columns of a query's result, as far as they have names."""
        if not depth:
            return
        select = _first(body)
        relations = list(self._from(select.source, depth))
        for item in select.items:
            match item:
                case ast.Star(table=table):
                    for relation in relations:
                        if table is None or table.text == relation.name:
                            yield from map(_made, filter(is_returned, relation.columns))
                case ast.Item(alias=ast.Name(text=name)):
                    yield Known(name, "column of a query")
                case ast.Item(expression=ast.Column(parts=parts)):
                    found = next((k for r in relations if (k := r.find(parts[-1].text))), None)
                    yield Known(parts[-1].text, found.description if found else "column of a query")


def _sides(source: ast.From | None) -> list[tuple[ast.TableRef | ast.Derived, bool]]:
    """Return what a FROM joins, each with whether it is the right side of a LEFT JOIN."""
    parts: list[tuple[ast.TableRef | ast.Derived, bool]] = []
    while isinstance(source, ast.Join):
        parts.append((source.right, source.kind == "left"))
        source = source.left
    return [(source, False), *reversed(parts)] if source else []


def of_table(table: Table) -> Relation:
    """Make a relation of a table of the catalog."""
    columns = tuple(Known(c.name, c.description, c, c.names) for c in table.columns.values())
    return Relation(table.name, table.description, columns)


def merged(tables: Mapping[str, Table]) -> tuple[Known, ...]:
    """Return the columns of all tables, each name once, saying which tables have it."""
    having: dict[str, list[str]] = {}
    for table in tables.values():
        for column in table.selectable:
            having.setdefault(column.name, []).append(table.name)
    return tuple(Known(name, f"column of {_few(of)}") for name, of in having.items())


def _few(names: Sequence[str]) -> str:
    """List the first names, and count the others."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def is_returned(known: Known) -> bool:
    """Say whether a column comes back, and can stand outside of a WHERE."""
    return known.column is None or known.column.selectable


def _made(known: Known) -> Known:
    return Known(known.name, known.description)


def _first(body: ast.Body) -> ast.Select:
    """Return the SELECT whose columns name those of a body."""
    while not isinstance(body, ast.Select):
        body = body.left if isinstance(body, ast.Compound) else body.body
    return body
