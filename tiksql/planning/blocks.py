"""One SELECT while it is taken apart: what is in its FROM, and its expressions over scans."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from tiksql.errors import ResolveError
from tiksql.planning import formulas
from tiksql.planning.conditions import Conditions
from tiksql.planning.names import (
    check_function,
    check_list,
    check_sample,
    only_searched,
    table_of,
    title,
)
from tiksql.planning.plan import scan_name
from tiksql.planning.query import Keys
from tiksql.planning.scopes import Block, Relation
from tiksql.planning.trees import conjuncts, together
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.planning.plan import StoredTable
    from tiksql.planning.query import Scope

NO_JOINS: frozenset[int] = frozenset()


class Draft(Struct, eq=False):
    """A scan while the statement is being taken apart; ``keys`` are where its keys may be from."""

    select: ast.Select
    number: int
    relation: Relation
    node: ast.TableRef
    optional: frozenset[int]
    conditions: Conditions
    parts: list[formulas.Formula] = field(default_factory=list)
    keys: list[Keys] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of its rows in DuckDB."""
        return scan_name(self.number)


class Common(Struct, eq=False):
    """A query of a WITH: what it became, its columns as far as known, and the scans it reads."""

    node: ast.CommonTable
    names: tuple[str, ...] | None
    scans: frozenset[int]


class On(Struct, eq=False):
    """The condition of one join, conjunct by conjunct."""

    inside: frozenset[int]
    conjuncts: list[ast.Expression]


class Statement(Protocol):
    """What a SELECT needs of the statement that it stands in.

    ``outer`` is set when an expression names something outside its own query.
    """

    scope: Scope
    drafts: list[Draft]
    stored: dict[str, StoredTable]
    outer: bool

    def query(
        self, node: ast.Query, parent: Block | None, known: dict[str, Common]
    ) -> tuple[ast.Query, tuple[str, ...] | None]:
        """Rewrite a query over scans."""


