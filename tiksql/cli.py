"""The command ``tiksql``: a value with three streams; the process is a few lines around it."""

from __future__ import annotations

import os
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tiksql.arguments import parse_auth, parse_check, parse_doctor, parse_main, parse_translate
from tiksql.arguments_offline import (
    parse_fmt,
    parse_recover,
    parse_replay,
    parse_schema,
    parse_status,
)
from tiksql.console import Console
from tiksql.errors import InterruptError, TikSQLError
from tiksql.files import written_aside
from tiksql.signals import ending
from tiksql.source import Source
from tiksql.surroundings import lack, open_streams
from tiksql.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tiksql.arguments import Arguments
    from tiksql.script import Run

A_BUG = 70


def run() -> None:
    """Be the process: its arguments, its streams, its exit status."""
    open_streams()
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
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = _shown_at_the_edge(error, console, as_json=_wants_json(sys.argv))
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
    except Exception as error:  # noqa: BLE001 - the edge of the program
        return _shown_at_the_edge(error, console, as_json=_wants_json(argv))


def _shown_at_the_edge(error: Exception, console: Console, *, as_json: bool) -> int:
    """Say what the machine lacked, where that is it; a bug shows its traceback."""
    if found := lack(error):
        return _show(found, console, as_json=as_json)
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
        case ["fmt", *rest]:
            return _fmt(parse_fmt(rest), console)
        case ["status", *rest]:
            return _status(parse_status(rest), console)
        case ["replay", *rest]:
            return _replay(parse_replay(rest), console)
        case ["recover", *rest]:
            return _recover(parse_recover(rest), console)
        case ["doctor", *rest]:
            from tiksql.doctor import doctor  # noqa: PLC0415 - one of many

            return doctor(parse_doctor(rest), console)
        case ["schema", *rest]:
            from tiksql.schema import schema  # noqa: PLC0415 - one of many

            console.stdout.write(schema(parse_schema(rest)))
            return 0
        case ["translate", *rest]:
            return _translate(parse_translate(rest), console)
        case _:
            arguments = parse_main(argv)
            at_prompt = not arguments.scripts and console.stdin.isatty()
            with ending(heeded=not at_prompt) as end:
                return end.status(_statements(arguments, console))


# --- the commands ---------------------------------------------------------------------------------


def _job(arguments: Arguments, console: Console) -> tuple[Run, Iterator[Source]]:
    """Open what a command works with, and its scripts, which are read one after another."""
    from tiksql.means import session_of, sources_of, values_of  # noqa: PLC0415 - not for help
    from tiksql.script import Run  # noqa: PLC0415 - see above

    job = Run(session_of(arguments, console), console, arguments, values_of(arguments))
    return job, sources_of(arguments, console)


def _statements(arguments: Arguments, console: Console) -> int:
    job, sources = _job(arguments, console)
    session = job.session
    if arguments.wait:
        from tiksql.waiting import Waiting  # noqa: PLC0415 - few runs wait

        session.studies.wait = Waiting(session.studies.now, session.line.on_wait)
    try:
        if not arguments.scripts and console.stdin.isatty():
            from tiksql.shell.repl import start  # noqa: PLC0415 - the prompt only

            return start(job)
        if console.asks and arguments.errors == "text":
            from tiksql.shell.reader import PlainReader  # noqa: PLC0415 - see above

            job.agrees = PlainReader(console).agrees
        for source in sources:
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
    job, sources = _job(arguments, console)
    text = "".join(_translated(job, sources))
    if arguments.output and not job.status:
        with written_aside(Path(arguments.output)) as stream:
            stream.write(text)
    elif not arguments.output:
        console.stdout.write(console.shown(text))
    return job.status


def _translated(job: Run, sources: Iterator[Source]) -> Iterator[str]:
    """Translate every source; what stands before an error in it is kept."""
    from tiksql.translating import Translation  # noqa: PLC0415 - for this command only

    wanted = job.arguments
    translation = Translation(job.session, wanted.to, wanted.all_pages, job.note)
    for source in sources:
        try:
            script = _script_of(job, source)
            if script is not source and wanted.to.lower() == "sql":
                yield script.text
            else:
                yield from translation.texts(script, job.values)
        except TikSQLError as error:
            error.source = error.source or source
            job.failed(error)


def _script_of(job: Run, source: Source) -> Source:
    """Return a source as a script, which it may have to become first."""
    wanted = job.arguments
    if wanted.source_form.lower() == "sql":
        return source
    from tiksql import reversing  # noqa: PLC0415 - for --from only

    said = reversing.wanted(wanted.fields, wanted.table, wanted.days)
    reversal = reversing.Reversal(job.session, source, said, job.note)
    return Source(reversal.script(wanted.source_form), source.name)


def _check(arguments: Arguments, console: Console) -> int:
    from tiksql.checking import check  # noqa: PLC0415 - for this command only
    from tiksql.means import sources_of  # noqa: PLC0415 - see above

    job, _ = _job(arguments, console)
    for name in arguments.files:
        arguments.scripts = [("-f", name)]
        try:
            (source,) = sources_of(arguments, console)
        except TikSQLError as error:
            job.failed(error)
            continue
        found = check(job.session, source, job.values)
        for number, wrong in found.errors:
            wrong.source = wrong.source or source
            job.failed(wrong, number)
        counts = f"{counted(found.statements, 'statement')}, {counted(len(found.errors), 'error')}"
        lines = [f"{source.name}: {counts}", *found.parameters, *found.doubts]
        console.stdout.write(console.shown("\n  ".join(lines) + "\n"))
    return job.status


def _status(arguments: Arguments, console: Console) -> int:
    from tiksql.backend import utc_now  # noqa: PLC0415 - see above
    from tiksql.status import read_status, shown  # noqa: PLC0415 - for this command only

    assert arguments.study
    found = read_status(Path(arguments.study), utc_now())
    _report(found, shown(found), arguments, console)
    return 0


def _replay(arguments: Arguments, console: Console) -> int:
    from tiksql.replaying import replay, shown  # noqa: PLC0415 - for this command only

    assert arguments.file
    found = replay(Path(arguments.file), Path(arguments.against))
    _report(found, shown(found), arguments, console)
    return found.exit_status


def _recover(arguments: Arguments, console: Console) -> int:
    from tiksql.recovering import recover, shown  # noqa: PLC0415 - for this command only

    assert arguments.study
    assert arguments.file
    found = recover(Path(arguments.study), Path(arguments.file))
    _report(found, shown(found), arguments, console)
    return found.exit_status


def _report(found: object, lines: Iterable[str], arguments: Arguments, console: Console) -> None:
    """Write what a command has found, for people or as one line of JSON."""
    if arguments.json:
        console.write_json(found)
    else:
        console.stdout.write(console.shown("\n".join(lines) + "\n"))


def _fmt(arguments: Arguments, console: Console) -> int:
    from tiksql.formatting import fmt  # noqa: PLC0415 - for this command only

    shown = partial(_show, console=console, as_json=arguments.errors == "json")
    return fmt(arguments.files, console, shown, check=arguments.check)
