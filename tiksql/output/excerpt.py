"""The line of a source that an error is about, cut around the place and underlined.

Lengths are cells, not characters: wide characters before the place do not shift the underline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiksql.output.sanitize import CUT, fit, fit_end, visible, width

if TYPE_CHECKING:
    from tiksql.source import Source, Span

_TAB: Final = 4
_LOOKED_AT: Final = 400
"""Characters on either side of the place that are looked at; no more of them can be shown."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line to show, and the cells of it to underline."""

    number: int
    column: int
    text: str
    start: int
    length: int


def excerpt(source: Source, span: Span, cells: int) -> Excerpt:
    """Cut out the line on which a span begins.

    A span of several lines is underlined to the end of its first one, an empty span with one caret.
    """
    number, column = source.line_and_column(span.start)
    line = source.line(number)
    start = min(column - 1, len(line))
    end = min(max(start, start + span.end - span.start), len(line))
    before = CUT * (start > _LOOKED_AT) + _shown(line[max(start - _LOOKED_AT, 0) : start])
    marked = fit(_shown(line[start : min(end, start + _LOOKED_AT)], width(before)), cells)
    after = _shown(line[end : end + _LOOKED_AT], width(before + marked))
    room = cells - width(marked)
    before = fit_end(before, room - min(width(after), room // 2))
    after = fit(after, room - width(before))
    underlined = max(width(marked), 1)
    return Excerpt(number, column, (before + marked + after).rstrip(), width(before), underlined)


def _shown(text: str, at: int = 0) -> str:
    """Make a piece of a line visible, its tabs blanks up to the next fourth cell."""
    shown = ""
    for index, piece in enumerate(text.split("\t")):
        if index:
            shown += " " * (_TAB - (at + width(shown)) % _TAB)
        shown += visible(piece)
    return shown
