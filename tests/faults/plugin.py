"""The option that writes the table of faults after a run; ``tests/conftest.py`` loads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.table import Injection, marked, table

TOLD = pytest.StashKey[list[Injection]]()
"""What all collected tests inflict, also those that are not run."""


def pytest_addoption(parser):
    parser.addoption("--faults-table", metavar="FILE", help="write the table of faults")


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "fault(number, injected, happened): the fault that a test inflicts"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    for item in items:
        item.user_properties += [("fault", vars(one)) for one in marked(item)]
    config.stash[TOLD] = [one for item in items for one in marked(item)]
    if config.option.collectonly and config.option.faults_table:
        write(config, config.stash[TOLD], frozenset())


def pytest_terminal_summary(terminalreporter, config):
    if not config.option.faults_table or config.option.collectonly:
        return
    told, failed = [], set()
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            ones = [Injection(**each) for name, each in report.user_properties if name == "fault"]
            told += ones
            failed |= {one.test for one in ones if outcome != "passed"}
    write(config, told, failed)


def write(config, told, failed):
    Path(config.option.faults_table).write_text(table(told, failed), encoding="utf-8")


@pytest.hookimpl(trylast=True)
def pytest_report_header(config):
    if config.option.faults_table:
        return f"the table of faults is written to {config.option.faults_table}"
    return None
