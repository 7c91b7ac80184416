"""``tiksql check``: what a script would be told before its first request, and what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.catalog import load
from tiksql.errors import TikSQLError
from tiksql.parameters import Declared, declared, typed
from tiksql.planning.binding import bind, children, parameters
from tiksql.planning.trees import nodes
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.session import Session
    from tiksql.source import Source, Span

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
    """What was found in one script."""

    statements: int
    parameters: list[str]
    errors: list[tuple[int | None, TikSQLError]]


def check(session: Session, source: Source, given: dict[str, object]) -> Checked:
    """Read, resolve and plan every statement of a script, asking nothing of anybody."""
    from tiksql.syntax.parser import parse  # noqa: PLC0415 - lark only where there is a text

    try:
        statements = parse(source).statements
        asked = list(declared(source))
        values = typed(source, {**_samples(asked), **given})
    except TikSQLError as error:
        return Checked(0, [], [(None, error)])
    used = {p.name: None for statement in statements for p in parameters(statement)}
    for name in used:
        values.setdefault(name, _likely(statements, name))
    errors = list(_errors(session, statements, values))
    names = {parameter.name for parameter in asked}
    undeclared = [f":{name}" for name in used if name not in names]
    return Checked(len(statements), [*map(str, asked), *undeclared], errors)


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
    session: Session, statements: tuple[ast.Statement, ...], values: dict[str, object]
) -> Iterator[tuple[int | None, TikSQLError]]:
    for number, statement in enumerate(statements, 1):
        places = [parameter.span for parameter in parameters(statement)]
        try:
            _check(session, bind(statement, values))
        except TikSQLError as error:
            # What is wrong with a sample says nothing about the value that it stands for.
            if error.span is None or not any(_meet(error.span, place) for place in places):
                yield number, error


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
