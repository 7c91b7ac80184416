r"""Make any text safe to show, and measure the cells that it takes.

What people write on TikTok must not steer the terminal of whoever reads it, nor reorder what stands
beside it. On a terminal

* C0 controls and DEL become their control pictures (ESC ``␛``, tab ``␉``, NUL ``␀``), a newline
  becomes ``⏎``;
* C1 controls, bidirectional controls, line and paragraph separators, lone surrogates and everything
  else that Unicode tells a terminal not to draw become escapes such as ``\x9b`` and ``\u202e``;
* a joiner or a variation selector stays where it makes an emoji, and so do the three flags that are
  spelt with tags;
* more than five combining marks in a row are cut to five and ``…``.

Nothing of this can be undone, so it belongs to terminals and to the formats made for reading.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MARKS_KEPT = 5
CUT = "…"

_EMOJI = (
    r"\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935"
    r"\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_INVISIBLE = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0"
    r"\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\ud800-\udfff"
)
# The blocks that combining marks live in. What is neither a letter nor a space there is a mark or
# punctuation; only the few runs that are found pay for asking which.
_MARKED = (
    r"\u0300-\u1fff\u20d0-\u20ff\u2cef-\u2cf1\u2de0-\u2dff\u302a-\u302f\u3099\u309a"
    r"\ua66f-\uabff\ufb1e\ufe20-\ufe2f\U000101fd-\U0001e94a"
)
_FLAGS = "|".join(
    "".join(chr(0xE0000 + ord(letter)) for letter in region)
    for region in ("gbeng", "gbsct", "gbwls")
)
_SUSPECT = (
    rf"\U0001f3f4(?:{_FLAGS})\U000e007f"
    rf"|[{_INVISIBLE}\U000e0000-\U000e0fff]"
    rf"|(?<![{_EMOJI}#*0-9])[\ufe0e\ufe0f]|(?<=[#*0-9])(?:\ufe0e|\ufe0f(?!\u20e3))"
    # People are drawn with at most five joined parts; a longer chain only hides its width.
    rf"|(?:[{_EMOJI}]\ufe0f?\u200d){{6,}}"
    rf"|\u200d(?![{_EMOJI}])|(?<![{_EMOJI}])(?<![{_EMOJI}]\ufe0f)\u200d"
    rf"|(?:(?![\w\s])[{_MARKED}]){{{MARKS_KEPT + 1},}}"
)
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_PICTURES = {chr(code): chr(0x2400 + code) for code in range(32)} | {"\x7f": "␡", "\n": "⏎"}


def visible(text: str) -> str:
    """Write a text so that it can only be read, whatever is in it."""
    if text.isascii() and text.isprintable():
        return text
    perhaps, suspect = _looks()
    return suspect.sub(_symbols, text) if perhaps.search(text) else text


@cache
def _looks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what says whether a text is worth the slower look, and that look.

    Made once somebody has such a text: to compile them takes as long as many a module.
    """
    perhaps = rf"[{_INVISIBLE}{_MARKED}\u200d\ufe0e\ufe0f\U000e0000-\U000e0fff]"
    return re.compile(perhaps), re.compile(_SUSPECT)


def hidden() -> dict[str, str]:
    """Return every character of the first plane that a terminal does not draw, and its symbol.

    For whoever draws character by character; joiners and variation selectors, which only others
    make harmful, are not among them.
    """
    plane = "".join(map(chr, range(0x10000)))
    return {c: visible(c) for c in re.findall(f"[{_INVISIBLE}]", plane)}


def visible_lines(text: str) -> str:
    """Do what ``visible`` does, and keep the line ends."""
    return "\n".join(map(visible, text.split("\n")))


def utf8(text: str) -> str:
    r"""Write lone surrogates as ``\udXXX``, so that UTF-8 can hold the text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(_escape, text)
    return text


def width(text: str) -> int:
    """Count the cells that a visible text takes on a terminal."""
    if text.isascii() and text.isprintable():
        return len(text)
    cells = _cell_counter()(text)
    return cells if cells >= 0 else _cell_counter()(visible(text))


def painted_width(line: str) -> int:
    """Count the cells of a visible line that may have colours in it."""
    return width(_COLOR.sub("", line)) if "\x1b" in line else width(line)


def fit(text: str, cells: int) -> str:
    """Cut a visible text to so many cells, the last of them for ``…``."""
    if width(text) <= cells:
        return text
    return _head(text, cells - 1) + CUT if cells > 0 else ""


def fit_end(text: str, cells: int) -> str:
    """Cut a visible text to its last cells, the first of them for ``…``."""
    if width(text) <= cells:
        return text
    if cells <= 0:
        return ""
    graphemes = list(_graphemes(text))
    tail = ""
    while graphemes and width(graphemes[-1] + tail) < cells:
        tail = graphemes.pop() + tail
    return CUT + tail


def shorten(text: str, octets: int) -> str:
    """Cut a text to so many bytes of UTF-8, ``…`` included."""
    encoded = text.encode(errors="replace")
    if len(encoded) <= octets:
        return text
    return encoded[: octets - len(CUT.encode())].decode(errors="ignore") + CUT


def _head(text: str, cells: int) -> str:
    if text.isascii():
        return text[:cells]
    taken, length = 0, 0
    for grapheme in _graphemes(text):
        taken += width(grapheme)
        if taken > cells:
            break
        length += len(grapheme)
    head = text[:length]
    # A script may join what stands beside each other, so the sum is only nearly the width.
    return head if width(head) <= cells else _head(head[:-1], cells)


def _symbols(found: re.Match[str]) -> str:
    """Choose what stands for a suspicious piece of text."""
    piece = found[0]
    if len(piece) == 1:
        return _PICTURES.get(piece) or _escape(found)
    if piece.startswith("\U0001f3f4") and piece.endswith("\U000e007f"):
        return piece
    if piece.endswith("\u200d"):
        return piece.replace("\u200d", r"\u200d")
    return "".join(_few_marks(piece))


def _few_marks(piece: str) -> Iterator[str]:
    """Keep the first marks of each run of them, and everything that is no mark."""
    for is_mark, run in groupby(piece, lambda c: unicodedata.category(c).startswith("M")):
        marks = "".join(run)
        yield marks[:MARKS_KEPT] + CUT if is_mark and len(marks) > MARKS_KEPT else marks


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x100:  # noqa: PLR2004 - the last code point that two digits can write
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - as above


@cache
def _cell_counter() -> Callable[[str], int]:
    from wcwidth import wcswidth  # noqa: PLC0415 - most runs never show more than ASCII

    return wcswidth


def _graphemes(text: str) -> Iterator[str]:
    from wcwidth import iter_graphemes  # noqa: PLC0415 - as above

    return iter_graphemes(text)
