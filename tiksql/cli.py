"""The command ``tiksql``: a value with three streams; the process is a few lines around it."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tiksql.arguments import (
    COMMANDS,
    parse_check,
    parse_fmt,
    parse_main,
    parse_schema,
    parse_status,
    parse_translate,
    read_values,
)
from tiksql.console import Console
from tiksql.errors import InterruptError, TikSQLError, UsageError
from tiksql.files import MOST_OCTETS, read_input, read_script, written_aside
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
        import traceback  # noqa: PLC0415 - only for a bug

        console.stderr.write(traceback.format_exc())
        console.stderr.write("this is a bug in tiksql; please report it with the lines above\n")
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
        case ["check", *rest]:
            return _check(parse_check(rest), console)
        case ["fmt", *rest]:
            return _fmt(parse_fmt(rest), console)
        case ["status", *rest]:
            return _status(parse_status(rest), console)
        case ["schema", *rest]:
            from tiksql.schema import schema  # noqa: PLC0415 - one of many

            console.stdout.write(schema(parse_schema(rest)))
            return 0
        case ["translate", *rest]:
            return _translate(parse_translate(rest), console)
        case _:
            return _statements(parse_main(argv), console)


# --- the commands ---------------------------------------------------------------------------------


def _statements(arguments: Arguments, console: Console) -> int:
    study = _study(arguments.study) if arguments.study else None
    session = Session(_backend(arguments, console), _settings(arguments, console), study=study)
    if arguments.wait:
        session.studies.wait = time.sleep
    job = Run(session, console, arguments, _values(arguments))
    try:
        if not arguments.scripts and console.stdin.isatty():
            from tiksql.shell.repl import repl  # noqa: PLC0415 - prompt_toolkit for the prompt only

            return repl(job)
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
    if arguments.file:
        arguments.scripts.append(("-f", arguments.file))
    session = Session(_backend(arguments, console), _settings(arguments, console))
    job = Run(session, console, arguments, _values(arguments))
    texts = [
        text
        for source in _sources(arguments, console)
        for text in _translations(job, source, arguments)
    ]
    if arguments.output and not job.status:
        with written_aside(Path(arguments.output)) as stream:
            stream.write("".join(texts))
    elif not arguments.output:
        console.stdout.write("".join(texts))
    return job.status


def _translations(job: Run, source: Source, arguments: Arguments) -> Iterator[str]:
    if arguments.source_form.lower() == "sql":
        yield from job.translations(source, arguments.to)
        return
    from tiksql.reversing import Reversal, wanted  # noqa: PLC0415 - for --from only

    said = wanted(arguments.fields, arguments.table, arguments.days)
    try:
        script = Reversal(job.session, source, said, job.note).script(arguments.source_form)
    except TikSQLError as error:
        job.failed(error)
        return
    if arguments.to.lower() == "sql":
        yield script
    else:
        yield from job.translations(Source(script, source.name), arguments.to)


def _check(arguments: Arguments, console: Console) -> int:
    from tiksql.checking import check, counted  # noqa: PLC0415 - for this command only

    session = Session(_backend(arguments, console), _settings(arguments, console))
    job = Run(session, console, arguments, _values(arguments))
    for name in arguments.files:
        arguments.scripts = [("-f", name)]
        try:
            (source,) = _sources(arguments, console)
        except TikSQLError as error:
            job.failed(error)
            continue
        found = check(session, source, job.values)
        for number, wrong in found.errors:
            wrong.source = wrong.source or source
            job.failed(wrong, number)
        counts = f"{counted(found.statements, 'statement')}, {counted(len(found.errors), 'error')}"
        console.stdout.write("\n  ".join([f"{source.name}: {counts}", *found.parameters]) + "\n")
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


def _fmt(arguments: Arguments, console: Console) -> int:
    from tiksql.formatting import fmt  # noqa: PLC0415 - for this command only

    shown = partial(_show, console=console, as_json=arguments.errors == "json")
    return fmt(arguments.files, console, shown, check=arguments.check)


# --- what a command works with --------------------------------------------------------------------


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

    from tiksql.catalog import load  # noqa: PLC0415 - see above

    url = arguments.base_url or console.environ.get("TIKSQL_BASE_URL") or load().base_url
    server = backend.Server(
        url,
        console.environ,
        user_state_path("tiksql"),
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
    return read_values(arguments.values, _lines_of)


def _lines_of(name: str) -> list[str]:
    text = read_script(name).text.removeprefix("\ufeff")
    return [line.strip() for line in text.split("\n") if line.strip()]


def _sources(arguments: Arguments, console: Console) -> Iterator[Source]:
    most = MOST_OCTETS if arguments.source_form.lower() != "sql" else None
    for number, (kind, text) in enumerate(arguments.scripts or [("-f", "-")], 1):
        if kind == "-c":
            yield Source(text, "-c" if len(arguments.scripts) == 1 else f"-c {number}")
        elif text == "-":
            yield read_input(console.stdin.buffer, most)
        else:
            yield read_script(text, most)
