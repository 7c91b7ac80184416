"""The values that fit where the mark hangs in a tree."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tiksql.listings import shown
from tiksql.shell.completion.ranking import Offer
from tiksql.syntax import ast
from tiksql.syntax.mending import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiksql.catalog import Column
    from tiksql.shell.completion.place import Place, Step
    from tiksql.shell.completion.scope import Known, Scope
    from tiksql.shell.completion.world import World


def in_quotes(place: Place, text: str) -> str:
    """Write a text as a string that begins where the word does."""
    quote = place.quote or "'"
    doubled = text.replace(quote, quote * 2)
    return f"{quote}{doubled}" if place.closed else f"{quote}{doubled}{quote}"


def compared(step: Step, scope: Scope) -> Known | None:
    """Return the column that a value is held against, if a step of the tree is a comparison."""
    match step.node:
        case ast.Comparison(left=ast.Column() as column) if step.field == "right":
            return scope.find(column)
        case ast.Comparison(right=ast.Column() as column) if step.field == "left":
            return None if _is_mark(column) else scope.find(column)
        case ast.In(operand=ast.Column() as column) if step.field == "values":
            return scope.find(column)
        case ast.Between(operand=ast.Column() as column) if step.field != "operand":
            return scope.find(column)
        case ast.Contains(operand=ast.Column() as column) if step.field == "value":
            return scope.find(column)
    return None


def _is_mark(column: ast.Column) -> bool:
    return column.parts[-1].text == MARK


def is_value(step: Step) -> bool:
    """Say whether a step of the tree leads to what something is compared with."""
    match step.node:
        case ast.Comparison():
            return step.field == "right"
        case ast.In() | ast.Between() | ast.Like() | ast.Contains():
            return step.field != "operand"
    return False


def values(place: Place, column: Column, world: World) -> Iterator[Offer]:
    """Yield the values that a column can have, as far as they can be listed."""
    if column.values:
        yield from _enumerated(place, column, world)
    elif column.type in {"date", "timestamp"}:
        yield from dates(place, world)
    elif column.type == "boolean" and not place.quote:
        yield Offer("TRUE", "yes")
        yield Offer("FALSE", "no")


def _enumerated(place: Place, column: Column, world: World) -> Iterator[Offer]:
    enumeration = world.catalog.enumerations[column.values]
    for value, description in enumeration.values.items():
        mistaken = [wrong for wrong, right in enumeration.mistaken.items() if right == value]
        keys = (value, description, *mistaken)
        yield Offer(in_quotes(place, value), description, display=value, keys=keys)


def dates(place: Place, world: World) -> Iterator[Offer]:
    """Yield days that searches often begin or end with."""
    today = world.today()
    if not place.quote:
        yield Offer("CURRENT_DATE", f"today, UTC: {today}", keys=("current_date", "today"))
        yield Offer("CURRENT_DATE - 7", f"a week ago: {today - dt.timedelta(7)}", eager=True)
        yield Offer("CURRENT_DATE - 30", f"30 days ago: {today - dt.timedelta(30)}", eager=True)
    days = {
        "today": today,
        "yesterday": today - dt.timedelta(1),
        "a week ago": today - dt.timedelta(7),
        "the first of this month": today.replace(day=1),
        "the first of last month": (today.replace(day=1) - dt.timedelta(1)).replace(day=1),
        "the first of this year": today.replace(month=1, day=1),
        "the first of last year": today.replace(year=today.year - 1, month=1, day=1),
    }
    for words, day in days.items():
        text = day.isoformat()
        yield Offer(in_quotes(place, text), f"{words}, UTC", display=text, keys=(text, words))


def parameters(place: Place, world: World) -> Iterator[Offer]:
    """Yield the parameters that have a value."""
    if "PARAMETER" in place.mended.expected and not place.quote:
        for name, value in world.parameters().items():
            yield Offer(f":{name}", str(value))


def files(place: Place, world: World) -> Iterator[Offer]:
    """Yield the files and folders that a path may go on with; a folder leaves its quote open."""
    for path in world.files(place.typed):
        text = in_quotes(place, path)
        folder = path.endswith("/") and not place.closed
        yield Offer(text[:-1] if folder else text, "folder" if folder else "file", path, (path,))


def setting_values(place: Place, name: str, world: World) -> Iterator[Offer]:
    """Yield the values of a setting: all where they can be listed, else its default."""
    setting = world.settings.get(name.lower())
    if setting is None:
        return
    choices = ("on", "off") if isinstance(setting.default, bool) else setting.choices
    for value in choices or (shown(setting.default),):
        default = ", the default" if value == shown(setting.default) else ""
        text = in_quotes(place, value) if place.quote else value
        yield Offer(text, f"{setting.description}{default}", value, (value,))


def listed(place: Place, words: Mapping[str, str]) -> Iterator[Offer]:
    """Yield words of a table, in quotes where they are in some or need them."""
    for word, description in words.items():
        plain = word.replace("_", "").isalnum() and not place.quote
        yield Offer(word if plain else in_quotes(place, word), description, word, (word,))
