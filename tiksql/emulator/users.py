"""``user/info``: one account as it is now (api notes 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiksql.catalog import load
from tiksql.emulator.bodies import Body, read_body, read_fields, read_text
from tiksql.emulator.envelope import invalid, invalid_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.emulator.accounts import Account, Accounts

FIELDS = frozenset(c.field for c in load().tables["users"].columns.values() if c.is_field)


class Users:
    """The accounts of a data set, found by handle."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def info(self, fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """Answer one request; refuse it by ``ApiError``. The handle is not repeated (C4D)."""
        wanted = read_fields(fields, FIELDS)
        profile = self._accounts.profile(find_account(self._accounts, read_body(raw)))
        return {name: value for name, value in profile.items() if name in wanted}


def find_account(accounts: Accounts, body: Body) -> Account:
    """Find the account that a body names; refuse one that is gone or withheld (C4D)."""
    username = read_text(body, "username")
    if not username:
        raise invalid("`username` is required")
    account = accounts.by_name.get(username.lower())
    if account is None or account.status == "gone":
        raise invalid_value("username", username, "cannot find the user")
    if account.status == "withheld":
        raise invalid("API cannot return this user's information")
    return account
