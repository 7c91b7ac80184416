"""Commands about statements: again, edited, from files, with values, explained."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from tiksql.errors import OutputError, TikSQLError, UsageError
from tiksql.files import read_lines, read_script, typed_path, written_aside
from tiksql.parameters import read_values
from tiksql.rows import Head
from tiksql.shell.showing import unquoted
from tiksql.source import Source
from tiksql.spelling import nearest

if TYPE_CHECKING:
    from pathlib import Path

    from tiksql.shell.state import Shell

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PAIR = re.compile(r"(?P<name>[A-Za-z_]\w*)(?:\s*=\s*|\s+)(?P<value>\S.*)", re.DOTALL)
SUFFIX = ".tsql"


def again(shell: Shell, _argument: str) -> None:
    """Run the last statement again."""
    shell.run(_last_text(shell))


def edit(shell: Shell, _argument: str) -> None:
    """Open the last statement in the editor of the user."""
    if not shell.reader.can_edit:
        raise UsageError("TS624", "an editor needs a terminal that can draw", hint=r"\i FILE")
    from tiksql.shell.external import edited  # noqa: PLC0415 - rarely needed

    shell.draft = edited(shell.text, shell.job.console.environ)


def include(shell: Shell, argument: str) -> None:
    """Run a script."""
    shell.job.script(read_script(str(typed_path(unquoted(argument)))))


def explain(shell: Shell, argument: str) -> None:
    """Show the plan and the cost of a statement without running it."""
    from tiksql.translating import Translation  # noqa: PLC0415 - rarely needed

    job, source = shell.job, Source(argument or _last_text(shell), "<prompt>")
    translation = Translation(job.session, "text", all_pages=False, note=lambda _: None)
    try:
        for plan in translation.texts(source, job.values):
            job.delivery.text(plan.rstrip("\n"))
    except TikSQLError as error:
        error.source = error.source or source
        raise
    if not translation.queries:
        raise UsageError("TS623", "there is no query to explain", hint=r"\explain SELECT …")


def _last_text(shell: Shell) -> str:
    if not shell.text:
        raise UsageError("TS623", "there is no statement yet", hint="type one first")
    return shell.text


# --- saved under a name


def save(shell: Shell, argument: str) -> None:
    """Write the last statement to a file of its own in the config directory."""
    path = _path_of(argument)
    text = _last_text(shell)
    replaces = path.exists()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError("TS701", f"{path.parent} cannot be made: {error.strerror}") from None
    with written_aside(path) as stream:
        stream.write(text.rstrip("\n") + "\n")
    shell.say(f"{'replaced' if replaces else 'saved as'} {path}")


def run(shell: Shell, argument: str) -> None:
    """Run what was saved under a name, with values for its parameters."""
    if not argument:
        shell.table((Head("saved", "text"),), [(name,) for name in saved()])
        return
    name, *given = _words(argument)
    path = _path_of(name)
    if not path.is_file():
        near = nearest(name, saved())
        hint = f"did you mean {near}?" if near else r"\run alone lists what was saved"
        raise UsageError("TS622", f"nothing was saved as {name}", hint=hint)
    before = shell.job.values
    shell.job.values = {**before, **read_values(given, read_lines)}
    try:
        shell.job.script(replace(read_script(str(path)), name=path.name))
    finally:
        shell.job.values = before


def _words(argument: str) -> list[str]:
    """Part an argument at its blanks, but for those in quotes."""
    try:
        return shlex.split(argument)
    except ValueError:
        raise UsageError(
            "TS621", "a quote is not closed", hint=r"\run name tag='two words'"
        ) from None


def saved() -> list[str]:
    """Return the names under which something was saved."""
    return sorted(path.stem for path in directory().glob(f"*{SUFFIX}") if NAME.fullmatch(path.stem))


def directory() -> Path:
    """Return the place of what was saved."""
    from platformdirs import user_config_path  # noqa: PLC0415 - only where something is saved

    return user_config_path("tiksql") / "queries"


def _path_of(name: str) -> Path:
    """Return the file of a name, which cannot lie anywhere but in its directory."""
    if not NAME.fullmatch(name):
        raise UsageError(
            "TS622", f"{name} is no name to save under", hint="letters, digits, - and _"
        )
    return directory() / f"{name}{SUFFIX}"


# --- values of parameters


def set_(shell: Shell, argument: str) -> None:
    """Give a parameter a value; without one, list them."""
    if not argument:
        variables(shell, "")
        return
    pair = PAIR.fullmatch(argument)
    if pair is None:
        raise UsageError("TS621", r"\set needs a name and a value", hint=r"\set tag hello")
    given = [f"{pair['name']}={unquoted(pair['value'])}"]
    shell.job.values |= read_values(given, read_lines)


def variables(shell: Shell, _argument: str) -> None:
    """List the values of parameters."""
    rows = [
        (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in sorted(shell.job.values.items())
    ]
    shell.table((Head("parameter", "text"), Head("value", "text")), rows)
