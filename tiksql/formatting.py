"""``tiksql fmt``: scripts laid out, in place or to standard output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tiksql.errors import TikSQLError
from tiksql.files import read_input, read_script, written_aside
from tiksql.syntax.format import formatted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiksql.console import Console


def fmt(
    names: Sequence[str], console: Console, show: Callable[[TikSQLError], object], *, check: bool
) -> int:
    """Lay out files; with ``check`` only name those that would change, and return 1 for any.

    A file with a mistake stays as it is; ``show`` is told of it, and the others are still done.
    """
    status = 0
    for name in names:
        try:
            changed = _one(name, console, check=check)
        except TikSQLError as error:
            show(error)
            status = status or error.exit_status
        else:
            status = status or int(changed and check)
    return status


def _one(name: str, console: Console, *, check: bool) -> bool:
    """Lay out one file, or standard input; say whether that changes it."""
    is_input = name == "-"
    source = read_input(console.stdin.buffer) if is_input else read_script(name)
    text = formatted(source)
    changed = text != source.text
    if check:
        console.stdout.write(console.shown(f"{source.name}\n") * changed)
    elif is_input:
        console.stdout.write(console.shown(text))
    elif changed:
        with written_aside(Path(name)) as stream:
            stream.write(text)
        from tiksql.output.sanitize import visible  # noqa: PLC0415 - not before it is needed

        console.stderr.write(visible(f"formatted {name}") + "\n")
    return changed
