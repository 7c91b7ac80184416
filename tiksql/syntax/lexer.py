"""Cut a text into tokens.

One regular expression holds every terminal that is no keyword. A word is matched whole and only
then looked up, so that ``like_count`` is never ``LIKE`` and a rest. What a word that is not
reserved means depends on the state of the parser: see ``parser``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiksql.syntax.keywords import RESERVED
from tiksql.syntax.tokens import Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

IGNORED = frozenset({"SPACE", "LINE_COMMENT", "BLOCK_COMMENT"})


class Lexer:
    """Cuts texts by the terminals of a grammar.

    ``patterns`` are the terminals that are no keywords, in the order in which they are tried;
    ``keywords`` are the others, in upper case. The last pattern must match any character.
    ``scan`` matches everything in a text, spaces and comments too, from a place on.
    """

    def __init__(self, patterns: Iterable[tuple[str, str]], keywords: Iterable[str]) -> None:
        self.scan = re.compile("|".join(f"(?P<{k}>{p})" for k, p in patterns)).finditer
        self.keywords = frozenset(keywords)

    def cut(
        self, text: str, fits: Callable[[str], bool], start: int = 0, end: int | None = None
    ) -> Iterator[Token]:
        """Yield the tokens of a text, or of a part of it as if it were all there is.

        ``fits`` says whether a keyword that is not reserved could stand where the parser is when
        it asks for the next token; where it could not, the word is a name.
        """
        keywords = self.keywords
        for match in self.scan(text, start, len(text) if end is None else end):
            kind = match.lastgroup
            if kind is None or kind in IGNORED:
                continue
            word = match.group()
            if kind == "NAME":
                upper = word.upper()
                if upper in keywords and (upper in RESERVED or fits(upper)):
                    kind = upper
            yield Token(kind, word, match.start(), match.end())
