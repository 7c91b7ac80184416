"""Completion of a command line of the prompt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tiksql.shell.completion.ranking import Offer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.shell.completion.world import World

LINE = re.compile(r"(?P<name>\S*)(?P<blank>\s*)(?P<rest>.*)", re.DOTALL)
CHOICE = re.compile(r"[a-z]+(?=[|\]])|(?<=\|)[a-z]+")
KIND = re.compile(r"[A-Z]+(?![a-z])")


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
    argument = next((c.argument for c in world.commands if c.name == name[1:]), "")
    kind = _kind(argument)
    if kind == "SELECT":
        return Line([], "", match.start("rest"), statement=rest)
    typed = rest if kind == "FILE" else re.split(r"\s", rest)[-1]
    more = typed != rest
    offers = [] if more else [*_choices(argument), *_arguments(kind, typed, world)]
    if more and kind == "K=V":
        offers = [Offer(f"{name}=", str(value)) for name, value in world.parameters().items()]
    return Line(offers, typed, len(line) - len(typed))


def _names(sign: str, world: World) -> Iterator[Offer]:
    """Yield the commands, with the sign that was typed."""
    for command in world.commands:
        yield Offer(sign + command.name, command.description)


def _kind(argument: str) -> str:
    """Return the first word in capitals of a usage; ``K=V`` where a saved script is meant."""
    found = KIND.search(argument)
    return "K=V" if "K=V" in argument else found.group() if found else ""


def _choices(argument: str) -> list[Offer]:
    return [Offer(word, "") for word in CHOICE.findall(argument)]


def _arguments(kind: str, typed: str, world: World) -> Iterable[Offer]:
    """Return the arguments of a kind."""
    match kind:
        case "FILE":
            paths = world.files(typed)
            return [Offer(path, "folder" if path.endswith("/") else "file") for path in paths]
        case "TABLE":
            tables = [Offer(t.name, t.description) for t in world.catalog.tables.values()]
            return [*tables, *(Offer(name, "collection") for name in world.collections())]
        case "FORM":
            return [Offer(form, "") for form in world.settings["format"].choices]
        case "K":
            return [Offer(name, str(value)) for name, value in world.parameters().items()]
        case "K=V":
            return [Offer(name, description) for name, description in world.scripts().items()]
    return []
