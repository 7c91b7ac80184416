"""Rows in every format, read back by other programs' readers."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
from decimal import Decimal

import duckdb
import openpyxl
import pandas as pd
import pyarrow.dataset
import pyarrow.parquet
import pytest
import strict_csv
from hostile import CORPUS, encodable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiksql.errors import EvaluationError, OutputError, ResolveError, UsageError
from tiksql.local.parquet import ParquetWriter
from tiksql.local.relations import LocalColumn
from tiksql.output import workbook
from tiksql.output.workbook import WorkbookWriter
from tiksql.rows import Head

IDS = [7302470000000000001, 7302470000000000002, 9007199254740993, 1, 2**63 - 1]
MANY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read_csv(path, **form):
    text = path.read_bytes().decode()
    return [int(row["id"]) for row in csv.DictReader(io.StringIO(text, newline=""), **form)]


def read_tsv(path):
    return read_csv(path, delimiter="\t")


def read_json(path):
    return [int(row["id"]) for row in json.loads(path.read_text())]


def read_jsonl(path):
    return [int(json.loads(line)["id"]) for line in path.read_text().splitlines()]


def read_markdown(path):
    return [int(n) for n in re.findall(r"^\| (\d+) \|", path.read_text(), re.MULTILINE)]


def read_with_pandas(path):
    frame = pd.read_parquet(path)
    assert str(frame["id"].dtype) == "int64"
    return frame["id"].tolist()


def read_with_duckdb(path):
    return [n for (n,) in duckdb.sql(f"SELECT id FROM '{path}'").fetchall()]


def read_with_openpyxl(path):
    sheet = openpyxl.load_workbook(path)["rows"]
    values = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert all(isinstance(value, str) for value in values)
    return [int(value) for value in values]


def read_excel_with_pandas(path):
    return [int(n) for n in pd.read_excel(path)["id"].tolist()]


@pytest.mark.fault("F68", "ids of 19 digits in every format", "they are read back digit by digit")
@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("a.csv", read_csv),
        ("a.csv", lambda path: pd.read_csv(path)["id"].tolist()),
        ("a.tsv", read_tsv),
        ("a.json", read_json),
        ("a.jsonl", read_jsonl),
        ("a.md", read_markdown),
        ("a.parquet", lambda path: pyarrow.parquet.read_table(path)["id"].to_pylist()),
        ("a.parquet", read_with_pandas),
        ("a.parquet", read_with_duckdb),
        ("a.xlsx", read_with_openpyxl),
        ("a.xlsx", read_excel_with_pandas),
    ],
)
def test_ids_are_exact_in_every_format(here, export, name, read):
    export(f"'{name}'", [("id", "id")], [(n,) for n in IDS[:2]], [(n,) for n in IDS[2:]])
    assert read(here / name) == IDS


@pytest.mark.fault(
    "F68", "ids of 19 digits in what a spreadsheet opens", "they are text, digit by digit"
)
def test_the_excel_profile_keeps_ids_and_long_numbers_from_being_rounded(here, export):
    rows = [(IDS[0], 10**15, 12, "7302470000000000001"), (None, -(10**16), -12, None)]
    heads = [("id", "id"), ("n", "integer"), ("m", "integer"), ("t", "text")]
    manifest = export("'a.csv' (PROFILE excel)", heads, rows)
    text = (here / "a.csv").read_text("utf-8")
    assert text.startswith("\ufeff")
    assert strict_csv.read(text[1:]) == [
        ["id", "n", "m", "t"],
        ["'7302470000000000001", "'1000000000000000", "12", "'7302470000000000001"],
        [None, "'-10000000000000000", "-12", None],
    ]
    assert manifest.export.profile == "excel"


FORMULAS = [
    '=HYPERLINK("http://x","y")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(1)",
    "  =1+1",
    "\ufeff=1",
    "\u200b=1",
    "\u00a0=1",
]


@pytest.mark.fault(
    "F67",
    "= + - @ tab, line end and their wide forms at the beginning of a text",
    "no cell of the spreadsheet profile or a workbook is a formula",
)
@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula_in_the_excel_profile_or_a_workbook(here, export, text):
    export("'a.csv' (PROFILE excel, HEADER off)", [(text, "text")], [(text,)])
    ((field,),) = strict_csv.read((here / "a.csv").read_text("utf-8").removeprefix("\ufeff"))
    assert field.startswith("'")
    export("'a.xlsx'", [(text, "text")], [(text,)])
    (head,), (cell,) = openpyxl.load_workbook(here / "a.xlsx")["rows"].iter_rows()
    assert {head.data_type, cell.data_type} <= {"s", "inlineStr"}
    assert cell.hyperlink is None
    if "\r" not in text:
        assert cell.value == text


@pytest.mark.parametrize("separator", list(";,|\t\n"))
def test_a_spreadsheet_that_splits_elsewhere_finds_no_formula_either(here, export, separator):
    export("'a.csv' (PROFILE excel, HEADER off)", [("a", "text")], [(f"x{separator} =1+1",)])
    ((field,),) = strict_csv.read((here / "a.csv").read_text("utf-8").removeprefix("\ufeff"))
    assert field == f"x{separator} '=1+1"


@pytest.mark.fault("F67", "a column that is called like a formula", "its head is text")
def test_the_name_of_a_column_is_no_formula(here, export):
    export("'a.csv' (PROFILE excel)", [("=1+1", "text")], [("a",)])
    assert (here / "a.csv").read_text("utf-8") == "\ufeff'=1+1\na\n"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters=";,|\t\r\n")), min_size=1))
@MANY
def test_taking_the_first_apostrophe_away_gives_the_text_back(here, export, texts):
    export("'p.csv' (PROFILE excel, OVERWRITE)", [("a", "text")], [(text,) for text in texts])
    with (here / "p.csv").open(encoding="utf-8", newline="") as stream:
        read = strict_csv.read(stream.read().removeprefix("\ufeff"))
    assert [(field or "").removeprefix("'") for (field,) in read[1:]] == texts


@pytest.mark.fault(
    "F67",
    "the same in a plain csv",
    "the data are what they were, and the manifest names the profile",
)
def test_the_plain_csv_keeps_formulas_as_they_are(here, export):
    manifest = export("'a.csv' (HEADER off)", [("a", "text")], [(text,) for text in FORMULAS])
    with (here / "a.csv").open(newline="") as stream:
        assert [field for (field,) in strict_csv.read(stream.read())] == FORMULAS
    assert manifest.export.profile == "data"


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS)
@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx"])
def test_hostile_texts_come_back_as_they_were(here, export, name, text):
    export(f"'{name}'", [("a", "text")], [(text,)])
    if name == "a.parquet":
        (found,) = pyarrow.parquet.read_table(here / name)["a"].to_pylist()
        assert found == (text if encodable(text) else re.sub("[\ud800-\udfff]", "\ufffd", text))
    else:
        cell = openpyxl.load_workbook(here / name)["rows"]["A2"]
        assert cell.data_type in {"s", "inlineStr", "n"}
        if encodable(text) and text and len(text) < workbook.CHARACTERS and "\r" not in text:
            assert unescaped(cell.value) == text


def unescaped(text):
    return re.sub(r"_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), text)


TEXT = st.text(st.characters(codec="utf-8"))
INT64 = st.integers(-(2**63), 2**63 - 1)
ROW = st.tuples(
    st.none() | INT64,
    st.none() | st.integers(-(10**37), 10**37),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | TEXT,
    st.none() | st.booleans(),
    st.none() | st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2100, 1, 1)),  # noqa: DTZ001
    st.none() | st.dates(),
    st.none() | st.lists(st.none() | TEXT),
    st.none() | st.lists(INT64),
    st.none() | st.fixed_dictionaries({"kind": st.none() | TEXT, "number": st.none() | INT64}),
)
KINDS = [
    "id",
    "integer",
    "number",
    "text",
    "boolean",
    "timestamp",
    "date",
    "text[]",
    "id[]",
    "struct",
]


@given(st.lists(ROW, max_size=5))
@MANY
def test_parquet_gives_every_row_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("p") / "a.parquet"
    members = {"kind": "text", "number": "integer"}
    columns = [LocalColumn(kind, kind, members if kind == "struct" else {}) for kind in KINDS]
    writer = ParquetWriter(path, columns)
    writer.write(rows)
    writer.close()
    table = pyarrow.parquet.read_table(path)
    found = [tuple(row.values()) for row in table.to_pylist()]
    assert [tuple(map(plain, row)) for row in found] == rows
    assert str(table.schema.field("timestamp").type) == "timestamp[us, tz=UTC]"
    assert not path.with_name("rows.duckdb").exists()


def plain(value):
    if isinstance(value, dt.datetime):
        assert value.utcoffset() == dt.timedelta(0)
        return value.replace(tzinfo=None)
    return int(value) if isinstance(value, Decimal) else value


@given(st.lists(st.tuples(*[st.none() | TEXT] * 2)))
@MANY
def test_csv_gives_every_row_back(here, export, rows):
    export("'q.csv' (OVERWRITE)", [("a", "text"), ("b", "text")], rows)
    with (here / "q.csv").open(newline="") as stream:
        assert strict_csv.read(stream.read()) == [["a", "b"], *map(list, rows)]


@pytest.mark.parametrize(
    ("total", "kind"), [(2**63 - 1, "int64"), (2**63, "decimal128(38, 0)"), (-(2**100), "dec")]
)
def test_a_sum_is_never_a_double(here, export, total, kind):
    export("'a.parquet'", [("n", "integer")], [(1,)], [(total,)], [(None,)])
    column = pyarrow.parquet.read_table(here / "a.parquet")["n"]
    assert str(column.type).startswith(kind)
    assert [v if v is None else int(v) for v in column.to_pylist()] == [1, total, None]


def test_a_number_that_parquet_cannot_hold_is_an_error(here, export):
    with pytest.raises(EvaluationError) as raised:
        export("'a.parquet'", [("n", "integer")], [(10**38,)])
    assert raised.value.code == "TS542"
    assert list(here.iterdir()) == []


def test_a_struct_without_known_members_is_json_with_exact_ids(here, export):
    export("'a.parquet'", [("s", "struct"), ("j", "json")], [({"id": IDS[0]}, [IDS[0], 1.5])])
    (row,) = pyarrow.parquet.read_table(here / "a.parquet").to_pylist()
    assert json.loads(row["s"]) == {"id": str(IDS[0])}
    assert json.loads(row["j"]) == [str(IDS[0]), 1.5]


def moment(text):
    return dt.datetime.fromisoformat(text)


def test_partitions_by_month_are_directories_that_every_reader_knows(here, export):
    times = ["2024-02-01T00:00:00", "2024-01-31T23:59:59", None, "2024-01-01T00:00:00"]
    rows = [(n, t and moment(t)) for n, t in enumerate(times)]
    manifest = export("'set' (PARTITION_BY month)", [("id", "id"), ("t", "timestamp")], rows)
    files = [file.name for file in manifest.files]
    assert files == [
        "set/month=2024-01/part-0.parquet",
        "set/month=2024-02/part-0.parquet",
        "set/month=__HIVE_DEFAULT_PARTITION__/part-0.parquet",
    ]
    found = duckdb.sql(
        f"SELECT month, id FROM read_parquet('{here}/set/**/*.parquet', hive_partitioning = true)"
        " ORDER BY id"
    ).fetchall()
    assert found == [("2024-02", 0), ("2024-01", 1), (None, 2), ("2024-01", 3)]
    table = pyarrow.dataset.dataset(here / "set", partitioning="hive").to_table()
    assert sorted(table["id"].to_pylist()) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("period", "name"),
    [("year", "year=2024"), ("month", "month=2024-02"), ("day", "day=2024-02-29")],
)
def test_other_periods_and_days_work_alike(here, export, period, name):
    export(f"'set' (PARTITION_BY {period})", [("d", "date")], [(dt.date(2024, 2, 29),)])
    assert [path.name for path in (here / "set").iterdir()] == [name]


def test_an_empty_partitioned_export_still_has_its_columns(here, export):
    export("'set' (PARTITION_BY month)", [("id", "id"), ("t", "timestamp")], [])
    table = pyarrow.dataset.dataset(here / "set", partitioning="hive").to_table()
    assert (table.num_rows, table.column_names[:2]) == (0, ["id", "t"])


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("'a.parquet'", [("id", "id"), ("ID", "id")]),
        ("'a' (PARTITION_BY month)", [("id", "id")]),
        ("'a' (PARTITION_BY month)", [("month", "text"), ("t", "timestamp")]),
    ],
)
def test_columns_that_parquet_cannot_hold_are_refused_before_anything_is_asked(export, text, heads):
    def asked():
        raise AssertionError

    with pytest.raises(ResolveError) as raised:
        export(text, heads, (asked() for _ in range(1)))
    assert raised.value.code == "TS275"


def test_a_workbook_has_dates_numbers_and_truths(here, export):
    heads = [("t", "timestamp"), ("d", "date"), ("n", "integer"), ("x", "number")]
    heads += [("b", "boolean"), ("l", "text[]"), ("z", "timestamp"), ("big", "integer")]
    late = moment("2024-01-31T23:59:59")
    row = (late, late.date(), 5, 1.5, True, ["a", "b"], late.replace(microsecond=1), 2**60)
    export("'a.xlsx'", heads, [row, (None,) * 8])
    sheet = openpyxl.load_workbook(here / "a.xlsx")["rows"]
    head, first, second = sheet.iter_rows(values_only=True)
    assert head == tuple(name for name, _ in heads)
    day = dt.datetime(2024, 1, 31)  # noqa: DTZ001 - as openpyxl gives days
    listed, exact = '["a","b"]', "2024-01-31T23:59:59.000001Z"
    assert first == (late, day, 5, 1.5, True, listed, exact, str(2**60))
    assert second == (None,) * 8


def test_a_day_before_spreadsheets_had_days_is_a_text(here, export):
    export("'a.xlsx'", [("d", "date")], [(dt.date(1899, 12, 31),), (dt.date(1900, 2, 28),)])
    sheet = openpyxl.load_workbook(here / "a.xlsx")["rows"]
    assert [c for (c,) in sheet.iter_rows(min_row=2, values_only=True)] == [
        "1899-12-31",
        "1900-02-28",
    ]


def test_a_text_longer_than_a_cell_is_cut_visibly_and_counted(here, export):
    rows = [("é" * workbook.CHARACTERS,), ("é" * (workbook.CHARACTERS + 1),), ("😀" * 20_000,)]
    manifest = export("'a.xlsx'", [("caption", "text")], rows)
    sheet = openpyxl.load_workbook(here / "a.xlsx")["rows"]
    whole, cut, wide = (c for (c,) in sheet.iter_rows(min_row=2, values_only=True))
    assert whole == rows[0][0]
    for text in (cut, wide):
        assert text.endswith(workbook.CUT)
        assert len(text.encode("utf-16-le")) <= 2 * workbook.CHARACTERS
    (note,) = manifest.notes
    assert note.startswith("2 texts of caption are longer")


def test_more_rows_than_a_sheet_has_are_an_error_and_not_a_short_file(here, export, monkeypatch):
    monkeypatch.setattr(workbook, "ROWS", 3)
    export("'a.xlsx'", [("n", "integer")], [(1,), (2,)])
    with pytest.raises(OutputError) as raised:
        export("'b.xlsx'", [("n", "integer")], [(1,), (2,)], [(3,)])
    assert raised.value.code == "TS704"
    assert [path.name for path in here.glob("*b.xlsx*")] == []
    assert export("'c.xlsx' (HEADER off)", [("n", "integer")], [(1,), (2,), (3,)]).rows == 3


def test_without_the_library_an_xlsx_is_refused_before_anything_is_asked(export, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(UsageError) as raised:
        export("'a.xlsx'", [("n", "integer")], [(1,)])
    assert "tiksql[xlsx]" in raised.value.hint


def test_a_header_can_be_left_out(here, export):
    for name in ("a.csv", "a.tsv"):
        export(f"'{name}' (HEADER off)", [("n", "integer")], [(1,)])
        assert (here / name).read_text() == "1\n"
    export("'a.xlsx' (HEADER off)", [("n", "integer")], [(1,)])
    assert openpyxl.load_workbook(here / "a.xlsx")["rows"]["A1"].value == 1


def test_a_workbook_closed_without_rows_has_its_header(tmp_path):
    writer = WorkbookWriter(tmp_path / "a.xlsx", [Head("id", "id")])
    writer.close()
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["rows"]["A1"].value == "id"


def test_a_number_of_a_workbook_is_the_number_that_it_was(here, export):
    numbers = [0.1, -1e-300, 1e300, 123456789012345.0, math.pi]
    export("'a.xlsx'", [("x", "number")], [(n,) for n in numbers])
    sheet = openpyxl.load_workbook(here / "a.xlsx")["rows"]
    found = [float(c) for (c,) in sheet.iter_rows(min_row=2, values_only=True)]
    assert found == pytest.approx(numbers, rel=1e-15)
