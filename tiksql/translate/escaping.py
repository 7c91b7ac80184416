r"""Text in the places of other languages: one function for each place.

Whatever a value holds, it stays a value there: no quote ends it, no newline leaves its comment, and
nothing of it moves a terminal.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tiksql.output.sanitize import visible, visible_lines


class Code(str):
    """A piece of a program, which stands in a literal as it is."""

    __slots__ = ()


def seen(char: str) -> bool:
    """Say whether a character is seen wherever it stands, and steers nothing."""
    return char.isprintable() and visible(char) == char


# --- comments


def commented(text: str, mark: str) -> list[str]:
    """Put a text into comments that go to the end of the line, a line each."""
    return [f"{mark} {line}".rstrip() for line in visible_lines(text).split("\n")]


# --- JSON


def json_text(value: object, indent: int | None = None) -> str:
    r"""Write a value as JSON; what cannot be seen or steers a terminal becomes ``\uXXXX``."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(c if seen(c) or c == "\n" else unit(c) for c in text)


def unit(char: str) -> str:
    r"""Write a character as ``\uXXXX``, one for each unit of UTF-16."""
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


# --- shells


def shell(text: str) -> str:
    """Write a text as one word of a POSIX shell; a NUL, which no word can hold, is left out."""
    return "'" + text.replace("\0", "").replace("'", r"'\''") + "'"


# --- Python


WIDTH = 100
"""Columns of a line of Python, beyond which a value gets lines of its own."""


def python(value: Any, indent: int = 0, before: int = 0) -> str:
    """Write a value as a literal of Python, behind so many columns of its first line."""
    if isinstance(value, Code):
        return value
    if isinstance(value, str):
        return _python_text(value)
    line = _on_one_line(value)
    if indent + before + len(line) < WIDTH or not value:
        return line
    if isinstance(value, dict):
        open_, close = "{", "}"
        names = [f"{python(name)}: " for name in value]
        inner = [
            name + python(each, indent + 4, len(name))
            for name, each in zip(names, value.values(), strict=True)
        ]
    else:
        open_, close = ("[", "]") if isinstance(value, list) else ("(", ")")
        inner = [python(each, indent + 4) for each in value]
    lines = [f"{' ' * (indent + 4)}{each},\n" for each in inner]
    return f"{open_}\n{''.join(lines)}{' ' * indent}{close}"


def _on_one_line(value: Any) -> str:
    match value:
        case dict():
            inner = ", ".join(f"{python(n)}: {_on_one_line(each)}" for n, each in value.items())
            return f"{{{inner}}}"
        case list():
            return f"[{', '.join(_on_one_line(each) for each in value)}]"
        case tuple():
            inner = ", ".join(_on_one_line(each) for each in value)
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        case str():
            return python(value)
    return repr(value)


def _python_text(text: str) -> str:
    if text.isprintable() and ('"' not in text or "'" in text):
        literal = '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'
    else:
        literal = repr(text)
    return "".join(c if seen(c) else f"\\U{ord(c):08x}" for c in literal)


# --- R

_R_ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"}


def r_text(text: str) -> str:
    r"""Write a text as a literal of R; what cannot be seen becomes ``\u{…}`` or ``\U{…}``.

    R has no NUL in texts: the literal is then a call that stops and says so.
    """
    if "\0" in text:
        return 'stop("this text has a NUL, which no text of R can hold")'
    return '"' + "".join(map(_r_char, text)) + '"'


def _r_char(char: str) -> str:
    if char in _R_ESCAPES:
        return _R_ESCAPES[char]
    if seen(char):
        return char
    escape = "u" if char <= "\uffff" else "U"  # with more than four digits R wants the large one
    return f"\\{escape}{{{ord(char):x}}}"


# --- Markdown and HTML

_MARKDOWN = re.compile(r"[\\`*_{}\[\]|~$]|^\s*(?:[#+-]|\d+(?=[.)]))")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def markdown(text: str) -> str:
    """Write a text so that Markdown shows it as it is, on one line, without HTML in it."""
    safe = re.sub("[&<>]", lambda found: _HTML[found[0]], visible(text))
    safe = _MARKDOWN.sub(
        lambda found: f"\\{found[0]}" if found[0] in _SIGNS else _first(found), safe
    )
    # A bare address, and a name behind an @, would become a link.
    return safe.replace("://", "&#58;//").replace("@", "&#64;").replace("www.", "www&#46;")


_SIGNS = frozenset(r"\`*_{}[]|~$")


def _first(found: re.Match[str]) -> str:
    """Write what would begin a list or a heading as an entity."""
    return "".join(f"&#{ord(char)};" for char in found[0])


def fenced(text: str, language: str) -> list[str]:
    """Put lines between fences that nothing in them can close."""
    shown = visible_lines(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *shown.split("\n"), fence]


# --- LaTeX

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "→": r"$\rightarrow$",
}


def latex(text: str) -> str:
    """Write a text so that LaTeX sets it as it is, on one line (T1 encoding, textcomp)."""
    shown = "".join(_LATEX.get(char, char) for char in visible(text))
    return shown.replace("--", "-{}-").replace("--", "-{}-").replace("''", "'{}'")


# --- Mermaid


def mermaid(text: str) -> str:
    """Write a text as a quoted label of Mermaid, on one line: other signs become entities."""
    shown = visible(text)
    return '"' + "".join(c if c.isalnum() or c in " ,.:=()/" else _entity(c) for c in shown) + '"'


def _entity(char: str) -> str:
    return char if char in "-…·" else f"#{ord(char)};"
