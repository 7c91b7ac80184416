"""Parameters that a script declares in its first comments.

``-- @param tag text default 'hello' what to search for`` names a parameter, its type and what it
is for. Without a default it is required. The types are text, integer, number, boolean, date,
timestamp and id, and lists of them, such as ``text[]``.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.errors import ParseError, ResolveError, UsageError
from tiksql.source import Span
from tiksql.spelling import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tiksql.source import Source

MARK = re.compile(r"--\s*@param\b[ \t]*(?P<rest>.*)")
SHAPE = re.compile(
    r"(?P<name>[A-Za-z_]\w*)\s+(?P<type>\w+(?:\[\])?)"
    r"(?:\s+(?P<required>required)|\s+default\s+(?P<default>'(?:[^']|'')*'|\S+))?"
    r"(?:\s+(?P<description>.*))?$"
)


class Declared(Struct, frozen=True):
    """One parameter of a script; ``default`` is as ``-v`` would give it, None if required."""

    name: str
    type: str
    default: str | None
    description: str
    span: Span

    def __str__(self) -> str:
        """Say what a user has to know."""
        given = "required" if self.default is None else f"default '{self.default}'"
        words = f"  {self.description}" if self.description else ""
        return f":{self.name} {self.type}, {given}{words}"


def declared(source: Source) -> Iterator[Declared]:
    """Read the declarations in the comments before the first statement."""
    offset = 0
    for line in source.text.splitlines(keepends=True):
        text = line.strip().removeprefix("\ufeff")
        if text and not text.startswith("--"):
            return
        if mark := MARK.match(text):
            start = offset + line.index("--")
            yield _declared(mark["rest"].strip(), Span(start, start + len(text)), source)
        offset += len(line)


def _declared(text: str, span: Span, source: Source) -> Declared:
    found = SHAPE.match(text)
    if found is None:
        raise _wrong(source, span, "this declares no parameter", "-- @param tag text default 'x'")
    type_ = found["type"].lower()
    if type_.removesuffix("[]") not in READERS:
        near = nearest(type_, READERS)
        hint = f"did you mean {near}?" if near else f"the types are {', '.join(READERS)}"
        raise _wrong(source, span, f"there is no type {type_}", hint)
    default = found["default"]
    if default is not None and default.startswith("'"):
        default = default[1:-1].replace("''", "'")
    return Declared(found["name"].lower(), type_, default, found["description"] or "", span)


def _wrong(source: Source, span: Span, message: str, hint: str) -> ParseError:
    error = ParseError("TS126", message, span=span, hint=hint)
    error.source = source
    return error


def typed(source: Source, given: Mapping[str, object]) -> dict[str, object]:
    """Read the values of a script's parameters as their types; others stay as they are.

    Raise ``ResolveError`` at the declaration of one that is missing or does not fit.
    """
    values = dict(given)
    for parameter in declared(source):
        value = given.get(parameter.name, parameter.default)
        if value is None:
            raise _missing(source, parameter)
        values[parameter.name] = _read(source, parameter, value)
    return values


def _missing(source: Source, parameter: Declared) -> ResolveError:
    error = ResolveError(
        "TS210",
        f"no value was given for :{parameter.name}",
        span=parameter.span,
        hint=f"give it with -v {parameter.name}=VALUE",
    )
    error.source = source
    return error


def _read(source: Source, parameter: Declared, value: object) -> object:
    many = parameter.type.endswith("[]")
    if isinstance(value, list) and not many:
        raise _misfit(source, parameter, value, "a list is declared with [] behind its type")
    read = READERS[parameter.type.removesuffix("[]")]
    try:
        if many:
            return [read(each) for each in (value if isinstance(value, list) else [value])]
        return read(value)
    except (ValueError, InvalidOperation):
        raise _misfit(source, parameter, value, None) from None


def _misfit(source: Source, parameter: Declared, value: object, hint: str | None) -> ResolveError:
    message = f":{parameter.name} is {parameter.type}, and {_shown(value)} is not"
    error = ResolveError("TS211", message, span=parameter.span, hint=hint)
    error.source = source
    return error


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:39] + "…"  # noqa: PLR2004 - excerpts are short


def _boolean(value: object) -> bool:
    words = {"true": True, "on": True, "yes": True, "1": True}
    words |= {"false": False, "off": False, "no": False, "0": False}
    if str(value).lower() not in words:
        raise ValueError(value)
    return words[str(value).lower()]


def _day(value: object) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))


def _moment(value: object) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))


READERS: dict[str, Callable[[object], object]] = {
    "text": str,
    "integer": lambda value: int(str(value)),
    "number": lambda value: Decimal(str(value)),
    "boolean": _boolean,
    "date": _day,
    "timestamp": _moment,
    "id": lambda value: int(str(value)),
}
"""How the value of each type is read."""


def read_values(
    written: Sequence[str], read_lines: Callable[[str], list[str]]
) -> dict[str, object]:
    """Read ``-v`` arguments: one value a name, or a list where a name comes again or has @FILE.

    ``read_lines`` gives the lines of a file by its path.
    """
    values: dict[str, object] = {}
    for one in written:
        name, sign, text = one.partition("=")
        if not sign or not name.isidentifier():
            raise UsageError("TS604", f"-v {one} is not NAME=VALUE", hint="-v tag=hello")
        new: object = text
        if text.startswith("@"):
            new = text[1:] if text.startswith("@@") else read_lines(text[1:])
        old = values.get(name.lower())
        values[name.lower()] = new if old is None else [*_many(old), *_many(new)]
    return values


def _many(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]
