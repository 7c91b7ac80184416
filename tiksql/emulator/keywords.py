r"""How a keyword is looked for in a caption.

The API publishes no rule (api notes 3.5: "approximate"), so this one is a decision of the project:

* Case does not matter (``str.casefold``).
* A keyword is split into words. They must occur in the caption as whole words, in order and next
  to each other, whatever spaces, punctuation and emoji stand between: a keyword of several words
  is a phrase.
* A word is also found as a whole hashtag: ``world`` finds ``#world``, not ``#worldcup``. A word
  that is written with ``#`` is found as a hashtag only.
* Scripts without spaces (Thai, Lao, Khmer, Burmese, Kana, Han) count each character as a word, so
  a keyword is found anywhere in such text.
* A keyword without any word, such as an emoji, is found wherever its characters are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Thai and Lao, Burmese, Khmer, Kana, Han (with extension A and the compatibility forms).
SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# re's \w leaves out the vowel signs and other marks of many scripts.
MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0dff"
WORD = rf"[\w{MARKS}{SPACELESS}]"

HASHTAG = re.compile(rf"#({WORD}+)")
_RUN = re.compile(rf"#?{WORD}+")
_PIECE = re.compile(rf"#{WORD}+|[{SPACELESS}]|(?:(?![{SPACELESS}]){WORD})+")


def finder(keyword: str) -> Callable[[str], bool]:
    """Build the test whether a caption contains a keyword."""
    folded = keyword.casefold()
    runs = _RUN.findall(folded)
    if not runs:
        return lambda caption: folded in caption.casefold()
    pattern = re.compile("\n" + "\n".join(_alternatives(run) for run in runs) + "\n")
    probe = runs[0].lstrip("#")

    def found(caption: str) -> bool:
        text = caption.casefold()
        # Most captions do not hold the first word at all: split only those that do.
        return probe in text and pattern.search(_split(text)) is not None

    return found


def _split(text: str) -> str:
    """Write the words of a text one a line, hashtags whole."""
    return "\n" + "\n".join(_PIECE.findall(text)) + "\n"


def _alternatives(run: str) -> str:
    """Match a word of a keyword as a hashtag and, unless it is written as one, as words."""
    hashtag = "#" + re.escape(run.lstrip("#"))
    if run.startswith("#"):
        return hashtag
    words = "\n".join(re.escape(piece) for piece in _PIECE.findall(run))
    return f"(?:{hashtag}|{words})"
