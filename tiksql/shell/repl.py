"""The prompt: read one item, run it, print what it brings, until somebody leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.errors import InterruptError, TikSQLError
from tiksql.interrupts import AbortedError
from tiksql.shell.first_minute import Questions
from tiksql.shell.kept import Kept
from tiksql.shell.parts import is_command, parts
from tiksql.shell.reader import PlainReader, is_plain
from tiksql.shell.state import Shell
from tiksql.shell.toolbar import Toolbar

if TYPE_CHECKING:
    from tiksql.script import Run
    from tiksql.shell.reader import Reader
    from tiksql.stream import Stream

BANNER = r"TikSQL on {server}. A statement ends with ; \? helps, \q leaves."


def start(job: Run) -> int:
    """Open a prompt on the console of a run, as well as the console can."""
    toolbar = Toolbar(job.session, job.arguments.study)
    if is_plain(job.console):
        return repl(job, PlainReader(job.console), toolbar)
    from tiksql.shell.editor import Editor  # noqa: PLC0415 - prompt_toolkit only where it can draw

    return repl(job, Editor(job, toolbar), toolbar)


def repl(job: Run, reader: Reader, toolbar: Toolbar) -> int:
    """Read and run until somebody leaves; nothing that fails ends it."""
    shell = Shell(job, reader)
    questions = Questions(shell)
    job.confirm, job.mended = questions.confirmed, questions.mended
    job.agrees, job.for_people = reader.agrees, True
    job.kept = lambda stream: _keep(shell, toolbar, stream)
    shell.say(BANNER.format(server=job.session.backend.name))
    while not shell.left:
        draft, shell.draft = shell.draft, None
        try:
            text = reader.read(draft)
        except KeyboardInterrupt:
            shell.say("")
            continue
        except EOFError:
            break
        _evaluate(shell, text)
        toolbar.forget()
    return 0


def _evaluate(shell: Shell, text: str) -> None:
    """Run what was typed; a failure is shown, and a bug is shown as one."""
    try:
        _run(shell, text)
    except TikSQLError as error:
        shell.job.show(error)
    except (KeyboardInterrupt, AbortedError):
        shell.job.show(InterruptError("TS801", "interrupted"))
    except BrokenPipeError:
        raise
    except Exception:  # noqa: BLE001 - a bug must not cost what somebody has built up at the prompt
        from tiksql.output.problems import render_bug  # noqa: PLC0415 - only for a bug

        shell.job.console.stderr.write(render_bug())
    shell.job.console.stdout.flush()


def _run(shell: Shell, text: str) -> None:
    from tiksql.shell.commands import execute  # noqa: PLC0415 - not before something was typed

    shell.job.delivery.begin()
    for part in parts(text):
        if is_command(part):
            execute(shell, part)
        else:
            shell.text = part.strip()
            if not shell.run(part):
                return


def _keep(shell: Shell, toolbar: Toolbar, stream: Stream) -> None:
    shell.last = Kept(stream)
    toolbar.forget(stream)
