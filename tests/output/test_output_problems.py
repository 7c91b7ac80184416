import json
import os
from pathlib import Path

import pytest
from hostile import CORPUS
from wcwidth import wcswidth

from tiksql.errors import CredentialsError, QuotaError, ResolveError
from tiksql.output.problems import render_json, render_text
from tiksql.output.sanitize import visible
from tiksql.source import Source, Span

GOLDEN = Path(__file__).with_name("golden")
HINT = 'did you mean "like_count"?'


def problem(text, place, hint=HINT, message='unknown column "like_cuont" in table videos'):
    start = len(text) if place is None else text.index(place)
    span = Span(start, start + len(place or ""))
    error = ResolveError("TS201", message, span=span, hint=hint)
    error.source = Source(text, "query.tsql")
    return error


def underlined(error, **how):
    """Return what stands above the carets."""
    lines = render_text(error, **how).split("\n")
    row, carets = lines[2], lines[3].split("^")[0]
    length = lines[3].count("^")
    left = ""
    while wcswidth(left) < len(carets):
        left = row[: len(left) + 1]
    right = ""
    while wcswidth(right) < length:
        right = row[len(left) : len(left) + len(right) + 1]
    return right


def test_an_error_has_the_shape_of_the_manual():
    assert render_text(problem("SELECT id, like_cuont FROM videos", "like_cuont")) == (
        'error[TS201]: unknown column "like_cuont" in table videos\n'
        "  --> query.tsql:1:12\n"
        "  1 | SELECT id, like_cuont FROM videos\n"
        '    |            ^^^^^^^^^^ did you mean "like_count"?\n'
    )


@pytest.mark.parametrize(
    "before", ["'日本語' ", "'👨‍👩‍👧‍👦🇩🇪' ", "\t", "a\tb\t", "'\x1b[31m' ", "'e\u0301' "]
)
def test_the_carets_stand_below_the_place_whatever_is_before_it(before):
    assert underlined(problem(f"SELECT {before}like_cuont FROM v", "like_cuont")) == "like_cuont"


@pytest.mark.parametrize("length", [0, 10, 100, 1_000_000])
@pytest.mark.parametrize("width", [None, 40, 80, 200])
def test_a_long_line_is_cut_around_the_place(length, width):
    error = problem(f"{'x' * length} like_cuont {'日' * length}", "like_cuont")
    assert underlined(error, width=width) == "like_cuont"
    lines = render_text(error, width=width).split("\n")
    assert all(wcswidth(line) <= (width or 120) for line in lines[2:])


def test_a_cut_line_shows_both_sides_of_the_place():
    line = render_text(problem("x" * 500 + " nope " + "y" * 500, "nope")).split("\n")[2]
    assert line == f"  1 | …{'x' * 36} nope {'y' * 36}…"


def test_a_line_cut_inside_a_grapheme_says_so():
    error = problem("e" + "\u0301" * 1000 + "like_cuont", "like_cuont")
    assert render_text(error).split("\n")[2].startswith("  1 | …")


def test_a_place_of_several_lines_is_underlined_to_the_end_of_the_first():
    assert underlined(problem("SELECT a\nFROM b\nWHERE c", "FROM b\nWHERE")) == "FROM b"


def test_the_end_of_the_input_is_one_caret_behind_the_last_character():
    assert render_text(problem("SELECT id\nFROM", None, hint=None)).endswith(
        "  --> query.tsql:2:5\n  2 | FROM\n    |     ^\n"
    )
    assert "    | ^\n" in render_text(problem("", None, hint=None))


def test_a_hint_of_several_lines_stands_below():
    error = problem("SELECT nope", "nope", hint="try:\n  SELECT id\n  FROM videos")
    assert render_text(error).endswith(
        "    |        ^^^^\n    try:\n      SELECT id\n      FROM videos\n"
    )


def test_a_hint_that_does_not_fit_behind_the_carets_stands_below():
    lines = render_text(problem("SELECT id, like_cuont FROM v", "like_cuont"), width=40).split("\n")
    assert lines[3:5] == ["    |            ^^^^^^^^^^", f"    {HINT}"]


def test_the_bar_moves_for_a_long_number():
    text = render_text(problem("\n" * 12_344 + "nope", "nope", hint=None))
    assert text.endswith("12345 | nope\n      | ^^^^\n")


@pytest.mark.parametrize("source", [None, Source("SELECT", "q")])
def test_an_error_without_a_place_is_its_message_and_hint(source):
    error = CredentialsError("TS501", "there is no key", hint="set TIKTOK_CLIENT_KEY")
    error.source = source
    assert render_text(error) == "error[TS501]: there is no key\n    set TIKTOK_CLIENT_KEY\n"
    assert render_text(QuotaError("TS530", "no quota")) == "error[TS530]: no quota\n"


def test_a_place_without_its_source_is_not_shown():
    error = ResolveError("TS201", "unknown", span=Span(3, 4))
    assert render_text(error) == "error[TS201]: unknown\n"
    assert json.loads(render_json(error))["error"]["span"] is None


@pytest.mark.fault(
    "F64",
    "every trick in a message, a hint, a file name and a statement",
    "the error shows symbols",
)
@pytest.mark.parametrize("name", CORPUS)
def test_an_error_never_sends_a_control_character_to_a_terminal(name):
    text = CORPUS[name]
    error = problem(f"{text} like_cuont {text}", "like_cuont", hint=f"{text}?", message=text)
    error.source = Source(error.source.text, text)
    shown = render_text(error, width=80)
    assert all(visible(line) == line for line in shown.split("\n"))
    line = render_json(error, statement=1)
    assert line.isascii()
    assert line.isprintable()


@pytest.mark.parametrize("character", ["'", "日", "\x9b", "\ud800", "\n", "😀\u200d"])
def test_no_error_is_longer_than_two_kilobytes(character):
    text = character * 200_000
    error = ResolveError("TS101", text, span=Span(0, len(text)), hint=text)
    error.source = Source(text, text)
    assert len(render_text(error).encode()) <= 2048
    described = json.loads(render_json(error))["error"]
    assert len(described["message"].encode(errors="replace")) <= 2048


@pytest.mark.parametrize("width", [20, 80, 200])
def test_errors_look_as_they_did(width):
    shown = "\n".join(
        render_text(
            problem(f"SELECT '{text}' AS x, like_cuont\nFROM videos", "like_cuont"), width=width
        )
        for text in CORPUS.values()
    )
    golden = GOLDEN / f"problems-{width}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")


def test_colour_changes_nothing_but_the_colour():
    error = problem("SELECT like_cuont", "like_cuont")
    color = render_text(error, color=True)
    assert "\x1b[1;31merror[TS201]\x1b[0m" in color
    for code in ("\x1b[1;31m", "\x1b[34m", "\x1b[1m", "\x1b[0m"):
        color = color.replace(code, "")
    assert color == render_text(error)


def test_a_program_gets_one_line():
    error = problem("SELECT id,\n  like_cuont", "like_cuont")
    assert json.loads(render_json(error, statement=2)) == {
        "error": {
            "code": "TS201",
            "kind": "bind",
            "message": 'unknown column "like_cuont" in table videos',
            "hint": HINT,
            "file": "query.tsql",
            "statement": 2,
            "span": {"line": 2, "column": 3, "start": 13, "end": 23},
            "retryable": False,
        }
    }
    assert "\n" not in render_json(error, statement=2)


def test_a_program_learns_whether_to_try_again():
    described = json.loads(render_json(QuotaError("TS530", "no quota"), statement=None))["error"]
    assert (described["retryable"], described["file"], described["span"]) == (True, None, None)
