"""A statement taken apart: what is asked of the API, table by table, and what is left to DuckDB.

Every table of the API in the statement becomes a scan. A conjunct of a WHERE or ON that names
nothing but one scan's columns is given to that scan, which sends what the API can judge of it and
keeps the rest as its residual. What is left is a query over the scans, which DuckDB answers.

A conjunct may be given away only where removing its rows early cannot change the answer: of a
WHERE, if the table is on no right side of a LEFT JOIN; of an ON, if it filters exactly the rows
that this ON joins.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from tiksql.errors import ResolveError
from tiksql.planning import formulas
from tiksql.planning.binding import children
from tiksql.planning.conditions import Conditions
from tiksql.planning.constants import is_constant
from tiksql.planning.names import check_function, table_of
from tiksql.planning.query import Keys
from tiksql.planning.scopes import Block, Relation
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.catalog import Column
    from tiksql.planning.query import Scope

NO_JOINS: frozenset[int] = frozenset()


class Draft(Struct, eq=False):
    """A scan while the statement is being taken apart."""

    number: int
    relation: Relation
    node: ast.TableRef
    optional: frozenset[int]
    conditions: Conditions
    parts: list[formulas.Formula] = field(default_factory=list)
    keys: Keys | None = None

    @property
    def name(self) -> str:
        """The name of its rows in DuckDB."""
        return f"s{self.number}"


class Common(Struct, eq=False):
    """A query of a WITH: what it became, its columns as far as known, and the scans it reads."""

    node: ast.CommonTable
    names: tuple[str, ...] | None
    scans: frozenset[int]


class On(Struct, eq=False):
    """The condition of one join, conjunct by conjunct."""

    join: ast.Join
    inside: frozenset[int]
    conjuncts: list[ast.Expression]


class Walk:
    """The taking apart of one statement."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.drafts: list[Draft] = []
        self.outer = False

    def query(
        self, node: ast.Query, parent: Block | None = None, known: dict[str, Common] | None = None
    ) -> tuple[ast.Query, tuple[str, ...] | None]:
        """Rewrite a query over scans; return it and the names of its columns, if they are known."""
        tables = dict(known or {})
        common = []
        for each in node.common:
            before = len(self.drafts)
            inner, names = self.query(each.query, None, tables)
            made = replace(each, query=inner)
            scans = frozenset(range(before + 1, len(self.drafts) + 1)) | _used(inner, tables)
            tables[each.name.text.lower()] = Common(made, names, scans)
            common.append(made)
        body, order, names = self._body(node.body, node.order, parent, tables)
        return replace(node, body=body, order=order, common=tuple(common)), names

    def _body(
        self,
        node: ast.Body,
        order: tuple[ast.SortKey, ...],
        parent: Block | None,
        tables: dict[str, Common],
    ) -> tuple[ast.Body, tuple[ast.SortKey, ...], tuple[str, ...] | None]:
        match node:
            case ast.Select():
                select = _Select(self, node, parent, tables)
                return select.rewritten(), select.order(order), select.names()
            case ast.Compound(left=left, right=right):
                first, _, names = self._body(left, (), parent, tables)
                second, _, _ = self._body(right, (), parent, tables)
                return replace(node, left=first, right=second), order, names
            case _:
                inner, names = self.query(node, parent, tables)
                return inner, order, names


