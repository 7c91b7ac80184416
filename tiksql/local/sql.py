"""Syntax tree to DuckDB's SQL, with a way back from every stretch of it to the statement.

A printer is a function for one type of node that returns parts: texts, and nodes still to be
printed. One loop puts them together and notes where each node begins and ends, so that no depth
of a tree and no number of members meets a limit of Python. What is composed stands in brackets,
and names are always quoted, so that no name can read as anything else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tiksql.errors import ResolveError
from tiksql.local import sql_expressions, sql_queries
from tiksql.local.relations import Bindings, LocalQuery, Piece
from tiksql.local.sql_parts import PRINTERS
from tiksql.source import NOWHERE
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.local.sql_parts import Part
    from tiksql.source import Span

__all__ = ["sql_expressions", "sql_queries", "to_duckdb"]

_SURROGATES = re.compile("[\ud800-\udfff]")


def to_duckdb(query: ast.Query, bindings: Bindings) -> LocalQuery:
    """Print a query as DuckDB's SQL; raise ``ResolveError`` for what must not reach DuckDB.

    Half characters (lone surrogates), which no UTF-8 can hold, become U+FFFD as they do in data.
    """
    sheet = _Sheet(bindings)
    sheet.write(query)
    sheet.check_tables()
    text = _SURROGATES.sub("\ufffd", "".join(sheet.texts))
    return LocalQuery(text, tuple(sheet.pieces), _computed(query))


class _Open:
    """A node that is being printed: the parts that are left, and its piece as far as known."""

    __slots__ = ("index", "node", "parts", "span", "start")

    def __init__(
        self, node: ast.Node, parts: Iterator[Part], span: Span, place: tuple[int, int]
    ) -> None:
        self.node, self.parts, self.span = node, parts, span
        self.start, self.index = place


class _Sheet:
    """The text so far, and the pieces that it is made of, each before those within it."""

    def __init__(self, bindings: Bindings) -> None:
        self.bindings = bindings
        self.texts: list[str] = []
        self.pieces: list[Any] = []
        self._length = 0
        self._open: list[_Open] = []
        self._tables: list[ast.TableRef] = []
        self._common: set[str] = set()

    def write(self, node: ast.Node) -> None:
        self._enter(node, NOWHERE)
        while self._open:
            top = self._open[-1]
            part = next(top.parts, None)
            if part is None:
                self._leave()
            elif isinstance(part, str):
                self.texts.append(part)
                self._length += len(part)
            else:
                self._enter(part, top.span)

    def check_tables(self) -> None:
        """Refuse what is neither a relation nor named by a WITH: DuckDB has tables of its own."""
        for table in self._tables:
            written = ".".join(part.text for part in table.parts)
            if self.bindings.relation_of(table) is None and written.lower() not in self._common:
                raise ResolveError("TS202", f'unknown table "{written}"', span=table.span)

    def _enter(self, node: ast.Node, outer: Span) -> None:
        span = outer if node.span == NOWHERE else node.span
        parts = iter(PRINTERS[type(node)](node, self.bindings))
        if isinstance(node, ast.TableRef):
            self._tables.append(node)
        elif isinstance(node, ast.CommonTable):
            self._common.add(node.name.text.lower())
        self._open.append(_Open(node, parts, span, (self._length, len(self.pieces))))
        self.pieces.append(None)

    def _leave(self) -> None:
        done = self._open.pop()
        word = done.node.text.lower() if isinstance(done.node, ast.Name) else ""
        self.pieces[done.index] = Piece(done.start, self._length, done.span, word)


def _computed(query: ast.Query) -> frozenset[int]:
    """Find the columns of the result that are worked out, if they can be counted."""
    body: ast.Body = query
    while isinstance(body, ast.Query | ast.Compound):
        body = body.body if isinstance(body, ast.Query) else body.left
    items: list[ast.Item] = []
    for item in body.items:
        if isinstance(item, ast.Star):
            break
        items.append(item)
    worked_out = ast.Unary | ast.Binary
    return frozenset(i for i, item in enumerate(items) if isinstance(item.expression, worked_out))
