"""``tiksql translate --from``: requests in other forms become SQL that was compiled to prove it.

Each statement is planned, and its requests are held against those that it was made of. What is not
the same to the letter is told; what means something else never comes out.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from tiksql.catalog import load
from tiksql.errors import LanguageError, UsageError
from tiksql.reverse.found import Found, Reading, Wanted, split
from tiksql.reverse.readers import reader
from tiksql.reverse.requests import Asked, understood
from tiksql.reverse.secrets import HIDDEN, hidden
from tiksql.reverse.statements import EVERYTHING, Statement, statements
from tiksql.reverse.text import Notes, Text, wrong
from tiksql.source import Source, Span
from tiksql.syntax.format import formatted
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiksql.reverse.found import Document
    from tiksql.session import Session
    from tiksql.syntax import ast

SHORTEST = 4
"""Letters that a secret has at least; less could be a part of any word."""


def wanted(fields: str | None, table: str | None, days: list[str] | None) -> Wanted:
    """Read what the command line says about requests; raise ``UsageError`` for no days."""
    names = None if fields is None else split(Text(fields))
    return Wanted(names, fields or "", table, None if days is None else _range(*days))


def _range(first: str, last: str) -> tuple[dt.date, dt.date]:
    try:
        start, end = (dt.date.fromisoformat(day) for day in (first, last))
    except ValueError as error:
        hint = "--days 2024-01-01 2024-01-31"
        raise UsageError("TS642", f"--days takes two days: {error}", hint=hint) from None
    if start > end:
        raise UsageError("TS642", "--days ends before it starts", hint=f"--days {last} {first}")
    return start, end


class Reversal:
    """One file on its way to SQL; ``note`` is told what was mended."""

    def __init__(
        self, session: Session, source: Source, wanted: Wanted, note: Callable[[str], None]
    ) -> None:
        self._session = session
        self._settings = session.settings
        self._source = source
        self._note = note
        self._reading = Reading(load(), wanted, Notes())

    def script(self, form: str) -> str:
        """Read the requests of the file as statements; raise ``LanguageError`` at its place."""
        read = reader(form)
        try:
            read(Text(self._source.text), self._reading)
            texts = [*self._documents(), *self._requests(self._reading.found)]
        except LanguageError as error:
            raise self._safe(error) from None
        finally:
            self._session.settings = self._settings
        self._tell()
        return "".join(texts)

    # --- statements

    def _documents(self) -> Iterator[str]:
        for document, found in self._reading.documents:
            yield self._statement_of(document, found) or "".join(self._lossy(document, found))

    def _requests(self, found: list[Found]) -> Iterator[str]:
        asked = [understood(each, self._reading) for each in found]
        for statement in statements(asked):
            yield from self._under(self._needed(statement))
            self._check(statement)
            yield self._text(statement.query)

    def _needed(self, statement: Statement) -> dict[str, range]:
        """Return the settings of a statement, with the leave to read everything where it does."""
        before = self._session.settings
        everything = {**statement.settings, EVERYTHING: range(1, 2)}
        for _ in self._under(statement.settings):
            pass
        try:
            self._session.plan(statement.query)
        except LanguageError as error:
            return everything if error.code == "TS302" else statement.settings
        finally:
            self._session.settings = before
        return statement.settings

    def _text(self, query: ast.Node) -> str:
        return formatted(Source(to_sql(query) + ";"))

    def _under(self, needed: dict[str, range]) -> Iterator[str]:
        """Set what a statement needs, and put back what it does not."""
        settings = self._session.settings
        for name, (_, origin) in settings.values.items():
            now = int(settings.number(name)) if name in needed else 0
            if name in needed and now not in needed[name]:
                value: Any = needed[name][0]
                is_flag = isinstance(settings[name], bool)
                yield f"SET {name} = {('off', 'on')[value] if is_flag else value};\n"
                settings = settings.having(name, bool(value) if is_flag else value, "session")
            elif name not in needed and origin == "session" and settings[name] != self._old(name):
                yield f"RESET {name};\n"
                settings = settings.without(name, self._settings)
        self._session.settings = settings

    def _old(self, name: str) -> object:
        return self._settings[name]

    # --- proof

    def _check(self, statement: Statement) -> None:
        """Plan a statement, and tell where its requests differ from those that it was made of."""
        made, _ = self._session.plan(statement.query)
        first = statement.asked[0]
        notes = self._reading.notes
        if statement.limited:
            notes.add(
                f"{first.table.paging.size_field} {first.size} became a LIMIT; "
                "without it the statement brings all records",
                first.place,
            )
        planned = {_identity(r.window or r.key): r for r in made.requests}
        asked = {_identity(a.days or (a.key and a.key[1].text)): a for a in statement.asked}
        if len(asked) < len(statement.asked):
            notes.add("a request that comes twice was left out", first.place)
        if not made.requests:
            notes.add("no record can match, so nothing would be sent", first.place)
        elif planned.keys() != asked.keys() or len(made.requests) != len(asked):
            notes.add(_other(list(planned), list(asked), len(made.requests)), first.place)
        for identity in planned.keys() & asked.keys():
            self._compare(asked[identity], planned[identity])

    def _compare(self, asked: Asked, request: Any) -> None:
        notes = self._reading.notes
        if asked.groups and request.body["query"] != _query(asked):
            import json  # noqa: PLC0415 - seldom needed

            text = json.dumps(request.body["query"], ensure_ascii=False)
            notes.add(f"sent as {_cut(text)}, which means the same", asked.place)
        table = asked.table
        if asked.columns is not None:
            names = {table.columns[each.text].field for each in asked.columns}
            besides = [field for field in request.fields if field not in names]
            if besides and table.fields_in == "url":
                note = f"{', '.join(besides)} is asked for besides: it tells records apart"
                notes.add(note, asked.place)

    # --- plans that were printed by us

    def _statement_of(self, document: Document, found: list[Found]) -> str | None:
        """Take the statement of a plan, if it still means the requests beside it."""
        from tiksql.syntax.parser import parse  # noqa: PLC0415 - lark only where there is a text
        from tiksql.translate.json import document as printed  # noqa: PLC0415 - see above

        text = str(document.statement.says)
        asked = [understood(each, self._reading) for each in found] if found else []
        needed = [statement.settings for statement in statements(asked)]
        before = self._session.settings
        settings = {k: v for each in needed for k, v in each.items()}
        setting_texts = list(self._under(settings))
        try:
            (query,) = parse(Source(text)).statements
            made, _ = self._session.plan(query)  # type: ignore[arg-type]  # else it has no plan
        except (LanguageError, ValueError):
            self._session.settings = before
            return None
        if _sent(printed(made)) != _sent(document.plan.plain()):
            self._session.settings = before
            return None
        return "".join([*setting_texts, self._text(query)])

    def _lossy(self, document: Document, found: list[Found]) -> Iterator[str]:
        """Read the requests of a plan whose statement means others."""
        place = document.statement.span
        if not found:
            raise _dependent(place)
        lost = f"; its {', '.join(document.lost)} is lost" if document.lost else ""
        self._reading.notes.add(
            f"the statement does not mean the requests beside it, and they were read{lost}", place
        )
        yield from self._requests(found)

    # --- what is told

    def _safe(self, error: LanguageError) -> LanguageError:
        """Show an error in a text without secrets."""
        masked, secrets = self._secrets()
        if error.source is None:
            error.source = Source(masked, self._source.name)
        for secret in secrets:
            error.message = error.message.replace(secret, HIDDEN * 3)
            error.hint = error.hint and error.hint.replace(secret, HIDDEN * 3)
        error.args = (error.message,)
        return error

    def _secrets(self) -> tuple[str, list[str]]:
        text = self._source.text
        spans = [*hidden(text), *((s.start, s.end) for s in self._reading.secrets)]
        masked = list(text)
        for start, end in spans:
            masked[start:end] = HIDDEN * (end - start)
        found = {text[start:end] for start, end in spans}
        return "".join(masked), sorted((s for s in found if len(s) >= SHORTEST), key=len)[::-1]

    def _tell(self) -> None:
        _, secrets = self._secrets()
        name = self._source.name
        if secrets:
            self._note(f"{name}: a secret stands in it; it was left out. Keep the file safe")
        found = sorted(self._reading.notes.found.items(), key=lambda each: each[1][0].start)
        for text, spans in found:
            line, column = self._source.line_and_column(spans[0].start)
            more = f" (and {len(spans) - 1} times more)" if len(spans) > 1 else ""
            for secret in secrets:
                text = text.replace(secret, HIDDEN * 3)  # noqa: PLW2901 - the same text, made safe
            self._note(f"{name}:{line}:{column}: {text}{more}")


def _identity(what: Any) -> tuple[str, ...]:
    if isinstance(what, str | int):
        return (str(what).lower(),)
    start, end = what if isinstance(what, tuple) else (what.start, what.end)
    return str(start), str(end)


def _other(planned: list[tuple[str, ...]], asked: list[tuple[str, ...]], sent: int) -> str:
    """Say what is asked for instead of what was given."""
    if sent == len(planned) == len(asked) == 1:
        days = (" to ".join(identity) for identity in (*planned, *asked))
        return f"sent for {next(days)} instead of {next(days)}, which means the same"
    given = _counted(len(asked), "request")
    return f"sent as {_counted(sent, 'request')} instead of {given}, which together mean the same"


def _query(asked: Asked) -> dict[str, list[dict[str, Any]]]:
    """Write the conditions of a request as they were given."""
    return {
        name: [
            {
                "operation": condition.operation,
                "field_name": condition.column.filter.field,  # type: ignore[union-attr]  # it has one
                "field_values": list(condition.values),
            }
            for condition in group
        ]
        for name, group in asked.groups.items()
        if group
    }


def _sent(plan: Any) -> list[Any]:
    return [
        (str(each["url"]).partition("/v2/")[2], each["fields"], each["body"])
        for each in plan["requests"]
    ]


def _cut(text: str) -> str:
    most = 300
    return text if len(text) <= most else text[: most - 1] + "…"


def _dependent(place: Span) -> LanguageError:
    return wrong(
        "TS168",
        "the keys of these requests come from others, and the statement does not say how",
        place,
        "the statement of the plan was changed: write it anew",
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
