"""What conditions mean, against a plain reading of the documentation over the raw data."""

import datetime as dt
import re
import unicodedata
from functools import cache

import pytest
from emulator_client import GETTING_STARTED, Api, condition, question, shared_api
from hypothesis import given, settings
from hypothesis import strategies as st

from tiksql.emulator.keywords import finder

COMPARE = {
    "EQ": lambda a, b: a == b,
    "GT": lambda a, b: a > b,
    "GTE": lambda a, b: a >= b,
    "LT": lambda a, b: a < b,
    "LTE": lambda a, b: a <= b,
}
DAYS = [f"202206{day}" for day in range(14, 30)]
LENGTHS = ["SHORT", "MID", "LONG", "EXTRA_LONG"]


def date_of(video):
    return f"{dt.datetime.fromtimestamp(video.create_time, dt.UTC):%Y%m%d}"


def length_of(video):
    seconds = video.duration
    return LENGTHS[(seconds >= 15) + (seconds > 60) + (seconds > 300)]


def holds(condition, video):
    """Judge one condition as slowly and plainly as possible."""
    operation, values = condition["operation"], condition["field_values"]
    field = condition["field_name"]
    if field == "keyword":
        return any(finder(value)(video.caption) for value in values)
    if field == "hashtag_name":
        return any(value.lower() in video.hashtags for value in values)
    if field == "effect_id":
        return any(int(value) in video.effects for value in values)
    value, kind = {
        "create_date": (date_of(video), str),
        "username": (video.author.username, str.lower),
        "region_code": (video.author.region, str),
        "video_id": (video.id, int),
        "music_id": (video.music_id or None, int),
        "video_length": (length_of(video), str),
        "view_count": (video.views, int),
        "comment_count": (video.comments, int),
    }[field]
    if operation == "IN":
        return value in [kind(text) for text in values]
    return COMPARE[operation](value, kind(values[0]))


def oracle(body):
    query = body["query"]
    return [
        video.id
        for video in shared_api().raw(body["start_date"], body["end_date"])
        if all(holds(c, video) for c in query.get("and", []))
        and (not query.get("or") or any(holds(c, video) for c in query["or"]))
        and not any(holds(c, video) for c in query.get("not", []))
        and not video.removed
    ]


@st.composite
def conditions(draw):
    videos = shared_api().raw()
    sample = draw(st.sampled_from(videos))
    field, values, operations = draw(
        st.sampled_from(
            [
                ("create_date", DAYS, [*COMPARE, "IN"]),
                ("username", [sample.author.username, "nobody"], ["EQ", "IN"]),
                ("region_code", ["US", "CA", "ID", "BR", "AQ"], ["EQ", "IN"]),
                ("video_id", [str(sample.id), "1"], ["EQ", "IN"]),
                ("hashtag_name", [*sample.hashtags, "fyp", "FYP", "viral"], ["EQ", "IN"]),
                ("keyword", ["hello", "hello world", "#fyp", "part", "猫", "😂"], ["EQ", "IN"]),
                ("music_id", [str(sample.music_id), "5"], ["EQ", "IN"]),
                ("effect_id", [*map(str, sample.effects), "10000", "10001"], ["EQ", "IN"]),
                ("video_length", LENGTHS, ["EQ", "IN"]),
                ("view_count", ["0", "100", str(sample.views)], [*COMPARE, "IN"]),
                ("comment_count", ["0", "1", str(sample.comments)], [*COMPARE, "IN"]),
            ]
        )
    )
    operation = draw(st.sampled_from(operations))
    most = 3 if operation == "IN" else 1
    chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=most))
    return condition(field, operation, *chosen)


GROUP = st.lists(conditions(), max_size=3)


@settings(max_examples=300, deadline=None)
@given(GROUP, GROUP, GROUP, st.sampled_from(DAYS[1:-1]))
def test_any_groups_of_conditions_find_what_a_plain_reading_of_the_data_finds(
    every, some, none, end
):
    if not (every or some or none):
        return
    body = question(every, some, none, end_date=end)
    assert [video["id"] for video in shared_api().videos(body)] == oracle(body)


def found(*every, some=(), none=()):
    return {video["id"] for video in shared_api().videos(question(every, some, none))}


ANY = condition("view_count", "GTE", "0")
A = condition("region_code", "EQ", "US")
B = condition("video_length", "EQ", "SHORT")


def test_or_means_at_least_one_and_not_means_none():
    everything = found(ANY)
    assert found(ANY, some=[A, B]) == found(A) | found(B)
    assert found(ANY, none=[A, B]) == everything - found(A) - found(B)
    assert found(A, some=[B]) == found(A, B) == found(A) & found(B)
    assert found(some=[A]) == found(A)
    assert found(none=[A]) == everything - found(A)


def test_two_hashtags_can_both_be_asked_for():
    both = found(condition("hashtag_name", "EQ", "fyp"), condition("hashtag_name", "EQ", "viral"))
    assert both
    either = found(condition("hashtag_name", "IN", "fyp", "viral"))
    assert both < either


