import csv
import datetime as dt
import io
import json
import re
import subprocess
import sys
from decimal import Decimal

import pytest
import strict_csv
from hostile import CORPUS, encodable
from hypothesis import given
from hypothesis import strategies as st

from tiksql.output.formats import BETWEEN, EXACT, FORMATS, open_writer
from tiksql.output.objects import distinct
from tiksql.output.sanitize import visible
from tiksql.output.writer import Style
from tiksql.rows import Head

TEXT = st.text(st.characters(codec="utf-8"))
CELL = st.none() | TEXT
ROWS = st.lists(st.tuples(CELL, CELL))
IDS = [7302470000000000001, None, 9007199254740993, 0, -1, 2**63 - 1, 2**63, 2**70]


def written(name, heads, *batches, style=None, footer=None):
    sink = io.StringIO()
    writer = open_writer(name, sink, [Head(*head) for head in heads], style or Style())
    for batch in batches:
        writer.write(batch)
    writer.close(footer)
    return sink.getvalue()


def one(name, kind, value, **style):
    return written(name, [("x", kind)], [(value,)], style=Style(**style))


def untabbed(field):
    return re.sub(r"\\(.)", lambda m: {"t": "\t", "n": "\n", "r": "\r"}.get(m[1], m[1]), field)


def unmarked(line):
    cells = re.findall(r"((?:\\.|[^|\\])*)\|", line.removeprefix("|"))
    plain = [re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", cell[1:-1]) for cell in cells]
    return [c.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for c in plain]


@given(ROWS)
def test_csv_comes_back_as_it_was(rows):
    text = written("csv", [("a", "text"), ("b", "text")], rows)
    assert strict_csv.read(text) == [["a", "b"], *map(list, rows)]


@given(ROWS)
def test_the_standard_reader_of_csv_reads_it_too(rows):
    text = written("csv", [("a", "text"), ("b", "text")], rows)
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert read[1:] == [[cell or "" for cell in row] for row in rows]


@given(ROWS)
def test_tsv_comes_back_as_it_was_but_for_null(rows):
    lines = written("tsv", [("a", "text"), ("b", "text")], rows).split("\n")[1:-1]
    assert [[untabbed(f) for f in line.split("\t")] for line in lines] == [
        [cell or "" for cell in row] for row in rows
    ]


@given(ROWS, st.integers(1, 3))
def test_json_and_jsonl_come_back_as_they_were_whatever_the_batches(rows, size):
    batches = [rows[i : i + size] for i in range(0, len(rows), size)]
    expected = [{"a": a, "b": b} for a, b in rows]
    array = written("json", [("a", "text"), ("b", "text")], *batches)
    lines = written("jsonl", [("a", "text"), ("b", "text")], *batches)
    assert json.loads(array) == expected
    assert array.count("\n") == 1
    assert [json.loads(line) for line in lines.split("\n")[:-1]] == expected


@pytest.mark.fault(
    "F66", "the same in JSON and JSON Lines", "one record stays one line, and the text comes back"
)
@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_text_survives_json(name):
    text = CORPUS[name]
    heads = [("x", "text"), ("y", "text[]"), ("z", "struct")]
    rows = [(text, [text], {text: text}), ("next", [], {})]
    expected = [dict(zip("xyz", row, strict=True)) for row in rows]
    assert json.loads(written("json", heads, rows).encode()) == expected
    lines = written("jsonl", heads, rows).encode().split(b"\n")[:-1]
    assert [json.loads(line) for line in lines] == expected


@pytest.mark.fault(
    "F66",
    "line ends, tabs, U+2028 and quotes in cells of csv and tsv",
    "the text comes back as it was",
)
@pytest.mark.parametrize("name", [name for name, text in CORPUS.items() if encodable(text)])
def test_a_hostile_text_survives_csv_and_tsv(name):
    text = CORPUS[name]
    heads = [(text, "text"), ("y", "text[]")]
    header, row = strict_csv.read(written("csv", heads, [(text, [text])]))
    assert (header[0], row[0], json.loads(row[1])) == (text, text, [text])
    lines = written("tsv", heads, [(text, [text])]).split("\n")
    assert [untabbed(line.split("\t")[0]) for line in lines[:-1]] == [text, text]


@pytest.mark.parametrize("name", CORPUS)
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_valid_utf_8(form, name):
    text = CORPUS[name]
    written(form, [(text, "text"), (text, "json")], [(text, {text: text})]).encode()


@pytest.mark.parametrize("name", CORPUS)
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("width", [None, 1, 20, 80])
def test_no_format_sends_a_control_character_to_a_terminal(width, form, name):
    text = CORPUS[name]
    style = Style(width=width, terminal=True, null=text)
    heads = [(text, "text"), ("b", "struct"), ("c", "id"), ("d", "text")]
    shown = written(form, heads, [(text, {text: text}, text, None)], style=style, footer=text)
    assert all(visible(line) == line for line in shown.split("\n"))


@pytest.mark.fault(
    "F69", "bars, HTML and line ends in a cell of a Markdown table", "the text stays in its cell"
)
@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_text_stays_in_its_cell_of_markdown(name):
    text = CORPUS[name]
    lines = written("markdown", [(text, "text"), ("y", "text")], [(text, "end")]).split("\n")
    assert unmarked(lines[0]) == [visible(text), "y"]
    assert unmarked(lines[2]) == [visible(text), "end"]
    assert not re.search(r"<|(?<!\\)`", lines[2])


def test_markdown_writes_null_and_sides():
    text = written("markdown", [("a|b", "text"), ("n", "integer")], [(None, 5)])
    assert text == "| a\\|b | n |\n| --- | ---: |\n| NULL | 5 |\n"


@pytest.mark.parametrize("form", FORMATS)
def test_an_id_is_exact_in_every_format(form):
    shown = written(form, [("id", "id"), ("of", "id[]")], [(i, [i]) for i in IDS])
    for identifier in IDS:
        assert identifier is None or len(re.findall(rf"(?<!\d){identifier}(?!\d)", shown)) >= 2


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("text", ["007", "1e5", "1000", "12.5", "7302470000000000001", "True"])
def test_a_text_that_looks_like_a_number_is_no_number(form, text):
    shown = written(form, [("a", "text"), ("b", "id")], [(text, 7302470000000000001), (None, None)])
    assert re.search(rf"(?<![\w.]){re.escape(text)}(?![\w.])", shown)
    assert "7302470000000000001" in shown


def test_json_writes_ids_as_strings_and_counts_as_numbers():
    heads = [("id", "id"), ("ids", "id[]"), ("n", "integer"), ("s", "struct")]
    struct = {"big": 2**53 + 1, "small": 7, "of": [{"id": 7302470000000000001}]}
    row = json.loads(written("jsonl", heads, [(7302470000000000001, [1, None], 2**60, struct)]))
    assert row == {
        "id": "7302470000000000001",
        "ids": ["1", None],
        "n": 2**60,
        "s": {"big": str(2**53 + 1), "small": 7, "of": [{"id": "7302470000000000001"}]},
    }


MOMENT = dt.datetime(2022, 6, 15, 12, 34, 56)  # noqa: DTZ001 - rows hold naive times in UTC
BERLIN = dt.datetime(2022, 6, 15, 14, 34, 56, tzinfo=dt.timezone(dt.timedelta(hours=2)))


@pytest.mark.parametrize(
    ("kind", "value", "text", "as_json"),
    [
        ("timestamp", MOMENT, "2022-06-15T12:34:56Z", '"2022-06-15T12:34:56Z"'),
        ("timestamp", BERLIN, "2022-06-15T12:34:56Z", '"2022-06-15T12:34:56Z"'),
        ("json", [MOMENT], '"[""2022-06-15T12:34:56Z""]"', '["2022-06-15T12:34:56Z"]'),
        ("date", dt.date(2022, 6, 15), "2022-06-15", '"2022-06-15"'),
        ("boolean", True, "true", "true"),
        ("boolean", False, "false", "false"),
        ("integer", 1.5, "1.5", "1.5"),
        ("integer", float("nan"), "NaN", "null"),
        ("integer", float("inf"), "Infinity", "null"),
        ("integer", float("-inf"), "-Infinity", "null"),
        ("integer", Decimal("1E+3"), "1000", "1000"),
        ("integer", Decimal("12.50"), "12.50", "12.50"),
        ("integer", Decimal("NaN"), "NaN", "null"),
        ("json", {"a": float("nan")}, '"{""a"":null}"', '{"a":null}'),
        ("json", "text", "text", '"text"'),
        ("json", dt.time(1, 2), "01:02:00", '"01:02:00"'),
        ("text[]", ["a", None], '"[""a"",null]"', '["a",null]'),
        ("id[]", [7302470000000000001], '"[""7302470000000000001""]"', '["7302470000000000001"]'),
        ("json", 5, "5", "5"),
        ("json", 2**53 + 1, "9007199254740993", '"9007199254740993"'),
        ("text", None, "", "null"),
        ("text", "", '""', '""'),
        ("text", "a\0b", "a\0b", '"a\\u0000b"'),
        ("text", 'a\ud800"', '"a\\ud800"""', '"a\\ud800\\""'),
    ],
)
def test_every_type_has_its_form(kind, value, text, as_json):
    assert one("csv", kind, value) == f"x\n{text}\n"
    assert one("json", kind, value) == f'[{{"x":{as_json}}}]\n'
    assert one("jsonl", kind, value) == f'{{"x":{as_json}}}\n'


def test_one_lone_surrogate_does_not_change_other_rows():
    lines = written("jsonl", [("x", "text")], [("é",), ("\ud800é",)]).split("\n")
    assert lines[:2] == ['{"x":"é"}', '{"x":"\\ud800é"}']


def test_tsv_escapes_what_would_break_its_lines():
    assert one("tsv", "text", "a\tb\nc\rd\\") == "x\na\\tb\\nc\\rd\\\\\n"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("csv", "a,b\n"),
        ("tsv", "a\tb\n"),
        ("json", "[]\n"),
        ("jsonl", ""),
        ("markdown", "| a | b |\n| --- | --- |\n"),
        ("vertical", ""),
        ("table", "+---+---+\n| a | b |\n+---+---+\n+---+---+\n"),
    ],
)
def test_a_result_without_rows_keeps_its_shape(form, text):
    assert written(form, [("a", "text"), ("b", "text")]) == text
    assert written(form, [("a", "text"), ("b", "text")], []) == text


