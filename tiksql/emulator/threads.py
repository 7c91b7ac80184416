"""The comments of a video and their replies, each made when it is looked at.

A video with C comments has them numbered from 0 to C - 1: first those on the video in the order
of relevance, then the replies to the first of these, to the second, and so on. So the replies of
all comments add up to what is missing from C, and a number tells where a comment stands.

The id of a comment holds its second in the upper half; in the lower one, scrambled, the day of
its video modulo 16, the video's index within that day, and the number. Nothing has to be
remembered to find a comment by its id, in any process. Data sets with many videos a day leave
fewer bits for numbers: videos with more comments than that list fewer than they count.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import add
from typing import TYPE_CHECKING, Any

from tiksql.emulator import words
from tiksql.emulator.captions import pick
from tiksql.emulator.chance import chance, shuffled, stream
from tiksql.emulator.dataset import DAY, FIRST_SECOND, PLACE_BITS, SCRAMBLE, UNSCRAMBLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.emulator.dataset import Dataset, Video

DAYS_BITS = 4
"""Comments come within 15 days of their video, so that its day modulo 16 tells the day."""
OPEN_FOR = 15 * DAY - 1
HALF = 0xFFFFFFFF
LEAST_REPLIES = 0.2
MORE_REPLIES = 0.25
"""Of all comments of a video, from a fifth to nearly a half are replies."""
CONCENTRATION = 0.4
"""The first share x of the comments has a share of x to the power of this of the replies."""
SHARE_MASKED = 0.02
SHARE_UNIVERSAL = 0.45
SHARE_MENTION = 0.08
SHARE_EMOJI = 0.4


@dataclass(frozen=True)
class Thread:
    """All comments of one video: ``total`` of them, of which ``top`` are no replies.

    ``mark`` is the lower half of the id of the video's first comment, before it is scrambled.
    """

    dataset: Dataset
    video: Video
    mark: int
    total: int
    top: int

    def replies_of(self, number: int) -> range:
        """Give the numbers of the replies to a comment; a reply has none."""
        if number >= self.top:
            return range(0)
        return range(self.top + self._before(number), self.top + self._before(number + 1))

    def comment_id(self, number: int) -> int:
        """Give a comment its id, whose upper half is its second."""
        return self._second(number) << 32 | (self.mark | number) * SCRAMBLE & HALF

    def record(self, number: int) -> dict[str, Any]:
        """Describe a comment under all fields."""
        r = self._stream(number)
        r()
        is_reply = number >= self.top
        parent = self._parent(number) if is_reply else None
        position = number - self.replies_of(parent)[0] if parent is not None else number
        worth = self.video.likes * (0.01 if is_reply else 0.12) / (position + 1)
        fields = {
            "id": self.comment_id(number),
            "video_id": self.video.id,
            "text": _text(self.video, self.dataset, r),
            "like_count": int(worth * max(0, 1.6 * r() - 0.1)),
            "reply_count": len(self.replies_of(number)),
            "parent_comment_id": self.video.id if parent is None else self.comment_id(parent),
            "create_time": self._second(number),
        }
        return shuffled(fields, r)

    def _stream(self, number: int) -> Callable[[], float]:
        return stream(self.dataset.settings.seed, "comment", self.video.id, number)

    def _second(self, number: int) -> int:
        """Choose when a comment was written: soon, after its parent, not in the future."""
        begin = created = self.video.create_time
        if number >= self.top:
            begin = self._second(self._parent(number))
        end = min(created + OPEN_FOR, self.dataset.now)
        return begin + int((end - begin) * self._stream(number)() ** 4)

    def _before(self, number: int) -> int:
        """Count the replies to the comments before one: the first comments get the most."""
        if number in {0, self.top}:
            return self.total - self.top if number else 0
        wobble = chance(self.dataset.settings.seed, "replies", self.video.id, number)
        return int((self.total - self.top) * ((number + wobble) / self.top) ** CONCENTRATION)

    def _parent(self, number: int) -> int:
        """Find the comment that a reply answers: the last with no more replies before it."""
        reply, low, high = number - self.top, 0, self.top - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self._before(middle) <= reply:
                low = middle
            else:
                high = middle - 1
        return low


class Threads:
    """The comments of all videos of a data set."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        busiest = max(map(add, dataset.volume.usual, dataset.volume.trend))
        self._number_bits = 32 - DAYS_BITS - (busiest - 1).bit_length()

    def of_video(self, place: int) -> Thread:
        """Open the comments of the video at a place."""
        video = self._dataset.at(place)
        day, index = divmod(place, 1 << PLACE_BITS)
        turn = day % (1 << DAYS_BITS)
        mark = turn << (32 - DAYS_BITS) | index << self._number_bits
        total = min(video.comments, 1 << self._number_bits)
        draw = chance(self._dataset.settings.seed, "thread", video.id)
        top = total - int(total * (LEAST_REPLIES + MORE_REPLIES * draw))
        return Thread(self._dataset, video, mark, total, top)

    def find(self, comment_id: int) -> tuple[Thread, int] | None:
        """Find a comment by its id: its thread and its number there."""
        second, low = divmod(comment_id, 1 << 32)
        mark = low * UNSCRAMBLE & HALF
        latest = (second - FIRST_SECOND) // DAY
        day = latest - (latest - (mark >> (32 - DAYS_BITS))) % (1 << DAYS_BITS)
        index, number = divmod(mark & (HALF >> DAYS_BITS), 1 << self._number_bits)
        if not self._dataset.has(day, index):
            return None
        thread = self.of_video(day << PLACE_BITS | index)
        if number >= thread.total or thread.comment_id(number) != comment_id:
            return None
        return thread, number


def _text(video: Video, dataset: Dataset, r: Callable[[], float]) -> str:
    """Write a comment; what could identify somebody is masked with asterisks (REF)."""
    lists, draw = words.load(), r()
    if draw < SHARE_MASKED:
        return pick(lists.comments.masked, r)
    if draw < SHARE_MASKED + SHARE_UNIVERSAL:
        return pick(lists.comments.anywhere, r)
    own = lists.languages[video.author.language]
    text = pick(own.phrases, r).replace("{t}", pick(own.topics, r))
    text = text.replace("{n}", str(1 + int(r() * 9)))
    if r() < SHARE_MENTION:
        text = f"@{dataset.accounts.draw(r).username} {text}"
    return f"{text} {pick(lists.common.emoji, r)}" if r() < SHARE_EMOJI else text
