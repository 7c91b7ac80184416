"""``video/comment/list``: comments of a video, or replies to a comment (api notes 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiksql.catalog import load
from tiksql.emulator.accounts import EXAMPLE
from tiksql.emulator.bodies import Body, read_body, read_fields, read_id
from tiksql.emulator.chance import chance
from tiksql.emulator.envelope import invalid, invalid_value
from tiksql.emulator.paging import index_page
from tiksql.emulator.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiksql.emulator.dataset import Dataset, Video
    from tiksql.emulator.threads import Thread

TABLE = load().tables["comments"]
FIELDS = frozenset(c.field for c in TABLE.columns.values() if c.is_field)
SHARE_CLOSED = 0.02
CLOSED = "The comments of this video are not allowed to be disclosed"
"""What the API says (github.com/CybersecurityForDemocracy/tiktok-library/issues/104)."""


class Comments:
    """The comments of a data set, found by video or by the comment that they answer."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._threads = Threads(dataset)

    def list(self, fields: Sequence[str], raw: bytes) -> dict[str, Any]:
        """Answer one request; refuse it by ``ApiError``.

        The list ends where the settings cap it, as if there were no more (REF23).
        """
        wanted = read_fields(fields, FIELDS)
        body = read_body(raw)
        thread, numbers = self._asked(body)
        page, paging = index_page(body, TABLE.paging, numbers[: self._dataset.settings.comment_cap])
        records = [thread.record(number) for number in page]
        shown = [{k: v for k, v in record.items() if k in wanted} for record in records]
        return {"comments": shown, **paging}

    def _asked(self, body: Body) -> tuple[Thread, range]:
        """Find what the one key of the two asks for: a thread, and numbers of it."""
        video_id, comment_id = read_id(body, "video_id"), read_id(body, "comment_id")
        if video_id is not None and comment_id is not None:
            raise invalid("`video_id` and `comment_id` cannot be used together")
        if comment_id is not None:
            return self._replies(comment_id)
        if video_id is None:
            raise invalid("one of `video_id` and `comment_id` is required")
        return self._top(video_id)

    def _top(self, video_id: int) -> tuple[Thread, range]:
        place = self._dataset.find(video_id)
        if place is None or self._dataset.at(place).removed:
            raise invalid_value("video_id", video_id, "cannot find the video")
        thread = self._threads.of_video(place)
        self._check(thread.video)
        return thread, range(thread.top)

    def _replies(self, comment_id: int) -> tuple[Thread, range]:
        found = self._threads.find(comment_id)
        if found is None or found[0].video.removed:
            raise invalid_value("comment_id", comment_id, "cannot find the comment")
        thread, number = found
        self._check(thread.video)
        return thread, thread.replies_of(number)

    def _check(self, video: Video) -> None:
        """Refuse the comments of withheld accounts, and of some videos of others."""
        closed = chance(self._dataset.settings.seed, "closed", video.id) < SHARE_CLOSED
        if video.author.status == "withheld" or (closed and video.author.username != EXAMPLE):
            raise invalid(CLOSED)
