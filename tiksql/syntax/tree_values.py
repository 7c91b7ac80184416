"""Names and literals, built from what was read."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Literal, cast

from tiksql.errors import ParseError
from tiksql.syntax import ast
from tiksql.syntax.codes import Code
from tiksql.syntax.tokens import Token
from tiksql.syntax.tree_places import Pieces, listed, place

Unit = Literal["year", "month", "week", "day", "hour", "minute", "second"]

MAX_DIGITS = 1_000
"""Digits of a number: Python refuses to read 4,300, and no column holds more than 39."""

_INTERVAL = re.compile(
    r"\s*(\d+(?:\.\d+)?)\s*(?:(year|month|week|day|hour|minute|second)s?)?\s*", re.IGNORECASE
)

bracketed = listed


def name(pieces: Pieces) -> ast.Name:
    """Read a name: folded to lower case, unless it is quoted."""
    (token,) = pieces
    if not token.text.startswith('"'):
        return ast.Name(token.text.lower(), span=token.span)
    text = token.text[1:-1].replace('""', '"')
    if not text:
        raise ParseError(
            Code.NAME,
            "a name cannot be empty",
            span=token.span,
            hint="double quotes hold names, single quotes hold texts: ''",
        )
    return ast.Name(text, quoted=True, span=token.span)


function = type_word = name


def keyword_name(pieces: Pieces) -> ast.Name:
    """Read a reserved word that serves as a name here."""
    (token,) = pieces
    return ast.Name(token.text.lower(), span=token.span)


def integer(pieces: Pieces) -> ast.Integer:
    """Read a whole number."""
    (token,) = pieces
    _check_digits(token)
    return ast.Integer(int(token.text), span=token.span)


def decimal(pieces: Pieces) -> ast.Number:
    """Read a number with a point or an exponent."""
    (token,) = pieces
    _check_digits(token)
    try:
        value = Decimal(token.text)
    except InvalidOperation:
        raise _number_error(token, "the exponent of this number is too large") from None
    return ast.Number(value, span=token.span)


def _check_digits(token: Token) -> None:
    if len(token.text) > MAX_DIGITS:
        raise _number_error(token, f"a number has at most {MAX_DIGITS:,} digits")


def _number_error(token: Token, message: str) -> ParseError:
    return ParseError(
        Code.NUMBER, message, span=token.span, hint="long codes are texts: put them in quotes"
    )


def string(pieces: Pieces) -> ast.String:
    """Read a text in single quotes."""
    (token,) = pieces
    return ast.String(text_of(token.text), span=token.span)


def quoted_string(pieces: Pieces) -> ast.String:
    """Read a text in double quotes, as a bracketed list may have it."""
    (token,) = pieces
    return ast.String(token.text[1:-1].replace('""', '"'), span=token.span)


def text_of(quoted: str) -> str:
    """Take the single quotes off a text."""
    return quoted[1:-1].replace("''", "'")


def boolean(pieces: Pieces) -> ast.Boolean:
    """Read TRUE or FALSE."""
    (token,) = pieces
    return ast.Boolean(token.kind == "TRUE", span=token.span)


def null(pieces: Pieces) -> ast.Null:
    """Read NULL."""
    return ast.Null(span=place(pieces))


def date_text(pieces: Pieces) -> ast.DateText:
    """Read DATE and a text; whether the text is a date is judged later."""
    return ast.DateText(text_of(pieces[1].text), span=place(pieces))


def timestamp_text(pieces: Pieces) -> ast.TimestampText:
    """Read TIMESTAMP and a text."""
    return ast.TimestampText(text_of(pieces[1].text), span=place(pieces))


def parameter(pieces: Pieces) -> ast.Parameter:
    """Read a parameter, whose name keeps its case."""
    (token,) = pieces
    return ast.Parameter(token.text[1:], span=token.span)


def now(pieces: Pieces) -> ast.Now:
    """Read CURRENT_DATE or CURRENT_TIMESTAMP, with or without empty brackets."""
    what: Literal["date", "timestamp"]
    what = "date" if pieces[0].kind == "CURRENT_DATE" else "timestamp"
    return ast.Now(what, span=place(pieces))


def unit(pieces: Pieces) -> Pieces:
    """Keep the unit of an interval for the rule around it."""
    return pieces


def _singular(word: str) -> Unit:
    return cast("Unit", word.lower().removesuffix("s"))


def interval(pieces: Pieces) -> ast.Interval:
    """Read INTERVAL 7 DAY."""
    _, amount, (unit_token,) = pieces
    return ast.Interval(_amount(amount), _singular(unit_token.text), span=place(pieces))


def _amount(token: Token) -> ast.Integer | ast.Number | ast.Parameter:
    if token.kind == "PARAMETER":
        return parameter([token])
    return integer([token]) if token.kind == "INTEGER" else decimal([token])


def interval_of(pieces: Pieces) -> ast.Interval:
    """Read INTERVAL (expression) DAY."""
    _, _, amount, _, (unit_token,) = pieces
    return ast.Interval(amount, _singular(unit_token.text), span=place(pieces))


def interval_text(pieces: Pieces) -> ast.Interval:
    """Read INTERVAL '7 days' or INTERVAL '7' DAY."""
    _, token, after = pieces
    read = _INTERVAL.fullmatch(text_of(token.text))
    word = read and (read[2] or (after and after[0].text))
    if not read or not word or (read[2] and after):
        raise ParseError(
            Code.INTERVAL,
            "this is no interval",
            span=token.span,
            hint="write a number and a unit: INTERVAL 7 DAY",
        )
    start = token.start + 1 + read.start(1)
    kind = "DECIMAL" if "." in read[1] else "INTEGER"
    amount = _amount(Token(kind, read[1], start, start + len(read[1])))
    return ast.Interval(amount, _singular(word), span=place(pieces))
