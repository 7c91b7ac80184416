"""What was typed, parted into commands and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNS = ("\\", ".")
"""What a command begins with."""

WORDS = {"quit": "\\q", "exit": "\\q", "help": "\\?", "?": "\\?"}
"""Words that people type before they know the commands."""

TAKES_A_STATEMENT = ("\\explain", ".explain")
"""A command that goes on over lines, as what follows it does."""


def is_command(part: str) -> bool:
    """Say whether a part is a command."""
    return part.lstrip().startswith(SIGNS)


def is_complete(text: str) -> bool:
    """Say whether Enter runs a text; otherwise it opens a new line."""
    word = text.strip().lower()
    if not word or word in WORDS:
        return True
    from tiksql.shell import lines  # noqa: PLC0415 - the parser is not needed before

    return lines.is_complete(text)


def parts(text: str) -> Iterator[str]:
    """Yield the commands, and the scripts before, between and behind them, in order."""
    word = text.strip().rstrip(";").rstrip().lower()
    if word in WORDS:
        yield WORDS[word]
        return
    from tiksql.syntax.pieces import pieces  # noqa: PLC0415 - see above

    start = end = 0
    for piece in pieces(text):
        part = text[start:end]
        if piece.is_command or (is_command(part) and not _goes_on(part)):
            yield from _some(part)
            start = piece.start if piece.is_command else end
        end = piece.end
    yield from _some(text[start:end])


def _goes_on(command: str) -> bool:
    """Say whether what stands on the lines below a command belongs to it."""
    return command.lower().startswith(TAKES_A_STATEMENT) and not command.endswith(";")


def _some(part: str) -> Iterator[str]:
    if part.strip():
        yield part.strip()
