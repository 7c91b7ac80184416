"""A body, understood: which table, which columns, which conditions or key, which days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.catalog import Column, Table
from tiksql.errors import ResolveError
from tiksql.planning.constants import parse_day
from tiksql.reverse.conditions import Condition, Conditions, unknown
from tiksql.reverse.found import Found, Reading
from tiksql.reverse.text import Named, shown, wrong
from tiksql.source import Source, Span
from tiksql.spelling import nearest
from tiksql.syntax import ast

if TYPE_CHECKING:
    from tiksql.reverse.jsontext import Value

START, END, RANDOM = "start_date", "end_date", "is_random"
LATER = ("cursor", "search_id")
LONGEST = dt.timedelta(days=30)
"""REF: end_date is at most 30 days after start_date."""


class Asked(Struct, frozen=True):
    """One request, as a statement can say it; places are of the file.

    ``columns`` are None where all are asked for. ``size`` is None where the body names none;
    ``later`` says that it was not the first page.
    """

    table: Table
    columns: tuple[Named, ...] | None
    place: Span
    groups: Mapping[str, tuple[Condition, ...]] = {}
    days: tuple[dt.date, dt.date] | None = None
    key: tuple[Column, Named] | None = None
    size: int | None = None
    random: bool = False
    later: bool = False

    @property
    def like(self) -> tuple[object, ...]:
        """What requests have in common that can be put into one statement."""
        names = None if self.columns is None else tuple(each.text for each in self.columns)
        key = self.key[0].name if self.key else None
        says = tuple(tuple(c.says for c in group) for group in self.groups.values())
        return (self.table.name, names, says, key, self.size, self.random, self.later)


def understood(found: Found, reading: Reading) -> Asked:
    """Read a request; raise ``LanguageError`` at what the API would not take."""
    return _Body(found, reading).asked()


class _Body(Struct):
    """A body on its way from JSON to what it asks."""

    found: Found
    reading: Reading

    def asked(self) -> Asked:
        table = self.found.table
        self._check_names()
        columns = self._columns()
        if table.needs == "key":
            return Asked(
                table,
                columns,
                self.found.place,
                key=self._key(),
                size=self._size(),
                later=self._later(),
            )
        query = self._member("query")
        if query is None:
            raise self._missing("query", 'such as {"and": […]}')
        conditions = Conditions(self.reading.catalog, table, self.reading.notes)
        return Asked(
            table,
            columns,
            self.found.place,
            groups=conditions.groups(query),
            days=self._days(),
            size=self._size(),
            random=self._random(),
            later=self._later(),
        )

    # --- members of the body

    def _member(self, name: str) -> Value | None:
        """Return a member of the body; None where it is absent or null."""
        value = self.found.body.members.get(name)
        return None if value is None or value.is_null else value

    def _missing(self, name: str, hint: str) -> Exception:
        return wrong("TS158", f"{name} is missing", self.found.place, hint)

    def _check_names(self) -> None:
        table = self.found.table
        paging = table.paging
        known = {paging.size_field, paging.page_field, *LATER, "fields"} - {""}
        if table.needs == "key":
            known |= {column.key for column in table.keys}
        else:
            known |= {"query", START, END, RANDOM}
        for name, place in self.found.body.names.items():
            if name not in known:
                raise unknown(f"part of a request to {table.path}", name, place, sorted(known))

    def _columns(self) -> tuple[Named, ...] | None:
        """Find the columns that the fields are; None where all are asked for."""
        table, fields = self.found.table, self.found.fields
        if table.fields_in == "none":
            if fields:
                self.reading.notes.add("this endpoint takes no fields", fields[0].span)
            return None
        if not fields:
            note = "no fields are named, so all are asked for; --fields names some"
            self.reading.notes.add(note, self.found.place)
            return None
        offered = {c.field: c for c in table.columns.values() if c.is_field}
        named: dict[str, Named] = {}
        for field in fields:
            column = offered.get(field.text) or table.column(field.text)
            if column is None or not column.is_field:
                raise self._no_field(field, table)
            if column.field != field.text:
                self.reading.notes.add(
                    f"{shown(field.text)} was read as {column.field}", field.span
                )
            named.setdefault(column.name, Named(column.name, field.span))
        return (
            None
            if tuple(named) == tuple(c.name for c in offered.values())
            else self._with_key(named)
        )

    def _no_field(self, field: Named, table: Table) -> Exception:
        columns = [c for c in table.columns.values() if c.is_field]
        near = nearest(field.text, [c.field for c in columns])
        spelt = ", ".join(c.field for c in columns)
        error = wrong(
            "TS164",
            f"there is no field {shown(field.text)} in {table.path}",
            field.span,
            f'did you mean "{near}"?' if near else f"there is {spelt}",
        )
        if self.found.fields is self.reading.wanted.fields:
            error.source = Source(self.reading.wanted.fields_text, "--fields")
        return error

    def _with_key(self, named: dict[str, Named]) -> tuple[Named, ...]:
        """Put the key before the columns of a record that does not carry it."""
        keys = [c for c in self.found.table.keys if not c.is_field and c.key in self._names]
        first = [Named(c.name, self.found.body.names[c.key]) for c in keys]
        return (*first, *named.values())

    @property
    def _names(self) -> Mapping[str, Span]:
        return self.found.body.names

    def _key(self) -> tuple[Column, Named]:
        keys = self.found.table.keys
        given = [c for c in keys if self._member(c.key) is not None]
        names = " or ".join(c.key for c in keys)
        if not given:
            raise self._missing(names, "it says what is asked for")
        if len(given) > 1:
            place = self._names[given[1].key]
            raise wrong("TS165", f"there can be one of {names} only", place, "leave one out")
        (column,) = given
        value = self.found.body.members[column.key]
        if value.kind == "array":
            hint = "one request a value: give each a body of its own"
            raise wrong("TS157", f"{column.key} is one value, not a list", value.span, hint)
        exact = column.type == "id" and value.kind == "number"
        notes, before = self.reading.notes, dict(self.reading.notes.found)
        text = Conditions(self.reading.catalog, self.found.table, notes).text(value, column)
        if exact:
            notes.found = before
        return column, Named(text, value.span)

    def _days(self) -> tuple[dt.date, dt.date]:
        wanted = self.reading.wanted.days
        if wanted is not None and not (self._member(START) or self._member(END)):
            return wanted
        start, end = (self._day(name) for name in (START, END))
        places = [self.found.body.members[name].span for name in (START, END)]
        both = places[0].to(places[1])
        if start > end:
            raise wrong(
                "TS166",
                f"the range ends ({end}) before it starts ({start})",
                both,
                "exchange them",
            )
        if end - start > LONGEST:
            raise wrong(
                "TS167",
                f"the API takes at most {LONGEST.days} days from {START} to {END}, "
                f"and these are {(end - start).days}",
                both,
                f"SQL takes any range: create_date BETWEEN '{start}' AND '{end}'",
            )
        return start, end

    def _day(self, name: str) -> dt.date:
        value = self._member(name)
        if value is None:
            raise self._missing(name, f'add "{name}": "20240131", or give --days FIRST LAST')
        if value.kind not in {"string", "number"}:
            raise wrong("TS157", f"{name} is a day", value.span, '"20240131"')
        text = str(value.says).strip()
        try:
            day = parse_day(text, ast.String(text, span=value.span))
        except ResolveError as error:
            hint = f'"20240131"; {error.hint}' if error.hint else '"20240131"'
            raise wrong("TS157", f"{name} is no day: {error.message}", value.span, hint) from None
        if value.kind != "string":
            self.reading.notes.add("a day without quotes was read as a text", value.span)
        if text != day.strftime("%Y%m%d"):
            self.reading.notes.add(f"{shown(text)} was read as {day:%Y%m%d}", value.span)
        return day

    def _size(self) -> int | None:
        paging = self.found.table.paging
        value = self._member(paging.size_field)
        if value is None:
            return None
        text = str(value.says)
        if value.kind == "string" and text.isdecimal():
            self.reading.notes.add("a number in quotes was read as a number", value.span)
        if not text.isdecimal() or not 1 <= int(text) <= paging.max_size:
            message = f"{paging.size_field} is a number from 1 to {paging.max_size}"
            raise wrong("TS157", message, value.span)
        return int(text)

    def _random(self) -> bool:
        value = self._member(RANDOM)
        if value is None:
            return False
        if value.kind != "word":
            raise wrong("TS157", f"{RANDOM} is true or false", value.span)
        return bool(value.says)

    def _later(self) -> bool:
        """Say whether this asks for a later page, which a statement never says."""
        table = self.found.table
        later = False
        for name in (*LATER, table.paging.page_field):
            value = self._member(name) if name else None
            first = {"", "0", str(table.paging.first_page)}
            if value is not None and str(value.says) not in first:
                note = f"{name} was left out: a statement asks for all pages, from the first on"
                self.reading.notes.add(note, self._names[name])
                later = True
        return later
