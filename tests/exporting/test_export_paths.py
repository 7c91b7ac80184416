"""Where a COPY may write, and what stops it before anything is asked."""

from __future__ import annotations

import os

import pytest

from tiksql.errors import OutputError, ResolveError, TikSQLError


def code_of(order_of, text, **more):
    with pytest.raises(TikSQLError) as raised:
        order_of(text, **more)
    assert raised.value.span is not None
    return raised.value.code


@pytest.mark.parametrize(
    "path", ["a.csv", "./a.csv", "sub/a.csv", "ünï-日本.csv", "a b.csv", "-o.csv", ".hidden.csv"]
)
def test_a_file_under_the_working_directory_is_fine(here, order_of, path):
    (here / "sub").mkdir()
    assert str(order_of(f"'{path}'").path) == path.removeprefix("./")


@pytest.mark.fault(
    "F70", "COPY TO ../x, an absolute path, a home directory", "refused before anything is asked"
)
@pytest.mark.parametrize(
    "path",
    ["../a.csv", "sub/../a.csv", "sub/../../a.csv", "/tmp/a.csv", "/etc/passwd", "//a/b.csv"],
)
def test_a_path_that_leads_outside_is_refused(here, order_of, path):
    (here / "sub").mkdir()
    assert code_of(order_of, f"'{path}' (FORMAT csv)") == "TS271"


def test_an_absolute_path_into_the_working_directory_leads_nowhere_else(here, order_of):
    assert order_of(f"'{here}/a.csv'").path == here / "a.csv"


@pytest.mark.fault("F70", "a path through a symbolic link", "refused before anything is asked")
def test_a_link_does_not_lead_outside(here, order_of, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (here / "link").symlink_to(tmp_path / "elsewhere")
    assert code_of(order_of, "'link/a.csv'") == "TS271"
    assert order_of("'link/a.csv'", outside=True).path.name == "a.csv"


def test_a_ring_of_links_is_refused(here, order_of):
    (here / "one").symlink_to("two")
    (here / "two").symlink_to("one")
    assert code_of(order_of, "'one/a.csv'") in {"TS271", "TS702"}


def test_outside_is_possible_where_it_is_allowed(order_of, tmp_path):
    assert order_of(f"'{tmp_path}/a.csv'", outside=True).path == tmp_path / "a.csv"
    assert order_of("'../a.csv'", outside=True).path.name == "a.csv"


@pytest.mark.fault(
    "F70", "NUL, con and other devices of Windows as names", "refused before anything is asked"
)
@pytest.mark.parametrize(
    "name",
    ["NUL", "nul.csv", "con.csv", "CON .csv", "aux", "COM1.csv", "lpt9.txt", "com¹.csv", "conin$"],
)
@pytest.mark.parametrize("outside", [True, False])
def test_a_device_of_windows_is_no_name(order_of, name, outside):
    assert code_of(order_of, f"'{name}' (FORMAT csv)", outside=outside) == "TS271"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".",
        "..",
        "/",
        "a.csv/",
        "a\x00.csv",
        "a\n.csv",
        "a\x1b[2J.csv",
        "a\u202e.csv",
        "a:b.csv",
        "a|b.csv",
        "a*.csv",
        "a\\b.csv",
        'a".csv',
        "a.",
        "sub /a.csv",
        "con/a.csv",
    ],
)
def test_a_name_that_some_computer_does_not_take_is_refused(order_of, name):
    assert code_of(order_of, f"'{name}' (FORMAT csv)") == "TS271"


@pytest.mark.fault(
    "F70", "a link, a pipe or a directory where the file would be", "refused, also with OVERWRITE"
)
def test_a_link_a_pipe_and_a_directory_are_no_targets_even_with_overwrite(here, order_of):
    (here / "link.csv").symlink_to(here / "real.csv")
    (here / "folder.csv").mkdir()
    os.mkfifo(here / "pipe.csv")
    for name in ("link.csv", "folder.csv", "pipe.csv"):
        assert code_of(order_of, f"'{name}' (OVERWRITE)") == "TS272"


@pytest.mark.fault("F70", "a device as the target", "refused")
def test_a_device_is_no_target(order_of):
    assert code_of(order_of, "'/dev/null' (FORMAT csv, OVERWRITE)", outside=True) == "TS272"