class _Select:
    """The taking apart of one SELECT."""

    def __init__(
        self, walk: Walk, node: ast.Select, parent: Block | None, tables: dict[str, Common]
    ) -> None:
        self.walk = walk
        self.node = node
        self.tables = tables
        self.block = Block(parent=parent)
        self.drafts: list[Draft] = []
        self.ons: dict[int, On] = {}
        self.inner: dict[int, ast.Query] = {}
        self._rewritten: dict[int, tuple[ast.Query, bool]] = {}
        if node.source is not None:
            self._declare(node.source, NO_JOINS)
        self.where = list(conjuncts(node.where)) if node.where else []

    # --- relations

    def _declare(self, node: ast.From, optional: frozenset[int]) -> None:
        match node:
            case ast.Join(left=left, right=right, kind=kind, on=on):
                self._declare(left, optional)
                inside = optional | {id(node)} if kind == "left" else optional
                self._declare(right, inside)
                self.ons[id(node)] = On(node, inside, list(conjuncts(on)) if on else [])
            case ast.Derived(query=query, alias=alias):
                inner, names = self.walk.query(query, self.block.parent, self.tables)
                self.inner[id(node)] = inner
                name = alias.text.lower() if alias else ""
                self.block.relations.append(Relation(name, node.span, columns=names))
            case ast.TableRef():
                self._declare_table(node, optional)

    def _declare_table(self, node: ast.TableRef, optional: frozenset[int]) -> None:
        name = (node.alias or node.parts[-1]).text.lower()
        written = ".".join(part.text for part in node.parts).lower()
        if written in self.tables:
            relation = Relation(name, node.span, columns=self.tables[written].names)
            self.block.relations.append(relation)
            return
        table = table_of(self.walk.scope.catalog, node)
        number = len(self.walk.drafts) + 1
        relation = Relation(name, node.span, table, scan=number)
        self.block.relations.append(relation)
        draft = Draft(
            number, relation, node, optional, Conditions(self.walk.scope, self.block, relation)
        )
        draft.conditions.rewrite = self.expression
        self.walk.drafts.append(draft)
        self.drafts.append(draft)

    # --- who judges what

    def rewritten(self) -> ast.Select:
        """Give conjuncts to scans, and rewrite what is left."""
        node = self.node
        items = tuple(item for each in node.items for item in self._items(each))
        self._find_keys()
        kept = [e for e in self.where if not self._given(e, NO_JOINS)]
        for on in self.ons.values():
            on.conjuncts = [e for e in on.conjuncts if not self._given(e, on.inside)]
        return replace(
            node,
            items=items,
            source=self._source(node.source) if node.source is not None else None,
            where=together([self.expression(e) for e in kept]),
            group=tuple(self.expression(e, aliases=self._weak_aliases()) for e in node.group),
            having=self.expression(node.having, aliases=self._aliases()) if node.having else None,
        )

    def _given(self, node: ast.Expression, inside: frozenset[int]) -> bool:
        """Give a conjunct to the one scan that it is about, if there is one."""
        draft = self._owner(node)
        if draft is None and is_fixed(node):
            draft = next((d for d in self.drafts if d.optional == inside), None)
        if draft is None or draft.optional != inside:
            return False
        draft.parts.append(draft.conditions.resolve(node))
        return True

    def _owner(self, node: ast.Expression) -> Draft | None:
        """Find the one scan whose columns a conjunct names, if it names nothing else."""
        owners: set[int] = set()
        for part in nodes(node):
            if isinstance(part, ast.Query | ast.Over):
                return None
            if isinstance(part, ast.Column):
                found = self.block.find(part)
                if found is None or found.outer or found.relation.table is None:
                    return None
                owners.add(found.relation.scan)
        return self._draft(owners.pop()) if len(owners) == 1 else None

    def _draft(self, scan: int) -> Draft | None:
        return next((d for d in self.drafts if d.number == scan), None)

    # --- keys that other tables give

    def _find_keys(self) -> None:
        for node in self.where:
            self._keys_in(node, NO_JOINS)
        for on in self.ons.values():
            for node in [*on.conjuncts, *_shared(on.join, self.block)]:
                self._keys_in(node, on.inside)

    def _keys_in(self, node: ast.Expression, inside: frozenset[int]) -> None:
        match node:
            case ast.Comparison(operator="=", left=left, right=right):
                self._keys_from(left, right, inside)
                self._keys_from(right, left, inside)
            case ast.InQuery(operand=operand, query=query, negated=False):
                draft = self._key_of(operand, inside)
                if draft is not None and draft.keys is None:
                    before = len(self.walk.drafts)
                    inner, outer = self._subquery(query)
                    if not outer:
                        scans = frozenset(range(before + 1, len(self.walk.drafts) + 1))
                        draft.keys = self._keys(inner, scans, operand)

    def _key_of(self, node: ast.Expression, inside: frozenset[int]) -> Draft | None:
        """Find the scan whose key column an expression is."""
        if not isinstance(node, ast.Column):
            return None
        found = self.block.find(node)
        if found is None or found.outer or found.column is None or not found.column.key:
            return None
        draft = self._draft(found.relation.scan)
        return draft if draft is not None and draft.optional == inside else None

    def _key_column(self, node: ast.Expression) -> Column:
        assert isinstance(node, ast.Column)
        found = self.block.find(node)
        assert found is not None
        assert found.column is not None
        return found.column

    def _keys_from(
        self, key: ast.Expression, other: ast.Expression, inside: frozenset[int]
    ) -> None:
        """Take the keys of one relation from a column of another that it is joined to."""
        draft = self._key_of(key, inside)
        if draft is None or draft.keys is not None:
            return
        sources = self._relations(other)
        if sources is None or len(sources) != 1 or sources[0] is draft.relation:
            return
        source = self._from_of(sources[0])
        select = ast.Select((ast.Item(self.expression(other)),), source, distinct=True)
        draft.keys = self._keys(ast.Query(select), _scans(source), key)

    def _keys(self, query: ast.Query, scans: frozenset[int], key: ast.Expression) -> Keys:
        """Make a query for keys stand by itself, with every WITH that it may use."""
        after = scans | _used(query, self.tables)
        common = tuple(each.node for each in self.tables.values())
        whole = replace(query, common=(*common, *query.common))
        return Keys(whole, after, self._key_column(key))

    def _relations(self, node: ast.Expression) -> list[Relation] | None:
        found: dict[int, Relation] = {}
        for part in nodes(node):
            if isinstance(part, ast.Query):
                return None
            if isinstance(part, ast.Column):
                hit = self.block.find(part)
                if hit is None or hit.outer:
                    return None
                found[id(hit.relation)] = hit.relation
        return list(found.values())

    def _from_of(self, relation: Relation) -> ast.From:
        def search(node: ast.From) -> ast.From | None:
            if isinstance(node, ast.Join):
                return search(node.left) or search(node.right)
            return node if node.span == relation.span else None

        assert self.node.source is not None
        found = search(self.node.source)
        assert found is not None
        return self._source(found)

    # --- rewriting

    def _source(self, node: ast.From) -> ast.From:
        match node:
            case ast.Join():
                on = self.ons[id(node)]
                left, right = self._source(node.left), self._source(node.right)
                assert not isinstance(right, ast.Join)
                condition = together([self.expression(e) for e in on.conjuncts])
                if condition is None and node.on is not None:
                    condition = ast.Boolean(value=True)
                return replace(node, left=left, right=right, on=condition)
            case ast.Derived():
                return replace(node, query=self.inner[id(node)])
            case _:
                draft = next((d for d in self.drafts if d.node is node), None)
                if draft is None:
                    return node
                return ast.TableRef((ast.Name(draft.name),), span=node.span)

    def _items(self, node: ast.Item | ast.Star) -> Iterator[ast.Item | ast.Star]:
        if isinstance(node, ast.Item):
            yield replace(node, expression=self.expression(node.expression))
            return
        for relation in self._starred(node):
            names = relation.table.selectable if relation.table is not None else relation.columns
            if names is None:
                yield ast.Star(ast.Name(relation.name), span=node.span)
            for each in names or ():
                name = each if isinstance(each, str) else each.name
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
        """Rewrite an ORDER BY, in which names of the result come first."""
        aliases = self._aliases()
        return tuple(
            replace(key, expression=self.expression(key.expression, aliases=aliases))
            for key in keys
        )

    def names(self) -> tuple[str, ...] | None:
        """Name the columns of the result; None where DuckDB has to name one."""
        named: list[str] = []
        for each in self.node.items:
            for item in self._items(each):
                if isinstance(item, ast.Star):
                    return None
                last = item.alias
                if last is None and isinstance(item.expression, ast.Column):
                    last = item.expression.parts[-1]
                if last is None:
                    return None
                named.append(last.text.lower())
        return tuple(named)

    def _aliases(self) -> frozenset[str]:
        return frozenset(
            item.alias.text.lower()
            for item in self.node.items
            if isinstance(item, ast.Item) and item.alias
        )

    def _weak_aliases(self) -> frozenset[str]:
        """List the names of the result that hide no column, which a GROUP BY may use."""
        return frozenset(
            a for a in self._aliases() if not any(r.has(a) for r in self.block.relations)
        )

    def expression(self, node: Any, *, aliases: frozenset[str] = frozenset()) -> Any:
        """Rewrite an expression: every column with its relation, every query over its scans."""
        if isinstance(node, ast.Query):
            return self._subquery(node)[0]
        if isinstance(node, ast.Column):
            return self._column(node, aliases)
        if isinstance(node, ast.Call):
            check_function(node, self.walk.scope.functions)
        changes: dict[str, Any] = {}
        for each in fields(node):
            old = getattr(node, each.name)
            if isinstance(old, ast.Node) and not isinstance(old, ast.Name):
                changes[each.name] = self.expression(old, aliases=aliases)
            elif isinstance(old, tuple) and old and isinstance(old[0], ast.Node):
                changes[each.name] = tuple(self.expression(part, aliases=aliases) for part in old)
        return replace(node, **changes) if changes else node

    def _subquery(self, node: ast.Query) -> tuple[ast.Query, bool]:
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
                raise _only_searched(found.column, node)
            found.relation.needed[found.name] = found.column
        relation = found.relation
        name = f"s{relation.scan}" if relation.table is not None else relation.name
        parts = (ast.Name(name), ast.Name(found.name, quoted=True), *found.members)
        return replace(node, parts=parts if name else parts[1:])


