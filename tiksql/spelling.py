"""Which known word somebody probably meant."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 100
"""Longer words are no misspelt names; comparing them would only take time."""


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that is spelt most like a word, or None if none is near.

    Near is one slip, or one for every three letters. A slip is a letter too many, too few or
    wrong, or two that changed places. Case does not count. Among equals the one that begins
    like the word wins, then the first in the alphabet.
    """
    if not word or len(word) > LONGEST:
        return None
    wanted = word.casefold()
    limit = max(1, len(word) // 3)
    ranked = []
    for candidate in candidates:
        known = candidate.casefold()
        if abs(len(known) - len(wanted)) <= limit:
            slips = distance(wanted, known)
            if slips <= limit:
                ranked.append((slips, -_alike(wanted, known), candidate))
    return min(ranked)[2] if ranked else None


def _alike(one: str, other: str) -> int:
    """Count the letters that two words begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def distance(one: str, other: str) -> int:
    """Count the slips between two words; two neighbours that changed places are one slip."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        row = [i + 1]
        for j, wanted in enumerate(other):
            cost = min(above[j + 1] + 1, row[j] + 1, above[j] + (letter != wanted))
            if i and j and letter == other[j - 1] and one[i - 1] == wanted:
                cost = min(cost, before[j - 1] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]
