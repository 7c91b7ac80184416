"""A WHERE, with its names and values resolved: predicates of the API, joined by AND, OR, NOT.

A predicate that the API cannot judge is refused with its place; judging rows here is the work of a
later version.
"""

from __future__ import annotations

import datetime as dt
import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tiksql.errors import LanguageError, ResolveError, UnavailableError
from tiksql.planning import formulas as p
from tiksql.planning.constants import Value, fold, is_constant
from tiksql.planning.names import Names, column_of, is_whole
from tiksql.planning.values import EXAMPLES, check, in_enumeration, to_day, to_text
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.catalog import Column, Operation
    from tiksql.planning.formulas import Formula
    from tiksql.planning.query import Scope
    from tiksql.source import Span

DAY = dt.timedelta(days=1)
OPERATIONS: dict[str, Operation] = {"=": "EQ", "<": "LT", "<=": "LTE", ">": "GT", ">=": "GTE"}
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
NOT_JUDGED = "the API cannot judge this condition, and this version judges no rows here"
TURNED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(slots=True)
class Conditions:
    """The resolving of one WHERE: where its predicates stand, and what is to be noted."""

    scope: Scope
    names: Names
    places: dict[Formula, Span] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def resolve(self, node: ast.Expression) -> Formula:
        """Turn an expression into a formula; raise ``LanguageError`` at what cannot be sent."""
        match node:
            case ast.And(operands=operands):
                return p.conjunction([self.resolve(o) for o in operands])
            case ast.Or(operands=operands):
                return p.disjunction([self.resolve(o) for o in operands])
            case ast.Not(operand=operand):
                return p.negation(self.resolve(operand))
            case ast.Boolean(value=value):
                return p.TRUE if value else p.FALSE
            case ast.Comparison():
                return self._comparison(node)
            case ast.In():
                return self._negated(node.negated, self._in(node))
            case ast.Between():
                return self._negated(node.negated, self._between(node))
            case _:
                raise self._local(node)

    def _negated(self, negated: bool, formula: Formula) -> Formula:  # noqa: FBT001 - as the syntax has it
        return p.negation(formula) if negated else formula

    def _comparison(self, node: ast.Comparison) -> Formula:
        sign, left, right = node.operator, node.left, node.right
        if is_constant(left) and is_constant(right):
            return p.TRUE if self._holds(node) else p.FALSE
        if is_constant(left) and not is_constant(right):
            sign, left, right = TURNED[sign], right, left  # type: ignore[assignment]
        column = self._column(left, node)
        value = self._value(right, node)
        if sign == "<>":
            return p.negation(self._predicate(column, "=", [(value, right)], node))
        return self._predicate(column, sign, [(value, right)], node)

    def _holds(self, node: ast.Comparison) -> bool:
        """Compare two constants."""
        left, right = fold(node.left, self.scope.now), fold(node.right, self.scope.now)
        if left is None or right is None:
            raise ResolveError(
                "TS209", "nothing is equal to NULL", span=node.span, hint="TRUE or FALSE"
            )
        alike = isinstance(left, str) is isinstance(right, str)
        try:
            if alike:
                return COMPARED[node.operator](left, right)
        except TypeError:
            pass
        raise ResolveError(
            "TS205",
            "these two values cannot be compared",
            span=node.span,
            hint="a column stands on one side: region_code = 'US'",
        )

    def _in(self, node: ast.In) -> Formula:
        column = self._column(node.operand, node)
        values = [(self._value(value, node), value) for value in node.values]
        if not values:
            return p.FALSE
        return self._predicate(column, "=", values, node)

    def _between(self, node: ast.Between) -> Formula:
        column = self._column(node.operand, node)
        low, high = self._value(node.low, node), self._value(node.high, node)
        if column.filter and column.filter.match == "date":
            self._check_order(column, (low, node.low), (high, node.high), node)
        return p.conjunction(
            [
                self._predicate(column, ">=", [(low, node.low)], node),
                self._predicate(column, "<=", [(high, node.high)], node),
            ]
        )

    def _check_order(
        self,
        column: Column,
        low: tuple[Value, ast.Node],
        high: tuple[Value, ast.Node],
        node: ast.Between,
    ) -> None:
        check(column, *low)
        check(column, *high)
        first, last = to_day(*low), to_day(*high)
        if first > last:
            raise ResolveError(
                "TS303",
                f"the range ends ({last}) before it starts ({first})",
                span=node.low.span.to(node.high.span),
                hint=f"{column.name} BETWEEN '{last}' AND '{first}'",
            )

    def _column(self, node: ast.Expression, whole: ast.Expression) -> Column:
        if isinstance(node, ast.Column):
            column = column_of(self.names, node)
            if is_whole(column, node):
                return column
        raise self._local(whole)

    def _value(self, node: ast.Expression, whole: ast.Expression) -> Value:
        if is_constant(node):
            return fold(node, self.scope.now)
        raise self._local(whole)

    def _predicate(
        self,
        column: Column,
        sign: str,
        values: list[tuple[Value, ast.Expression]],
        node: ast.Expression,
    ) -> Formula:
        if column.type not in EXAMPLES:
            raise self._no_single_value(column, node)
        for value, place in values:
            check(column, value, place)
        if column.filter and column.filter.match == "date":
            return self._noted(_days(sign, values), node)
        operation = OPERATIONS[sign]
        offered = column.filter.operations if column.filter else ("EQ", "IN") if column.key else ()
        if operation not in offered:
            raise self._not_offered(column, node)
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

    def _not_offered(self, column: Column, node: ast.Expression) -> LanguageError:
        if column.selectable or column.filter is None:
            return self._local(node)
        return ResolveError(
            "TS208",
            f"{column.name} can only be compared with = and IN",
            span=node.span,
            hint=f"{column.name} = '…'",
        )

    def _no_single_value(self, column: Column, node: ast.Expression) -> ResolveError:
        columns = self.names.table.columns.values()
        searched = next((c.name for c in columns if c.instead == column.name), None)
        return ResolveError(
            "TS205",
            f"{column.name} is a list or structure and cannot be compared with one value",
            span=node.span,
            hint=f"{searched} = '…' searches in it" if searched else None,
        )

    def _local(self, node: ast.Expression) -> LanguageError:
        """Say that a predicate is not one for the API, after looking for plainer mistakes in it."""
        self.names.check(node)
        if isinstance(node, ast.Like) and isinstance(node.operand, ast.Column):
            column = column_of(self.names, node.operand)
            hint = f"keyword = {_keyword(node.pattern)} finds it in captions"
            if not column.selectable:
                message = f"the API has no LIKE for {column.name}"
                return ResolveError("TS208", message, span=node.span, hint=hint)
            if column.name == "video_description":
                return UnavailableError("TS401", NOT_JUDGED, span=node.span, hint=hint)
        table = self.names.table
        judged = [c.name for c in table.columns.values() if c.filter or c.key]
        return UnavailableError(
            "TS401",
            NOT_JUDGED,
            span=node.span,
            hint=f"what the API can judge in {table.name}: {', '.join(judged)}",
        )


def _keyword(pattern: ast.Expression) -> str:
    if isinstance(pattern, ast.String) and (word := pattern.value.strip("%_")):
        return "'" + word.replace("'", "''") + "'"
    return "'…'"


def _days(sign: str, values: list[tuple[Value, ast.Expression]]) -> Formula:
    return p.disjunction([_compared(sign, value, to_day(value, place)) for value, place in values])


def _compared(sign: str, value: Value, day: dt.date) -> Formula:
    """Say which days, each of which begins at midnight, stand so to a day or a time."""
    if isinstance(value, dt.datetime) and value.time() != dt.time():
        if sign == "=":
            return p.FALSE
        sign = {"<": "<=", ">=": ">"}.get(sign, sign)
    match sign:
        case "=":
            return p.Days(day, day)
        case ">=":
            return p.Days(day, None)
        case "<=":
            return p.Days(None, day)
        case ">":
            return p.FALSE if day == dt.date.max else p.Days(day + DAY, None)
        case _:
            return p.FALSE if day == dt.date.min else p.Days(None, day - DAY)
