"""The ``query`` of a search, checked as the API would and read as conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.catalog import Catalog, Column, Table
from tiksql.planning.values import in_enumeration, to_text
from tiksql.reverse.text import Notes, shown, wrong
from tiksql.source import Span
from tiksql.spelling import nearest
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.reverse.jsontext import Value

GROUPS = ("and", "or", "not")
PARTS = ("operation", "field_name", "field_values")
SHAPE = '{"operation": "EQ", "field_name": "keyword", "field_values": ["hello"]}'


class Condition(Struct, frozen=True):
    """One condition, its values as the API takes them."""

    column: Column
    operation: str
    values: tuple[str, ...]
    span: Span

    def __eq__(self, other: object) -> bool:
        """Say whether another condition asks the same, wherever it stands."""
        return isinstance(other, Condition) and self.says == other.says

    def __hash__(self) -> int:
        """Hash what it asks."""
        return hash(self.says)

    @property
    def says(self) -> tuple[str, str, tuple[str, ...]]:
        """What it asks, without its place."""
        return (self.column.name, self.operation, self.values)


class Conditions(Struct):
    """The reading of the conditions of one table."""

    catalog: Catalog
    table: Table
    notes: Notes

    def groups(self, query: Value) -> dict[str, tuple[Condition, ...]]:
        """Read a ``query``; at least one of its groups has to hold a condition."""
        if query.kind != "object":
            raise wrong("TS157", "a query is an object of groups", query.span, '{"and": […]}')
        found: dict[str, tuple[Condition, ...]] = {}
        for name, value in query.members.items():
            group = name.lower()
            if group not in GROUPS:
                raise unknown("group", name, query.names[name], GROUPS)
            if group != name:
                self.notes.add(f"{shown(name)} was read as {group}", query.names[name])
            found[group] = (*found.get(group, ()), *self._group(value))
        if not any(found.values()):
            raise wrong(
                "TS158", "this query has no condition", query.span, "the API wants one at least"
            )
        return {name: found.get(name, ()) for name in GROUPS}

    def _group(self, value: Value) -> Iterator[Condition]:
        if value.kind == "object":
            self.notes.add("a lone condition was read as a list of one", value.span)
            yield self._condition(value)
            return
        if value.kind != "array" and not value.is_null:
            raise wrong("TS157", "a group is a list of conditions", value.span, f"[{SHAPE}]")
        if not value.items:
            self.notes.add("an empty group was left out", value.span)
        for item in value.items:
            yield self._condition(item)

    def _condition(self, value: Value) -> Condition:
        if value.kind != "object":
            raise wrong("TS157", "this is no condition", value.span, SHAPE)
        for name in value.members:
            if name.lower() in GROUPS:
                raise wrong(
                    "TS159",
                    f"a group cannot stand within a group: {shown(name)}",
                    value.names[name],
                    "the API takes lists of conditions only; SQL takes any brackets",
                )
            if name not in PARTS:
                raise unknown("part of a condition", name, value.names[name], PARTS)
        for name in PARTS:
            if name not in value.members:
                raise wrong("TS158", f"this condition has no {name}", value.span, SHAPE)
        column = self._column(value.members["field_name"])
        operation = self._operation(value.members["operation"], column)
        values = self._values(value.members["field_values"], column, operation)
        if operation == "IN" and len(values) == 1:
            operation = "EQ"
        return Condition(column, operation, values, value.span)

    def _column(self, value: Value) -> Column:
        columns = {c.filter.field: c for c in self.table.columns.values() if c.filter is not None}
        name = str(value.says)
        if value.kind != "string":
            raise wrong("TS157", "a field_name is a text", value.span, SHAPE)
        if name in columns:
            return columns[name]
        folded = name.strip().lower()
        if folded in columns:
            self.notes.add(f"{shown(name)} was read as {folded}", value.span)
            return columns[folded]
        known = self.table.column(folded)
        if known is not None and known.filter is not None:
            hint = f"the API calls it {known.filter.field}"
        elif known is not None and known.narrowed_by:
            narrow = self.table.columns[known.narrowed_by].filter
            hint = f"there is {narrow.field}" if narrow else ""
        elif known is not None:
            hint = f"SQL can filter by it here: WHERE {known.name} …"
        else:
            near = nearest(folded, columns)
            hint = f'did you mean "{near}"?' if near else f"there is {', '.join(columns)}"
        raise wrong("TS160", f"the API has no condition on {shown(name)}", value.span, hint)

    def _operation(self, value: Value, column: Column) -> str:
        assert column.filter is not None
        name = str(value.says)
        operation = name.strip().upper()
        if value.kind == "string" and operation in column.filter.operations:
            if operation != name:
                self.notes.add(f"{shown(name)} was read as {operation}", value.span)
            return operation
        offered = ", ".join(column.filter.operations)
        near = {"=": "EQ", "==": "EQ", ">": "GT", ">=": "GTE", "<": "LT", "<=": "LTE"}.get(name)
        near = near or nearest(operation, column.filter.operations)
        raise wrong(
            "TS161",
            f"{column.filter.field} has no operation {shown(name)}",
            value.span,
            f'did you mean "{near}"?' if near else f"it has {offered}",
        )

    def _values(self, value: Value, column: Column, operation: str) -> tuple[str, ...]:
        items = value.items
        if value.kind in {"string", "number", "word"} and not value.is_null:
            self.notes.add("a value without brackets was read as a list of one", value.span)
            items = [value]
        elif value.kind != "array":
            raise wrong("TS157", "field_values is a list of texts", value.span, '["US"]')
        if not items:
            raise wrong("TS158", "this condition has no value", value.span, "the API wants one")
        texts = list(dict.fromkeys(self.text(item, column) for item in items))
        if len(texts) < len(items):
            self.notes.add("a value that comes twice was left out", value.span)
        if operation != "IN" and len(texts) > 1:
            raise wrong(
                "TS162",
                f"{operation} takes one value, and there are {len(texts)}",
                value.span,
                "IN takes several" if operation == "EQ" else "leave one",
            )
        return tuple(texts)

    def text(self, item: Value, column: Column) -> str:
        """Read a value as the API takes it, with the marks that it does not want taken off."""
        if item.kind in {"array", "object"} or item.is_null:
            raise wrong("TS157", "a value is a text", item.span, '"US"')
        text = str(item.says)
        if item.kind == "word":
            text = text.lower()
        if item.kind != "string":
            self.notes.add("a value without quotes was read as a text", item.span)
        text = self._without_mark(text, column, item.span)
        place = ast.String(text, span=item.span)
        checked = to_text(column, text, place)
        if column.values:
            checked = in_enumeration(self.catalog, column, checked, place)
        if checked != text:
            self.notes.add(f"{shown(text)} was read as {shown(checked)}", item.span)
        return checked

    def _without_mark(self, text: str, column: Column, span: Span) -> str:
        """Take off the # of a hashtag and the @ of a handle."""
        name = column.filter.field if column.filter else column.key
        marks = {"hashtag_name": "#", "username": "@"}
        mark = marks.get(name, "")
        bare = text.lstrip(mark) if mark else text
        if bare != text and bare.strip():
            self.notes.add(f"{shown(text)} was read without its {mark}", span)
            return bare
        return text


def unknown(what: str, name: str, span: Span, known: Iterable[str]) -> Exception:
    """Say that a name is none of those that there are."""
    near = nearest(name, known)
    hint = f'did you mean "{near}"?' if near else f"there is {', '.join(known)}"
    return wrong("TS163", f"there is no {what} {shown(name)}", span, hint)
