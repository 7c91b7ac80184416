"""Videos that an account liked, reposted or pinned (api notes 2.4 to 2.6).

The records are those of ``video/query``, without ``effect_ids``, ``playlist_id`` and
``voice_to_text``, and with the spellings that the reference has for these endpoints.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from tiksql.catalog import load
from tiksql.emulator.bodies import Body, read_body, read_fields
from tiksql.emulator.envelope import invalid_value
from tiksql.emulator.habits import Habit, Habits
from tiksql.emulator.paging import index_page, read_cursor, read_size, time_paging
from tiksql.emulator.records import SPELLINGS, project, record
from tiksql.emulator.users import find_account

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiksql.emulator.accounts import Account
    from tiksql.emulator.dataset import Dataset, Video

LIKED, REPOSTED, PINNED = (
    load().tables[name] for name in ("liked_videos", "reposted_videos", "pinned_videos")
)
FIELDS = frozenset(c.field for c in LIKED.columns.values() if c.is_field) | SPELLINGS.keys()
LAST_SECONDS = 10**11
"""A cursor below this is in seconds, as the reference's text says, and not in milliseconds."""
END_OF_TIME = 2**63
SWAPPED = {("AIGC", 1): 2, ("AIGC", 2): 1}
"""The numbers of these tags mean the reverse of what they mean in ``video/query`` (REF)."""


class UserVideos:
    """The lists of videos of the accounts of a data set."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._habits = Habits(dataset)

    def liked(self, fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """Answer one request for liked videos; refuse it by ``ApiError``.

        The cursor is in milliseconds, as in the reference's sample.
        """
        wanted, body = read_fields(fields, FIELDS), read_body(raw)
        account = self._account("liked", body)
        size, cursor = read_size(body, LIKED.paging), read_cursor(body)
        if 0 < cursor < LAST_SECONDS:
            cursor = cursor * 1000 + 999
        kept = list(islice(self._habits.kept("liked", account, cursor or END_OF_TIME), size + 1))
        return {
            LIKED.list_keys[0]: self._shown((video for _, video in kept[:size]), wanted),
            **time_paging([moment for moment, _ in kept], size),
        }

    def reposted(self, fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """Answer one request for reposted videos; refuse it by ``ApiError``."""
        wanted, body = read_fields(fields, FIELDS), read_body(raw)
        account = self._account("reposted", body)
        videos = [video for _, video in self._habits.kept("reposted", account, END_OF_TIME)]
        page, paging = index_page(body, REPOSTED.paging, videos)
        return {REPOSTED.list_keys[0]: self._shown(page, wanted), **paging}

    def pinned(self, fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """Answer one request for pinned videos, all on one page; refuse it by ``ApiError``."""
        wanted, body = read_fields(fields, FIELDS), read_body(raw)
        videos = self._habits.pinned(find_account(self._dataset.accounts, body))
        return {PINNED.list_keys[0]: self._shown(videos, wanted)}

    def _account(self, habit: Habit, body: Body) -> Account:
        """Find an account, unless it keeps what is asked for to itself."""
        account = find_account(self._dataset.accounts, body)
        if not self._habits.shows(habit, account):
            reason = f"this user's {habit} videos are private: the information cannot be returned"
            raise invalid_value("username", account.username, reason)
        return account

    def _shown(self, videos: Iterable[Video], wanted: frozenset[str]) -> list[dict[str, Any]]:
        seed = self._dataset.settings.seed
        full = (_respelt(record(seed, video)) for video in videos)
        return [project(fields, wanted, lower_region=False) for fields in full]


def _respelt(full: dict[str, Any]) -> dict[str, Any]:
    """Write effects and tags as the user endpoints do."""
    if effects := full.get("effect_info_list"):
        names = {"effect_photo_url": "effect_photo_URI"}
        full["effect_info_list"] = [
            {names.get(name, name): value for name, value in effect.items()} for effect in effects
        ]
    if tag := full.get("video_tag"):
        kind, number = tag["type"], tag["number"]
        number = SWAPPED.get((kind, number), number)
        full["video_tag"] = {"video_tag_type": kind, "video_tag_number": number}
    return full
