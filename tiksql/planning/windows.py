"""Days: pieces of the time line on which a formula does not change, and windows that tile a range.

Dates are no atoms of the boolean cover. The time line is cut at every bound of a ``create_date``
predicate; on each piece every such predicate is simply true or false.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tiksql.planning.formulas import Days, decide, predicates
from tiksql.planning.plan import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tiksql.planning.formulas import Atom, Formula

DAY = dt.timedelta(days=1)


class Piece(NamedTuple):
    """Days from ``low`` to ``high``, both included; None is open."""

    low: dt.date | None
    high: dt.date | None


def pieces(formula: Formula) -> Iterator[Piece]:
    """Cut the time line, oldest first, so that no ``Days`` changes within a piece."""
    starts: set[dt.date] = set()
    for days in predicates(formula):
        if isinstance(days, Days):
            starts.update(d for d in (days.low, _after(days.high)) if d is not None)
    edges = [None, *sorted(starts), None]
    for low, following in pairwise(edges):
        yield Piece(low, None if following is None else following - DAY)


def on_piece(formula: Formula, piece: Piece) -> Formula:
    """Decide every ``Days`` of a formula on a piece that none of them cuts."""

    def truth(predicate: Atom | Days) -> bool | None:
        return _covers(predicate, piece) if isinstance(predicate, Days) else None

    return decide(formula, truth)


def tile(piece: Piece, days: int) -> Iterator[Window]:
    """Tile a bounded piece, from its start, with windows of at most ``days`` days."""
    assert piece.low is not None
    assert piece.high is not None
    start = piece.low
    while start <= piece.high:
        end = min(start + dt.timedelta(days=days - 1), piece.high)
        yield Window(start, end)
        start = end + DAY


def around(starts: Iterable[dt.date], days: int, most: int) -> list[Piece]:
    """Hold some days from each of some days on in as few pieces of ``most`` days as will do.

    No two pieces share a day, so that nothing is asked for twice.
    """
    found: list[Piece] = []
    for start in sorted(set(starts)):
        end = start + (days - 1) * DAY
        low, high = found[-1] if found else (None, None)
        if low is None or high is None:
            found.append(Piece(start, end))
        elif end > high and end < low + most * DAY:
            found[-1] = Piece(low, end)
        elif end > high:
            found.append(Piece(max(start, high + DAY), end))
    return found


def shared(pieces_: Iterable[Piece], others: Sequence[Piece]) -> list[Piece]:
    """Find what bounded pieces have in common with others, of which the first may be open below."""
    both = [(piece, other) for piece in pieces_ for other in others]
    cut = [Piece(_later(a.low, b.low), _earlier(a.high, b.high)) for a, b in both]
    return [piece for piece in cut if piece.low and piece.high and piece.low <= piece.high]


def merged(found: Iterable[Piece]) -> list[Piece]:
    """Join pieces, oldest first, that overlap or follow each other without a gap.

    Only the first may be open, and only below.
    """
    joined: list[Piece] = []
    for piece in found:
        assert piece.high is not None
        last = joined[-1].high if joined else None
        if last is not None and piece.low is not None and piece.low <= last + DAY:
            joined[-1] = Piece(joined[-1].low, max(last, piece.high))
        else:
            joined.append(piece)
    return joined


def _later(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return max((day for day in (one, other) if day is not None), default=None)


def _earlier(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _after(day: dt.date | None) -> dt.date | None:
    return None if day is None or day == dt.date.max else day + DAY


def _covers(days: Days, piece: Piece) -> bool:
    starts = days.low is None or (piece.low is not None and piece.low >= days.low)
    ends = days.high is None or (piece.high is not None and piece.high <= days.high)
    return starts and ends
