"""Which of many words somebody is likely to be typing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tiksql.spelling import LONGEST, distance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST = 40
"""Candidates that are offered at once: more would only hide each other."""

SUBSEQUENCE_FROM = 2
INFIX_FROM = 3
TYPO_FROM = 3
"""Letters from which a word is looked for spread over others, in their middle, and misspelt."""


class Offer(NamedTuple):
    """A word that fits at a place.

    ``keys`` are the words by which it is found, the text where there are none. ``eager`` offers
    are shown before a letter is typed.
    """

    text: str
    description: str
    display: str = ""
    keys: tuple[str, ...] = ()
    eager: bool = True


def ranked(offers: Sequence[Offer], typed: str) -> list[Offer]:
    """Return the offers that a typed word can mean, at most ``MOST``.

    Those that begin with it come before those that have its letters in that order; misspelt ones
    come only where there is neither. Each kind keeps the order of the offers. Behind a whole word
    only longer ones are left.
    """
    wanted = typed.casefold()
    if not wanted:
        return _first_of_each(offer for offer in offers if offer.eager)
    others = [offer for offer in offers if offer.text != typed]
    if any(offer.text.casefold() == wanted for offer in offers):
        return _first_of_each(offer for offer in others if _kind(wanted, offer) == 0)
    kinds = [(kind, offer) for offer in others if (kind := _kind(wanted, offer)) is not None]
    if not kinds and TYPO_FROM <= len(wanted) <= LONGEST:
        kinds = [(slips, offer) for offer in others if (slips := _slips(wanted, offer)) is not None]
    kinds.sort(key=lambda pair: pair[0])
    return _first_of_each(offer for _, offer in kinds)


def _first_of_each(offers: Iterable[Offer]) -> list[Offer]:
    """Leave out what would write the same again, and what is too much."""
    different: dict[str, Offer] = {}
    for offer in offers:
        different.setdefault(offer.text, offer)
    return list(different.values())[:MOST]


def _keys(offer: Offer) -> tuple[str, ...]:
    return tuple(key.casefold() for key in offer.keys or (offer.text,))


def _kind(wanted: str, offer: Offer) -> int | None:
    """Say how a word is found in an offer: 0 is best, None not at all."""
    first, *more = _keys(offer)
    if first.startswith(wanted):
        return 0
    if any(key.startswith(wanted) for key in more):
        return 1
    if len(wanted) < SUBSEQUENCE_FROM:
        return None
    if any(_holds(wanted, key) for key in (first, *more)):
        return 2
    return 3 if any(_is_spread(wanted, key) for key in (first, *more)) else None


def _holds(wanted: str, key: str) -> bool:
    """Say whether a key has a word in it; a short one only where a part of the key begins."""
    at = key.find(wanted)
    return at > 0 and (len(wanted) >= INFIX_FROM or f"_{wanted}" in key or f" {wanted}" in key)


def _is_spread(wanted: str, key: str) -> bool:
    """Say whether a key begins like a word and has its letters in their order."""
    letters = iter(key)
    return key[:1] == wanted[:1] and all(letter in letters for letter in wanted)


def _slips(wanted: str, offer: Offer) -> int | None:
    """Count the slips from a word to an offer, or to its beginning; None for too many."""
    limit = max(1, len(wanted) // 3)
    keys = _keys(offer)
    beginnings = {part for key in keys for part in (key, key[: len(wanted)])}
    slips = min(distance(wanted, part) for part in beginnings)
    return slips if slips <= limit else None
