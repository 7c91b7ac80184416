"""Commands about how and where results are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.delivery import form_of
from tiksql.errors import UsageError
from tiksql.files import typed_path
from tiksql.output.formats import FORMATS
from tiksql.spelling import nearest

if TYPE_CHECKING:
    from tiksql.shell.state import Shell


def expand(shell: Shell, argument: str) -> None:
    """Choose between tables and one column a line."""
    now = shell.settings.text("expanded")
    shell.set("expanded", argument or ("on" if now == "off" else "off"))
    shell.say(f"expanded is {shell.settings['expanded']}")


def form(shell: Shell, argument: str) -> None:
    """Choose the form of results."""
    if argument:
        shell.set("format", argument)
    shell.say(f"format is {shell.settings['format']}")


def output(shell: Shell, argument: str) -> None:
    """Send results to a file that did not exist, or back to the terminal."""
    delivery = shell.job.delivery
    if not argument:
        shell.say("results go to the terminal")
        delivery.appended = None
        return
    path = typed_path(unquoted(argument))
    form_of(path)
    try:
        path.open("x").close()
    except OSError as error:
        raise UsageError(
            "TS622",
            f"{path} cannot be made: {error.strerror}",
            hint="name a file that does not exist yet",
        ) from None
    delivery.appended, delivery.results = path, 0
    shell.say(rf"results go to {path}; \o alone ends that")


def pager(shell: Shell, argument: str) -> None:
    """Choose what shows long results; alone it is turned off or on."""
    now = shell.settings.text("pager")
    shell.set("pager", argument or ("auto" if now == "off" else "off"))
    shell.say(f"pager is {shell.settings['pager']}")


def timing(shell: Shell, _argument: str) -> None:
    """Show how long statements take, or hide it."""
    shell.set("timing", not shell.settings.flag("timing"))
    shell.say(f"timing is {'on' if shell.settings.flag('timing') else 'off'}")


def last(shell: Shell, argument: str) -> None:
    """Show the last result again, in the usual form or another."""
    name = argument.lower() or None
    if name and name not in FORMATS:
        near = nearest(name, FORMATS)
        hint = f"did you mean {near}?" if near else f"the forms are {', '.join(FORMATS)}"
        raise UsageError("TS621", f"there is no form {argument}", hint=hint)
    if shell.last is None:
        raise UsageError("TS623", "there is no result yet", hint="run a statement first")
    shell.job.delivery.rows(shell.last.again(), name)


def unquoted(argument: str) -> str:
    """Take the quotes off a path that somebody put into quotes."""
    if len(argument) > 1 and argument[0] == argument[-1] and argument[0] in "'\"":
        return argument[1:-1]
    return argument
