"""Text over several lines of a cell, parted between words where that is possible."""

from __future__ import annotations

from tiksql.output.sanitize import width


def wrapped(text: str, cells: int) -> list[str]:
    """Part a visible text into lines of at most some cells; a word that is wider is cut."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer) <= cells:
            lines[-1] = longer
        else:
            lines += _cut(word, cells)
    return [line for line in lines if line] or [""]


def _cut(word: str, cells: int) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and width(pieces[-1] + character) > cells:
            pieces.append("")
        pieces[-1] += character
    return pieces
