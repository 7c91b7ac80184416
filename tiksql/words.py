"""Texts of ours that end with words of a server: one text to a person, two parts to a program.

What a server says is data, whatever it asks its reader to do. A person sees our words before it; a
program that hands a text on, to a person or to another program, gets the two apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 5
"""Things that a note names before it counts the rest."""


class Quoted(str):
    """A text that is ours up to the end of ``ours``, and a server's behind it."""

    __slots__ = ("ours",)
    ours: str

    def __new__(cls, ours: str, theirs: str) -> Self:
        """Join the two as they are; ``theirs`` begins with what stands between them."""
        quoted = super().__new__(cls, ours + theirs)
        quoted.ours = ours
        return quoted


def quoted(ours: str, theirs: str) -> str:
    """Join what is ours and what a server said, if it said anything."""
    return Quoted(ours, theirs) if theirs else ours


def ours(text: str) -> str:
    """Return the part of a text that is ours."""
    return text.ours if isinstance(text, Quoted) else text


def theirs(text: str | None) -> str | None:
    """Return the part of a text that a server said, None where that is nothing."""
    return _rest(text).lstrip(": ") or None if isinstance(text, Quoted) else None


def behind(place: str, text: str) -> str:
    """Put words of ours before a text."""
    return Quoted(place + text.ours, _rest(text)) if isinstance(text, Quoted) else place + text


def short(text: str, longest: int) -> str:
    """Cut what is too long out of the middle of a text, or of what a server said in it."""
    if len(text) <= longest:
        return text
    if isinstance(text, Quoted):
        return Quoted(text.ours, short(_rest(text), max(8, longest - len(text.ours))))
    end = longest // 4
    return f"{text[: longest - end - 1]}…{text[-end:]}"


_JOINT = "\x1f"
"""Between the two parts where a text is kept; neither ours nor what is shown of a server has it."""


def kept(text: str) -> str:
    """Return a text as a study keeps it, from which ``recalled`` makes it again."""
    return ours(text) + _JOINT + _rest(text) if isinstance(text, Quoted) else text


def recalled(text: str) -> str:
    """Return a text as it was when it was kept."""
    return quoted(*text.split(_JOINT, 1)) if _JOINT in text else text


def _rest(text: Quoted) -> str:
    return text[len(text.ours) :]


def counted(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def some(things: Sequence[object]) -> str:
    """Name some things, and count the others."""
    named = ", ".join(str(each) for each in things[:SHOWN])
    return named + (f" and {len(things) - SHOWN:,} more" if len(things) > SHOWN else "")
