"""What a command works with, as its command line says: server, settings, study, values, scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tiksql.arguments import COMMANDS
from tiksql.errors import UsageError
from tiksql.files import MOST_OCTETS, read_input, read_lines, read_script, typed
from tiksql.parameters import read_values
from tiksql.session import Session
from tiksql.spelling import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiksql.arguments import Arguments
    from tiksql.backend import Backend
    from tiksql.console import Console
    from tiksql.settings import Settings
    from tiksql.source import Source


def session_of(arguments: Arguments, console: Console) -> Session:
    """Open the session that a command line asks for."""
    study = study_of(arguments.study) if arguments.study else None
    session = Session(_backend(arguments, console), _settings(arguments, console), study=study)
    session.allow_outside = arguments.allow_outside
    session.seconds = arguments.timeout
    session.line.diary = _diary(console)
    return session


def _diary(console: Console) -> Callable[[str], None] | None:
    """Return what writes the exchanges with the server to standard error, if that is wanted."""
    level = console.environ.get("TIKSQL_LOG", "").lower()
    if level in {"", "off"}:
        return None
    if level != "debug":
        raise UsageError("TS648", "TIKSQL_LOG is debug, off or nothing", hint="TIKSQL_LOG=debug")
    return lambda line: print(f"debug: {line}", file=console.stderr, flush=True)


def study_of(name: str) -> Path:
    """Return the file of a study; a word that is no file's name is a command that was misspelt."""
    path = Path(name)
    if path.exists() or path.suffix or path.name != name:
        return path
    near = nearest(name, COMMANDS)
    raise UsageError(
        "TS606",
        f"{name} is no command, and the name of a study has a suffix, as in {name}.db",
        hint=f"did you mean tiksql {near}?" if near else "statements are given with -c or -f",
    )


def _backend(arguments: Arguments, console: Console) -> Backend:
    from tiksql import backend  # noqa: PLC0415 - not for help and mistakes

    if arguments.emulator:
        return backend.emulator(run_seconds=arguments.timeout)
    from platformdirs import user_state_path  # noqa: PLC0415 - not for the emulator

    from tiksql.api import keeping  # noqa: PLC0415 - see above
    from tiksql.catalog import load  # noqa: PLC0415 - see above

    url = arguments.base_url or console.environ.get("TIKSQL_BASE_URL") or load().base_url
    server = backend.Server(
        url,
        console.environ,
        user_state_path("tiksql"),
        keeping.usual_path(),
        arguments.send_credentials_to,
        arguments.timeout,
    )
    return server.backend()


def _settings(arguments: Arguments, console: Console) -> Settings:
    from tiksql.settings import load  # noqa: PLC0415 - not for help and mistakes

    config = None
    if not (arguments.no_config or console.environ.get("TIKSQL_NO_CONFIG")):
        from platformdirs import user_config_path  # noqa: PLC0415 - see above

        config = user_config_path("tiksql") / "config.toml"
    settings = load(config, console.environ, arguments.profile)
    flags = {
        "format": arguments.format,
        "max_requests": arguments.max_requests,
        "concurrency": arguments.concurrency,
        "allow_partial": True if arguments.allow_partial else None,
        "on_error": arguments.on_error,
        "color": arguments.color,
    }
    for name, value in flags.items():
        if value is not None:
            settings = settings.having(name, value, "flag")
    return settings


def values_of(arguments: Arguments) -> dict[str, object]:
    """Read the values of parameters."""
    return read_values([typed(word, "-v").text for word in arguments.values], read_lines)


def sources_of(arguments: Arguments, console: Console) -> Iterator[Source]:
    """Read the scripts of a command line, in their order; standard input if there are none."""
    most = MOST_OCTETS if arguments.source_form.lower() != "sql" else None
    for number, (kind, text) in enumerate(arguments.scripts or [("-f", "-")], 1):
        if kind == "-c":
            yield typed(text, "-c" if len(arguments.scripts) == 1 else f"-c {number}")
        elif text == "-":
            yield read_input(console.stdin.buffer, most)
        else:
            yield read_script(text, most)
