import unicodedata

import pytest
from hostile import CORPUS
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from tiksql.output.sanitize import fit, fit_end, shorten, utf8, visible, visible_lines, width

BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
ANY_TEXT = st.text(st.characters(exclude_categories=[]))
MARKS = st.text(
    st.sampled_from("a\u0301\u0e47ก\u05b0 \u093f\u200d\ufe0f😀🏽❤1\u20e3🏴\U000e0067\u202e")
)


# Signs of Arabic and other scripts that stand before a number, and are drawn.
DRAWN = {"\u06dd", "\u070f", "\u0890", "\u0891", "\u08e2", "\U000110bd", "\U000110cd"}
DRAWN |= {chr(code) for code in (*range(0x600, 0x606), *range(0x13430, 0x13440))}
ENGLAND, SCOTLAND, WALES = (
    "🏴" + "".join(chr(0xE0000 + ord(c)) for c in code) + "\U000e007f"
    for code in ("gbeng", "gbsct", "gbwls")
)


def assert_harmless(text):
    for flag in (ENGLAND, SCOTLAND, WALES):
        text = text.replace(flag, "")
    for character in text:
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}, ascii(text)
        assert character not in BIDI
        if unicodedata.category(character) == "Cf":
            assert character in DRAWN | {"\u200d"}, ascii(text)


@pytest.mark.fault(
    "F64",
    "every trick of the corpus: CSI, OSC 0, 8 and 52, DCS, C1, BEL, BS, CR, DEL",
    "each is shown as a symbol",
)
@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_text_is_harmless_when_visible(name):
    assert_harmless(visible(CORPUS[name]))


@given(ANY_TEXT | MARKS)
def test_any_text_is_harmless_when_visible(text):
    assert_harmless(visible(text))


@given(ANY_TEXT | MARKS)
def test_a_visible_text_has_a_width(text):
    assert wcswidth(visible(text)) == width(visible(text)) >= 0


@given(ANY_TEXT | MARKS)
def test_making_visible_twice_changes_nothing_more(text):
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "␛[31m"),
        ("\x9b31m", "\\x9b31m"),
        ("a\tb\nc\rd", "a␉b⏎c␍d"),
        ("\x00\x7f", "␀␡"),
        ("\u202e\u2028\ufeff", "\\u202e\\u2028\\ufeff"),
        ("\ud800", "\\ud800"),
        ("a\U000e0041", "a\\U000e0041"),
        ("a\u200db", "a\\u200db"),
        ("a\ufe0f 1\ufe0f", "a\\ufe0f 1\\ufe0f"),
        ("😀\ufe0f\ufe0f", "😀\ufe0f\\ufe0f"),
        ("e" + "\u0301" * 1000, "e" + "\u0301" * 5 + "…"),
        ("ก" + "\u0e47" * 6 + "ข", "ก" + "\u0e47" * 5 + "…ข"),
        ("؟؟؟؟؟؟؟؟", "؟؟؟؟؟؟؟؟"),
    ],
)
def test_each_trick_has_its_symbol(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "👨‍👩‍👧‍👦",
        "👩🏽‍❤️‍💋‍👨🏿",
        "🏳️‍🌈",
        "🇩🇪",
        ENGLAND,
        "❤️ ☎︎ ©️ 1️⃣",
        "今天 日本語 한국어",
        "नमस्ते",
        "שָׁלוֹם",
        "مرحبا",
        "Ελληνικά Кириллица длинное слово",
    ],
)
def test_what_people_write_stays_as_it_is(text):
    assert visible(text) is text or visible(text) == text


def test_a_chain_of_joiners_shows_its_joiners():
    assert visible("😀\u200d" * 300 + "😀").count("\\u200d") == 300


@pytest.mark.fault(
    "F65", "wide, combining, joined and invisible characters", "each counts the cells that it takes"
)
@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("日本", 4),
        ("👨‍👩‍👧‍👦", 2),
        ("🇩🇪", 2),
        ("é", 1),
        ("❤️", 2),
        ("", 0),
        ("a\x1bb", 3),
    ],
)
def test_width_counts_cells(text, cells):
    assert width(text) == cells


@given(ANY_TEXT | MARKS, st.integers(-1, 30))
def test_a_fitted_text_fits_and_says_that_it_was_cut(text, cells):
    shown = visible(text)
    for cut, part in ((fit(shown, cells), str.startswith), (fit_end(shown, cells), str.endswith)):
        assert width(cut) <= max(cells, 0)
        assert cut == shown or "…" in cut or cells <= 0
        assert part(shown, cut.strip("…")) or cut == shown or "…" in shown


@pytest.mark.fault("F65", "texts that are cut anywhere", "no family, flag or accent is cut apart")
def test_a_cut_never_splits_a_grapheme():
    assert fit("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 3) == "👨‍👩‍👧‍👦…"
    assert fit("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2) == "…"
    assert fit_end("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 3) == "…👨‍👩‍👧‍👦"
    assert fit("日本語", 4) == "日…"


@given(ANY_TEXT)
def test_utf8_takes_whatever_was_escaped_for_it(text):
    utf8(text).encode()
    assert utf8(text) == text or "\\ud" in utf8(text)


@given(ANY_TEXT, st.integers(3, 40))
def test_a_shortened_text_keeps_to_its_bytes(text, octets):
    assert len(shorten(text, octets).encode(errors="replace")) <= octets


def test_lines_stay_lines():
    assert visible_lines("a\x1b\nb\r\n") == "a␛\nb␍\n"