def test_hashtags_are_compared_whole_and_in_lower_case():
    assert found(condition("hashtag_name", "EQ", "HelloWorld"))
    assert found(condition("hashtag_name", "EQ", "HelloWorld")) == found(
        condition("hashtag_name", "EQ", "helloworld")
    )
    assert not found(condition("hashtag_name", "EQ", "#fyp"))
    assert not found(condition("hashtag_name", "EQ", "fy p"))


def test_a_video_without_music_is_no_video_of_any_music():
    music = condition("music_id", "EQ", "0")
    assert not found(music)
    assert found(ANY, none=[music]) == found(ANY)


@cache
def month_of_a_million():
    return Api(videos=1_000_000)


@pytest.mark.parametrize(
    ("seconds", "name"),
    [(14, "SHORT"), (15, "MID"), (60, "MID"), (61, "LONG"), (300, "LONG"), (301, "EXTRA_LONG")],
)
def test_lengths_have_the_documented_edges(seconds, name):
    api = month_of_a_million()
    videos = api.raw("20220101", "20220131")
    ids = [str(video.id) for video in videos if video.duration == seconds][:50]
    assert ids
    query = [condition("video_id", "IN", *ids), condition("video_length", "EQ", name)]
    body = question(query, start_date="20220101", end_date="20220131")
    assert api.query(body).data["cursor"] == len(ids)


def test_create_date_narrows_inside_the_window_and_finds_nothing_outside():
    inside = found(condition("create_date", "EQ", "20220620"))
    assert inside == set(oracle(question([ANY], start_date="20220620", end_date="20220620")))
    assert not found(condition("create_date", "EQ", "20220629"))
    before = found(condition("create_date", "LT", "20220620"))
    assert before | inside | found(condition("create_date", "GT", "20220620")) == found(ANY)


def test_handles_are_found_whatever_their_case():
    handle = shared_api().raw()[0].author.username
    assert found(condition("username", "EQ", handle.upper())) == found(
        condition("username", "EQ", handle)
    )


@pytest.mark.parametrize(
    ("keyword", "caption", "is_found"),
    [
        ("hello world", "Hello, World!", True),
        ("hello world", "hello #world", True),
        ("hello world", "#Hello #WORLD", True),
        ("hello world", "hello 👋🏽 world", True),
        ("hello world", "hello\nworld", True),
        ("hello world", "hello to the world", False),
        ("hello world", "world hello", False),
        ("hello world", "#helloworld", False),
        ("hello world", "othello worlds", False),
        ("hello  world", "say hello world now", True),
        ("helloworld", "#HelloWorld", True),
        ("#helloworld", "#HelloWorld", True),
        ("#helloworld", "helloworld", False),
        ("world", "#worldcup", False),
        ("don't", "I don't know", True),
        ("joe", "with @joe.smith", True),
        ("straße", "STRASSE", True),
        ("привет", "ПРИВЕТ всем", True),
        ("हिन्दी", "यह हिन्दी है", True),
        ("हि", "यह हिन्दी है", False),
        ("القهوة", "أحب القهوة كثيرا", True),
        ("猫", "うちの猫が好き", True),
        ("ラーメン", "今日のラーメン #fyp", True),
        ("おすすめ", "#おすすめ", True),
        ("fypシ", "look #fypシ", True),
        ("fyp", "look #fypシ", False),
        ("แมว", "ใครชอบแมวบ้าง", True),
        ("😂", "so funny😂😂", True),
        ("👨‍👩‍👧‍👦", "we 👨‍👩‍👧‍👦 are", True),
        ("👨‍👩‍👧‍👦", "we 👨‍👩‍👧 are", False),
        ("?!", "what?!", True),
        ("a.b*c", "a b c", True),
        ("a.b*c", "aXbbc", False),
        ("e", "", False),
    ],
)
def test_keywords_are_found_by_the_rule_of_the_readme(keyword, caption, is_found):
    assert finder(keyword)(caption) is is_found


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=12), st.text(max_size=30))
def test_any_keyword_can_be_looked_for_in_any_caption(keyword, caption):
    test = finder(keyword)
    assert test(caption) in {True, False}
    assert test(f"{caption}\n{keyword}\n{caption}")


def test_words_of_spaced_scripts_are_found_as_a_plain_split_finds_them():
    """A second way to the same answer, for captions without marks and hashtags."""
    for video in shared_api().raw():
        text = unicodedata.normalize("NFC", video.caption)
        if video.author.language in {"en", "ru", "de"} and "#" not in text and text.isprintable():
            words = [word for word in re.split(r"\W+", text.casefold()) if word]
            for word in ("hello", "of", "кота", "the", "fakten"):
                assert finder(word)(text) == (word in words), text


def test_the_getting_started_query_finds_phrases_and_not_their_look_alikes():
    captions = [
        video["video_description"].casefold()
        for video in shared_api().videos(GETTING_STARTED, "video_description")
    ]
    assert all(re.search(r"hello\W+world\b", caption) for caption in captions)
    look_alikes = found(condition("hashtag_name", "EQ", "helloworld"), A) - found(
        condition("keyword", "EQ", "hello world")
    )
    assert look_alikes
