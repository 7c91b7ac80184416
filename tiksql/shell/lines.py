"""When Enter runs what was typed, and when it opens a new line.

``is_complete(text)`` is the whole question, asked with everything in the prompt. In order:

* nothing but blanks, a command line, ``quit`` or ``exit``: runs;
* a last statement with its semicolon: runs, right or wrong, so that its mistake is shown;
* a quote or comment that is not closed: goes on, whatever stands in it;
* anything else goes on, until an empty line follows: then it runs, unless the parser says that
  more text is needed. So a statement may leave its semicolon out, a mistake that no further line
  can mend is shown, and an open bracket or a lone ``SELECT`` can have empty lines in it.
"""

from __future__ import annotations

from collections import deque

from tiksql.errors import ParseError
from tiksql.source import Source
from tiksql.syntax.codes import UNFINISHED
from tiksql.syntax.parser import parse
from tiksql.syntax.pieces import pieces

LEAVING = frozenset({"quit", "exit"})
"""Words that leave the prompt without a backslash and without a semicolon."""


def is_complete(text: str) -> bool:
    """Say whether Enter runs a text; otherwise it opens a new line."""
    if not text.strip() or text.strip().lower() in LEAVING:
        return True
    last = deque(pieces(text), maxlen=1)
    if last and last[0].ended:
        return True
    if last and last[0].opened is not None:
        return False
    return _ends_with_an_empty_line(text) and not (last and _needs_more(text[last[0].start :]))


def _ends_with_an_empty_line(text: str) -> bool:
    before, line_end, line = text.rpartition("\n")
    return bool(line_end) and not line.strip() and bool(before.strip())


def _needs_more(statement: str) -> bool:
    """Say whether a statement ends too early, and has no other mistake."""
    try:
        parse(Source(statement))
    except ParseError as error:
        return error.code in UNFINISHED
    return False
