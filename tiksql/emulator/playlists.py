"""``playlist/info``, and which playlist a video is in (api notes 2.8).

An account may have one playlist for each stretch of days, and some of its videos of these days
are in it. The number of a playlist tells account and stretch, so its videos are found by looking
through these days alone, and a video tells its playlist without looking anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiksql.catalog import load
from tiksql.emulator import words
from tiksql.emulator.accounts import EXAMPLE
from tiksql.emulator.bodies import read_body, read_id
from tiksql.emulator.captions import pick
from tiksql.emulator.chance import chance, stream
from tiksql.emulator.dataset import DAY, FIRST_SECOND, SCRAMBLE, UNSCRAMBLE
from tiksql.emulator.envelope import invalid, invalid_value
from tiksql.emulator.paging import index_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.emulator.accounts import Account
    from tiksql.emulator.dataset import Dataset, Video

PAGING = load().tables["playlists"].paging
STRETCH = 10_000
"""So many videos of the data set, about, are in the days of a stretch; it has a day at least."""
SHARE_HAVING = 0.15
SHARE_IN = 0.2
HALF = 0xFFFFFFFF


class Playlists:
    """The playlists of a data set."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._seed = dataset.settings.seed
        self._days = max(1, STRETCH * dataset.volume.days // dataset.settings.videos)

    def of(self, video: Video) -> int:
        """Give the number of the playlist that a video is in; 0 if it is in none."""
        stretch = (video.create_time - FIRST_SECOND) // DAY // self._days
        has_one = video.author.username == EXAMPLE or (
            chance(self._seed, "playlist", video.author.rank, stretch) < SHARE_HAVING
        )
        if has_one and chance(self._seed, "in playlist", video.id) < SHARE_IN:
            return self._number(video.author.rank, stretch)
        return 0

    def info(self, _fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """Answer one request, flat; refuse it by ``ApiError``.

        It has no ``fields``, and takes no notice of those that the reference's example sends.
        """
        body = read_body(raw)
        number = read_id(body, "playlist_id")
        if number is None:
            raise invalid("`playlist_id` is required")
        videos = self._videos(number)
        if not videos:
            raise invalid_value("playlist_id", number, "cannot find the playlist")
        page, paging = index_page(body, PAGING, [video.id for video in videos])
        return {
            "playlist_id": number,
            "playlist_name": self._name(number, videos[0].author),
            "playlist_item_total": len(videos),
            "playlist_last_updated": max(video.create_time for video in videos),
            "playlist_video_ids": page,
            **paging,
        }

    def _number(self, rank: int, stretch: int) -> int:
        """Make the number of a playlist: like other ids, it begins with a second."""
        second = FIRST_SECOND + stretch * self._days * DAY + rank % 3600
        return second << 32 | rank * SCRAMBLE & HALF

    def _videos(self, number: int) -> list[Video]:
        """List the videos of a playlist in the order of their ids; none if there is no such."""
        second, low = divmod(number, 1 << 32)
        rank = low * UNSCRAMBLE & HALF
        stretch = (second - FIRST_SECOND) // DAY // self._days
        first, days = stretch * self._days, self._dataset.volume.days
        if stretch < 0 or self._number(rank, stretch) != number:
            return []
        found = [
            video
            for day in range(first, min(first + self._days, days))
            for video in self._dataset.day(day)
            if video.author.rank == rank and not video.removed and self.of(video) == number
        ]
        return sorted(found, key=lambda video: video.id)

    def _name(self, number: int, author: Account) -> str:
        r = stream(self._seed, "playlist", number)
        topic = pick(words.load().languages[author.language].topics, r)
        return f"{topic} {1 + int(9 * r())}"