@pytest.mark.parametrize("form", sorted(EXACT | {"markdown"}))
def test_data_has_no_footer(form):
    assert "rows" not in written(form, [("a", "text")], [("x",)], footer="(1 rows)")


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_written_before_the_first_rows(form):
    sink = io.StringIO()
    open_writer(form, sink, [Head("a", "text")], Style())
    assert sink.getvalue() == ""


@pytest.mark.parametrize("form", sorted(EXACT))
def test_data_is_written_with_each_batch(form):
    sink = io.StringIO()
    writer = open_writer(form, sink, [Head("a", "text")], Style())
    writer.write([("first",)])
    assert "first" in sink.getvalue()


def test_columns_of_one_name_lose_nothing_in_json():
    heads = [("n", "integer"), ("n", "integer"), ("n_2", "integer"), ("n", "integer")]
    row = json.loads(written("jsonl", heads, [(1, 2, 3, 4)]))
    assert row == {"n": 1, "n_3": 2, "n_2": 3, "n_4": 4}


@given(st.lists(st.sampled_from(["a", "a_2", "a_3", "a_2_2", ""])))
def test_distinct_names_are_distinct_and_first_ones_keep_theirs(names):
    unique = distinct(names)
    assert len(set(unique)) == len(names)
    for name in set(names):
        assert unique[names.index(name)] == name


def test_two_results_stand_apart_where_a_blank_line_is_no_data():
    assert {name for name, between in BETWEEN.items() if between} == {
        "table",
        "vertical",
        "fitting",
        "csv",
        "tsv",
        "markdown",
    }


def test_a_format_without_that_name_does_not_exist():
    with pytest.raises(KeyError):
        open_writer("xls", io.StringIO(), [], Style())


def test_opening_a_writer_of_data_loads_neither_tabulate_nor_wcwidth():
    code = (
        "import sys, io; from tiksql.output.formats import open_writer\n"
        "from tiksql.output.writer import Style; from tiksql.rows import Head\n"
        "import tiksql.output.problems, tiksql.output.progress\n"
        "open_writer('csv', io.StringIO(), [Head('a', 'text')], Style()).write([('x',)])\n"
        "sys.exit('tabulate' in sys.modules or 'wcwidth' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
