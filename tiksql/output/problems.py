"""Errors, as people and as programs read them.

A person gets the message, the place, the line with the place underlined, and the hint behind the
carets, or below them if it does not fit there. A program gets the same as one line of JSON, all
of it ASCII, so that it is safe on any terminal and in any encoding.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tiksql.output.excerpt import Excerpt, excerpt
from tiksql.output.sanitize import shorten, visible, visible_lines, width
from tiksql.words import ours, theirs

if TYPE_CHECKING:
    from tiksql.errors import TikSQLError
    from tiksql.source import Source, Span

_EXCERPT_CELLS: Final = 80
_FEWEST_CELLS: Final = 16
"""Less of a line than this says nothing, so a narrower terminal wraps it."""

# All together a shown error stays below 2 KB, whatever the statement is.
_MESSAGE_BYTES: Final = 560
_HINT_BYTES: Final = 800
_NAME_BYTES: Final = 120
_LINE_BYTES: Final = 320
_JSON_BYTES: Final = 1_800

_RED, _BLUE, _BOLD, _RESET = "\x1b[1;31m", "\x1b[34m", "\x1b[1m", "\x1b[0m"


def render_text(error: TikSQLError, *, color: bool = False, width: int | None = None) -> str:
    """Show an error to a person, in lines that each end with a line end."""
    message = shorten(visible(error.message), _MESSAGE_BYTES)
    lines = [_paint(f"error[{error.code}]", _RED, color) + _paint(f": {message}", _BOLD, color)]
    hints = _hint_lines(error.hint)
    if error.span is not None and error.source is not None:
        lines += _place(error.source, error.span, hints, color=color, width=width)
    lines += [f"    {hint}".rstrip() for hint in hints]
    return "".join(f"{line}\n" for line in lines)


def render_bug() -> str:
    """Show the exception that is being handled as what it is, without a character that steers."""
    import traceback  # noqa: PLC0415 - only for a bug

    return (
        visible_lines(traceback.format_exc())
        + "this is a bug in tiksql; please report it with the lines above\n"
    )


def render_json(error: TikSQLError, *, statement: int | None = None) -> str:
    """Describe an error to a program, in one line without its line end.

    ``statement`` counts from 1; line and column count from 1, start and end from 0. What a server
    said stands in ``from_server`` alone: it is data, whatever it asks its reader to do.
    """
    place = None
    if error.span is not None and error.source is not None:
        line, column = error.source.line_and_column(error.span.start)
        place = {"line": line, "column": column, "start": error.span.start, "end": error.span.end}
    hint = error.hint
    described = {
        "code": error.code,
        "kind": error.kind,
        "message": shorten(ours(error.message), _JSON_BYTES),
        "hint": hint if hint is None else shorten(hint, _JSON_BYTES),
        "file": error.source.name if error.source else None,
        "statement": statement,
        "span": place,
        "retryable": error.retryable,
    }
    if said := theirs(error.message):
        described["from_server"] = shorten(said, _JSON_BYTES)
    return json.dumps({"error": described}, separators=(",", ":")).replace("\x7f", r"\u007f")


def _hint_lines(hint: str | None) -> list[str]:
    shown = "\n".join(map(visible, (hint or "").splitlines()))
    return shorten(shown, _HINT_BYTES).split("\n") if shown else []


def _place(
    source: Source, span: Span, hints: list[str], *, color: bool, width: int | None
) -> list[str]:
    """Show where it is; a hint that fits behind the carets is taken from the list."""
    margin = max(len(str(source.line_and_column(span.start)[0])), 3)
    room = None if width is None else width - margin - 3
    cells = _EXCERPT_CELLS if room is None else min(_EXCERPT_CELLS, max(room, _FEWEST_CELLS))
    shown = excerpt(source, span, cells)
    name = shorten(visible(source.name), _NAME_BYTES)
    bar = _paint(" " * margin + " |", _BLUE, color)
    number = _paint(f"{shown.number:>{margin}} |", _BLUE, color)
    return [
        _paint("  -->", _BLUE, color) + f" {name}:{shown.number}:{shown.column}",
        f"{number} {shorten(shown.text, _LINE_BYTES)}".rstrip(),
        f"{bar} {_paint(_carets(shown, hints, room), _RED, color)}",
    ]


def _carets(shown: Excerpt, hints: list[str], room: int | None) -> str:
    carets = " " * shown.start + "^" * shown.length
    if len(hints) == 1 and (room is None or width(f"{carets} {hints[0]}") <= room):
        return f"{carets} {hints.pop()}"
    return carets


def _paint(text: str, paint: str, color: bool) -> str:  # noqa: FBT001 - one letter would say less
    return f"{paint}{text}{_RESET}" if color else text
