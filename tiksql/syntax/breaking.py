"""A statement's tokens as pieces of a layout: where it can be broken, and how far it is indented.

Brackets, and CASE with its END, hold what is between them. Within one level, clauses are broken
before list items, and list items before conditions.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from tiksql.syntax.atoms import Atom, between
from tiksql.syntax.keywords import words
from tiksql.syntax.layout import LINE, SOFT, Nest, Piece, Remark, group
from tiksql.syntax.nesting import make_room

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OPENS = {"LPAR": "RPAR", "LSQB": "RSQB", "CASE": "END"}
CLAUSES = frozenset(
    words("""
    SELECT FROM WHERE GROUP HAVING ORDER LIMIT OFFSET UNION EXCEPT INTERSECT WITH ROWS RANGE
    """)
)
JOINS = frozenset({"JOIN", "INNER", "LEFT", "CROSS"})
ARMS = frozenset({"WHEN", "ELSE"})
LISTED = frozenset(words("SELECT DISTINCT ALL BY WITH FROM"))
"""Words that stand before a list, all of which its further lines are indented by."""


class Bracket(Struct):
    """What stands between two brackets, or between CASE and END."""

    opening: Atom
    items: list[Item]
    closing: Atom


Item: TypeAlias = "Atom | Bracket"


def statement(atoms: Sequence[Atom]) -> Piece:
    """Lay out the tokens of one statement."""
    ended = bool(atoms) and atoms[-1].kind == "SEMICOLON"
    items = _nested(atoms[:-1] if ended else atoms)
    return group(*_level(items), *(_atom(atoms[-1]) if ended else []))


def _nested(atoms: Sequence[Atom]) -> list[Item]:
    """Put what brackets hold into them."""
    levels: list[list[Item]] = [[]]
    deepest = 0
    opened: list[Atom] = []
    for atom in atoms:
        if atom.kind in OPENS:
            opened.append(atom)
            levels.append([])
            deepest = max(deepest, len(opened))
        elif opened and atom.kind == OPENS[opened[-1].kind]:
            inside = levels.pop()
            levels[-1].append(Bracket(opened.pop(), inside, atom))
        else:
            levels[-1].append(atom)
    make_room(deepest)
    return levels[0]


def _kind(item: Item) -> str:
    return item.kind if isinstance(item, Atom) else item.opening.kind


def _first(item: Item) -> Atom:
    return item if isinstance(item, Atom) else item.opening


def _last(item: Item) -> Atom:
    return item if isinstance(item, Atom) else item.closing


# --- one level ------------------------------------------------------------------------------------


def _level(items: list[Item]) -> list[Piece]:
    """Lay out the clauses of a level, each on its line."""
    pieces: list[Piece] = []
    for clause in _clauses(items):
        if pieces:
            pieces.append(LINE)
        pieces.append(_clause(clause))
    return pieces


def _clauses(items: list[Item]) -> Iterator[list[Item]]:
    clause: list[Item] = []
    for item in items:
        if clause and _starts_clause(item, clause):
            yield clause
            clause = []
        clause.append(item)
    if clause:
        yield clause


def _starts_clause(item: Item, clause: list[Item]) -> bool:
    kind = _kind(item)
    if isinstance(item, Bracket):
        return item.opening.kind == "LPAR" and _kind(clause[0]) in {"UNION", "EXCEPT", "INTERSECT"}
    if kind in JOINS:
        return _kind(clause[-1]) not in JOINS
    if kind == "OFFSET":
        return _kind(clause[0]) != "LIMIT"
    return kind in CLAUSES


def _clause(items: list[Item]) -> Piece:
    """Lay out one clause: its words, then its list or its condition."""
    first = 1
    while first < len(items) and _kind(items[first]) in LISTED:
        first += 1
    if _kind(items[0]) in JOINS:
        return _join(items)
    if _kind(items[0]) in {"WHERE", "HAVING"}:
        rest = _condition(items[1:])
        return group(_row(items[:1]), _glue(items[0], items[1]), Nest(2, tuple(rest)))
    if _kind(items[0]) not in LISTED and _kind(items[first - 1]) not in LISTED:
        return group(*_list(items))
    if first == len(items):
        return _row(items)
    return group(
        _row(items[:first]),
        _glue(items[first - 1], items[first]),
        Nest(None, tuple(_list(items[first:]))),
    )


def _join(items: list[Item]) -> Piece:
    at = next((n for n, item in enumerate(items) if _kind(item) == "ON"), None)
    if at is None or at + 1 == len(items):
        return _row(items)
    condition = group(_row(items[at : at + 1]), " ", Nest(2, tuple(_condition(items[at + 1 :]))))
    return group(_row(items[:at]), Nest(2, (LINE, condition)))


def _list(items: list[Item]) -> list[Piece]:
    """Lay out a list: plain values as many to a line as fit, others one to a line."""
    elements = list(_split(items))
    if len(elements) == 1:
        return _condition(items)
    plain = all(isinstance(item, Atom) for element in elements for item in element)
    pieces: list[Piece] = []
    for number, element in enumerate(elements):
        one = group(*_condition(element))
        if not number:
            pieces.append(one)
        elif plain:
            pieces.append(group(LINE, one))
        else:
            pieces += [LINE, one]
    return pieces


def _split(items: list[Item]) -> Iterator[list[Item]]:
    """Split a list behind its commas."""
    element: list[Item] = []
    for item in items:
        element.append(item)
        if _kind(item) == "COMMA":
            yield element
            element = []
    if element:
        yield element


def _condition(items: list[Item]) -> list[Piece]:
    """Lay out a condition: broken before each OR, or else before each AND."""
    kinds = [kind for kind, _ in _connectives(items)]
    if not kinds:
        return [_row(items)]
    wanted = "OR" if "OR" in kinds else "AND"
    starts = [0, *(at for kind, at in _connectives(items) if kind == wanted), len(items)]
    pieces: list[Piece] = []
    for start, end in pairwise(starts):
        part = items[start:end]
        if start:
            pieces += [LINE, _row(part[:1]), " "]
            part = part[1:]
        pieces.append(group(Nest(2, tuple(_condition(part)))) if wanted == "OR" else _row(part))
    return pieces


def _connectives(items: list[Item]) -> list[tuple[str, int]]:
    """Find the AND and OR of a level, without the AND of a BETWEEN."""
    found = []
    open_ranges = 0
    for number, item in enumerate(items):
        kind = _kind(item)
        if kind == "BETWEEN":
            open_ranges += 1
        elif kind == "AND" and open_ranges:
            open_ranges -= 1
        elif kind in {"AND", "OR"} and number:
            found.append((kind, number))
    return found


# --- a row of items -------------------------------------------------------------------------------


def _row(items: list[Item]) -> Piece:
    """Lay out items side by side."""
    pieces: list[Piece] = []
    for number, item in enumerate(items):
        if number and (space := _glue(items[number - 1], item)):
            pieces.append(space)
        pieces += _atom(item) if isinstance(item, Atom) else [_bracket(item)]
    return group(*pieces) if len(pieces) != 1 else pieces[0]


def _atom(atom: Atom) -> list[Piece]:
    pieces: list[Piece] = [Remark(atom.own, own=True)] if atom.own else []
    pieces += [f"{comment} " for comment in atom.within]
    pieces.append(atom.text)
    return [*pieces, Remark((atom.behind,), own=False)] if atom.behind else pieces


def _bracket(bracket: Bracket) -> Piece:
    opening, closing = _atom(bracket.opening), _atom(bracket.closing)
    if bracket.opening.kind == "CASE":
        return group(*opening, Nest(2, tuple(_arms(bracket.items))), LINE, *closing)
    if not bracket.items:
        return group(*opening, *closing)
    kinds = [_kind(item) for item in bracket.items[:1]]
    if kinds[0] in {"SELECT", "WITH"}:
        return group(*opening, Nest(2, (SOFT, *_level(bracket.items))), SOFT, *closing)
    return group(*opening, Nest(None, tuple(_level(bracket.items))), *closing)


def _arms(items: list[Item]) -> Iterator[Piece]:
    """Lay out what stands between CASE and END."""
    arm: list[Item] = []
    for item in items:
        if _kind(item) in ARMS and arm:
            yield from _arm(arm)
            arm = []
        arm.append(item)
    yield from _arm(arm)


def _arm(items: list[Item]) -> Iterator[Piece]:
    yield LINE if _kind(items[0]) in ARMS else " "
    yield _row(items)


def _glue(one: Item, other: Item) -> str:
    return between(_last(one), _first(other))
