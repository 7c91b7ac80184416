"""Colour TikSQL wherever Pygments does: the prompt, Sphinx, MkDocs, Jupyter, ``pygmentize``.

``TikSQLLexer`` is the whole module, registered under the alias ``tiksql`` and for ``*.tsql`` files.
It cuts a text as the parser does, by the terminals of the grammar and by what the parser expects,
so that ``date`` is a keyword before a text and a name elsewhere. What no statement can have is an
``Error`` token; the rest of the text is coloured all the same.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from pygments.lexer import Lexer
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    Whitespace,
)

from tiksql.catalog import load
from tiksql.syntax.mending import Reader
from tiksql.syntax.parser import language
from tiksql.syntax.pieces import OPEN, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from pygments.token import _TokenType

    from tiksql.syntax.pieces import Piece
    from tiksql.syntax.tokens import Token

    Part: TypeAlias = tuple[int, _TokenType, str]

KINDS = {
    "SPACE": Whitespace,
    "LINE_COMMENT": Comment.Single,
    "BLOCK_COMMENT": Comment.Multiline,
    "QUOTED": String.Symbol,
    "STRING": String.Single,
    "PARAMETER": Name.Variable,
    "INTEGER": Number.Integer,
    "DECIMAL": Number.Float,
    **dict.fromkeys(("TRUE", "FALSE", "NULL"), Keyword.Constant),
    **dict.fromkeys(("SEMICOLON", "COMMA", "DOT", "LPAR", "RPAR", "LSQB", "RSQB"), Punctuation),
    **dict.fromkeys(("WRONG_QUOTE", "WRONG_OPERATOR", "WRONG_NUMBER", "STRAY"), Error),
}
"""The type of every terminal that is no keyword, no sign of an expression and no plain name."""

REST = {
    "OPEN_STRING": String.Single,
    "OPEN_QUOTED": String.Symbol,
    "OPEN_COMMENT": Comment.Multiline,
}
"""The type of what stands behind a quote or comment that is never closed."""

LITERAL = {
    "DATE": re.compile(r"\s*'"),
    "TIMESTAMP": re.compile(r"\s*'"),
    "INTERVAL": re.compile(r"\s*['(:\d]"),
}
"""What follows these words where they are keywords; elsewhere they are names."""

BRACKET = re.compile(r"\s*\(")
COMMAND = re.compile(
    r"(?P<space>\s+)|(?P<name>(?<!.)[\\.]\S*)|(?P<text>'[^']*'?)|(?P<number>\d+(?!\S))"
    r"|(?P<parameter>:[^\W\d]\w*)|(?P<word>[^\s']+)"
)
COMMAND_KINDS = {
    "space": Whitespace,
    "name": Keyword.Pseudo,
    "text": String.Single,
    "number": Number.Integer,
    "parameter": Name.Variable,
    "word": Text,
}


class TikSQLLexer(Lexer):
    """The Pygments lexer of TikSQL; it takes any text and loses no character of it."""

    name = "TikSQL"
    url = "https://developers.tiktok.com/products/research-api/"
    aliases: ClassVar[list[str]] = ["tiksql"]
    filenames: ClassVar[list[str]] = ["*.tsql"]
    mimetypes: ClassVar[list[str]] = ["text/x-tiksql"]

    def get_tokens_unprocessed(self, text: str) -> Iterator[Part]:
        """Yield place, type and text of everything in a text, in order."""
        done = 0
        for piece in pieces(text):
            yield from _between(text, done, piece.start)
            yield from _command(text, piece) if piece.is_command else _statement(text, piece)
            done = piece.end
        yield from _between(text, done, len(text))


def _between(text: str, start: int, end: int) -> Iterator[Part]:
    """Yield the blanks and comments between two tokens."""
    if start < end:
        for match in language().lexer.scan(text, start, end):
            yield match.start(), KINDS[str(match.lastgroup)], match.group()


def _command(text: str, piece: Piece) -> Iterator[Part]:
    line = text[piece.start : piece.end]
    for match in COMMAND.finditer(line):
        yield piece.start + match.start(), COMMAND_KINDS[str(match.lastgroup)], match.group()


def _statement(text: str, piece: Piece) -> Iterator[Part]:
    done = piece.start
    for token in Reader().read(text, piece.start, piece.end):
        yield from _between(text, done, token.start)
        yield token.start, _kind(token, text), token.text
        done = token.end
        if token.kind in OPEN:
            yield done, REST[token.kind], text[done : piece.end]
            return
    yield from _between(text, done, piece.end)


def _kind(token: Token, text: str) -> _TokenType:
    if token.kind in KINDS:
        return KINDS[token.kind]
    if token.kind in OPEN:
        return Error
    literal = LITERAL.get(token.kind)
    if token.kind == "NAME" or (literal and not literal.match(text, token.end)):
        return _name(token.text.lower(), is_called=bool(BRACKET.match(text, token.end)))
    return Keyword if token.kind in language().lexer.keywords else Operator


def _name(name: str, *, is_called: bool) -> _TokenType:
    if is_called:
        return Name.Function
    tables, columns = _catalog_names()
    return Name.Class if name in tables else Name.Attribute if name in columns else Name


@cache
def _catalog_names() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of all tables and those of all columns."""
    tables = load().tables.values()
    names = {name for table in tables for name in (table.name, *table.aliases)}
    columns = [column for table in tables for column in table.columns.values()]
    return frozenset(names), frozenset(n for c in columns for n in (c.name, *c.names))