class Select:
    """One SELECT: its relations, and the rewriting of what it says."""

    def __init__(
        self, walk: Statement, node: ast.Select, parent: Block | None, tables: dict[str, Common]
    ) -> None:
        self.walk = walk
        self.node = node
        self.tables = tables
        self.block = Block(parent=parent, owner=self)
        self.around: Select | None = parent.owner if parent else None
        self.drafts: list[Draft] = []
        self.ons: dict[int, On] = {}
        self.renamed: dict[int, ast.TableRef] = {}
        self.inner: dict[int, ast.Query] = {}
        self._rewritten: dict[int, tuple[ast.Query, bool]] = {}
        if node.source is not None:
            self._declare(node.source, NO_JOINS)
        self.where = list(conjuncts(node.where)) if node.where else []

    # --- relations

    def _declare(self, node: ast.From, optional: frozenset[int]) -> None:
        match node:
            case ast.Join(left=left, right=right, kind=kind):
                self._declare(left, optional)
                inside = optional | {id(node)} if kind == "left" else optional
                self._declare(right, inside)
                self.ons[id(node)] = On(inside, list(self._conditions(node)))
            case ast.Derived(query=query, alias=alias):
                inner, names = self.walk.query(query, self.block.parent, self.tables)
                self.inner[id(node)] = inner
                name = alias.text.lower() if alias else ""
                self.block.add(Relation(name, node, columns=names))
            case ast.TableRef():
                self._declare_table(node, optional)

    def _conditions(self, node: ast.Join) -> Iterator[ast.Expression]:
        """Go through the conjuncts of an ON, or of what USING says in its place."""
        if node.on is not None:
            yield from conjuncts(node.on)
        *others, right = self.block.relations
        for name in node.using:
            self.block.merged.add(name.text.lower())
            left = next((r for r in others if r.has(name.text) is not False), others[0])
            both = [ast.Column((ast.Name(r.name), name), span=name.span) for r in (left, right)]
            yield ast.Comparison("=", both[0], both[1], span=name.span)

    def _declare_table(self, node: ast.TableRef, optional: frozenset[int]) -> None:
        name = (node.alias or node.parts[-1]).text.lower()
        written = ".".join(part.text for part in node.parts).lower()
        if written in self.tables:
            relation = Relation(name, node, columns=self.tables[written].names)
            self.block.add(relation)
            return
        if stored := self.walk.scope.stored.get(written):
            self.walk.stored[stored.key] = stored
            names = tuple(column.name.lower() for column in stored.columns)
            self.block.add(Relation(name, node, columns=names))
            alias = ast.Name(name)
            self.renamed[id(node)] = ast.TableRef((ast.Name(stored.key),), alias, span=node.span)
            return
        table = table_of(self.walk.scope.catalog, node, self.walk.scope.stored)
        check_sample(table, node)
        number = len(self.walk.drafts) + 1
        relation = Relation(name, node, table, scan=number)
        self.block.add(relation)
        conditions = Conditions(self.walk.scope, self.block, relation, self.expression)
        draft = Draft(self.node, number, relation, node, optional, conditions)
        self.walk.drafts.append(draft)
        self.drafts.append(draft)
        self.renamed[id(node)] = ast.TableRef((ast.Name(draft.name),), span=node.span)

    def draft(self, scan: int) -> Draft | None:
        """Find a scan of this SELECT by its number."""
        return next((d for d in self.drafts if d.number == scan), None)

    # --- rewriting

    def source(self, node: ast.From) -> ast.From:
        """Rewrite a FROM over scans."""
        match node:
            case ast.Join():
                on = self.ons[id(node)]
                left, right = self.source(node.left), self.source(node.right)
                assert not isinstance(right, ast.Join)
                condition = together([self.expression(e) for e in on.conjuncts])
                if condition is None and node.on is not None:
                    condition = ast.Boolean(value=True)
                return replace(node, left=left, right=right, on=condition, using=())
            case ast.Derived():
                return replace(node, query=self.inner[id(node)])
            case _:
                return self.renamed.get(id(node), node)

    def items(self, node: ast.Item | ast.Star) -> Iterator[ast.Item | ast.Star]:
        """Rewrite one item, a star into the columns that it stands for."""
        if isinstance(node, ast.Item):
            alias = node.alias or title(node.expression)
            yield replace(node, expression=self.expression(node.expression), alias=alias)
            return
        given: set[str] = set()
        for relation in self._starred(node):
            names = relation.columns
            if relation.table is not None:
                names = tuple(column.name for column in relation.table.selectable)
            if names is None:
                yield ast.Star(ast.Name(relation.name), span=node.span)
            for name in names or ():
                if name in self.block.merged & given:
                    continue
                given.add(name)
                column = ast.Column((ast.Name(relation.name), ast.Name(name)), span=node.span)
                yield ast.Item(self.expression(column), span=node.span)

    def _starred(self, node: ast.Star) -> list[Relation]:
        if node.table is None:
            return self.block.relations
        found = self.block.relation(node.table.text)
        if found is None:
            raise ResolveError(
                "TS202",
                f'there is no table "{node.table.text}" in this statement',
                span=node.table.span,
                hint=f'did you mean "{self.block.relations[0].name}"?'
                if self.block.relations
                else None,
            )
        return [found]

    def order(self, keys: tuple[ast.SortKey, ...]) -> tuple[ast.SortKey, ...]:
        """Rewrite an ORDER BY, in which a name by itself is first one of the result."""
        made = []
        for key in keys:
            alone = isinstance(key.expression, ast.Column)
            aliases = self.aliases() if alone else self.weak_aliases()
            made.append(replace(key, expression=self.expression(key.expression, aliases=aliases)))
        return tuple(made)

    def names(self) -> tuple[str, ...] | None:
        """Name the columns of the result; None where DuckDB has to name one."""
        named: list[str] = []
        for item in self.rewritten_items:
            if isinstance(item, ast.Star):
                return None
            last = item.alias
            if last is None and isinstance(item.expression, ast.Column):
                last = item.expression.parts[-1]
            if last is None:
                return None
            named.append(last.text.lower())
        return tuple(named)

    @cached_property
    def rewritten_items(self) -> tuple[ast.Item | ast.Star, ...]:
        """The items of the result, rewritten once."""
        return tuple(item for each in self.node.items for item in self.items(each))

    def aliases(self) -> frozenset[str]:
        """List the names that the statement gives to columns of the result."""
        return frozenset(
            item.alias.text.lower()
            for item in self.node.items
            if isinstance(item, ast.Item) and item.alias
        )

    def weak_aliases(self) -> frozenset[str]:
        """List the names of the result that hide no column, which expressions may use."""
        return frozenset(
            a for a in self.aliases() if not any(r.has(a) for r in self.block.relations)
        )

    def expression(self, node: Any, *, aliases: frozenset[str] = frozenset()) -> Any:
        """Rewrite an expression: every column with its relation, every query over its scans."""
        if isinstance(node, ast.Query):
            return self.subquery(node)[0]
        if isinstance(node, ast.Column):
            return self._column(node, aliases)
        if isinstance(node, ast.Call):
            check_function(node, self.walk.scope.functions)
        if isinstance(node, ast.In):
            check_list(node.values, node.span)
        changes: dict[str, Any] = {}
        for name, old in zip(type(node).__match_args__, node.says, strict=True):
            if isinstance(old, ast.Node) and not isinstance(old, ast.Name):
                changes[name] = self.expression(old, aliases=aliases)
            elif isinstance(old, tuple) and old and isinstance(old[0], ast.Node):
                changes[name] = tuple(self.expression(part, aliases=aliases) for part in old)
        return replace(node, **changes) if changes else node

    def subquery(self, node: ast.Query) -> tuple[ast.Query, bool]:
        """Rewrite a query inside an expression once; say whether it refers to what is around it."""
        if id(node) not in self._rewritten:
            before, self.walk.outer = self.walk.outer, False
            inner, _ = self.walk.query(node, self.block, self.tables)
            self._rewritten[id(node)] = (inner, self.walk.outer)
            self.walk.outer |= before
        return self._rewritten[id(node)]

    def _column(self, node: ast.Column, aliases: frozenset[str]) -> ast.Column:
        if len(node.parts) == 1 and node.parts[0].text.lower() in aliases:
            return node
        found = self.block.find(node)
        if found is None:
            return node
        self.walk.outer |= found.outer
        if found.column is not None:
            if not found.column.selectable:
                raise only_searched(found.column, node)
            found.relation.needed[found.name] = found.column
        relation = found.relation
        name = scan_name(relation.scan) if relation.table is not None else relation.name
        parts = (ast.Name(name), ast.Name(found.name, quoted=True), *found.members)
        return ast.Column(parts if name else parts[1:], span=node.span)
