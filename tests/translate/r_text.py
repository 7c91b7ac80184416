r"""As much of R's lexical rules as its scripts here need: brackets, texts, comments, calls.

``\u{…}`` has at most four digits, ``\U{…}`` at most eight: R refuses a script with more.
"""

from __future__ import annotations

import re

TOKEN = re.compile(
    r'(?P<comment>#[^\n]*)|(?P<text>"(?:[^"\\\n]|\\(?:[nrt\\"]|u\{[0-9a-f]{1,4}\}|U\{[0-9a-f]{1,8}\}))*")'
    r"|(?P<name>[A-Za-z.][\w.]*(?:::[\w.]+)?)|(?P<number>\d+)"
    r"|(?P<sign>\|>|<-|[()\[\]{},=>-])|(?P<space>\s+)"
)
PAIRS = {")": "(", "]": "[", "}": "{"}
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"'}


def tokens(script):
    """Yield kind and text of each token; fail at what is none."""
    place = 0
    while place < len(script):
        found = TOKEN.match(script, place)
        assert found, f"no R: {script[place : place + 40]!r}"
        yield found.lastgroup, found[0]
        place = found.end()


def check_shape(script):
    """Fail where brackets do not match or a text does not end."""
    waiting = []
    for kind, text in tokens(script):
        if kind == "sign" and text in PAIRS.values():
            waiting.append(text)
        elif kind == "sign" and text in PAIRS:
            assert waiting.pop() == PAIRS[text]
    assert waiting == []


def literals(script):
    """Return the texts of a script, as R reads them."""
    return [unescaped(text[1:-1]) for kind, text in tokens(script) if kind == "text"]


def unescaped(text):
    def one(found):
        return chr(int(found[1], 16)) if found[1] else ESCAPES[found[2]]

    return re.sub(r"\\(?:[uU]\{([0-9a-f]+)\}|(.))", one, text)


def calls(script):
    """Return the functions that are called, each with the names of its arguments."""
    found, open_ = [], []
    before = ("", "")
    for kind, text in tokens(script):
        if text in "([{" and kind == "sign":
            open_.append((before[1] if before[0] == "name" else "", []))
        elif text in ")]}" and kind == "sign":
            found.append(open_.pop())
        elif text == "=" and open_:
            open_[-1][1].append(before[1])
        if kind not in {"space", "comment"}:
            before = (kind, text)
    return [(name, names) for name, names in found if name]
