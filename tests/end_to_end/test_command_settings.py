"""Settings: their layers, each remembered."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

SHOW = ("--format", "csv", "-c", "SHOW SETTINGS")


def settings(outcome):
    assert outcome.status == 0, outcome.err
    return {r["setting"]: (r["value"], r["from"]) for r in csv.DictReader(io.StringIO(outcome.out))}


@pytest.fixture
def config():
    def write(text):
        path = Path(os.environ["XDG_CONFIG_HOME"]) / "tiksql" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def test_every_layer_wins_over_those_before_it_and_is_named(run, config):
    config("max_requests = 1\npage_size = 1\nwindow_days = 1\nmax_branches = 1\nnull = '-'\n")
    environ = {"TIKSQL_PAGE_SIZE": "2", "TIKSQL_MAX_REQUESTS": "2", "TIKSQL_WINDOW_DAYS": "2"}
    script = "SET window_days = 4; SET timing = off; SHOW SETTINGS"
    outcome = run(
        "--emulator", "--max-requests", 3, "--format", "csv", "-c", script, environ=environ
    )
    found = settings(outcome)
    assert found["reserve"] == ("0", "default")
    assert found["max_branches"] == ("1", "config")
    assert found["null"] == ("-", "config")
    assert found["page_size"] == ("2", "environment")
    assert found["max_requests"] == ("3", "flag")
    assert found["window_days"] == ("4", "session")
    assert found["timing"] == ("off", "session")


def test_the_settings_are_those_of_the_language(run):
    names = "max_requests confirm_requests window_days max_branches allow_full_scan allow_partial"
    names += (
        " strict_catalog page_size concurrency format expanded null timing on_error color reserve"
        " pager keys history extra_day"
    )
    assert set(settings(run("--emulator", *SHOW))) == set(names.split())


def test_reset_goes_back_to_what_was_before_the_session(run):
    script = "SET page_size = 4; SET window_days = 4; RESET page_size; SHOW SETTINGS"
    environ = {"TIKSQL_PAGE_SIZE": "2"}
    found = settings(run("--emulator", "--format", "csv", "-c", script, environ=environ))
    assert found["page_size"] == ("2", "environment")
    assert found["window_days"] == ("4", "session")
    script = "SET page_size TO 4; RESET ALL; SHOW SETTINGS"
    found = settings(run("--emulator", "--format", "csv", "-c", script, environ=environ))
    assert found["page_size"] == ("2", "environment")


def test_a_profile_goes_over_the_rest_of_the_file(run, config):
    config("page_size = 1\nwindow_days = 1\n[profiles.fast]\npage_size = 50\n")
    found = settings(run("--emulator", "--profile", "fast", *SHOW))
    assert (found["page_size"], found["window_days"]) == (("50", "config"), ("1", "config"))


@pytest.mark.parametrize(
    ("flags", "environ"), [(["--no-config"], {}), ([], {"TIKSQL_NO_CONFIG": "1"})]
)
def test_the_file_is_not_read_if_that_is_wanted(run, config, flags, environ):
    config("this is no toml")
    assert settings(run("--emulator", *flags, *SHOW, environ=environ))["page_size"][1] == "default"


@pytest.mark.parametrize(
    ("text", "argv", "error"),
    [
        ("no toml", [], ("TS602", "config.toml cannot be read")),
        ("page_szie = 5", [], ("TS602", 'unknown setting "page_szie"')),
        ("page_size = 500", [], ("TS602", "a number from 1 to 100")),
        ("page_size = true", [], ("TS602", "a whole number")),
        ("profiles = 3", [], ("TS602", "a profile is a table")),
        ("[profiles]\nfast = 3", ["--profile", "fast"], ("TS602", "a profile is a table")),
        ("[profiles.fast]", ["--profile", "fsat"], ("TS603", "there is no profile fsat")),
    ],
)
def test_a_file_that_cannot_be_followed_is_a_wrong_use(run, config, text, argv, error):
    config(text)
    outcome = run("--emulator", *argv, *SHOW)
    assert outcome.status == 2
    assert error[0] in outcome.err
    assert error[1] in outcome.err


def test_an_environment_that_cannot_be_followed_names_the_variable(run):
    outcome = run("--emulator", *SHOW, environ={"TIKSQL_PAGE_SIZE": "many"})
    assert outcome.status == 2
    assert "TIKSQL_PAGE_SIZE: page_size takes a whole number" in outcome.err


@pytest.mark.parametrize("value", ["on", "TRUE", "'yes'", "1"])
def test_a_switch_takes_the_usual_words(run, value):
    outcome = run(
        "--emulator", "--format", "csv", "-c", f"SET allow_partial = {value}; SHOW SETTINGS"
    )
    assert settings(outcome)["allow_partial"] == ("on", "session")


def test_a_format_that_is_set_is_used(run):
    script = "SET format = json; SELECT id FROM videos WHERE FALSE; RESET format; DESCRIBE users"
    out = run("--emulator", "-c", script).out
    assert out.startswith("[]\n")
    assert "column,type,selected" in out


def test_a_missing_value_looks_as_it_was_set_in_a_table(run):
    where = "keyword = 'love' AND create_date = '2024-03-01' LIMIT 1"
    script = f"SET null = 'nil'; SELECT playlist_id FROM videos WHERE {where}"
    out = run("--emulator", "--format", "table", "-c", script).out
    assert "nil" in out


def test_quota_that_nobody_counts_is_null(run):
    out = run("--emulator", "--format", "csv", "-c", "SHOW QUOTA").out
    assert out.splitlines()[1].startswith("research,,1000,")
