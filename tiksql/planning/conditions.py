"""The conjuncts given to one scan, as a formula: what the API judges, and what DuckDB judges.

A predicate ``column op constant`` that the API offers is sent and never judged again. Everything
else is local. A coarse predicate is both: it narrows what is asked for, and is judged here too.
NOT is pushed down to the predicates first, so that a coarse one can be turned round instead of
being denied as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiksql.errors import ResolveError
from tiksql.planning import coarse
from tiksql.planning import formulas as p
from tiksql.planning.constants import Value, fold, holds, is_constant
from tiksql.planning.names import check_list
from tiksql.planning.values import EXAMPLES, check, in_enumeration, to_day, to_text
from tiksql.syntax import ast
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.catalog import Column, Operation
    from tiksql.planning.formulas import Formula
    from tiksql.planning.query import Scope
    from tiksql.planning.scopes import Block, Relation
    from tiksql.source import Span

OPERATIONS: dict[str, Operation] = {"=": "EQ", "<": "LT", "<=": "LTE", ">": "GT", ">=": "GTE"}
TURNED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
DENIED = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(slots=True)
class Conditions:
    """The conditions of one scan: where its predicates stand, what is local, what is to be noted.

    ``rewrite`` prepares an expression for DuckDB and checks the names in it.
    """

    scope: Scope
    block: Block
    relation: Relation
    rewrite: Callable[[ast.Expression], ast.Expression] = lambda node: node
    places: dict[Formula, Span] = field(default_factory=dict)
    local: list[ast.Expression] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def resolve(self, node: ast.Expression, *, denied: bool = False) -> Formula:
        """Turn an expression, or its contrary, into a formula; raise ``LanguageError``."""
        match node:
            case ast.And(operands=operands) | ast.Or(operands=operands):
                parts = [self.resolve(o, denied=denied) for o in operands]
                both = isinstance(node, ast.And) is not denied
                return p.conjunction(parts) if both else p.disjunction(parts)
            case ast.Not(operand=operand):
                return self.resolve(operand, denied=not denied)
            case ast.Boolean(value=value):
                return p.TRUE if value is not denied else p.FALSE
            case ast.Comparison():
                return self._comparison(node, denied=denied)
            case ast.In():
                return self._in(node, denied=denied)
            case ast.Between():
                return self._between(node, denied=denied)
            case ast.Contains():
                return self._contains(node, denied=denied)
            case ast.Like():
                self._check_like(node)
        return self._local(node, denied=denied)

    # --- kinds of predicates

    def _comparison(self, node: ast.Comparison, *, denied: bool) -> Formula:
        sign, left, right = node.operator, node.left, node.right
        if is_constant(left) and is_constant(right):
            return p.TRUE if holds(node, self.scope.now) is not denied else p.FALSE
        if is_constant(left):
            sign, left, right = TURNED[sign], right, left  # type: ignore[assignment]
        column = self._column(left)
        if column is None or not is_constant(right):
            return self._local(node, denied=denied)
        value = fold(right, self.scope.now)
        self._check(column, value, right, node)
        turned = DENIED[sign] if denied else sign
        if column.filter and column.filter.match == "date":
            sign, denied = turned, False  # type: ignore[assignment]
        formula = self._offered(column, "=" if sign == "<>" else sign, [(value, right)], node)
        if formula is not None:
            return p.negation(formula) if denied is not (sign == "<>") else formula
        narrowed = coarse.comparison(self.relation.table, column, turned, value, right)
        return p.conjunction([self._noted(narrowed, node), self._local(node, denied=denied)])

    def _check(
        self, column: Column, value: Value, place: ast.Expression, node: ast.Expression
    ) -> None:
        """Raise ``ResolveError`` unless a value could be in a column."""
        if column.type not in EXAMPLES:
            raise self._no_single_value(column, node)
        check(column, value, place)

    def _no_single_value(self, column: Column, node: ast.Expression) -> ResolveError:
        assert self.relation.table is not None
        columns = self.relation.table.columns.values()
        searched = next((c.name for c in columns if c.instead == column.name), None)
        return ResolveError(
            "TS205",
            f"{column.name} is a list or structure and cannot be compared with one value",
            span=node.span,
            hint=f"{searched} = '…' searches in it" if searched else None,
        )

    def _in(self, node: ast.In, *, denied: bool) -> Formula:
        check_list(node.values, node.span)
        column = self._column(node.operand)
        if not node.values:
            return p.TRUE if denied is not node.negated else p.FALSE
        if column is None or not all(is_constant(value) for value in node.values):
            return self._local(node, denied=denied)
        values = [(fold(value, self.scope.now), value) for value in node.values]
        for value, place in values:
            self._check(column, value, place, node)
        formula = self._offered(column, "=", values, node)
        if formula is None:
            return self._local(node, denied=denied)
        return p.negation(formula) if denied is not node.negated else formula

    def _between(self, node: ast.Between, *, denied: bool) -> Formula:
        column = self._column(node.operand)
        if column is None or not (is_constant(node.low) and is_constant(node.high)):
            return self._local(node, denied=denied)
        if column.filter and column.filter.match == "date":
            self._check_order(column, node)
        low = ast.Comparison(">=", node.operand, node.low, span=node.span)
        high = ast.Comparison("<=", node.operand, node.high, span=node.span)
        denied = denied is not node.negated
        parts = [self._comparison(each, denied=denied) for each in (low, high)]
        return p.disjunction(parts) if denied else p.conjunction(parts)

    def _check_order(self, column: Column, node: ast.Between) -> None:
        ends = []
        for end in (node.low, node.high):
            value = fold(end, self.scope.now)
            check(column, value, end)
            ends.append(to_day(value, end))
        first, last = ends
        if first > last:
            raise ResolveError(
                "TS303",
                f"the range ends ({last}) before it starts ({first})",
                span=node.low.span.to(node.high.span),
                hint=f"{column.name} BETWEEN '{last}' AND '{first}'",
            )

    def _contains(self, node: ast.Contains, *, denied: bool) -> Formula:
        local = self._local(node, denied=denied)
        column = self._column(node.operand)
        if denied or column is None or not column.narrowed_by or not is_constant(node.value):
            return local
        assert self.relation.table is not None
        narrow = self.relation.table.columns[column.narrowed_by]
        value = fold(node.value, self.scope.now)
        if not isinstance(value, str) or value.startswith("#"):
            return local
        formula = self._offered(narrow, "=", [(value, node.value)], node)
        return p.conjunction([formula, local]) if formula is not None else local

    def _check_like(self, node: ast.Like) -> None:
        column = self._column(node.operand)
        if column is not None and not column.selectable:
            raise ResolveError(
                "TS208",
                f"the API has no LIKE for {column.name}",
                span=node.span,
                hint=f"keyword = {_keyword(node.pattern)} finds it in captions",
            )

    # --- what becomes of a predicate

    def _column(self, node: ast.Expression) -> Column | None:
        """Return the column of this scan that an expression is, if it is just that."""
        if not isinstance(node, ast.Column):
            return None
        found = self.block.find(node)
        if found is None or found.relation is not self.relation or found.members:
            return None
        return found.column

    def _offered(
        self,
        column: Column,
        sign: str,
        values: list[tuple[Value, ast.Expression]],
        node: ast.Expression,
    ) -> Formula | None:
        """Make what the API offers for a comparison; None where it offers nothing."""
        if column.filter and column.filter.match == "date":
            return self._noted(coarse.days(sign, values), node)
        operation = OPERATIONS[sign]
        offered = column.filter.operations if column.filter else ("EQ", "IN") if column.key else ()
        if operation not in offered:
            if column.selectable:
                return None
            raise ResolveError(
                "TS208",
                f"{column.name} can only be compared with = and IN",
                span=node.span,
                hint=f"{column.name} = '…'",
            )
        texts = tuple(dict.fromkeys(self._text(column, value, place) for value, place in values))
        name = column.filter.field if column.filter else column.key
        single = bool(column.key) or (column.filter is not None and column.filter.match == "exact")
        if operation == "EQ" and len(texts) > 1:
            operation = "IN"
        return self._noted(p.Atom(name, operation, texts, single), node)

    def _noted(self, formula: Formula, node: ast.Expression) -> Formula:
        for predicate in p.predicates(formula):
            self.places.setdefault(predicate, node.span)
        return formula

    def _text(self, column: Column, value: Value, place: ast.Expression) -> str:
        text = to_text(column, value, place)
        if not column.values:
            return text
        try:
            return in_enumeration(self.scope.catalog, column, text, place)
        except ResolveError as error:
            if self.scope.options.strict_catalog:
                raise
            self.notes.append(f"{error.message}, as far as the catalog knows; sent as written")
            return text

    def _local(self, node: ast.Expression, *, denied: bool) -> Formula:
        """Leave a predicate to DuckDB, and remember where it stands and why."""
        self.local.append(self.rewrite(node))
        self.reasons.append(f"{to_sql(node)}: {self._reason(node)}")
        predicate = p.Local(len(self.local) - 1)
        self.places[predicate] = node.span
        return p.Negation(predicate) if denied else predicate

    def _reason(self, node: ast.Expression) -> str:
        """Say why the API does not judge a predicate."""
        operands = [node, *(getattr(node, name, None) for name in ("left", "right", "operand"))]
        columns = [c for o in operands if o is not None and (c := self._column(o)) is not None]
        if len(columns) != 1:
            return "the API compares a column with constants only"
        (column,) = columns
        if column.narrowed_by:
            return f"the API narrows it by {column.narrowed_by}, DuckDB judges it exactly"
        if column.filter is None:
            return f"the API has no condition on {column.name}"
        return f"the API has no such comparison with {column.name}"


def _keyword(pattern: ast.Expression) -> str:
    if isinstance(pattern, ast.String) and (word := pattern.value.strip("%_")):
        return "'" + word.replace("'", "''") + "'"
    return "'…'"
