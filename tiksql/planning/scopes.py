"""What the names of one SELECT mean: its relations, and those of the SELECTs around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from tiksql.catalog import Column, Table
from tiksql.errors import ResolveError
from tiksql.planning.plan import is_own
from tiksql.spelling import nearest
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterator


class Relation(Struct, eq=False):
    """Something in a FROM: a table of the API, or a query (then ``columns`` are its heads).

    ``columns`` None: nobody knows them before DuckDB does. ``nullable`` is the right side of a
    LEFT JOIN. ``needed`` collects the columns that something local reads.
    """

    name: str
    node: ast.TableRef | ast.Derived
    table: Table | None = None
    columns: tuple[str, ...] | None = None
    nullable: bool = False
    scan: int = 0
    needed: dict[str, Column] = field(default_factory=dict)

    def has(self, name: str) -> bool | None:
        """Say whether it has a column; None where nobody knows."""
        if self.table is not None:
            return self.table.column(name) is not None
        return None if self.columns is None else name.lower() in self.columns

    def names(self) -> Iterator[str]:
        """Go through the names of its columns, for suggestions."""
        if self.table is not None:
            for column in self.table.columns.values():
                yield from (column.name, *column.names)
        else:
            yield from self.columns or ()


class Found(Struct):
    """A column that was looked up: where it is, what the catalog says of it, and what is behind."""

    relation: Relation
    column: Column | None
    name: str
    members: tuple[ast.Name, ...] = ()
    outer: bool = False


class Block(Struct):
    """The relations of one SELECT, its ``owner``, and the block around it.

    ``merged`` are the columns of USING.
    """

    relations: list[Relation] = field(default_factory=list)
    parent: Block | None = None
    merged: set[str] = field(default_factory=set)
    owner: Any = None

    def add(self, relation: Relation) -> None:
        """Take in a relation; raise ``ResolveError`` if its name is taken."""
        check_name(relation.name, relation.node)
        if relation.name and any(r.name == relation.name for r in self.relations):
            raise ResolveError(
                "TS225",
                f'"{relation.name}" stands for two tables',
                span=relation.node.span,
                hint=f"AS gives each a name of its own: {relation.name} AS other",
            )
        self.relations.append(relation)

    def find(self, node: ast.Column) -> Found | None:
        """Look up a column here, then outside; None where only DuckDB can know.

        Raise ``ResolveError`` for a name that nothing has.
        """
        block: Block | None = self
        while block is not None:
            found = block.here(node)
            if found is not None:
                return (
                    found
                    if block is self
                    else Found(found.relation, found.column, found.name, found.members, outer=True)
                )
            if block.knows_too_little():
                return None
            block = block.parent
        raise self._unknown(node)

    def here(self, node: ast.Column) -> Found | None:
        """Look up a column in this block alone."""
        head, *rest = node.parts
        named = self.relation(head.text) if rest else None
        if named is not None:
            if named.has(rest[0].text) is False:
                raise self._unknown(node)
            return _found(named, rest[0].text, tuple(rest[1:]))
        having = [relation for relation in self.relations if relation.has(head.text)]
        if len(having) > 1 and head.text.lower() not in self.merged:
            raise ResolveError(
                "TS225",
                f'"{head.text}" is a column of {having[0].name} and of {having[1].name}',
                span=head.span,
                hint=f"{having[0].name}.{head.text}",
            )
        return _found(having[0], head.text, tuple(rest)) if having else None

    def knows_too_little(self) -> bool:
        """Say whether a relation has columns that nobody knows yet."""
        return any(r.table is None and r.columns is None for r in self.relations)

    def relation(self, name: str) -> Relation | None:
        """Find a relation by the name that the statement gives it, or by one of its table's."""
        folded = name.lower()
        exact = [r for r in self.relations if r.name == folded]
        if exact:
            return exact[0]
        tables = [r for r in self.relations if r.table is not None and folded in _names(r.table)]
        return tables[0] if len(tables) == 1 else None

    def _unknown(self, node: ast.Column) -> ResolveError:
        head, *rest = node.parts
        named = self.relation(head.text)
        if rest and named is None:
            known = [relation.name for relation in self.relations]
            near = nearest(head.text, known) or (known[0] if known else None)
            return ResolveError(
                "TS202",
                f'there is no table "{head.text}" in this statement',
                span=head.span,
                hint=f'did you mean "{near}"?' if near else None,
            )
        name = rest[0] if rest else head
        if name.quoted and not rest:
            return _double_quoted(name, self.relations)
        candidates = [n for r in ([named] if rest and named else self.relations) for n in r.names()]
        near = nearest(name.text, candidates)
        where = " and ".join(r.name for r in ([named] if rest and named else self.relations))
        return ResolveError(
            "TS201",
            f'unknown column "{name.text}" in table {where}'
            if where
            else f'unknown column "{name.text}"',
            span=name.span,
            hint=f'did you mean "{near}"?' if near else _listing(self.relations),
        )


def check_name(name: str, node: ast.Node) -> None:
    """Raise ``ResolveError`` for a name that is not for statements to give."""
    if is_own(name):
        raise ResolveError(
            "TS225",
            f'"{name}" is a name that this program gives to rows itself',
            span=node.span,
            hint="choose another name",
        )


def _names(table: Table) -> tuple[str, ...]:
    return (table.name, *table.aliases)


def _found(relation: Relation, name: str, members: tuple[ast.Name, ...]) -> Found:
    column = relation.table.column(name) if relation.table is not None else None
    return Found(relation, column, column.name if column else name.lower(), members)


def _double_quoted(name: ast.Name, relations: list[Relation]) -> ResolveError:
    text = name.text.replace("'", "''")
    where = relations[0].name if relations else "the statement"
    return ResolveError(
        "TS214",
        f'"{name.text}" in double quotes is the name of a column, and {where} has none',
        span=name.span,
        hint=f"a text stands in single quotes: '{text}'",
    )


def _listing(relations: list[Relation]) -> str | None:
    table = next((r.table for r in relations if r.table is not None), None)
    return f"DESCRIBE {table.name} lists the columns" if table is not None else None