def _only_searched(column: Any, node: ast.Column) -> ResolveError:
    hint = f"{column.instead} is what comes back" if column.instead else None
    return ResolveError(
        "TS207",
        f"{column.name} can only be searched by, in a WHERE: the API never returns it",
        span=node.span,
        hint=hint,
    )


def is_fixed(node: ast.Expression) -> bool:
    """Say whether a condition holds constants alone, so that it is true or false for all."""
    return all(
        isinstance(part, ast.Comparison | ast.And | ast.Or | ast.Not) or is_constant(part)  # type: ignore[arg-type]
        for part in nodes(node)
    )


def conjuncts(node: ast.Expression) -> Iterator[ast.Expression]:
    """Go through the parts of a conjunction."""
    if isinstance(node, ast.And):
        for operand in node.operands:
            yield from conjuncts(operand)
    else:
        yield node


def together(parts: list[ast.Expression]) -> ast.Expression | None:
    """Join conjuncts again."""
    if len(parts) < 2:  # noqa: PLR2004 - an AND has two operands at least
        return parts[0] if parts else None
    return ast.And(tuple(parts), span=parts[0].span.to(parts[-1].span))


def nodes(node: ast.Node) -> Iterator[ast.Node]:
    """Go through a node and everything below it."""
    yield node
    for child in children(node):
        yield from nodes(child)


def _shared(join: ast.Join, block: Block) -> Iterable[ast.Comparison]:
    """Read USING (a) as the comparison of both sides that it is."""
    right = join.right
    alias = right.alias or (right.parts[-1] if isinstance(right, ast.TableRef) else None)
    for name in join.using:
        for relation in block.relations:
            if (
                alias is not None
                and relation.name != alias.text.lower()
                and relation.has(name.text)
            ):
                left = ast.Column((ast.Name(relation.name), name))
                yield ast.Comparison("=", left, ast.Column((ast.Name(alias.text), name)))
                break


def _used(node: ast.Node, tables: dict[str, Common]) -> frozenset[int]:
    """Find the scans of the WITHs that a tree uses."""
    names = {part.parts[0].text for part in nodes(node) if isinstance(part, ast.TableRef)}
    return frozenset(scan for name in names & tables.keys() for scan in tables[name].scans)


def _scans(node: ast.Node) -> frozenset[int]:
    """Find the scans that a rewritten tree reads."""
    return frozenset(
        int(part.parts[0].text[1:])
        for part in nodes(node)
        if isinstance(part, ast.TableRef) and part.parts[0].text[1:].isdigit()
    )
