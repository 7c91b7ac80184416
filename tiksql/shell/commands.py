r"""The commands of the prompt: one table, which ``\?`` and completion read, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tiksql.errors import UsageError
from tiksql.shell import about, showing, texts
from tiksql.spelling import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.shell.state import Shell


class Command(NamedTuple):
    """One command; ``argument`` says what may follow its name, in brackets what may be missing."""

    name: str
    argument: str
    description: str
    run: Callable[[Shell, str], None]

    @property
    def usage(self) -> str:
        """How it is written."""
        return f"\\{self.name} {self.argument}".rstrip()


def _help(shell: Shell, _argument: str) -> None:
    shell.say(help_text())


def _leave(shell: Shell, _argument: str) -> None:
    shell.left = True


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("?", "", "show this", _help),
        Command("q", "", "leave, as Ctrl-D does", _leave),
        Command("d", "[TABLE]", "columns: what can be selected, what filtered", about.describe),
        Command("dt", "", "tables: what there is, and what each one needs", about.tables),
        Command("x", "[on|off|auto]", "one column a line; auto: where too wide", showing.expand),
        Command("format", "[FORM]", "table, vertical, csv, tsv, json, jsonl …", showing.form),
        Command("o", "[FILE]", "write results to a new file; alone: stop that", showing.output),
        Command("pager", "[off|auto|CMD]", "what shows long results", showing.pager),
        Command("timing", "", "show or hide how long statements take", showing.timing),
        Command("last", "[FORM]", "show the last result again; asks nothing", showing.last),
        Command("g", "", "run the last statement again", texts.again),
        Command("e", "", "edit the last statement in $EDITOR (F4: this one)", texts.edit),
        Command("i", "FILE", "run a script", texts.include),
        Command("save", "NAME", "keep the last statement under a name", texts.save),
        Command("run", "[NAME [K=V]…]", "run what was saved; alone: list it", texts.run),
        Command("set", "[K VALUE]", "give :K a value (@FILE: one a line)", texts.set_),
        Command("vars", "", "list the values that were given", texts.variables),
        Command("explain", "[SELECT …]", "the plan and cost of it, or of the last", texts.explain),
        Command("quota", "", "requests used today", about.quota),
        Command("history", "[WORD]", "what was typed, where it holds a word", about.history),
    )
}
"""In the order in which they are listed."""


def execute(shell: Shell, line: str) -> None:
    """Run a line that begins with a backslash or a dot; raise ``UsageError`` for no command."""
    name, argument = split(line)
    command = COMMANDS.get(name)
    if command is None:
        near = nearest(name, COMMANDS)
        hint = f"did you mean \\{near}?" if near else r"\? lists the commands"
        raise UsageError("TS620", f"there is no command \\{name}", hint=hint)
    if argument and not command.argument:
        raise UsageError("TS621", f"\\{name} takes nothing behind it", hint=command.usage)
    if not argument and command.argument and not command.argument.startswith("["):
        raise UsageError("TS621", f"\\{name} needs {command.argument}", hint=command.usage)
    command.run(shell, argument)


def split(line: str) -> tuple[str, str]:
    """Take a line apart into the name of a command and what follows it."""
    name, _, argument = line.strip()[1:].partition(" ")
    return name.rstrip(";").lower(), argument.strip().rstrip(";").rstrip()


def help_text() -> str:
    r"""Say what can be typed, in lines that an 80 x 24 terminal holds."""
    usages = [command.usage for command in COMMANDS.values()]
    longest = max(map(len, usages))
    lines = [
        f"{usage:<{longest}}  {command.description}"
        for usage, command in zip(usages, COMMANDS.values(), strict=True)
    ]
    keys = "Enter runs a whole statement · Alt-Enter new line · Ctrl-R search · Tab complete"
    return "\n".join([*lines, keys])