@pytest.mark.fault("F70", "a file that exists", "kept, unless OVERWRITE is said")
def test_a_file_that_exists_is_replaced_only_where_that_is_asked_for(here, order_of):
    (here / "a.csv").write_text("mine")
    assert code_of(order_of, "'a.csv'") == "TS272"
    assert order_of("'a.csv' (OVERWRITE)").overwrite
    assert code_of(order_of, "'a.csv' (OVERWRITE off)") == "TS272"


def test_the_files_beside_the_export_are_not_replaced_unasked_either(here, order_of):
    (here / "a.csv.manifest.json").write_text("mine")
    (here / "b.csv.codebook.md").write_text("mine")
    assert code_of(order_of, "'a.csv'") == "TS272"
    assert code_of(order_of, "'b.csv' (CODEBOOK)") == "TS272"
    assert order_of("'b.csv'").beside == (order_of("'b.csv'").manifest,)


def test_a_directory_that_is_not_there_is_an_error_of_the_disk(order_of):
    with pytest.raises(OutputError) as raised:
        order_of("'missing/a.csv'")
    assert (raised.value.code, raised.value.exit_status) == ("TS702", 6)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to the superuser")
def test_a_directory_that_nobody_may_write_to_is_an_error_of_the_disk(here, order_of):
    (here / "closed").mkdir(mode=0o500)
    assert code_of(order_of, "'closed/a.csv'") == "TS702"


def test_a_name_that_is_too_long_is_an_error_of_the_disk(order_of):
    assert code_of(order_of, f"'{'a' * 250}.csv'") == "TS702"


def test_a_directory_is_replaced_only_if_nothing_but_an_export_is_in_it(here, order_of):
    part = here / "set" / "month=2024-01"
    part.mkdir(parents=True)
    (part / "part-0.parquet").touch()
    assert code_of(order_of, "'set' (PARTITION_BY month)") == "TS272"
    assert order_of("'set' (PARTITION_BY month, OVERWRITE)").overwrite
    (here / "set" / "thesis.docx").touch()
    assert code_of(order_of, "'set' (PARTITION_BY month, OVERWRITE)") == "TS272"


def test_a_file_is_not_replaced_by_a_directory(here, order_of):
    (here / "set").touch()
    assert code_of(order_of, "'set' (PARTITION_BY month, OVERWRITE)") == "TS272"


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("'a.csv'", "csv"),
        ("'a.CSV'", "csv"),
        ("'a.md'", "markdown"),
        ("'a.ndjson'", "jsonl"),
        ("'a.b.parquet'", "parquet"),
        ("'a.dat' (FORMAT tsv)", "tsv"),
        ("'a' (FORMAT 'XLSX')", "xlsx"),
        ("'a' (FORMAT md)", "markdown"),
        ("'a' (PARTITION_BY month)", "parquet"),
        ("'a.csv' (FORMAT json)", "json"),
    ],
)
def test_the_format_is_the_one_named_or_that_of_the_suffix(order_of, text, format_):
    assert order_of(text).format == format_


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("'a.cvs'", "TS273", "did you mean .csv?"),
        ("'a'", "TS273", "add (FORMAT csv"),
        ("'a.csv' (FROMAT csv)", "TS273", 'did you mean "format"?'),
        ("'a.csv' (FORMAT parqet)", "TS273", 'did you mean "parquet"?'),
        ("'a.csv' (FORMAT)", "TS274", "FORMAT"),
        ("'a.csv' (FORMAT 3)", "TS273", "there is csv"),
        ("'a.csv' (HEADER, HEADER off)", "TS274", None),
        ("'a.csv' (HEADER maybe)", "TS274", "HEADER alone means on"),
        ("'a.csv' (OVERWRITE 2)", "TS274", "OVERWRITE alone means on"),
        ("'a.json' (HEADER)", "TS274", "it is for csv, tsv, xlsx"),
        ("'a.csv' (PARTITION_BY month)", "TS274", "it is for parquet"),
        ("'a.parquet' (PARTITION_BY mouth)", "TS273", 'did you mean "month"?'),
        ("'a.parquet' (PARTITION_BY region_code)", "TS273", "there is month, day, year"),
        ("'a.parquet' (PARTITION_BY)", "TS274", "PARTITION_BY"),
        ("'a.tsv' (PROFILE excel)", "TS274", "it is for csv"),
        ("'a.csv' (PROFILE exel)", "TS273", 'did you mean "excel"?'),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(order_of, text, code, hint):
    with pytest.raises(ResolveError) as raised:
        order_of(text)
    assert raised.value.code == code
    assert raised.value.span is not None
    assert hint is None or raised.value.hint.startswith(hint)
