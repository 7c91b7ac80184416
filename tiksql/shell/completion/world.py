"""What completion is told, and what it answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tiksql import settings
from tiksql.catalog import Catalog, load
from tiksql.shell.completion.words import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Candidate(NamedTuple):
    """Something that may stand at the cursor.

    ``text`` replaces everything from ``start`` to the cursor; ``display`` is what a menu shows of
    it, ``description`` one line beside it.
    """

    text: str
    start: int
    display: str
    description: str


class Command(Protocol):
    """A command of the prompt, such as ``name="d", argument="[TABLE]"``.

    ``argument`` is what its usage shows: ``TABLE``, ``FILE``, ``FORM`` (of results), ``K`` (a
    parameter), ``NAME [K=V]`` (a saved script and its parameters), ``SELECT …`` (a statement) or
    words to choose from, as ``on|off|auto``; anything else cannot be listed.
    """

    @property
    def name(self) -> str:
        """Its name, without a backslash."""

    @property
    def argument(self) -> str:
        """What may follow it, in brackets what may be missing."""

    @property
    def description(self) -> str:
        """What it does, in a line."""


@dataclass(frozen=True)
class World:
    """Everything that candidates are made of.

    What changes while the prompt is open is a function, called at each key stroke: it has to be
    quick. ``collections`` gives names and their columns, ``parameters`` names and values,
    ``scripts`` the saved ones with a few words on each, ``files`` the paths that begin with a
    text, folders with a slash at their end (``tiksql.shell.paths.paths`` does that).
    """

    catalog: Catalog = field(default_factory=load)
    collections: Callable[[], Mapping[str, tuple[str, ...]]] = dict
    parameters: Callable[[], Mapping[str, object]] = dict
    scripts: Callable[[], Mapping[str, str]] = dict
    files: Callable[[str], Iterable[str]] = lambda _: ()
    today: Callable[[], dt.date] = lambda: dt.datetime.now(dt.UTC).date()
    settings: Mapping[str, settings.Setting] = field(default_factory=lambda: settings.TABLE)
    formats: Mapping[str, str] = field(default_factory=lambda: FORMATS)
    commands: Iterable[Command] = ()
