"""The videos, made day by day when they are first looked at.

A day's videos follow from the seed and the day alone, so they can be made in any order, thrown
away and made again. A video belongs to the day of its ``create_time``; its id is older (C4D):
by 20 to 140 seconds, or by hours to days where the post was scheduled.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from bisect import bisect_left
from collections import OrderedDict
from typing import TYPE_CHECKING

import msgspec

from tiksql.emulator import captions
from tiksql.emulator.accounts import Account, Accounts
from tiksql.emulator.settings import FIRST_DAY
from tiksql.emulator.volume import volume

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiksql.emulator.settings import Settings

DAY = 86400
FIRST_SECOND = int(dt.datetime.combine(FIRST_DAY, dt.time(), dt.UTC).timestamp())
SHARE_SCHEDULED = 0.015
SHARE_WITHOUT_MUSIC = 0.02
SHARE_WITH_EFFECT = 0.12
REMOVED_AT_ONCE = 0.015
REMOVED_LATER = 0.05
REMOVED_WITHIN = 400
MOST_VIEWS = 400_000_000
HELD = 120_000
"""Videos kept in memory, at least; older days are made again when they are asked for."""
PLACE_BITS = 23
"""A place names a video: the number of its day, then its index within the day."""
TURNS = ("US", "US", "US", "CA", "US", "US", "US", "elsewhere", *["US"] * 7, "elsewhere")
"""Where the accounts are that follow the trend, one after the other."""
LENGTHS = ((0.35, 5, 10), (0.85, 15, 46), (0.96, 61, 240), (1.0, 301, 300))
"""Cumulated shares of videos, with their shortest length and how many lengths there are."""
SCRAMBLE = 2_654_435_769
UNSCRAMBLE = pow(SCRAMBLE, -1, 1 << 32)
"""An odd factor maps 32 bits one to one, and its inverse maps them back."""


class Video(msgspec.Struct, frozen=True, gc=False):
    """What conditions can ask about a video; ``records`` adds what can only be shown.

    A ``music_id`` of 0 and an empty ``mention`` mean that there is none.
    """

    id: int
    create_time: int
    author: Account
    caption: str
    hashtags: tuple[str, ...]
    mention: str
    music_id: int
    effects: tuple[int, ...]
    duration: int
    views: int
    likes: int
    comments: int
    removed: bool


Day = tuple[Video, ...]


class Dataset:
    """The videos of a seed, by UTC day and by place; ``now`` is the second at which they end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.accounts = Accounts(settings)
        self.volume = volume(settings)
        self.now = int(settings.now.timestamp())
        self._days: OrderedDict[int, Day] = OrderedDict()
        self._held = 0

    def day(self, number: int) -> Day:
        """List the videos of a day, by falling id; the first day has number 0."""
        if number in self._days:
            self._days.move_to_end(number)
            return self._days[number]
        made = self._make(number) if 0 <= number < self.volume.days else ()
        self._days[number] = made
        self._held += len(made)
        while self._held > HELD and len(self._days) > 1:
            self._held -= len(self._days.popitem(last=False)[1])
        return made

    def between(self, start: dt.date, end: dt.date) -> Iterator[tuple[int, Video]]:
        """Yield the videos created from one day to another, both included, with their places."""
        first = max(0, (start - FIRST_DAY).days)
        last = min(self.volume.days - 1, (end - FIRST_DAY).days)
        for number in range(first, last + 1):
            base = number << PLACE_BITS
            for index, video in enumerate(self.day(number)):
                yield base | index, video

    def at(self, place: int) -> Video:
        """Find a video again by its place."""
        number, index = divmod(place, 1 << PLACE_BITS)
        return self.day(number)[index]

    def has(self, number: int, index: int) -> bool:
        """Tell whether there is such a day, with that many videos."""
        if not 0 <= number < self.volume.days:
            return False
        return 0 <= index < self.volume.usual[number] + self.volume.trend[number]

    def find(self, video_id: int) -> int | None:
        """Find the place of a video by its id, in which its day modulo eight is hidden."""
        second, low = divmod(video_id, 1 << 32)
        begun = (second - FIRST_SECOND) // DAY
        turn = (low * UNSCRAMBLE & 0xFFFFFFFF) >> 29
        number = begun + (turn - begun) % 8
        if not self.has(number, 0):
            return None
        day = self.day(number)
        index = bisect_left(day, -video_id, key=lambda video: -video.id)
        found = index < len(day) and day[index].id == video_id
        return number << PLACE_BITS | index if found else None

    def _make(self, number: int) -> Day:
        r = random.Random(f"{self.settings.seed}:day:{number}").random  # noqa: S311 # a seeded draw, no secret
        usual, trend = self.volume.usual[number], self.volume.trend[number]
        videos = [self._usual(number, index, r) for index in range(usual)]
        videos += [self._trending(number, usual + index, index, r) for index in range(trend)]
        videos.sort(key=lambda video: -video.id)
        return tuple(videos)

    def _usual(self, number: int, index: int, r: Callable[[], float]) -> Video:
        author = self.accounts.draw(r)
        mention = self.accounts.draw(r).username if r() < captions.SHARE_MENTION else ""
        caption = captions.write(author.language, mention, r)
        mentioned = mention if mention and "@" + mention in caption else ""
        return self._video((number, index), author, (caption, mentioned), r)

    def _trending(self, number: int, index: int, turn: int, r: Callable[[], float]) -> Video:
        # By turns, so that every seed has the same number in every region.
        accounts = self.accounts.by_place[TURNS[turn % len(TURNS)]]
        author = accounts[int(len(accounts) * r())]
        return self._video((number, index), author, (captions.write_trend(turn, r), ""), r)

    def _video(
        self,
        where: tuple[int, int],
        author: Account,
        text: tuple[str, str],
        r: Callable[[], float],
    ) -> Video:
        number, index = where
        created = self._second(number, r)
        begun = created - 20 - int(121 * r())
        if r() < SHARE_SCHEDULED:
            begun -= 3600 + int(95 * 3600 * r() ** 2)
        reach = (120 + author.followers * 0.06) * (0.05 + r()) ** 2
        views = min(MOST_VIEWS, int(reach * (r() + 1e-6) ** -0.7))
        likes = int(views * (0.01 + 0.14 * r()))
        return Video(
            id=begun << 32 | _low_half(number, index, r),
            create_time=created,
            author=author,
            caption=text[0],
            hashtags=captions.hashtags_of(text[0]),
            mention=text[1],
            music_id=0 if r() < SHARE_WITHOUT_MUSIC else _music(r),
            effects=(10_000 + int(5000 * r() ** 4),) if r() < SHARE_WITH_EFFECT else (),
            duration=_duration(r),
            views=views,
            likes=likes,
            comments=int(likes * 0.06 * r() ** 2),
            removed=r() < self._removed_share(created),
        )

    def _second(self, number: int, r: Callable[[], float]) -> int:
        """Choose when on a day a video appears: most around 18:00 UTC, none in the future."""
        start = FIRST_SECOND + number * DAY
        if number == self.volume.days - 1:
            return start + int((self.now - start) * r())
        return start + int(DAY * ((0.75 + (r() - r()) / 2) % 1))

    def _removed_share(self, created: int) -> float:
        """Give the share that was removed: 1.5 % of new videos, nearly 6.5 % of old ones."""
        age = (self.now - created) / DAY
        return REMOVED_AT_ONCE + REMOVED_LATER * (1 - math.exp(-age / REMOVED_WITHIN))


def _low_half(number: int, index: int, r: Callable[[], float]) -> int:
    """Make the low 32 bits of an id: different within a day and its neighbours.

    Day and index are in it undiminished (an odd factor maps 32 bits one to one), and ids that
    share a second are of days less than eight apart.
    """
    bits = (number & 7) << 29 | index << 6 | int(64 * r())
    return bits * SCRAMBLE & 0xFFFFFFFF


def _music(r: Callable[[], float]) -> int:
    """Choose one of 40,000 sounds, a few of them often."""
    return 6_600_000_000_000_000_000 + int(40_000 * r() ** 4) * 12_345_678_901_237


def _duration(r: Callable[[], float]) -> int:
    """Choose a length in seconds: mostly under a minute, up to ten minutes."""
    draw = r()
    shortest, spread = next(range_ for share, *range_ in LENGTHS if draw < share)
    return shortest + int(spread * r())
