"""``tiksql fmt``: the same tokens and comments, laid out.

Only the spaces between tokens and the case of keywords change. A statement that fits stands on one
line; a longer one is broken at its clauses, a clause at its commas or at its AND and OR.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tiksql.syntax.atoms import Atom
from tiksql.syntax.breaking import statement
from tiksql.syntax.comments import gaps
from tiksql.syntax.layout import rendered
from tiksql.syntax.parser import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.source import Source
    from tiksql.syntax.comments import Gap
    from tiksql.syntax.tokens import Token


def formatted(source: Source) -> str:
    """Lay out a script; raise ``ParseError`` where it cannot be read."""
    _, tokens = read(source)
    text = source.text
    newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    found = list(gaps(text.replace("\ufeff", " ", 1), tokens))
    lines: list[str] = []
    for part in _parts(tokens, found, newline):
        lines += [newline] if part.apart and lines else []
        lines += [part.text, newline]
    return "".join(lines)


class _Part(NamedTuple):
    """A statement or a comment between statements, and whether a blank line stands before it."""

    text: str
    apart: bool


def _parts(tokens: list[Token], found: list[Gap], newline: str) -> Iterator[_Part]:
    """Cut the tokens at semicolons; what stands before and behind is set apart as it was."""
    ends = [n + 1 for n, token in enumerate(tokens) if token.kind == "SEMICOLON"]
    for start, end in pairwise(sorted({0, *ends, len(tokens)})):
        for own in found[start].own:
            yield _Part(own.text, own.apart)
        text = rendered(statement(list(_atoms(tokens, found, start, end))), newline)
        behind = found[end].behind
        yield _Part(f"{text}  {behind}" if behind else text, found[start].apart)
    for own in found[len(tokens)].own:
        yield _Part(own.text, own.apart)
    for text in found[len(tokens)].within:
        yield _Part(text, apart=False)


def _atoms(tokens: list[Token], found: list[Gap], start: int, end: int) -> Iterator[Atom]:
    """Make the atoms of a statement; the comments before and behind all of it are left out."""
    for n in range(start, end):
        yield Atom(
            tokens[n],
            own=() if n == start else tuple(own.text for own in found[n].own),
            within=found[n].within,
            behind="" if n + 1 == end else found[n + 1].behind,
            before=tokens[n - 1] if n > start else None,
            after=tokens[n + 1] if n + 1 < end else None,
        )
