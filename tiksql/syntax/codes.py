"""The codes of everything that can be wrong with the form of a statement.

A code never changes its meaning and is never given to another mistake; new ones come at the end.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """One code for each kind of mistake."""

    UNEXPECTED = "TS101"  # something else was expected here
    INCOMPLETE = "TS102"  # the text ends too early
    KEYWORD = "TS103"  # a keyword is misspelt
    MISSING_COMMA = "TS104"  # two things stand side by side with nothing between them
    EXTRA_COMMA = "TS105"  # a comma has nothing behind it
    MISSING_AS = "TS106"  # a new name for a table or column needs AS
    OPEN_STRING = "TS107"  # a string has no closing quote
    OPEN_NAME = "TS108"  # a quoted name has no closing quote
    OPEN_COMMENT = "TS109"  # a comment has no end
    OPEN_BRACKET = "TS110"  # a bracket is never closed
    EXTRA_BRACKET = "TS111"  # a closing bracket has no opening one
    OPERATOR = "TS112"  # another language's operator
    QUOTE = "TS113"  # a quotation mark that is none here
    CHARACTER = "TS114"  # a character that no statement has
    SEPARATOR = "TS115"  # two statements without a semicolon between them
    STATEMENT = "TS116"  # a statement that TikSQL does not have
    SHOW = "TS117"  # SHOW has no such list
    RESERVED = "TS118"  # a reserved word where a name belongs
    TOO_LONG = "TS119"  # the text is too long
    TOO_DEEP = "TS120"  # brackets or expressions are nested too deep
    NUMBER = "TS121"  # a number that cannot be read
    NAME = "TS122"  # a quoted name with nothing in it
    CLAUSE = "TS123"  # a clause that TikSQL does not have, or in the wrong place
    INTERVAL = "TS124"  # an interval that cannot be read
    NOT = "TS125"  # NOT, IS or IN used as no SQL has it


UNFINISHED = frozenset(
    {Code.INCOMPLETE, Code.OPEN_STRING, Code.OPEN_NAME, Code.OPEN_COMMENT, Code.OPEN_BRACKET}
)
"""Mistakes that more text may mend, so that a prompt can go on reading."""
