"""How a video looks in an answer: names, JSON types, absent values, order of keys.

What a video does not have is left out, never null; zero counts are sent, and a video without
hashtags has an empty list (C4D). Keys come in another order in every record (C4D).
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from tiksql.emulator import words
from tiksql.emulator.captions import pick
from tiksql.emulator.chance import shuffled, stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.emulator.dataset import Video

SHARE_TRANSCRIPT = 0.2
SHARE_STEM = 0.02
SHARE_STICKER = 0.02
SHARE_LABEL = 0.01
SHARE_TAG = 0.03
SHARE_DESCRIBED = 0.2
SHARE_WITHOUT_LIKES = 0.002
"""``like_count`` was once missing from a recorded page (C4D)."""
MOST_SENTENCES = 8
TAGS = (("AIGC", 1), ("AIGC", 2), ("Branded", 1), ("Branded", 7))
SPELLINGS = {"favourites_count": "favorites_count"}
"""Older spellings under which a field may be asked for, and comes back (REF23)."""


def record(seed: int, video: Video, playlist: int = 0) -> dict[str, Any]:
    """Describe a video under all fields that it has, in its own order of keys.

    A ``playlist`` of 0 means that it is in none, or that it does not matter.
    """
    r = stream(seed, "video", video.id)
    fields: dict[str, Any] = {
        "id": video.id,
        "create_time": video.create_time,
        "username": video.author.username,
        "region_code": video.author.region,
        "video_description": video.caption,
        "share_count": int(video.likes * 0.2 * r() ** 3),
        "view_count": video.views,
        "like_count": video.likes,
        "comment_count": video.comments,
        "favorites_count": int(video.likes * 0.25 * r() ** 2),
        "hashtag_names": list(video.hashtags),
        "is_stem_verified": r() < SHARE_STEM,
        "video_duration": video.duration,
    }
    fields.update(_of_caption(video))
    fields.update(_at_times(video, r))
    if r() < SHARE_WITHOUT_LIKES:
        del fields["like_count"]
    if playlist:
        fields["playlist_id"] = playlist
    return shuffled(fields, r)


def project(full: dict[str, Any], wanted: frozenset[str], *, lower_region: bool) -> dict[str, Any]:
    """Keep the fields asked for; whole pages spell regions in lower case (C4D)."""
    kept = {name: value for name, value in full.items() if name in wanted}
    for spelling in wanted & SPELLINGS.keys():
        kept[spelling] = full[SPELLINGS[spelling]]
    if lower_region and "region_code" in kept:
        kept["region_code"] = kept["region_code"].lower()
    return kept


def _of_caption(video: Video) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if video.hashtags:
        found["hashtag_info_list"] = [_hashtag(name) for name in video.hashtags]
    if video.mention:
        found["video_mention_list"] = [video.mention]
    return found


def _at_times(video: Video, r: Callable[[], float]) -> dict[str, Any]:
    """Fill the fields that only some videos have."""
    lists = words.load()
    common, found = lists.common, dict[str, Any]()
    if video.music_id:
        found["music_id"] = video.music_id
    if video.effects:
        found["effect_ids"] = [str(effect) for effect in video.effects]
        found["effect_info_list"] = [_effect(effect) for effect in video.effects]
    if r() < SHARE_TRANSCRIPT:
        found["voice_to_text"] = _transcript(lists.languages[video.author.language], r)
    if r() < SHARE_STICKER:
        sticker = int(len(common.stickers) * r())
        found["sticker_info_list"] = [
            {"sticker_id": 500_000 + sticker, "sticker_name": common.stickers[sticker]}
        ]
    if r() < SHARE_LABEL:
        found["video_label"] = {"content": pick(common.labels, r), "type": 1 + int(3 * r())}
    if r() < SHARE_TAG:
        kind, number = TAGS[int(len(TAGS) * r())]
        found["video_tag"] = {"type": kind, "number": number}
    return found


def _transcript(language: words.Language, r: Callable[[], float]) -> str:
    return " ".join(pick(language.says, r) for _ in range(1 + int(MOST_SENTENCES * r())))


def _hashtag(name: str) -> dict[str, Any]:
    """Give a hashtag its number and, for some, a description: the same wherever it occurs."""
    digest = int.from_bytes(blake2b(name.encode(), digest_size=6).digest(), "big")
    info = {"hashtag_id": 10_000 + digest, "hashtag_name": name}
    if digest % 100 < SHARE_DESCRIBED * 100:
        info["hashtag_description"] = f"Videos about {name}."
    return info


def _effect(effect: int) -> dict[str, Any]:
    names = words.load().common.effects
    return {
        "effect_id": str(effect),
        "effect_name": names[effect % len(names)],
        "effect_photo_url": f"https://p16-effect.tiktokcdn.com/{effect}.png",
    }
