"""What is left where an export was stopped, by whatever."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tiksql.errors import IncompleteError, OutputError
from tiksql.exporting.export import Circumstances, Export
from tiksql.rows import Head
from tiksql.stream import Stream


def exporting(order, stream, clock=lambda: dt.datetime(2026, 9, 1)):  # noqa: DTZ001 - naive UTC
    return Export(order, stream, Circumstances("SELECT 1", "test", {}, clock()), clock)


@pytest.mark.fault(
    "F71",
    "Ctrl-C and errors in the middle of an export",
    "the old file is there, and no half of a new one",
)
def test_an_interrupted_export_leaves_the_old_file_and_nothing_else(here, order_of):
    (here / "a.csv").write_text("old")

    def rows(_):
        yield [(1,)]
        raise KeyboardInterrupt

    stream = Stream((Head("n", "integer"),), rows)
    with pytest.raises(KeyboardInterrupt):
        exporting(order_of("'a.csv' (OVERWRITE)"), stream).write()
    assert [path.name for path in here.iterdir()] == ["a.csv"]
    assert (here / "a.csv").read_text() == "old"


@pytest.mark.fault(
    "F71", "a kill in the middle of an export", "the old file is there, and no half of a new one"
)
@pytest.mark.parametrize("form", ["csv", "json", "parquet", "xlsx"])
def test_a_killed_export_leaves_the_old_file(here, form):
    program = f"""
import os, signal, sys
from tiksql.exporting.export import Circumstances, Export, utc_now
from tiksql.exporting.order import Order
from tiksql.rows import Head
from tiksql.stream import Stream
from pathlib import Path
def rows(_):
    yield [(n,) for n in range(5000)]
    os.kill(os.getpid(), signal.SIGKILL)
    yield []
stream = Stream((Head("n", "integer"),), rows)
order = Order(Path("a.{form}"), "{form}", overwrite=True)
Export(order, stream, Circumstances("", "", {{}}, utc_now())).write()
"""
    (here / f"a.{form}").write_text("old")
    done = subprocess.run([sys.executable, "-c", program], check=False, cwd=here)
    assert done.returncode == -signal.SIGKILL
    assert (here / f"a.{form}").read_text() == "old"
    left = [path.name for path in here.iterdir() if not path.name.startswith(".")]
    assert left == [f"a.{form}"]


def test_a_file_that_appears_meanwhile_is_not_replaced_and_the_rows_are_not_lost(here, order_of):
    def rows(_):
        yield [(1,)]
        (here / "a.csv").write_text("of somebody else")

    with pytest.raises(OutputError) as raised:
        exporting(order_of("'a.csv'"), Stream((Head("n", "integer"),), rows)).write()
    assert raised.value.code == "TS705"
    assert (here / "a.csv").read_text() == "of somebody else"
    (kept,) = (path for path in here.iterdir() if path.is_dir())
    assert kept.name in raised.value.hint
    assert (kept / "a.csv").read_text() == "n\n1\n"


@pytest.mark.fault(
    "F54", "the disk is full while an export is written", "exit status 6, and the old file is there"
)
@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_a_full_disk_is_an_error_of_the_disk(here, form):
    program = f"""
import resource
from tiksql.errors import IncompleteError, OutputError
from tiksql.exporting.export import Circumstances, Export, utc_now
from tiksql.exporting.order import Order
from tiksql.rows import Head
from tiksql.stream import Stream
from pathlib import Path
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
stream = Stream((Head("n", "text"),), lambda _: iter([[(str(n) * 9,)] for n in range(20000)]))
said = Circumstances("", "", {{}}, utc_now())
try:
    Export(Order(Path("a.{form}"), "{form}"), stream, said).write()
except OutputError as error:
    print(error.code, error.exit_status)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, cwd=here, capture_output=True, text=True
    )
    assert done.stdout.split() in [["TS702", "6"], ["TS703", "6"]]
    assert list(here.iterdir()) == []


@pytest.mark.fault(
    "F71", "an end between the files of an export", "no export lies there without its manifest"
)
def test_no_export_lies_there_without_its_manifest(here, order_of, monkeypatch):
    moved = []

    def replace(path, target, replace=Path.replace):
        if moved:
            raise OSError(5, "the disk is gone")
        moved.append(target.name)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    stream = Stream((Head("n", "integer"),), lambda _: iter([[(1,)]]))
    with pytest.raises(OutputError, match="the disk is gone") as raised:
        exporting(order_of("'a.csv'"), stream).write()
    assert (raised.value.code, raised.value.exit_status) == ("TS702", 6)
    assert [path.name for path in here.iterdir()] == ["a.csv.manifest.json"] == moved


def test_a_replaced_file_keeps_its_permissions(here, order_of):
    (here / "a.csv").touch(mode=0o600)
    stream = Stream((Head("n", "integer"),), lambda _: iter([[(1,)]]))
    exporting(order_of("'a.csv' (OVERWRITE)"), stream).write()
    assert (here / "a.csv").stat().st_mode & 0o777 == 0o600


def test_a_directory_that_cannot_be_put_in_place_leaves_the_old_one(here, order_of, monkeypatch):
    def written(day):
        stream = Stream((Head("d", "date"),), lambda _: iter([[(day,)]]))
        return exporting(order_of("'set' (PARTITION_BY year, OVERWRITE)"), stream).write

    written(dt.date(2023, 1, 1))()
    calls = []

    def rename(path, target, rename=Path.rename):
        calls.append(path)
        if len(calls) == 2:
            raise OSError(5, "the disk is gone")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OutputError):
        written(dt.date(2024, 1, 1))()
    assert [path.name for path in (here / "set").iterdir()] == ["year=2023"]


def test_a_cut_result_without_a_row_is_not_written(here, order_of):
    def rows(stream):
        stream.stats.complete, stream.stats.reason = False, "the API stopped"
        yield []

    with pytest.raises(IncompleteError, match="the API stopped"):
        exporting(order_of("'a.csv'"), Stream((Head("n", "integer"),), rows)).write()
    assert list(here.iterdir()) == []
