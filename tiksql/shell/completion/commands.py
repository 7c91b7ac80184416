"""Completion of a command line of the prompt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tiksql.shell.completion.ranking import Offer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.shell.completion.world import World

LINE = re.compile(r"(?P<name>\S*)(?P<blank>\s*)(?P<rest>.*)", re.DOTALL)


class Line(NamedTuple):
    """A command line up to the cursor.

    ``typed`` is the word at the cursor and ``start`` its place in the line. ``statement`` is what
    stands behind a command that takes a statement.
    """

    offers: list[Offer]
    typed: str
    start: int
    statement: str | None = None


def command_offers(line: str, world: World) -> Line:
    """Return what fits at the end of a command line."""
    match = LINE.fullmatch(line)
    assert match
    name, rest = match["name"], match["rest"]
    if not match["blank"]:
        return Line(list(_names(name[:1], world)), name, 0)
    takes = next((c.takes for c in world.commands if c.name[1:] == name[1:]), "")
    if takes == "statement":
        return Line([], "", match.start("rest"), statement=rest)
    typed = rest if takes == "file" else re.split(r"\s", rest)[-1]
    first = typed == rest
    return Line(list(_arguments(takes, typed, world, first=first)), typed, len(line) - len(typed))


def _names(sign: str, world: World) -> Iterator[Offer]:
    """Yield the commands, with the sign that was typed."""
    for command in world.commands:
        yield Offer(sign + command.name[1:], command.description)


def _arguments(takes: str, typed: str, world: World, *, first: bool) -> Iterable[Offer]:
    """Return the arguments that a command can have."""
    parameters = [Offer(name, str(value)) for name, value in world.parameters().items()]
    if takes == "script" and not first:
        return [offer._replace(text=f"{offer.text}=") for offer in parameters]
    if not first:
        return []
    match takes:
        case "file":
            return [
                Offer(path, "folder" if path.endswith("/") else "file")
                for path in world.files(typed)
            ]
        case "table":
            tables = [Offer(t.name, t.description) for t in world.catalog.tables.values()]
            return [*tables, *(Offer(name, "collection") for name in world.collections())]
        case "setting":
            return [Offer(s.name, s.description) for s in world.settings.values()]
        case "parameter":
            return parameters
        case "script":
            return [Offer(name, description) for name, description in world.scripts().items()]
    return [Offer(word, "") for word in takes.split("|") if "|" in takes]
