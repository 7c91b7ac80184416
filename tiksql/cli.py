"""The command ``tiksql``: a value with three streams; the process is a few lines around it."""

from __future__ import annotations

import os
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tiksql.arguments import (
    COMMANDS,
    parse_auth,
    parse_check,
    parse_main,
    parse_schema,
    parse_status,
    parse_translate,
    read_values,
)
from tiksql.console import Console
from tiksql.errors import InterruptError, TikSQLError, UsageError
from tiksql.files import decoded, read_lines, read_script, written_aside
from tiksql.script import Run
from tiksql.session import Session
from tiksql.source import Source
from tiksql.spelling import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiksql.arguments import Arguments
    from tiksql.backend import Backend
    from tiksql.settings import Settings

A_BUG = 70


def run() -> None:
    """Be the process: its arguments, its streams, its exit status."""
    for stream in (sys.stdout, sys.stderr):
        encoding = stream.encoding if stream.isatty() else "utf-8"
        stream.reconfigure(encoding=encoding, errors="backslashreplace", newline="\n")  # type: ignore[union-attr]
    console = Console(sys.stdin, sys.stdout, sys.stderr, os.environ)
    try:
        status = main(sys.argv[1:], console)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has seen enough: that is no failure, and nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def main(argv: Sequence[str], console: Console) -> int:
    """Run a command line; return its exit status."""
    try:
        return _dispatch(list(argv), console)
    except TikSQLError as error:
        return _show(error, console, as_json=_wants_json(argv))
    except KeyboardInterrupt:
        return _show(_interrupted(), console, as_json=_wants_json(argv))
    except BrokenPipeError:
        raise
    except SystemExit as done:  # argparse has shown its help or the version
        return int(done.code or 0)
    except Exception:  # noqa: BLE001 - the edge of the program: a bug shows its traceback
        from tiksql.output.problems import render_bug  # noqa: PLC0415 - only for a bug

        console.stderr.write(render_bug())
        return A_BUG


def _wants_json(argv: Sequence[str]) -> bool:
    """Look for the wish of --errors where the arguments may be wrong themselves."""
    return "--errors=json" in argv or ("--errors", "json") in pairwise(argv)


def _interrupted() -> InterruptError:
    return InterruptError("TS801", "interrupted")


def _show(error: TikSQLError, console: Console, *, as_json: bool) -> int:
    from tiksql.output.problems import render_json, render_text  # noqa: PLC0415 - rarely needed

    console.stderr.write(render_json(error) + "\n" if as_json else render_text(error))
    return error.exit_status


def _dispatch(argv: list[str], console: Console) -> int:
    match argv:
        case ["emulator", *rest]:
            from tiksql.emulator.__main__ import main as emulate  # noqa: PLC0415 - one of many

            return emulate(rest, console.stdout)
        case ["auth", *rest]:
            from tiksql import auth  # noqa: PLC0415 - one of many

            return auth.run(*parse_auth(rest), console)
        case ["check", *rest]:
            return _check(parse_check(rest), console)
        case ["status", *rest]:
            return _status(parse_status(rest), console)
        case ["schema", *rest]:
            return _schema(console, as_json=parse_schema(rest))
        case ["translate", *rest]:
            return _translate(parse_translate(rest), console)
        case _:
            return _statements(parse_main(argv), console)


# --- the commands ---------------------------------------------------------------------------------


def _statements(arguments: Arguments, console: Console) -> int:
    session = _session(arguments, console)
    if arguments.wait:
        session.studies.wait = time.sleep
    job = Run(session, console, arguments, _values(arguments))
    try:
        if not arguments.scripts and console.stdin.isatty():
            from tiksql.shell.repl import start  # noqa: PLC0415 - the prompt only

            return start(job)
        for source in _sources(arguments, console):
            if not job.script(source):
                break
    except KeyboardInterrupt:
        job.failed(_interrupted())
    except TikSQLError as error:
        job.failed(error)
    finally:
        session.close()
    if arguments.stats:
        job.write_stats()
    return job.status


