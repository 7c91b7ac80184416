"""Scripts of others: what they would leave behind, which is only done if their user says so.

A script that somebody else may have written (``Source.doubt``) may ask and read, within the limits
of its user. Files, collections and those limits outlast it, so they need a yes: ``--trust``, or one
answer at a terminal before its first statement runs. No setting and no script can give it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tiksql.errors import UsageError
from tiksql.output.sanitize import shorten, visible
from tiksql.settings import TABLE
from tiksql.syntax import ast
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tiksql.source import Source, Span

LISTED = 12
"""Deeds that a question lists before it counts the rest."""

LONGEST = 200
"""Octets of one of them: a path may be as long as a script."""


class Deed(NamedTuple):
    """What a statement would leave behind, in one safe line, and where it stands."""

    words: str
    place: Span


def deeds(statements: Iterable[ast.Statement], values: Mapping[str, object]) -> list[Deed]:
    """List what statements would leave behind; ``values`` are those of their parameters."""
    return [
        Deed(shorten(visible(words), LONGEST), statement.span)
        for statement in statements
        for words in _deed(statement, values)
    ]


def _deed(statement: ast.Statement, values: Mapping[str, object]) -> Iterator[str]:
    match statement:
        case ast.Copy():
            yield f"write {_target(statement, values)}"
        case ast.CreateCollection(name=name, replace=replaces):
            yield f"{'replace' if replaces else 'make'} the collection {name.text}"
        case ast.RefreshCollection(name=name):
            yield f"refresh the collection {name.text}"
        case ast.DropCollection(name=name):
            yield f"drop the collection {name.text}"
        case ast.SetSetting(name=name) if _guards(name):
            yield to_sql(statement)
        case ast.ResetSetting(name=name) if name is None or _guards(name):
            yield to_sql(statement)


def _target(statement: ast.Copy, values: Mapping[str, object]) -> str:
    """Name the file that is written, and say whether another may be replaced."""
    path = statement.path
    name = values.get(path.name) if isinstance(path, ast.Parameter) else path.value
    options = {option.name.text.lower() for option in statement.options}
    return f"{to_sql(path) if name is None else name}" + (
        ", in the place of what is there" if "overwrite" in options else ""
    )


def _guards(name: ast.Name) -> bool:
    setting = TABLE.get(name.text.lower())
    return setting is not None and setting.guard


def question(source: Source, found: Sequence[Deed]) -> str:
    """Say why a script may be somebody else's, and what it would leave behind, in lines."""
    whose = f"{visible(source.name)} may be somebody else's: {visible(source.doubt)}"
    more = len(found) - LISTED
    return "\n".join(
        [
            f"{whose}. It would" if found else whose,
            *(f"  {deed.words}" for deed in found[:LISTED]),
            *([f"  and {more:,} more"] if more > 0 else []),
        ]
    )


def distrust(source: Source, found: Sequence[Deed]) -> UsageError:
    """Make the error that nothing of a script has run, at the first thing that it would leave."""
    error = UsageError(
        "TS643",
        f"{source.name} may be somebody else's ({source.doubt}), and would {found[0].words}:"
        " nothing of it has run",
        hint="read it; --trust lets it run",
    )
    error.span, error.source = found[0].place, source
    return error
