"""The word lists of the data set, read from ``words.toml``."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import msgspec


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of the word lists."""


class Common(Part, frozen=True):
    """What captions of every language draw from."""

    hashtags: tuple[str, ...]
    emoji: tuple[str, ...]
    effects: tuple[str, ...]
    stickers: tuple[str, ...]
    labels: tuple[str, ...]
    odd: tuple[str, ...]
    adjectives: tuple[str, ...]
    nouns: tuple[str, ...]


class Trend(Part, frozen=True):
    """Something that many accounts posted on a few days, ``counts[n]`` on the n-th."""

    first: dt.date
    counts: tuple[int, ...]
    captions: tuple[str, ...]
    decoys: tuple[str, ...]
    hashtags: tuple[str, ...]


class Comments(Part, frozen=True):
    """What comments of every language draw from; the ``masked`` ones have lost their numbers."""

    anywhere: tuple[str, ...]
    masked: tuple[str, ...]


class Market(Part, frozen=True):
    """What shops, their products and the reviews of these are made of.

    ``reviews`` are by stars: the first are those of one star, the last of five.
    """

    regions: tuple[str, ...]
    shops: tuple[str, ...]
    qualities: tuple[str, ...]
    things: tuple[str, ...]
    promises: tuple[str, ...]
    reviews: tuple[tuple[str, ...], ...]


class Region(Part, frozen=True):
    """How many of the accounts are of a region, and what they write."""

    weight: float
    languages: tuple[str, ...]


class Language(Part, frozen=True):
    """What captions, transcripts and profiles of one language are made of."""

    phrases: tuple[str, ...]
    topics: tuple[str, ...]
    hashtags: tuple[str, ...]
    says: tuple[str, ...]
    names: tuple[str, ...]


class Words(Part, frozen=True):
    """All of them."""

    common: Common
    trend: Trend
    comments: Comments
    market: Market
    regions: dict[str, Region]
    languages: dict[str, Language]


@cache
def load() -> Words:
    """Read the lists that come with the emulator."""
    toml = Path(__file__).with_name("words.toml").read_bytes()
    return msgspec.toml.decode(toml, type=Words)
