"""A prompt's world with two collections, two parameters and three files, and a way to ask it."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from tiksql.shell.completion import World, complete

FILES = ("data/", "it's here.csv", "monthly.tsql", "out.csv")


class Command(NamedTuple):
    name: str
    argument: str
    description: str


COMMANDS = (
    Command("?", "", "show this"),
    Command("d", "[TABLE]", "columns"),
    Command("dt", "", "tables"),
    Command("x", "[on|off|auto]", "one column a line"),
    Command("pager", "[off|auto|CMD]", "what shows long results"),
    Command("format", "[FORM]", "form of results"),
    Command("i", "FILE", "run a script"),
    Command("save", "NAME", "keep the last statement"),
    Command("run", "[NAME [K=V]…]", "run what was saved"),
    Command("set", "[K VALUE]", "give :K a value"),
    Command("explain", "[SELECT …]", "the plan"),
)

WORLD = World(
    collections=lambda: {"hello": ("id", "like_count"), "My set": ("id",)},
    parameters=lambda: {"tag": "climate", "since": "2024-01-01"},
    scripts=lambda: {"weekly": "SELECT …"},
    files=lambda text: [name for name in FILES if name.startswith(text)],
    today=lambda: dt.date(2026, 9, 1),
    commands=COMMANDS,
)


def ask(text, world=WORLD):
    """Complete a text at its bar."""
    before, after = text.split("|")
    return complete(before + after, len(before), world)


def texts(text, world=WORLD):
    return [candidate.text for candidate in ask(text, world)]


def accepted(text, number=0):
    """Return a text in which a candidate has been taken, the bar behind it."""
    before, after = text.split("|")
    candidate = ask(text)[number]
    return f"{before[: candidate.start]}{candidate.text}|{after}"
