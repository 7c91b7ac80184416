"""How captions come about: a phrase, emoji, a mention and hashtags of the author's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.emulator import words
from tiksql.emulator.keywords import HASHTAG

if TYPE_CHECKING:
    from collections.abc import Callable

SHARE_ODD = 1 / 160
SHARE_EMPTY = 0.015
SHARE_MENTION = 0.07
SHARE_EMOJI = 0.4
SHARE_TOPIC_TAGGED = 0.5
LAST_OF_TEN = 9
SHARE_FOREIGN = 0.08
"""Captions in another language than their author's: English, as anywhere."""


def write(language: str, mention: str, r: Callable[[], float]) -> str:
    """Write a caption in a language; ``mention`` is a handle to mention, or empty."""
    draw, lists = r(), words.load()
    if draw < SHARE_ODD:
        return pick(lists.common.odd, r)
    if draw < SHARE_ODD + SHARE_EMPTY:
        return ""
    own = lists.languages["en" if draw > 1 - SHARE_FOREIGN else language]
    topic = pick(own.topics, r)
    parts = [pick(own.phrases, r).replace("{t}", topic).replace("{n}", str(1 + int(r() * 9)))]
    if mention:
        parts.append("@" + mention)
    if r() < SHARE_EMOJI:
        parts.append(pick(lists.common.emoji, r) * (1 + int(r() * 2)))
    parts.extend(_hashtags(own, topic, r))
    return " ".join(parts)


def write_trend(turn: int, r: Callable[[], float]) -> str:
    """Write a caption that follows the trend; the last of every ten only looks like it."""
    lists = words.load()
    trend = lists.trend
    phrase = pick(trend.decoys if turn % 10 == LAST_OF_TEN else trend.captions, r)
    return f"{phrase} {pick(lists.common.emoji, r)} #{pick(trend.hashtags, r)} #fyp"


def hashtags_of(caption: str) -> tuple[str, ...]:
    """List the hashtags of a caption as ``hashtag_names`` does: lower-cased, each once (C4D)."""
    if "#" not in caption:
        return ()
    return tuple(dict.fromkeys(tag.lower() for tag in HASHTAG.findall(caption)))


def pick(choices: tuple[str, ...], r: Callable[[], float]) -> str:
    """Choose one of some texts, each as likely as the others."""
    return choices[int(r() * len(choices))]


def _hashtags(own: words.Language, topic: str, r: Callable[[], float]) -> list[str]:
    common = words.load().common.hashtags
    tags = ["#" + common[int(len(common) * r() ** 3)] for _ in range(int(r() * 4))]
    tags += ["#" + pick(own.hashtags, r) for _ in range(int(r() * 4))]
    if " " not in topic and r() < SHARE_TOPIC_TAGGED:
        tags.append("#" + topic)
    return tags
