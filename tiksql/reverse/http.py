"""``.http`` files, as editors run them: requests parted by ``###``, with variables of the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiksql.reverse.found import addressed, found
from tiksql.reverse.jsontext import values
from tiksql.reverse.text import Text, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.reverse.found import Reading

PARTS = re.compile(r"^###.*$", re.MULTILINE)
LINE = re.compile(r"[^\n]*\n?")
VARIABLE = re.compile(r"@(?P<name>[\w.-]+)[ \t]*=[ \t]*(?P<value>[^\r\n]*)")
PLACEHOLDER = re.compile(r"\{\{\s*(?P<name>[$\w.-]+)[^{}]*\}\}")
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


def from_http(text: Text, reading: Reading) -> None:
    """Find the requests of a file."""
    variables = {
        match["name"]: text.part(*match.span("value"))
        for match in VARIABLE.finditer(text.text)
        if text.text[: match.start()].endswith("\n") or not match.start()
    }
    before = len(reading.found)
    for part in _parts(text):
        _request(part, variables, reading)
    if len(reading.found) == before:
        place = text.place(0, min(len(text.text), 1))
        hint = "a request begins with POST https://…"
        raise wrong("TS174", "no request in this file asks the Research API", place, hint)


def _parts(text: Text) -> Iterator[Text]:
    start = 0
    for match in PARTS.finditer(text.text):
        yield text.part(start, match.start())
        start = match.end()
    yield text.part(start, len(text.text))


def _request(part: Text, variables: dict[str, Text], reading: Reading) -> None:
    lines = [match.span() for match in LINE.finditer(part.text) if match.group()]
    head = [n for n, line in enumerate(lines) if not _is_aside(part.text[slice(*line)])]
    if not head:
        return
    first = head[0]
    blank = next(
        (n for n in range(first, len(lines)) if not part.text[slice(*lines[n])].strip()), len(lines)
    )
    url = _joined([_address(part.part(*lines[first])), *_continued(part, lines[first + 1 : blank])])
    url = _filled(url, variables, known=False)
    place = part.place(*lines[first])
    table, fields = addressed(url, reading)
    if table is None:
        reading.notes.add("this request does not ask the Research API and was left out", place)
        return
    body = _body(part, lines[blank:])
    found_values = list(values(_filled(body, variables, known=True), reading.notes))
    if len(found_values) != 1 or found_values[0].kind != "object":
        raise wrong("TS153", "this request has no body of JSON", place, "it follows an empty line")
    reading.found.append(found(found_values[0], table, fields, reading))


def _is_aside(line: str) -> bool:
    """Say whether a line before a request says nothing to the server."""
    bare = line.strip().lstrip("\ufeff")
    return not bare or bare.startswith(("#", "//", "@"))


def _address(line: Text) -> Text:
    """Cut the method and the version off the first line of a request."""
    text = line.text
    start = len(text) - len(text.lstrip("\ufeff \t"))
    word = text[start:].split(maxsplit=1)[:1]
    if word and word[0].upper() in METHODS:
        start = text.index(word[0], start) + len(word[0])
        start += len(text[start:]) - len(text[start:].lstrip())
    bare = text.rstrip()
    rest, _, last = bare.rpartition(" ")
    return line.part(start, len(rest.rstrip() if last.upper().startswith("HTTP/") else bare))


def _continued(part: Text, lines: list[tuple[int, int]]) -> Iterator[Text]:
    """Go through the lines that continue an address."""
    for start, end in lines:
        bare = part.text[start:end].strip()
        if not bare.startswith(("?", "&")):
            return
        first = start + part.text[start:end].index(bare)
        yield part.part(first, first + len(bare))


def _body(part: Text, lines: list[tuple[int, int]]) -> Text:
    """Take the lines of the body without comments, up to what an editor adds behind it."""
    kept = []
    for start, end in lines:
        line = part.text[start:end].strip()
        if line.startswith(("> ", "<> ")):
            break
        if line.startswith("< "):
            raise wrong(
                "TS172",
                "the body is in another file, which is not read",
                part.place(start, end),
                "read that file itself: --from json FILE",
            )
        if not line.startswith(("#", "//", "@")):
            kept.append(part.part(start, end))
    return _joined(kept) if kept else part.part(len(part.text), len(part.text))


def _joined(parts: list[Text]) -> Text:
    offsets: list[int] = []
    for part in parts:
        assert part.offsets is not None
        offsets += part.offsets[: len(part.text)]
    last = parts[-1]
    assert last.offsets is not None
    return Text("".join(part.text for part in parts), [*offsets, last.offsets[len(last.text)]])


def _filled(text: Text, variables: dict[str, Text], *, known: bool) -> Text:
    """Put the file's variables in; ``known`` says that each has to have a value."""
    pieces, at = [], 0
    for match in PLACEHOLDER.finditer(text.text):
        value = variables.get(match["name"])
        if value is None and known:
            place = text.place(*match.span())
            hint = f"@{match['name']} = … gives it one"
            raise wrong("TS171", "the value of this variable is not known here", place, hint)
        pieces += [text.part(at, match.start())]
        pieces += [value if value is not None else text.part(*match.span())]
        at = match.end()
    return _joined([*pieces, text.part(at, len(text.text))])
