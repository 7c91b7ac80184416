"""``tiksql check``: what a script would be told before its first request, and what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.catalog import load
from tiksql.errors import ParseError, TikSQLError
from tiksql.parameters import Declared, declared, typed
from tiksql.planning.binding import bind, children, parameters
from tiksql.planning.trees import nodes
from tiksql.source import Source, Span
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.session import Session

SAMPLES = {
    "text": "a",
    "integer": "1",
    "number": "1",
    "boolean": "true",
    "date": "2024-01-01",
    "timestamp": "2024-01-01",
    "id": "1",
}
"""Values that stand for those of parameters that nobody has given yet."""


class Checked(Struct):
    """What was found in one script; errors have the number of their statement.

    ``doubts`` say that it may be somebody else's, and what it would then need a yes for.
    """

    statements: int
    parameters: list[str]
    errors: list[tuple[int | None, TikSQLError]]
    doubts: list[str]


class Numbered(Struct):
    """A statement, its number, and how far into the script its places are counted from."""

    number: int
    statement: ast.Statement
    start: int = 0


def check(session: Session, source: Source, given: dict[str, object]) -> Checked:
    """Read, resolve and plan every statement of a script, asking nothing of anybody."""
    read, errors = _read(source)
    count = len(read) + len(errors)
    doubts = _doubts(source, read, given)
    try:
        asked = list(declared(source))
        values = typed(source, {**_samples(asked), **given})
    except TikSQLError as error:
        return Checked(count, [], [(None, error), *errors], doubts)
    statements = tuple(each.statement for each in read)
    used = {p.name: None for statement in statements for p in parameters(statement)}
    for name in used:
        values.setdefault(name, _likely(statements, name))
    errors += _errors(session, read, values)
    names = {parameter.name for parameter in asked}
    undeclared = [f":{name}" for name in used if name not in names]
    return Checked(count, [*map(str, asked), *undeclared], sorted(errors, key=_place), doubts)


def _doubts(source: Source, read: list[Numbered], given: dict[str, object]) -> list[str]:
    if not source.doubt:
        return []
    from tiksql import trust  # noqa: PLC0415 - most scripts are of their user

    found = trust.deeds((each.statement for each in read), given)
    return trust.question(source, found).split("\n")


def _place(error: tuple[int | None, TikSQLError]) -> int:
    return error[0] or 0


def _read(source: Source) -> tuple[list[Numbered], list[tuple[int | None, TikSQLError]]]:
    """Read a script; where it has a mistake, read its statements one by one and find them all."""
    from tiksql.syntax.parser import parse  # noqa: PLC0415 - lark only where there is a text
    from tiksql.syntax.statements import parts  # noqa: PLC0415 - only for mistakes

    try:
        return [Numbered(n, each) for n, each in enumerate(parse(source).statements, 1)], []
    except TikSQLError:
        pass
    read: list[Numbered] = []
    errors: list[tuple[int | None, TikSQLError]] = []
    for number, part in enumerate(parts(source.text), 1):
        if part.is_command:
            errors.append((number, _for_the_prompt(part.text, part.start)))
            continue
        try:
            found = parse(Source(part.text)).statements
            read += [Numbered(number, statement, part.start) for statement in found]
        except TikSQLError as error:
            errors.append((number, _moved(error, part.start)))
    return read, errors


def _for_the_prompt(command: str, start: int) -> ParseError:
    word = command.split(maxsplit=1)[0]
    files = {"\\i": "give both files: -f one -f other", "\\o": "-o FILE", "\\format": "--format F"}
    return ParseError(
        "TS175",
        f"{word} is a command of the prompt, and files hold statements only",
        span=Span(start, start + len(command)),
        hint=files.get(word, "leave it out"),
    )


def _moved(error: TikSQLError, start: int) -> TikSQLError:
    """Count the place of an error from the start of the script."""
    if error.span is not None:
        error.span = Span(error.span.start + start, error.span.end + start)
    error.source = None
    return error


def _samples(asked: list[Declared]) -> dict[str, object]:
    required = [parameter for parameter in asked if parameter.default is None]
    return {each.name: SAMPLES[each.type.removesuffix("[]")] for each in required}


def _likely(statements: tuple[ast.Statement, ...], name: str) -> str:
    """Choose a sample for a parameter by the column that it is held against."""
    wanted = ast.Parameter(name)
    for statement in statements:
        for node in nodes(statement):
            around = list(children(node))
            columns = [each.parts[-1].text for each in around if isinstance(each, ast.Column)]
            if wanted in around and columns and (sample := _sample_of(columns[0])):
                return sample
    return SAMPLES["text"]


def _sample_of(name: str) -> str | None:
    found = [c for table in load().tables.values() if (c := table.column(name)) is not None]
    if found and found[0].values:
        return next(iter(load().enumerations[found[0].values].values))
    return SAMPLES.get(found[0].type) if found else None


def _errors(
    session: Session, read: list[Numbered], values: dict[str, object]
) -> Iterator[tuple[int | None, TikSQLError]]:
    for each in read:
        places = [parameter.span for parameter in parameters(each.statement)]
        try:
            _check(session, bind(each.statement, values))
        except TikSQLError as error:
            # What is wrong with a sample says nothing about the value that it stands for.
            if error.span is None or not any(_meet(error.span, place) for place in places):
                yield each.number, _moved(error, each.start)


def _meet(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _check(session: Session, statement: ast.Statement) -> None:
    match statement:
        case ast.Query() | ast.Explain():
            query = statement if isinstance(statement, ast.Query) else statement.query
            session.plan(query)
        case ast.CreateCollection(query=query):
            session.plan(query)
        case ast.SetSetting() | ast.ResetSetting() | ast.Describe() | ast.Copy():
            session.execute(statement, {})