def _translate(arguments: Arguments, console: Console) -> int:
    from tiksql.translating import Translation  # noqa: PLC0415 - for this command only

    if arguments.source_form != "sql":
        raise UsageError("TS405", f"there is no translation from {arguments.source_form} yet")
    if arguments.file:
        arguments.scripts.append(("-f", arguments.file))
    session = _session(arguments, console)
    job = Run(session, console, arguments, _values(arguments))
    translation = Translation(session, arguments.to, arguments.all_pages, job.note)
    texts: list[str] = []
    for source in _sources(arguments, console):
        try:
            for text in translation.texts(source, job.values):
                texts.append(text)  # noqa: PERF402 - those before an error are kept
        except TikSQLError as error:
            error.source = error.source or source
            job.failed(error)
    if arguments.output and not job.status:
        with written_aside(Path(arguments.output)) as stream:
            stream.write("".join(texts))
    elif not arguments.output:
        console.stdout.write(_shown("".join(texts), console))
    return job.status


def _shown(text: str, console: Console) -> str:
    """Return a text as a terminal may show it; anything else gets it as it is."""
    from tiksql.output.sanitize import visible_lines  # noqa: PLC0415 - for this command only

    return visible_lines(text) if console.stdout.isatty() else text


def _check(arguments: Arguments, console: Console) -> int:
    from tiksql.checking import check  # noqa: PLC0415 - for this command only

    arguments.scripts = [("-f", name) for name in arguments.files]
    session = _session(arguments, console)
    job = Run(session, console, arguments, _values(arguments))
    for source in _sources(arguments, console):
        found = check(session, source, job.values)
        for number, error in found.errors:
            error.source = error.source or source
            job.failed(error, number)
        lines = [f"{source.name}: {found.statements} statements, {len(found.errors)} errors"]
        console.stdout.writelines(f"{line}\n" for line in [*lines, *_indented(found.parameters)])
    return job.status


def _status(arguments: Arguments, console: Console) -> int:
    from tiksql.backend import utc_now  # noqa: PLC0415 - see above
    from tiksql.status import read_status, shown  # noqa: PLC0415 - for this command only

    assert arguments.study
    found = read_status(Path(arguments.study), utc_now())
    if arguments.json:
        import msgspec  # noqa: PLC0415 - see above

        console.stdout.write(msgspec.json.encode(found).decode() + "\n")
    else:
        console.stdout.writelines(f"{line}\n" for line in shown(found))
    return 0


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _schema(console: Console, *, as_json: bool) -> int:
    from tiksql import listings  # noqa: PLC0415 - for this command only
    from tiksql.catalog import load  # noqa: PLC0415 - see above

    if as_json:
        import msgspec  # noqa: PLC0415 - see above

        document = msgspec.json.format(msgspec.json.encode(load()), indent=2)
        console.stdout.write(document.decode() + "\n")
        return 0
    for number, table in enumerate(load().tables.values()):
        console.stdout.write("\n" * bool(number) + f"{table.name}: {table.description}\n")
        for name, type_, selected, filtered, description in listings.columns(table).rows:
            marks = f"selected: {selected}, filtered: {filtered}"
            console.stdout.write(f"  {name} {type_} ({marks}): {description}\n")
    return 0


# --- what a command works with --------------------------------------------------------------------


def _session(arguments: Arguments, console: Console) -> Session:
    study = _study(arguments.study) if arguments.study else None
    session = Session(_backend(arguments, console), _settings(arguments, console), study=study)
    session.allow_outside = arguments.allow_outside
    return session


def _study(name: str) -> Path:
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


def _values(arguments: Arguments) -> dict[str, object]:
    return read_values(arguments.values, read_lines)


def _sources(arguments: Arguments, console: Console) -> Iterator[Source]:
    for number, (kind, text) in enumerate(arguments.scripts or [("-f", "-")], 1):
        if kind == "-c":
            yield Source(text, "-c" if len(arguments.scripts) == 1 else f"-c {number}")
        elif text == "-":
            yield decoded(console.stdin.buffer.read(), "<stdin>")
        else:
            yield read_script(text)
