"""What conditions mean: the test that each of them puts to a video.

* ``and``: all true; ``or``: at least one true; ``not``: none true; the three together by AND.
* EQ and IN mean that the field is one of the values. GT, GTE, LT and LTE compare whole numbers,
  and for ``create_date`` UTC days.
* ``hashtag_name`` and ``effect_id`` ask whether one of several is among the values (C4D);
  hashtags and handles are compared in lower case.
* ``keyword``: see ``keywords``. An absent value is equal to nothing.
"""

from __future__ import annotations

import datetime as dt
import operator
from typing import TYPE_CHECKING

from tiksql.emulator.keywords import finder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.emulator.conditions import Condition, Query
    from tiksql.emulator.dataset import Video

    Test = Callable[[Video], bool]

DAY = 86400
EPOCH = dt.date(1970, 1, 1)
SHORT_BELOW = 15
MID_TO = 60
LONG_TO = 300
"""15, 60 and 300 seconds belong to MID, MID and LONG (api notes 3.3)."""
ORDER = {"GT": operator.gt, "GTE": operator.ge, "LT": operator.lt, "LTE": operator.le}


def matcher(query: Query) -> Test:
    """Build the test of a whole query."""
    every = [predicate(condition) for condition in query.every]
    some = [predicate(condition) for condition in query.some]
    none = [predicate(condition) for condition in query.none]

    def matches(video: Video) -> bool:
        for test in every:
            if not test(video):
                return False
        for test in none:
            if test(video):
                return False
        return not some or any(test(video) for test in some)

    return matches


def predicate(condition: Condition) -> Test:
    """Build the test of one condition, which ``conditions`` has checked."""
    values = condition.field_values
    match condition.field_name:
        case "keyword":
            return _any_keyword(values)
        case "hashtag_name":
            tags = {value.lower() for value in values}
            return lambda video: not tags.isdisjoint(video.hashtags)
        case "effect_id":
            effects = {int(value) for value in values}
            return lambda video: not effects.isdisjoint(video.effects)
        case "username":
            names = {value.lower() for value in values}
            return lambda video: video.author.username in names
        case "region_code":
            regions = set(values)
            return lambda video: video.author.region in regions
        case "video_length":
            classes = set(values)
            return lambda video: length_class(video.duration) in classes
        case "create_date":
            return _number_test(condition.operation, [_day(v) for v in values], _day_of)
        case name:
            return _number_test(condition.operation, [int(v) for v in values], NUMBERS[name])


def length_class(seconds: int) -> str:
    """Name the class of a length."""
    if seconds < SHORT_BELOW:
        return "SHORT"
    if seconds <= MID_TO:
        return "MID"
    return "LONG" if seconds <= LONG_TO else "EXTRA_LONG"


def _any_keyword(values: tuple[str, ...]) -> Test:
    finders = [finder(value) for value in values]
    return lambda video: any(found(video.caption) for found in finders)


def _number_test(operation: str, values: list[int], number: Callable[[Video], int]) -> Test:
    if operation in ORDER:
        compare, bound = ORDER[operation], values[0]
        return lambda video: compare(number(video), bound)
    wanted = set(values)
    return lambda video: number(video) in wanted


def _day(text: str) -> int:
    return (dt.date(int(text[:4]), int(text[4:6]), int(text[6:])) - EPOCH).days


def _day_of(video: Video) -> int:
    return video.create_time // DAY


def _music(video: Video) -> int:
    return video.music_id or -1


NUMBERS: dict[str, Callable[[Video], int]] = {
    "video_id": lambda video: video.id,
    "music_id": _music,
    "view_count": lambda video: video.views,
    "comment_count": lambda video: video.comments,
}
