import io
import os
from pathlib import Path

import pytest
from hostile import CORPUS
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from tiksql.output.formats import open_writer
from tiksql.output.layout import Column, layout
from tiksql.output.writer import Style
from tiksql.rows import Head

GOLDEN = Path(__file__).with_name("golden")
VIDEOS = [
    Head("id", "id"),
    Head("username", "text"),
    Head("video_description", "text"),
    Head("like_count", "integer"),
    Head("hashtag_names", "text[]"),
]
ROWS = [
    (7302470000000000001, "ann", "A cat 🐱 learns to swim, part one of many", 1200, ["cat", "fyp"]),
    (7302470000000000002, "日本語", "二行\nあります", None, []),
    (None, None, "\x1b[31mred\x1b[0m 👨‍👩‍👧‍👦 🇩🇪", 7, None),
    (7302470000000000004, "007", "مرحبا بالعالم", 0, ["a|b"]),
]


def shown(name, heads, rows, footer=None, **style):
    sink = io.StringIO()
    writer = open_writer(name, sink, heads, Style(**style))
    writer.write(rows)
    writer.close(footer)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("what", "form", "width"),
    [
        *(("videos", "table", width) for width in (20, 80, 200, None)),
        *(("hostile", "table", width) for width in (20, 80, 200)),
        ("videos", "vertical", 80),
        ("hostile", "vertical", 80),
    ],
)
def test_it_looks_as_it_did(what, form, width):
    heads, rows = VIDEOS, ROWS
    if what == "hostile":
        heads = [Head("name", "text"), Head("text", "text"), Head("after", "integer")]
        rows = [(name, text, index) for index, (name, text) in enumerate(CORPUS.items())]
    text = shown(form, heads, rows, f"({len(rows)} rows)", width=width)
    golden = GOLDEN / f"{what}-{form}-{width or 'file'}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.fault(
    "F63", "widths from 1 to 10,000, with every hostile text", "no line is wider than the terminal"
)
@pytest.mark.fault(
    "F65",
    "texts from right to left, emoji families, flags, a thousand combining marks",
    "no line is wider than the terminal",
)
@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 8, 10, 20, 33, 80, 200, 10_000])
def test_a_table_is_never_wider_than_its_terminal(width):
    rows = [(1, text, text, index, [text]) for index, text in enumerate(CORPUS.values())]
    lines = shown("table", VIDEOS, rows, width=width).split("\n")
    assert all(0 <= wcswidth(line) <= width for line in lines)


@pytest.mark.fault(
    "F65", "any text that Unicode has", "all lines of a table have the same number of cells"
)
@given(st.lists(st.tuples(st.text(), st.text()), max_size=5), st.none() | st.integers(12, 60))
def test_every_line_of_a_table_has_the_same_cells(rows, width):
    heads = [Head("a", "text"), Head("b", "text")]
    lines = shown("table", heads, rows, width=width).split("\n")[:-1]
    drawn = [line for line in lines if not line.startswith("…")]
    assert len({wcswidth(line) for line in drawn}) == 1
    assert len(drawn) == len(rows) + 4


def test_a_table_in_a_file_is_never_cut():
    assert "x" * 5000 in shown("table", [Head("a", "text")], [("x" * 5000,)])


@pytest.mark.fault("F63", "a terminal of width 0", "the table is written whole")
def test_a_terminal_of_no_cells_does_not_know_how_many_it_has():
    assert "x" * 5000 in shown("table", [Head("a", "text")], [("x" * 5000,)], width=0)


def test_hidden_columns_are_counted_and_named():
    heads = [Head(name, "id") for name in "abcde"]
    text = shown("table", heads, [(10**18,) * 5], width=80)
    assert text.endswith("\n… 2 columns hidden: d, e (\\x or --format vertical shows them)\n")
    text = shown("table", heads[:2], [(10**18,) * 2], width=30)
    assert text.endswith("\n… 1 column hidden\n")


def test_ids_and_numbers_are_hidden_before_a_digit_is_cut():
    text = shown("table", VIDEOS, ROWS, width=30)
    assert "7302470000000000001" in text
    assert "columns hidden" in text


def test_text_is_shared_out_evenly():
    columns = [Column(4, 100, whole=False), Column(4, 10, whole=False), Column(4, 50, whole=False)]
    assert layout(columns, 60) == [20, 10, 20]


@given(
    st.lists(st.builds(Column, st.integers(0, 40), st.integers(0, 60), st.booleans()), min_size=1),
    st.integers(5, 120),
)
def test_a_layout_fits_and_wastes_nothing(columns, width):
    widths = layout(columns, width)
    assert len(widths) >= 1
    assert sum(widths) + 3 * len(widths) + 1 <= width
    if len(widths) == len(columns) and any(
        given < column.wish for given, column in zip(widths, columns, strict=True)
    ):
        assert sum(widths) + 3 * len(widths) + 1 == width


def test_null_is_dim_only_in_colour():
    assert "\x1b" not in shown("table", [Head("a", "text")], [(None,)], null="∅")
    assert "| \x1b[2m∅\x1b[0m |" in shown(
        "table", [Head("a", "text")], [(None,)], null="∅", color=True
    )
    assert "a | \x1b[2mNULL\x1b[0m" in shown("vertical", [Head("a", "text")], [(None,)], color=True)


def test_colour_does_not_move_a_column():
    plain = shown("table", VIDEOS, ROWS, width=80)
    color = shown("table", VIDEOS, ROWS, width=80, color=True)
    assert color.replace("\x1b[2m", "").replace("\x1b[0m", "") == plain


@pytest.mark.fault(
    "F66", "line ends, tabs and bars in a cell", "a value never looks like another row"
)
def test_no_value_can_pass_for_another_row():
    lines = shown("vertical", [Head("a", "text")], [("x\n*** row 2 ***\na | 1",)]).split("\n")
    assert lines == ["*** row 1 ***", "a | x", "  | *** row 2 ***", "  | a | 1", ""]


def test_rows_are_counted_through_batches():
    sink = io.StringIO()
    writer = open_writer("vertical", sink, [Head("a", "integer")], Style())
    writer.write([(1,), (2,)])
    writer.write([(3,)])
    assert "*** row 3 ***\na | 3\n" in sink.getvalue()


def test_a_cell_of_a_million_characters_is_shown_at_once():
    text = shown("table", [Head("a", "text"), Head("b", "text")], [("日" * 10**6, "x")], width=40)
    assert "日…" in text


def test_a_block_is_the_same_at_every_width():
    assert len({shown("vertical", VIDEOS, ROWS, width=width) for width in (None, 1, 20, 200)}) == 1
