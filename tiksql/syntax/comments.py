"""The comments of a text: where each stands among the tokens.

A comment stands on lines of its own, or behind a token at the end of its line, or within a line
before the token that follows it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiksql.syntax.tokens import Token

COMMENT = re.compile(r"--[^\r\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/")
BLANK_LINE = re.compile(r"\n[^\S\n]*\r?\n")


class Own(NamedTuple):
    """A line of comments, and whether a blank line stands before it."""

    text: str
    apart: bool


class Gap(NamedTuple):
    """What stands between two tokens: at the end of a line, on lines of its own, within a line.

    ``apart`` says whether a blank line stands before the token behind it.
    """

    behind: str
    own: tuple[Own, ...]
    within: tuple[str, ...]
    apart: bool


def gaps(text: str, tokens: Sequence[Token]) -> Iterator[Gap]:
    """Go through the gaps of a text: before each token, and behind the last."""
    starts = [0, *(token.end for token in tokens)]
    ends = [*(token.start for token in tokens), len(text)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        yield _gap(text[start:end], first=not number, last=number == len(tokens))


class _Comment(NamedTuple):
    text: str
    breaks_before: bool
    breaks_behind: bool
    apart: bool


def _gap(gap: str, *, first: bool, last: bool) -> Gap:
    comments = list(_comments(gap, first=first, last=last))
    within: list[_Comment] = []
    while comments and not comments[-1].breaks_behind:
        within.insert(0, comments.pop())
    behind = ""
    own: list[Own] = []
    for comment in comments:
        if comment.breaks_before:
            own.append(Own(comment.text, comment.apart))
        elif own:
            own[-1] = Own(f"{own[-1].text} {comment.text}", own[-1].apart)
        else:
            behind = f"{behind} {comment.text}".strip()
    apart = within[0].apart if within else bool(BLANK_LINE.search(gap[_last_end(gap) :]))
    return Gap(behind, tuple(own), tuple(each.text for each in within), apart)


def _last_end(gap: str) -> int:
    return max((match.end() for match in COMMENT.finditer(gap)), default=0)


def _comments(gap: str, *, first: bool, last: bool) -> Iterator[_Comment]:
    found = list(COMMENT.finditer(gap))
    at = 0
    for number, match in enumerate(found):
        before = gap[at : match.start()]
        end = found[number + 1].start() if number + 1 < len(found) else len(gap)
        text = match.group().rstrip()
        at_end = last and end == len(gap)
        breaks = text.startswith("--") or at_end or "\n" in gap[match.end() : end]
        starts = (first and not number) or "\n" in before
        # A line comment is found without the line end that closes it.
        yield _Comment(text, starts, breaks, bool(BLANK_LINE.search(before)))
        at = match.end()
