"""Which of many words a few letters can mean, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiksql.shell.completion.ranking import MOST, Offer, ranked

WORDS = ["like_count", "list", "video_count", "count", "region_code", "videos", "shop_reviews"]


def order(typed, words=WORDS):
    return [offer.text for offer in ranked([Offer(word, "") for word in words], typed)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("li", ["like_count", "list"]),
        ("LI", ["like_count", "list"]),
        ("co", ["count", "like_count", "video_count", "region_code"]),
        ("lc", ["like_count"]),
        ("rcode", ["region_code"]),
        ("vi", ["video_count", "videos"]),
        ("view", ["shop_reviews"]),
        ("l", ["like_count", "list"]),
        ("regoin", ["region_code"]),
        ("cuont", ["count"]),
        ("videos", []),
        ("count", []),
        ("zzz", []),
    ],
)
def test_a_beginning_comes_before_a_part_and_a_part_before_a_slip(typed, found):
    assert order(typed) == found


def test_another_key_finds_a_word_behind_those_that_begin_so():
    offers = [Offer("'DE'", "", keys=("DE", "Germany")), Offer("'GE'", "", keys=("GE", "Georgia"))]
    assert [offer.text for offer in ranked(offers, "ge")] == ["'GE'", "'DE'"]
    assert [offer.text for offer in ranked(offers, "germ")] == ["'DE'"]


def test_before_a_letter_is_typed_only_eager_words_are_shown():
    offers = [Offer("a", "", eager=False), Offer("b", "")]
    assert [offer.text for offer in ranked(offers, "")] == ["b"]
    assert [offer.text for offer in ranked([*offers, Offer("ab", "")], "a")] == ["ab"]


@settings(deadline=None)
@given(st.lists(st.text("abc_", min_size=1, max_size=6), max_size=60), st.text("abc_", max_size=4))
def test_the_order_of_the_words_is_kept_within_a_kind_and_nothing_is_made_up(words, typed):
    found = order(typed, words)
    assert len(found) <= MOST
    assert set(found) <= set(words)
    begins = [word for word in found if word.startswith(typed)]
    wanted = [word for word in words if word.startswith(typed) and (word != typed or not typed)]
    assert begins == list(dict.fromkeys(wanted))[:MOST]
    assert found[: len(begins)] == begins
