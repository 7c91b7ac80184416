"""JSON with the place of every value, read as people write it.

Byte order marks, comments, trailing commas, single quotes and Python's ``True`` and ``None`` are
mended with a note; whatever is not clear is an error at its place. Numbers stay texts, so that ids
are exact.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct

from tiksql.reverse.text import shown, wrong
from tiksql.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.reverse.text import Notes, Text

MOST_NESTED = 50
"""Levels of brackets; a plan of ours has seven."""

TOKEN = re.compile(
    r"""(?P<space>[\s\ufeff]+)
    | (?P<comment>//[^\n]*|\#[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)
    | (?P<string>"[^"\\]*(?:\\.[^"\\]*)*")
    | (?P<single>'[^'\\]*(?:\\.[^'\\]*)*')
    | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>[][{},:])
    | (?P<stray>.)""",
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}

Kind = Literal["object", "array", "string", "number", "word"]


class Value(Struct):
    """A value and its place.

    ``says`` is a str for strings and numbers, True, False or None for words; ``items`` are the
    values of an array, ``members`` those of an object, by name, and ``names`` their names' places.
    """

    kind: Kind
    span: Span
    says: str | bool | None = None
    items: list[Value] = []
    members: dict[str, Value] = {}
    names: dict[str, Span] = {}

    @property
    def is_null(self) -> bool:
        """Whether it is ``null``."""
        return self.kind == "word" and self.says is None

    def plain(self) -> object:
        """Return it as Python's json module would."""
        match self.kind:
            case "object":
                return {name: value.plain() for name, value in self.members.items()}
            case "array":
                return [value.plain() for value in self.items]
            case "number":
                text = str(self.says)
                return int(text) if text.lstrip("-").isdigit() else float(text)
        return self.says


class Token(NamedTuple):
    """A piece of JSON; the kind of the one behind the last is ``end``."""

    kind: str
    text: str
    start: int
    end: int


def values(text: Text, notes: Notes) -> Iterator[Value]:
    """Read the values of a text one after another: one, or JSON Lines."""
    reader = _Reader(text, notes)
    while reader.next.kind != "end":
        yield reader.value(0)
        if reader.next.text == ",":
            reader.mended("a comma between requests was left out")
            reader.take()


class _Reader:
    """A text that is read, one token ahead."""

    def __init__(self, text: Text, notes: Notes) -> None:
        self._text = text
        self._notes = notes
        self._tokens = self._cut()
        self.next = Token("end", "", 0, 0)
        self.take()

    def _cut(self) -> Iterator[Token]:
        for match in TOKEN.finditer(self._text.text):
            kind = match.lastgroup or ""
            if kind == "comment":
                self._notes.add("a comment was left out", self._text.place(*match.span()))
            elif kind != "space":
                yield Token(kind, match.group(), match.start(), match.end())

    def take(self) -> Token:
        """Go on by one token."""
        taken = self.next
        size = len(self._text.text)
        self.next = next(self._tokens, Token("end", "", size, size))
        return taken

    def place(self, token: Token) -> Span:
        if token.kind != "end":
            return self._text.place(token.start, token.end)
        last = len(self._text.text.rstrip())
        return self._text.place(max(last - 1, 0), last)

    def mended(self, what: str) -> None:
        self._notes.add(what, self.place(self.next))

    def value(self, depth: int) -> Value:
        """Read one value."""
        token = self.next
        if depth > MOST_NESTED:
            raise wrong("TS151", "this is nested deeper than any request", self.place(token))
        match token.kind, token.text:
            case "sign", "{":
                return self._object(depth)
            case "sign", "[":
                return self._array(depth)
            case (("string" | "single"), _):
                return Value("string", self.place(token), self._string())
            case "number", _:
                self.take()
                return Value("number", self.place(token), token.text)
            case "word", word if word in WORDS:
                if word[0].isupper():
                    self.mended("Python's True, False and None were read as JSON's")
                self.take()
                return Value("word", self.place(token), WORDS[word])
        raise self._unexpected(token)

    def _unexpected(self, token: Token) -> Exception:
        if token.kind == "end":
            return wrong("TS150", "the JSON ends too early", self.place(token), "a bracket is open")
        if token.text in {'"', "'"}:
            return wrong("TS150", "this text has no closing quote", self.place(token))
        hints = {"}": "a value is missing before it", "]": "a value is missing before it"}
        hints |= dict.fromkeys(
            "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb", 'texts stand in straight quotes: "US"'
        )
        hint = hints.get(token.text) or _other_form(self._text.text, token)
        message = f"this is no JSON: {shown(token.text)} stands where a value should"
        return wrong("TS150", message, self.place(token), hint)

    def _string(self) -> str:
        token = self.take()
        span = self.place(token)
        if token.kind == "single":
            self._notes.add("single quotes were read as double ones", span)
        inner = token.text[1:-1]
        if any(sign in inner for sign in "\n\t\r"):
            self._notes.add("a line end or tab within a text was read as it stands", span)
        if "\\" not in inner:
            return inner

        def read(match: re.Match[str]) -> str:
            if match[1]:
                return chr(int(match[1], 16))
            if match[2] in ESCAPES:
                return ESCAPES[match[2]]
            if match[2] == "'" and token.kind == "single":
                return "'"
            place = self._text.place(token.start + 1 + match.start(), token.start + 1 + match.end())
            raise wrong("TS150", f"JSON has no {shown(match.group())}", place, r"\\ is a backslash")

        return _paired(ESCAPE.sub(read, inner))

    def _array(self, depth: int) -> Value:
        opened = self.take()
        items: list[Value] = []
        while self.next.text != "]" or self.next.kind != "sign":
            items.append(self.value(depth + 1))
            self._separate("]")
        closed = self.take()
        return Value("array", self._text.place(opened.start, closed.end), items=items)

    def _object(self, depth: int) -> Value:
        opened = self.take()
        members: dict[str, Value] = {}
        names: dict[str, Span] = {}
        while self.next.text != "}" or self.next.kind != "sign":
            place = self.place(self.next)
            name = self._name()
            if name in members:
                raise wrong("TS152", f"{shown(name)} is given twice", place, "leave one out")
            if self.next.text != ":":
                raise wrong("TS150", "a colon is missing before this", self.place(self.next))
            self.take()
            members[name], names[name] = self.value(depth + 1), place
            self._separate("}")
        span = self._text.place(opened.start, self.take().end)
        return Value("object", span, members=members, names=names)

    def _name(self) -> str:
        token = self.next
        if token.kind in {"string", "single"}:
            return self._string()
        if token.kind == "word":
            self.mended("a name without quotes was read as if it had them")
            return self.take().text
        raise self._unexpected(token)

    def _separate(self, closing: str) -> None:
        """Take the comma behind a member; one before the closing bracket is mended."""
        token = self.next
        if token.kind == "sign" and token.text == ",":
            self.take()
            if self.next.kind == "sign" and self.next.text == closing:
                self._notes.add("a comma before a closing bracket was left out", self.place(token))
        elif token.kind != "sign" or token.text != closing:
            if token.kind == "end":
                raise self._unexpected(token)
            raise wrong(
                "TS150",
                f"a comma or {closing} is missing before {shown(token.text)}",
                self.place(token),
            )


def _paired(text: str) -> str:
    """Join the halves of characters that JSON wrote as two; a half alone stays."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return PAIR.sub(lambda pair: _joined(*pair.group()), text)


def _joined(high: str, low: str) -> str:
    return chr(0x10000 + ((ord(high) - 0xD800) << 10) + ord(low) - 0xDC00)


def _other_form(text: str, token: Token) -> str | None:
    """Guess what a text is that is not JSON."""
    if text[: token.start].strip("\ufeff \r\n\t"):
        return None
    word = token.text.lower()
    starts = {
        "curl": "for curl commands: --from curl",
        "post": "for .http files: --from http",
        "get": "for .http files: --from http",
        "select": "this looks like SQL, which needs no --from",
        "with": "this looks like SQL, which needs no --from",
        "explain": "this looks like SQL, which needs no --from",
        "<": "this looks like HTML: it may be an error page",
    }
    return starts.get(word)
