"""Mistakes in quotes, operators, commas and single characters."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from tiksql.source import Span
from tiksql.syntax.codes import Code
from tiksql.syntax.keywords import words
from tiksql.syntax.wording import excerpt, found

if TYPE_CHECKING:
    from tiksql.errors import ParseError
    from tiksql.syntax.scene import Scene

_OPERATORS = {
    "==": "write = to compare",
    "=<": "write <=",
    "=>": "write >=",
    "<=>": "write =, or IS NULL",
    "&&": "write AND",
    "!": "write NOT, or <> for unequal",
}
_CHARACTERS = {
    "#": "hashtags are texts: '#tag'; comments begin with --",
    "@": "user names are texts: 'name'",
    "$": "parameters are written :name",
    "?": "parameters are written :name",
    "\\": "commands with a backslash work at the start of a line of the prompt",
    "^": "write power(x, y)",
    "|": "write OR between conditions, || between texts",
    "&": "write AND",
    "~": "write regexp_matches(x, 'pattern')",
    "\0": "the file may be UTF-16: save it as UTF-8",
    "\ufffd": "the file may not be UTF-8: save it as UTF-8",
}
_UNCLOSED = {
    "OPEN_STRING": (
        Code.OPEN_STRING,
        "this text has no closing quote",
        "close it with '; a quote inside is written ''",
    ),
    "OPEN_QUOTED": (
        Code.OPEN_NAME,
        "this quoted name has no closing quote",
        "double quotes hold names, single quotes hold texts: 'US'",
    ),
    "OPEN_COMMENT": (Code.OPEN_COMMENT, "this comment has no end", "close it with */"),
}
_VALUES = frozenset({"NAME", "QUOTED", "STRING", "PARAMETER", "INTEGER", "DECIMAL"})
_BEHIND_COMMA = words("""
    FROM WHERE GROUP HAVING ORDER LIMIT RPAR RSQB SEMICOLON COMMA AS ON JOIN UNION EXCEPT INTERSECT
    """)


def sign(scene: Scene) -> ParseError | None:
    """Name a sign that no statement has."""
    kind, text = scene.wrong.kind, scene.wrong.text
    if scene.text[scene.wrong.end : scene.wrong.end + 1] == "\0":
        return _character(scene, "\0", Span(scene.wrong.end, scene.wrong.end + 1))
    if kind in _UNCLOSED:
        code, message, hint = _UNCLOSED[kind]
        return scene.error(code, message, hint=hint)
    if kind == "WRONG_OPERATOR":
        return scene.error(
            Code.OPERATOR, f'there is no operator "{text}"', hint=_OPERATORS.get(text)
        )
    if kind == "WRONG_QUOTE":
        return _quote(scene)
    if kind == "WRONG_NUMBER":
        return scene.error(
            Code.NUMBER,
            f'"{excerpt(text)}" is no number',
            hint="names do not begin with a digit, and texts stand in single quotes",
        )
    return _character(scene, text, scene.wrong.span) if kind == "STRAY" else None


def _quote(scene: Scene) -> ParseError:
    text = scene.wrong.text
    if text == "`":
        message = "a backtick is no quotation mark here"
        hint = 'names need no quotes, or double ones: "name"'
    else:
        message, hint = f"{text} is a typographic quotation mark", "use ' around texts"
    return scene.error(Code.QUOTE, message, hint=hint)


def _character(scene: Scene, text: str, span: Span) -> ParseError:
    point = f"U+{ord(text):04X}"
    if text.isprintable():
        message = f'the character "{text}" has no meaning here'
    else:
        name = unicodedata.name(text, "")
        message = f"the invisible character {point}{f' ({name})' if name else ''} stands here"
    hint = _CHARACTERS.get(text) or (None if text.isprintable() else "delete it")
    return scene.error(Code.CHARACTER, message, span=span, hint=hint)


def apostrophe(scene: Scene) -> ParseError | None:
    """Find a text that an apostrophe inside has ended."""
    text = scene.previous
    if text.kind != "STRING" or text.end != scene.wrong.start or not scene.wrong.word:
        return None
    return scene.error(
        Code.QUOTE,
        f"the text {excerpt(text.text)} ends before {excerpt(scene.wrong.text)}",
        span=text.span,
        hint="a quote inside a text is written twice: 'it''s'",
    )


def thousands(scene: Scene) -> ParseError | None:
    """Find a comma that somebody set between thousands."""
    number, text = scene.previous, scene.text[scene.wrong.end : scene.wrong.end + 3]
    glued = number.kind == "INTEGER" and number.end == scene.wrong.start
    if scene.wrong.kind != "COMMA" or not glued or len(text) < len("000") or not text.isdecimal():
        return None
    hint = f"write {excerpt(number.text)}{text}"
    return scene.error(Code.NUMBER, "numbers are written without commas", hint=hint)


def hyphen(scene: Scene) -> ParseError | None:
    """Find the name of a form that has a hyphen and no quotes."""
    if scene.back(2).kind != "FORMAT" or scene.wrong.text != "-":
        return None
    name = scene.text[scene.previous.start :].partition(")")[0].strip()
    return scene.error(
        Code.UNEXPECTED,
        "a name with a hyphen needs quotes here",
        hint=f"write (FORMAT '{excerpt(name)}')",
    )


def extra_comma(scene: Scene) -> ParseError | None:
    """Find a comma with nothing behind it."""
    comma = scene.previous
    if comma.kind != "COMMA" or scene.wrong.kind not in _BEHIND_COMMA:
        return None
    if scene.wrong.kind in {"ORDER", "GROUP"} and scene.next_word != "BY":
        return None
    message = f"a comma stands before {found(scene.wrong)}, with nothing between them"
    return scene.error(Code.EXTRA_COMMA, message, span=comma.span, hint="leave the comma out")


def missing_comma(scene: Scene) -> ParseError | None:
    """Find two values side by side where a list is read."""
    if "COMMA" not in scene.expected or scene.wrong.kind not in _VALUES:
        return None
    one, other = excerpt(scene.previous.text), excerpt(scene.wrong.text)
    return scene.error(
        Code.MISSING_COMMA,
        f"a comma is missing between {one} and {other}",
        hint=f"write {one}, {other}"
        + (f" for two columns, or {one} AS {other} for a new name" if _named(scene) else ""),
    )


def _named(scene: Scene) -> bool:
    return "AS" in scene.expected and scene.wrong.kind == "NAME"
