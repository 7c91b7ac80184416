"""Commands that say what there is and what happened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiksql.errors import UsageError
from tiksql.rows import Head

if TYPE_CHECKING:
    from tiksql.shell.state import Shell

NAME = re.compile(r'(?:[\w.]|"[^"]*")+')


def describe(shell: Shell, argument: str) -> None:
    """List the columns of a table, or the tables."""
    if not argument:
        tables(shell, argument)
    elif NAME.fullmatch(argument):
        shell.run(f"DESCRIBE {argument}")
    else:
        raise UsageError("TS621", f"{argument} is no name of a table", hint=r"\dt lists them")


def tables(shell: Shell, _argument: str) -> None:
    """List the tables."""
    shell.run("SHOW TABLES")


def quota(shell: Shell, _argument: str) -> None:
    """List today's quota."""
    shell.run("SHOW QUOTA")


def history(shell: Shell, argument: str) -> None:
    """List what was typed, the newest last."""
    word = argument.casefold()
    found = [(text,) for text in shell.reader.entries() if word in text.casefold()]
    shell.table((Head("typed", "text"),), found)
