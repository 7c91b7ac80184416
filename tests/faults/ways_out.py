"""The command on terminals and pipes that look at every character that comes, and readers of it."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import shlex
import unicodedata
from dataclasses import dataclass

from output import strict_csv

from tiksql.cli import main
from tiksql.console import Console

DRAWN = ("👨‍👩‍👧‍👦", "👩🏽‍❤️‍💋‍👨🏿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️", "☎︎", "1️⃣")
"""What of the corpus is one picture, though a joiner, a selector or tags are in it."""

OURS = re.compile(r"\x1b\[[0-9;]*m|\r\x1b\[K")
"""Our colours, and the end of the line of progress."""

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
"""Letters and marks that Unicode gives no shape."""

MARKS = re.compile(r"[\u0300-\u036f\u0e47-\u0e4e]{6}")


def steering(text, ours=OURS, *, marks=True):
    """List what of a text is more than a text; said without the program's own list.

    A text that a program shall read may have any number of marks on a letter.
    """
    left = ours.sub("", text)
    for picture in DRAWN:
        left = left.replace(picture, "")
    return sorted(filter(is_hidden, set(left) - {"\n"})) + MARKS.findall(left) * marks


def is_hidden(char):
    selects = unicodedata.name(char, "").startswith("VARIATION SELECTOR")
    return unicodedata.category(char) in HIDDEN or char in BLANK or selects


class Terminal(io.StringIO):
    def isatty(self):
        return True


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str


NEVER = re.compile("(?!)")


def command(*argv, on=Terminal, stdin=b"", colour=True):
    """Run a command; whatever it is, it is no bug, and what a terminal gets steers nothing."""
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    environ = {"TERM": "xterm"} if colour else {"TERM": "dumb", "NO_COLOR": "1"}
    console = Console(given, on(), on(), environ)
    status = main([str(each) for each in argv], console)
    out, err = console.stdout.getvalue(), console.stderr.getvalue()
    assert status != 70, err
    ours = OURS if on is Terminal and colour else NEVER
    assert steering(err, ours) == []
    assert on is not Terminal or steering(out, ours) == []
    (out + err).encode()
    return Said(status, out, err)


class _Found(BaseException):
    """A parser was found."""


def options(*argv):
    """List the options that take a value, as the parser of a command line has them."""

    def found(parser, *_more):
        raise _Found(parser)

    original, argparse.ArgumentParser.parse_known_args = (
        argparse.ArgumentParser.parse_known_args,
        found,
    )
    try:
        main(argv, Console(io.StringIO(), io.StringIO(), io.StringIO(), {}))
    except _Found as caught:
        actions = caught.args[0]._actions
        return [a.option_strings[-1] for a in actions if a.option_strings and a.nargs != 0]
    finally:
        argparse.ArgumentParser.parse_known_args = original
    return []


# --- readers: each gives the names of the columns and the rows, lists as lists --------------------


def from_csv(text):
    first, *rows = strict_csv.read(text)
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        [field or "" for field in row] for row in (first, *rows)
    ]
    return first, [[number, value, json.loads(listed)] for number, value, listed in rows]


def from_tsv(text):
    first, *rows = [
        [re.sub(r"\\([tnr\\])", lambda m: UNTABBED[m[1]], field) for field in line.split("\t")]
        for line in text.removesuffix("\n").split("\n")
    ]
    return first, [[number, value, json.loads(listed)] for number, value, listed in rows]


UNTABBED = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}


def from_json(text):
    rows = json.loads(text)
    return list(rows[0]), [list(row.values()) for row in rows]


def from_jsonl(text):
    lines = text.removesuffix("\n").split("\n")
    return from_json(f"[{','.join(lines)}]")


# --- readers of scripts: each gives the texts in them ---------------------------------------------


def strings(value):
    """Yield every text of a document."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def of_shell(script):
    for word in shlex.split(script, comments=True):
        if word.startswith("{"):
            yield from strings(json.loads(word))


def of_requests(text):
    for line in text.split("\n"):
        if line.startswith("{"):
            yield from strings(json.loads(line))


def of_spark(text):
    """Read the texts of Spark's SQL behind the comments."""
    query = "\n".join(line for line in text.split("\n") if not line.startswith("--"))
    for found in re.findall(r"'((?:[^'\\]|\\.)*)'", query, re.DOTALL):
        yield re.sub(r"(?:\\u[0-9a-f]{4})+|\\([01][0-7]{2}|.)", unsparked, found)


UNSPARKED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}


def unsparked(escape):
    """Read one escape: units of UTF-16, an octal number, or a letter."""
    named = escape[1]
    if named is None:
        return bytes.fromhex(escape[0].replace("\\u", "")).decode("utf-16-be")
    return chr(int(named, 8)) if len(named) == 3 else UNSPARKED.get(named, named)
