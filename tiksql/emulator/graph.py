"""Who follows whom, and since when: one graph, which both lists of an account show.

It is drawn as a whole when it is first asked for, for 5,000 accounts in a fraction of a second,
as nobody's followers are known before everybody has chosen. No two follows are of one second, so
a cursor in seconds never stands still. Accounts that are gone follow nobody and have no followers.
"""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from tiksql.emulator.dataset import FIRST_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.emulator.accounts import Accounts

RANK_BITS = 32
MOMENTS = 2**30
"""Into so many parts the time of the data set is divided before the follows are put in order."""
FAME = 0.5
"""An account is followed in proportion to its followers to the power of this."""
ROUNDS = 30
"""How often an account draws for those that it still lacks; enough but in tiny data sets."""


class Graph:
    """The follows among the accounts of a data set."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def followers(self, rank: int) -> array[int]:
        """List who follows an account, the oldest first: second and rank, packed."""
        return self._lists[0][rank]

    def following(self, rank: int) -> array[int]:
        """List whom an account follows, the oldest first: second and rank, packed."""
        return self._lists[1][rank]

    @cached_property
    def _lists(self) -> tuple[list[array[int]], list[array[int]]]:
        """Make both lists of all accounts, in the order of time."""
        settings = self._accounts.settings
        width = len(self._accounts.all).bit_length()
        edges = sorted(self._edges(width))
        # Seconds are spread over the time of the data set, and each is later than the one before.
        spread = max(0, int(settings.now.timestamp()) - FIRST_SECOND - len(edges)) / MOMENTS
        followers = [array("Q") for _ in self._accounts.all]
        following = [array("Q") for _ in self._accounts.all]
        low = (1 << width) - 1
        for number, edge in enumerate(edges, FIRST_SECOND):
            second = number + int(spread * (edge >> 2 * width)) << RANK_BITS
            follower, followed = edge >> width & low, edge & low
            followers[followed].append(second | follower)
            following[follower].append(second | followed)
        return followers, following

    def _edges(self, width: int) -> Iterator[int]:
        """Yield all follows in no order: moment, follower and followed, packed."""
        accounts = self._accounts
        rng = random.Random(f"{accounts.settings.seed}:graph")  # noqa: S311 # a seeded draw, no secret
        weights = accumulate(account.followers**FAME for account in accounts.present)
        ranks = [account.rank for account in accounts.present]
        choice = _Choice(rng, ranks, list(weights), [a.followers for a in accounts.all])
        for account in accounts.present:
            for rank in choice.of(account.rank, accounts.following(account)):
                moment = int(MOMENTS * (1 - rng.random() ** 1.5))
                yield (moment << width | account.rank) << width | rank


@dataclass(frozen=True)
class _Choice:
    """How accounts choose whom they follow; ``room`` is how many followers each rank can have.

    Nobody can have more followers than ``user/info`` says.
    """

    rng: random.Random
    ranks: list[int]
    weights: list[float]
    room: list[int]

    def of(self, follower: int, wanted: int) -> Iterable[int]:
        """Choose so many other accounts, each once."""
        chosen: dict[int, None] = {}
        for _ in range(ROUNDS):
            missing = wanted - len(chosen)
            for rank in self.rng.choices(self.ranks, cum_weights=self.weights, k=missing):
                if rank != follower and rank not in chosen and self.room[rank]:
                    chosen[rank] = None
                    self.room[rank] -= 1
            if len(chosen) == wanted:
                break
        return chosen
