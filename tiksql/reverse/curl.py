"""curl commands, as people paste them from documentation, browsers and shell scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.reverse.found import addressed, found
from tiksql.reverse.jsontext import Value, values
from tiksql.reverse.shell import commands
from tiksql.reverse.text import Text, wrong
from tiksql.reverse.words import Command, Word
from tiksql.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiksql.reverse.found import Reading

NAMES = frozenset({"curl", "curl.exe"})
DATA = frozenset({"-d", "--data", "--data-ascii", "--data-raw", "--data-binary", "--json"})
FORMS = frozenset({"-F", "--form", "--form-string", "-G", "--get", "-T", "--upload-file"})
FORMS |= {"--data-urlencode", "--url-query"}
SHORT = frozenset("AbcCdDeEFHKmoPQrtTuUwxXyYz")
"""Letters of the options that take a value."""
LONG = frozenset(
    [
        "--data",
        "--data-ascii",
        "--data-binary",
        "--data-raw",
        "--data-urlencode",
        "--json",
        "--header",
        "--request",
        "--url",
        "--user",
        "--user-agent",
        "--output",
        "--cookie",
        "--cookie-jar",
        "--referer",
        "--max-time",
        "--connect-timeout",
        "--retry",
        "--retry-delay",
        "--retry-max-time",
        "--proxy",
        "--proxy-user",
        "--cacert",
        "--capath",
        "--cert",
        "--key",
        "--write-out",
        "--form",
        "--form-string",
        "--upload-file",
        "--range",
        "--resolve",
        "--interface",
        "--oauth2-bearer",
        "--limit-rate",
        "--config",
        "--dump-header",
        "--url-query",
        "--variable",
        "--max-redirs",
        "--tls-max",
        "--stderr",
        "--proxy-header",
        "--dns-servers",
        "--rate",
        "--trace",
        "--trace-ascii",
        "--speed-limit",
        "--speed-time",
    ]
)
SECRET = frozenset({"-u", "--user", "--oauth2-bearer", "--proxy-user", "-b", "--cookie"})


class Call(Struct):
    """What one curl command asks for."""

    place: Span
    urls: list[Word] = []
    data: list[Word] = []
    sign: str = "&"


def from_curl(text: Text, reading: Reading) -> None:
    """Find the requests of all curl commands in a script; other commands are passed over."""
    calls = [call for command in commands(text) for call in _calls(command, reading)]
    before = len(reading.found)
    for call in calls:
        _request(call, reading)
    if len(reading.found) == before:
        message = "no curl command in this text asks the Research API"
        hint = None if calls else "a command begins with curl"
        raise wrong("TS170", message, text.place(0, min(len(text.text), 1)), hint)


def _calls(command: Command, reading: Reading) -> Iterator[Call]:
    names = [word.text.text.rpartition("/")[2] for word in command.words]
    start = next((n for n, name in enumerate(names) if name in NAMES), None)
    if start is None:
        return
    call = Call(_span(command.words[start]))
    options = _options(command.words[start + 1 :])
    for name, value in options:
        if name in {"--next", "-:"}:
            yield call
            call = Call(call.place)
        elif value is not None:
            _take(call, name, value, command, reading)
        elif name in FORMS:
            raise _form(name, call.place)
    yield call


def _options(words: list[Word]) -> Iterator[tuple[str, Word | None]]:
    """Read words as options with their values; an address has the name of its option."""
    rest = iter(words)
    for word in rest:
        text = word.text.text
        if text.startswith("--"):
            name, sign, _ = text.partition("=")
            value = _cut(word, len(name) + 1) if sign else None
            yield name, next(rest, None) if name in LONG and not sign else value
        elif text.startswith("-") and len(text) > 1:
            yield from _short(word, text, rest)
        else:
            yield "--url", word


def _short(word: Word, text: str, rest: Iterator[Word]) -> Iterator[tuple[str, Word | None]]:
    """Read options of one letter, which may stand together, the last with its value."""
    for number, letter in enumerate(text[1:], 2):
        if letter in SHORT:
            yield f"-{letter}", _cut(word, number) if text[number:] else next(rest, None)
            return
        yield f"-{letter}", None


def _cut(word: Word, start: int) -> Word:
    return Word(word.characters[start:], word.offsets[start:], word.unknown, word.end)


def _take(call: Call, name: str, value: Word, command: Command, reading: Reading) -> None:
    text = value.text.text
    if name == "--url":
        call.urls.append(value)
    elif name in DATA:
        call.sign = "" if name == "--json" else "&"
        if text.startswith("@") and name != "--data-raw":
            value = _fed(value, command)
        call.data.append(value)
    elif name in FORMS:
        raise _form(name, _span(value))
    elif name in SECRET:
        reading.secrets.append(_span(value))
    elif name in {"-H", "--header"} and _is_secret(text):
        start = text.index(":") + 1
        reading.secrets.append(_span(_cut(value, start)))


def _is_secret(header: str) -> bool:
    name, sign, value = header.partition(":")
    known = any(part in name.lower() for part in ("auth", "token", "key", "secret", "cookie"))
    return bool(sign) and known and bool(value.strip()) and "$" not in value


def _fed(value: Word, command: Command) -> Word:
    """Return what @- stands for; a body in another file is not read."""
    if value.text.text == "@-" and command.fed is not None:
        return command.fed
    raise wrong(
        "TS172",
        "the body is in another file, which is not read",
        _span(value),
        "read that file itself: --from json FILE",
    )


def _form(name: str, place: Span) -> Exception:
    return wrong("TS173", f"{name} sends no JSON", place, "the API takes JSON: -d '{…}'")


def _span(word: Word) -> Span:
    text = word.text
    return text.place(0, len(text.text))


def _request(call: Call, reading: Reading) -> None:
    table = fields = address = None
    for word in call.urls:
        table, fields = addressed(word.text, reading)
        if table is not None:
            address = word
            break
    if table is None or address is None:
        reading.notes.add("this command does not ask the Research API and was left out", call.place)
        return
    body = _body(call, reading)
    if fields is None and any(_within(span, address) for span in address.unknown):
        _known(address)
    reading.found.append(found(body, table, fields, reading))


def _within(span: Span, word: Word) -> bool:
    text = word.text.text
    at = text.find("?")
    return at >= 0 and any(offset == span.start for offset in word.offsets[at:])


def _body(call: Call, reading: Reading) -> Value:
    if not call.data:
        hint = "the body is given with -d '{…}'"
        raise wrong("TS158", "this command sends no body", call.place, hint)
    for word in call.data:
        _known(word)
    text = _joined(call.data, call.sign)
    found_values = list(values(text, reading.notes))
    if len(found_values) != 1 or found_values[0].kind != "object":
        place = text.place(0, len(text.text))
        raise wrong("TS153", "the body of this command is no request", place, '{"query": …}')
    return found_values[0]


def _known(word: Word) -> None:
    """Refuse a word that holds a variable which the script does not set."""
    if word.unknown:
        raise wrong(
            "TS171",
            "the value of this variable is not known here",
            word.unknown[0],
            "write its value in its place",
        )


def _joined(words: list[Word], sign: str) -> Text:
    characters: list[str] = []
    offsets: list[int] = []
    for number, word in enumerate(words):
        if number and sign:
            characters.append(sign)
            offsets.append(word.offsets[0] if word.offsets else word.end)
        characters += word.characters
        offsets += word.offsets
    return Text("".join(characters), [*offsets, words[-1].end])
