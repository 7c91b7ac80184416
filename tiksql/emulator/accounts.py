"""The accounts of the data set: who they are, and what ``user/info`` knows of them."""

from __future__ import annotations

import random
from bisect import bisect
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from tiksql.catalog import load as load_catalog
from tiksql.emulator import captions, words
from tiksql.emulator.chance import chance

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.emulator.settings import Settings

Status = Literal["public", "withheld", "gone"]

EXAMPLE = "joe1234567"
"""The account of the Getting Started page (GS): it exists and is public in everything."""
EXAMPLE_RANK = 24
SHARE_GONE = 0.04
SHARE_WITHHELD = 0.03
SHARE_BLANK_BIO = 0.2
SHARE_BIO_URL = 0.3
FAMOUS = 200_000
SHARE_VERIFIED = 0.4
"""Of the accounts with more followers than ``FAMOUS``."""
FLOURISHES = ("", "", " ✨", " 🎶", "  |  TikTok")
BIO_ENDINGS = ("", "\n📩 mail@example.com", " 🌍", "\n👇👇👇")
FEWEST_FOLLOWS = 3
MORE_FOLLOWS = 190
FOLLOWS_OF_EXAMPLE = (150, 100)
"""The fewest of the example account, and how many more it may have."""
ACTIVITY = 0.8
"""Exponent of Zipf's law: the n-th account posts n ** -ACTIVITY as much as the first."""


class Account(msgspec.Struct, frozen=True, gc=False):
    """An account, by its rank in how much it posts.

    ``withheld`` accounts are private or of minors, ``gone`` ones were renamed or deleted after
    they posted: videos of both are still found, and ``user/info`` refuses them (C4D).
    """

    rank: int
    username: str
    region: str
    language: str
    followers: int
    status: Status


class Accounts:
    """All accounts of a data set, the busiest first."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.all = _everybody(settings)
        self._shares = list(accumulate((rank + 1) ** -ACTIVITY for rank in range(len(self.all))))

    def draw(self, r: Callable[[], float]) -> Account:
        """Choose who posts a video, after Zipf's law."""
        return self.all[bisect(self._shares, r() * self._shares[-1])]

    @cached_property
    def by_name(self) -> dict[str, Account]:
        """Every account by its handle."""
        return {account.username: account for account in self.all}

    @cached_property
    def present(self) -> tuple[Account, ...]:
        """The accounts that are not gone."""
        return tuple(account for account in self.all if account.status != "gone")

    def following(self, account: Account) -> int:
        """Count whom an account follows; the graph says whom."""
        draw = chance(self.settings.seed, "follows", account.username)
        wanted = FEWEST_FOLLOWS + int(MORE_FOLLOWS * draw**3)
        if account.username == EXAMPLE:
            fewest, more = FOLLOWS_OF_EXAMPLE
            wanted = fewest + int(more * draw)
        return min(wanted, (len(self.present) - 1) // 2)

    @cached_property
    def by_place(self) -> dict[str, tuple[Account, ...]]:
        """The accounts of the US, of Canada and of elsewhere, for the trend; none is empty."""
        places: dict[str, list[Account]] = {"US": [], "CA": [], "elsewhere": []}
        for account in self.all:
            places[account.region if account.region in places else "elsewhere"].append(account)
        return {place: tuple(found or self.all) for place, found in places.items()}

    def profile(self, account: Account) -> dict[str, Any]:
        """Describe an account as ``user/info`` does, under all fields that it has."""
        rng = random.Random(f"{self.settings.seed}:profile:{account.username}")  # noqa: S311 # a seeded draw, no secret
        r = rng.random
        share = (account.rank + 1) ** -ACTIVITY / self._shares[-1]
        language = words.load().languages[account.language]
        known: dict[str, Any] = {
            "display_name": captions.pick(language.names, r) + captions.pick(FLOURISHES, r),
            "bio_description": "" if r() < SHARE_BLANK_BIO else _biography(language, r),
            "avatar_url": f"https://p16-sign.tiktokcdn.com/avatar/{rng.getrandbits(64):016x}.jpeg",
            "is_verified": account.followers > FAMOUS and r() < SHARE_VERIFIED,
            "follower_count": account.followers,
            "following_count": self.following(account),
            "likes_count": int(account.followers * (2 + 40 * r())),
            "video_count": 1 + int(share * self.settings.videos * (1 + r())),
        }
        if r() < SHARE_BIO_URL:
            known["bio_url"] = f"https://www.example.com/{account.username}"
        return dict(sorted(known.items(), key=lambda _: r()))


def _everybody(settings: Settings) -> tuple[Account, ...]:
    rng = random.Random(f"{settings.seed}:accounts")  # noqa: S311 # a seeded draw, no secret
    r = rng.random
    codes, shares, languages = _regions()
    numbers = list(range(settings.accounts))
    rng.shuffle(numbers)
    example = min(EXAMPLE_RANK, settings.accounts - 1)
    everybody = []
    for rank, number in enumerate(numbers):
        region = codes[bisect(shares, r() * shares[-1])]
        language = captions.pick(languages[region], r)
        followers = 10 + int(6e7 * (rank + 1) ** -0.9 * r() ** 3)
        state, name = _status(r()), _handle(number)
        if rank == example:
            region, language, state, name = "US", "en", "public", EXAMPLE
        everybody.append(Account(rank, name, region, language, followers, state))
    return tuple(everybody)


def _regions() -> tuple[list[str], list[float], dict[str, tuple[str, ...]]]:
    """Give every region that the API knows a cumulated weight and its languages."""
    known = words.load().regions
    codes = list(load_catalog().enumerations["region"].values)
    other = known["other"]
    small = other.weight / (len(codes) - len(known) + 1)
    shares = list(accumulate(known[c].weight if c in known else small for c in codes))
    return codes, shares, {c: known.get(c, other).languages for c in codes}


def _status(draw: float) -> Status:
    if draw < SHARE_GONE:
        return "gone"
    return "withheld" if draw < SHARE_GONE + SHARE_WITHHELD else "public"


def _handle(number: int) -> str:
    """Write a handle that no other number has."""
    common = words.load().common
    rest, first = divmod(number, len(common.adjectives))
    rest, second = divmod(rest, len(common.nouns))
    join = ("", "_", ".", "")[(first * 7 + second) % 4]
    ending = str((first + second * 3) % 90 + rest * 90) if rest or (first + second) % 3 else ""
    return f"{common.adjectives[first]}{join}{common.nouns[second]}{ending}"


def _biography(language: words.Language, r: Callable[[], float]) -> str:
    topics = sorted({captions.pick(language.topics, r) for _ in range(3)})
    return " • ".join(topics) + captions.pick(BIO_ENDINGS, r)
