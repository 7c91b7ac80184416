"""What was typed, parted into commands and statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNS = ("\\", ".")
"""What a command begins with."""

WORDS = {"quit": "\\q", "exit": "\\q", "help": "\\?", "?": "\\?"}
"""Words that people type before they know the commands."""


def is_command(line: str) -> bool:
    """Say whether a line is a command rather than part of a statement."""
    return line.lstrip().startswith(SIGNS)


def is_complete(text: str) -> bool:
    """Say whether Enter runs a text; otherwise it opens a new line."""
    stripped = text.strip()
    return not stripped or is_command(stripped) or stripped.lower() in WORDS or _ends(stripped)


def _ends(text: str) -> bool:
    return text.rstrip().endswith(";")


def parts(text: str) -> Iterator[str]:
    """Yield the commands and the statements between them, in order.

    A command is one line, at the start or behind a semicolon; so a line of a statement that
    begins with a backslash, as in a text over several lines, is none.
    """
    word = text.strip().rstrip(";").rstrip().lower()
    if word in WORDS:
        yield WORDS[word]
        return
    statements: list[str] = []
    for line in text.split("\n"):
        before = "\n".join(statements)
        if is_command(line) and (not before.strip() or _ends(before)):
            yield from _some(before)
            yield line.strip()
            statements = []
        else:
            statements.append(line)
    yield from _some("\n".join(statements))


def _some(text: str) -> Iterator[str]:
    if text.strip():
        yield text
