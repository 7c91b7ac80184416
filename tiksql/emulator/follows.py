"""``user/followers`` and ``user/following``: the two sides of the graph (api notes 2.7)."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from tiksql.catalog import load
from tiksql.emulator.accounts import EXAMPLE
from tiksql.emulator.bodies import Body, read_body
from tiksql.emulator.chance import chance
from tiksql.emulator.envelope import invalid_value
from tiksql.emulator.graph import RANK_BITS, Graph
from tiksql.emulator.paging import read_cursor, read_size, time_paging
from tiksql.emulator.users import find_account

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    from tiksql.catalog import Table
    from tiksql.emulator.accounts import Account, Accounts

FOLLOWERS, FOLLOWING = (load().tables[name] for name in ("followers", "following"))
REACH = 5_000
"""So many of an account's list can be reached, the newest (ResearchTikPy, issue 2)."""
SHARE_PRIVATE = 0.25
"""Of the accounts, those whose list of accounts that they follow is private."""


class Follows:
    """Followers and following of the accounts of a data set; ``fields`` do not matter to them."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._graph = Graph(accounts)

    def followers(self, _fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """Answer one request for followers; refuse it by ``ApiError``."""
        body = read_body(raw)
        account = find_account(self._accounts, body)
        return self._page(FOLLOWERS, body, self._graph.followers(account.rank))

    def following(self, _fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """Answer one request for the accounts followed, unless their list is private (CODEBOOK)."""
        body = read_body(raw)
        account = find_account(self._accounts, body)
        if self._is_private(account):
            reason = "the list of accounts that this user follows is private"
            raise invalid_value("username", account.username, reason)
        return self._page(FOLLOWING, body, self._graph.following(account.rank))

    def _is_private(self, account: Account) -> bool:
        draw = chance(self._accounts.settings.seed, "following", account.username)
        return draw < SHARE_PRIVATE and account.username != EXAMPLE

    def _page(self, table: Table, body: Body, oldest_first: array[int]) -> dict[str, Any]:
        """Cut the page of follows on or before a second, the newest first."""
        size, cursor = read_size(body, table.paging), read_cursor(body)
        later = (cursor + 1) << RANK_BITS
        end = bisect_left(oldest_first, later) if cursor else len(oldest_first)
        first = max(0, end - size - 1, len(oldest_first) - REACH)
        known = oldest_first[first:end][::-1]
        return {
            table.list_keys[0]: [self._shown(entry) for entry in known[:size]],
            **time_paging([entry >> RANK_BITS for entry in known], size),
        }

    def _shown(self, entry: int) -> dict[str, Any]:
        account = self._accounts.all[entry & ((1 << RANK_BITS) - 1)]
        profile = self._accounts.profile(account)
        return {"display_name": profile["display_name"], "username": account.username}
