"""``tiksql doctor``: is everything there that a statement needs, and if not, what to do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql import health
from tiksql.api import keeping
from tiksql.api.credentials import check_base_url
from tiksql.api.settings import Settings
from tiksql.catalog import load
from tiksql.errors import UsageError
from tiksql.store.inspection import is_study
from tiksql.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.arguments import Arguments
    from tiksql.console import Console
    from tiksql.health import Finding

PATIENCE = 5.0
"""Seconds for each check, if --timeout says nothing else."""


class Report(Struct, frozen=True):
    """All that was found, and the exit status that it comes to."""

    status: int
    findings: list[health.Finding]


def doctor(arguments: Arguments, console: Console) -> int:
    """Check everything and say what was found; return the status of the first failure, or 0."""
    found = list(findings(arguments, console))
    report = Report(next((each.status for each in found if each.state == "fail"), 0), found)
    if arguments.json:
        console.write_json(report)
        return report.status
    text = "".join(f"{line}\n" for each in found for line in lines_of(each))
    console.stdout.write(console.shown(text))
    return report.status


def lines_of(finding: Finding) -> Iterator[str]:
    """Write a finding as a line, and what to do as another."""
    yield f"{finding.state:<4}  {finding.check}: {finding.what}"
    if finding.fix:
        yield f"      {finding.fix}"


def findings(arguments: Arguments, console: Console) -> Iterator[Finding]:
    """Make every check, the quick ones first."""
    from platformdirs import user_cache_path, user_config_path, user_state_path  # noqa: PLC0415 - not for --help

    environ, patience = console.environ, arguments.timeout or PATIENCE
    config, state = user_config_path("tiksql"), user_state_path("tiksql")
    cache = Path(environ.get("TIKSQL_CACHE_DIR") or user_cache_path("tiksql"))
    read = not (arguments.no_config or environ.get("TIKSQL_NO_CONFIG"))
    yield from health.versions(__version__)
    yield from health.settings(config / "config.toml" if read else None, environ, arguments.profile)
    yield from health.folders({"settings": config, "state": state, "cache": cache})
    named = [Path(each) for each in arguments.files]
    here = named or sorted(each for each in Path().glob("*.db") if is_study(each))
    private = [state / "quota.db", state / "history.jsonl", *here]
    yield from health.permissions(private)
    yield from health.studies(here, patience)
    yield from health.proxies(environ)
    yield from (_emulator if arguments.emulator else _server)(arguments, console, patience)


def _emulator(_arguments: Arguments, _console: Console, _patience: float) -> Iterator[Finding]:
    yield health.Finding("server", "ok", "the emulator is in this program; it needs no credentials")


def _server(arguments: Arguments, console: Console, patience: float) -> Iterator[Finding]:
    kept, environ = keeping.usual_path(), console.environ
    found = list(health.credentials(environ, kept, patience))
    yield from found
    named = [
        (arguments.base_url, "flag"),
        (environ.get("TIKSQL_BASE_URL"), "environment"),
        (load().base_url, "default"),
    ]
    url, origin = next((url, origin) for url, origin in named if url)
    try:
        url = check_base_url(url, allowed_host=arguments.send_credentials_to)
    except UsageError as error:
        yield health.failed("server", error)
        return
    yield health.Finding("server", "ok", f"base URL {url} ({origin})")
    line = Settings(
        base_url=url,
        allowed_host=arguments.send_credentials_to,
        connect_seconds=patience,
        answer_seconds=patience,
    )
    broken = any(each.state == "fail" for each in found)  # a keyring that hangs is asked once
    given = None if broken else keeping.found(environ, kept, patience)
    yield from health.server(line, given, dt.datetime.now(dt.UTC))
