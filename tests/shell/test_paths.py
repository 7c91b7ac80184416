"""Paths are completed from the disk, and nothing on it can stop that."""

from __future__ import annotations

import pytest

from tiksql.shell.paths import MOST, paths


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "june.csv").touch()
    (tmp_path / "days.tsql").touch()
    (tmp_path / ".hidden").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["data/", "days.tsql"]),
        ("da", ["data/", "days.tsql"]),
        ("day", ["days.tsql"]),
        ("data/", ["data/june.csv"]),
        ("data/j", ["data/june.csv"]),
        (".", [".hidden"]),
        ("~/da", ["~/data/", "~/days.tsql"]),
        ("nowhere/", []),
        ("days.tsql/", []),
        ("\x00", []),
        ("\x00/", []),
        ("~nobody_of_that_name/", []),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_path_goes_on_with_what_is_there(typed, found):
    assert paths(typed) == found


def test_a_full_path_stays_one(folder):
    assert paths(f"{folder}/day") == [f"{folder}/days.tsql"]


def test_a_large_folder_is_not_read_to_its_end(folder):
    for number in range(MOST + 20):
        (folder / "data" / f"x{number}").touch()
    assert len(paths("data/x")) == MOST
