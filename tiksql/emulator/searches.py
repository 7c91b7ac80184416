"""The searches whose results are kept, so that their pages fit together.

A result is a snapshot: the places of all matching videos, removed ones included, in the order in
which they are given out. Its search_id serves exactly the query and the dates that made it.
"""

from __future__ import annotations

import random
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from tiksql.emulator.envelope import invalid
from tiksql.emulator.matching import matcher

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from tiksql.emulator.conditions import Query
    from tiksql.emulator.dataset import Dataset

MOST_SEARCHES = 2_000
MOST_PLACES = 4_000_000
"""Above either, the oldest results are forgotten, as if they had expired."""


@dataclass(frozen=True)
class Question:
    """What a search_id is bound to."""

    query: Query
    start: dt.date
    end: dt.date
    is_random: bool


@dataclass(frozen=True)
class Search:
    """A kept result; ``search_id`` is empty where nothing was found."""

    search_id: str
    question: Question
    places: array[int]
    expiry: float


class Searches:
    """All kept results, the oldest first."""

    def __init__(self, dataset: Dataset, now: Callable[[], dt.datetime]) -> None:
        self._dataset = dataset
        self._now = now
        self._kept: OrderedDict[str, Search] = OrderedDict()
        self._places = 0
        self._made = 0

    def start(self, question: Question, most: int) -> Search:
        """Run a search and keep its result; a random one draws ``most`` videos."""
        self._made += 1
        settings = self._dataset.settings
        places = self._find(question)
        if question.is_random:
            places = self._draw(places, most)
        if not places:
            return Search("", question, places, 0)
        mark = f"{settings.seed}:search:{self._made}".encode()
        low = int.from_bytes(blake2b(mark, digest_size=4).digest(), "big")
        search_id = str(int(settings.now.timestamp()) << 32 | low)
        search = Search(search_id, question, places, self._time() + settings.search_life)
        self._keep(search)
        return search

    def resume(self, search_id: str, question: Question) -> Search:
        """Find the result of an earlier search; refuse an id that is not of this question."""
        search = self._kept.get(search_id)
        if search is None or search.question != question or search.expiry <= self._time():
            raise invalid(f"Search Id {search_id} is invalid or expired")
        return search

    def _find(self, question: Question) -> array[int]:
        """List the matching places in the order of falling video ids."""
        matches = matcher(question.query)
        found = [
            (video.id, place)
            for place, video in self._dataset.between(question.start, question.end)
            if matches(video)
        ]
        found.sort(reverse=True)
        return array("Q", [place for _, place in found])

    def _draw(self, places: array[int], most: int) -> array[int]:
        rng = random.Random(f"{self._dataset.settings.seed}:draw:{self._made}")  # noqa: S311 # a seeded draw, no secret
        return array("Q", rng.sample(places, min(most, len(places))))

    def _keep(self, search: Search) -> None:
        self._kept[search.search_id] = search
        self._places += len(search.places)
        while len(self._kept) > 1 and self._is_full():
            self._places -= len(self._kept.popitem(last=False)[1].places)

    def _is_full(self) -> bool:
        oldest = next(iter(self._kept.values()))
        crowded = len(self._kept) > MOST_SEARCHES or self._places > MOST_PLACES
        return crowded or oldest.expiry <= self._time()

    def _time(self) -> float:
        return self._now().timestamp()
