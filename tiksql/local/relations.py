"""What a local query is made from, and what it becomes: plain data around DuckDB's SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct

from tiksql.source import NOWHERE, Span
from tiksql.syntax import ast

Type: TypeAlias = str
"""A ``ColumnType`` of the catalog, or ``number``: what is no whole number."""


class LocalColumn(Struct, frozen=True):
    """One column of a table in the engine; ``members`` are those of a struct.

    ``stored`` is its type in DuckDB, where that does not follow from its type for us.
    """

    name: str
    type: Type
    members: Mapping[str, Type] = {}
    stored: str = ""


class Relation(Struct, frozen=True):
    """What a name in FROM stands for: columns of a table in the engine, perhaps only some rows.

    ``residual`` may name every column of the table, ``_branch`` included, and may qualify it as
    the statement does. Without ``columns`` the relation has rows and nothing in them. If it is
    ``numbered``, its rows have a ``_row``, in the order in which they were loaded.
    """

    table: str
    columns: tuple[str, ...]
    residual: ast.Expression | None = None
    numbered: bool = False


class Bindings(Struct, frozen=True):
    """What the names of a statement mean, and when it runs.

    ``relation_of`` returns None for a name that a WITH of the statement defines. ``type_of``
    returns the type of a column that a table of the engine has, otherwise None. Columns named
    in ``caseless`` (lower case, without a table) are equal to what differs only in case. ``now``
    is a naive time of UTC.
    """

    now: dt.datetime
    relation_of: Callable[[ast.TableRef], Relation | None]
    type_of: Callable[[ast.Column], Type | None]
    caseless: frozenset[str] = frozenset()


class Piece(Struct, frozen=True):
    """A stretch of DuckDB's SQL, the place of what it came from, and its word if it is a name."""

    start: int
    end: int
    span: Span
    word: str = ""

    def holds(self, start: int, end: int) -> bool:
        """Say whether another stretch lies within this one."""
        return self.start <= start and end <= self.end


class LocalQuery(Struct, frozen=True):
    """A query as DuckDB takes it, and the way back to the statement.

    Offsets are code points of ``text``; the first piece is the whole. ``computed`` holds the
    positions of columns of the result that arithmetic made, and that are therefore no ids.
    """

    text: str
    pieces: tuple[Piece, ...]
    computed: frozenset[int] = frozenset()

    def place(self, start: int, length: int) -> Piece:
        """Find the smallest piece of syntax that a stretch of the text came from."""
        end = start + max(length, 1)
        around = [piece for piece in self.pieces if piece.holds(start, end)]
        return min(around, key=lambda piece: piece.end - piece.start, default=self.pieces[0])

    def named(self, word: str, within: Piece) -> Piece | None:
        """Find the first place in a piece where a name is written."""
        folded = word.lower()
        return next(
            (p for p in self.pieces if p.word == folded and within.holds(p.start, p.end)), None
        )

    @property
    def span(self) -> Span:
        """The place of the whole query."""
        return self.pieces[0].span if self.pieces else NOWHERE
