"""Commands of a shell script, cut into words as bash does, with the place of every character.

Quotes of all kinds, escapes, continued lines, comments, here-documents, substitutions and
variables that the script itself sets are understood; nothing is ever run.
"""

from __future__ import annotations

import re

from tiksql.reverse.text import Text, wrong
from tiksql.reverse.words import ANSI, Command, Word, ansi_character

MOST_NESTED = 20
"""Substitutions within each other."""
ENDS = frozenset(";&|\n(){}")
META = frozenset(" \t\r\n;&|<>()`")
VARIABLE = re.compile(
    r"\$(?:(?P<name>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\}|\{[^}]*\}|[\d@*#?$!-])"
)
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(?==)")
BLANKS = re.compile(r"(?:[ \t\r]|\\\r?\n)+")
PLAIN = re.compile(r"[^\s;&|<>()`'\"\\$]+")
PLAIN_WITHIN = re.compile(r"[^`\"\\$]+")
PLAIN_QUOTED = re.compile(r"[^'\\]+")
HEREDOC = re.compile(r"<<-?[ \t]*(?P<quote>['\"]?)(?P<word>[\w.-]+)(?P=quote)")


def commands(text: Text) -> list[Command]:
    """Cut a script into commands; raise ``ForeignError`` where a quote is not closed."""
    shell = _Shell(text)
    shell.script("")
    return shell.found


class _Shell:
    def __init__(self, text: Text) -> None:
        self._whole = text
        self._text = text.text
        self._at = 0
        self._depth = 0
        self._waiting: list[tuple[str, bool, Command]] = []
        self._values: dict[str, Word] = {}
        self.found: list[Command] = []

    def script(self, closing: str) -> None:
        """Read commands up to a closing sign."""
        command = Command()
        while self._at < len(self._text) and self._text[self._at] != (closing or None):
            command = self._step(command)
        self._flush(command)
        self._at += len(closing)

    def _step(self, command: Command) -> Command:
        character = self._text[self._at]
        if found := BLANKS.match(self._text, self._at):
            self._at = found.end()
        elif character == "#":
            self._at = _line_end(self._text, self._at)
        elif found := HEREDOC.match(self._text, self._at):
            self._waiting.append((found["word"], bool(found["quote"]), command))
            self._at = found.end()
        elif character in "<>":
            self._redirection()
        elif character in ENDS:
            self._at += 1
            if character == "\n":
                self._feed()
            self._flush(command)
            return Command()
        else:
            word = self._word()
            before_sign = self._text[self._at : self._at + 1] in {"<", ">"}
            if not (before_sign and "".join(word.characters).isdecimal()):
                command.words.append(word)
        return command

    def _flush(self, command: Command) -> None:
        words = command.words
        texts = [word.text.text for word in words]
        if texts[:1] == ["export"]:
            words, texts = words[1:], texts[1:]
        if texts and all(ASSIGNMENT.match(text) for text in texts):
            for word, text in zip(words, texts, strict=True):
                self._assign(word, text)
        elif words:
            self.found.append(command)

    def _assign(self, word: Word, text: str) -> None:
        name, _, _ = text.partition("=")
        size = len(name) + 1
        self._values[name] = Word(
            word.characters[size:], word.offsets[size:], word.unknown, word.end
        )

    def _redirection(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in "<>&":
            self._at += 1
        while self._at < len(self._text) and self._text[self._at] in " \t":
            self._at += 1
        if self._at < len(self._text) and self._text[self._at] not in META:
            self._word()

    def _feed(self) -> None:
        """Read the here-documents that the line just ended has announced."""
        for end, quoted, command in self._waiting:
            word, text = Word(), self._text
            while self._at < len(text):
                line_end = _line_end(text, self._at)
                line = text[self._at : line_end]
                if line.strip() == end:
                    self._at = min(line_end + 1, len(text))
                    break
                if quoted:
                    self._keep(word, line_end + 1)
                else:
                    self._double(word, min(line_end + 1, len(text)))
            word.end = self._at
            command.fed = word
        self._waiting = []

    # --- one word

    def _word(self) -> Word:
        word = Word()
        text = self._text
        while self._at < len(text) and text[self._at] not in META - {"`"}:
            character = text[self._at]
            if character == "\\":
                self._escaped(word)
            elif character == "'":
                self._quoted(word)
            elif character == '"':
                self._at += 1
                self._in_double(word)
            elif text.startswith("$'", self._at):
                self._ansi(word)
            elif text.startswith('$"', self._at):
                self._at += 1
            elif character in "$`":
                self._dollar(word)
            else:
                self._plain(word, PLAIN)
        word.end = self._at
        return word

    def _plain(self, word: Word, pattern: re.Pattern[str]) -> None:
        """Take characters that mean themselves, one at least."""
        found = pattern.match(self._text, self._at)
        self._keep(word, max(found.end() if found else 0, self._at + 1))

    def _keep(self, word: Word, end: int) -> None:
        end = min(end, len(self._text))
        word.characters += self._text[self._at : end]
        word.offsets += range(self._at, end)
        self._at = end

    def _escaped(self, word: Word) -> None:
        if self._text.startswith(("\\\n", "\\\r\n"), self._at):
            self._at = self._text.index("\n", self._at) + 1
        else:
            self._at += 1
            self._keep(word, self._at + 1)

    def _quoted(self, word: Word) -> None:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise self._open()
        self._at += 1
        self._keep(word, end)
        self._at = end + 1

    def _open(self) -> Exception:
        place = self._whole.place(self._at, self._at + 1)
        return wrong(
            "TS169", "this quote is never closed", place, r"a ' within '…' is written '\''"
        )

    def _in_double(self, word: Word) -> None:
        start = self._at - 1
        self._double(word, len(self._text), '"')
        if self._at >= len(self._text):
            self._at = start
            raise self._open()
        self._at += 1

    def _double(self, word: Word, end: int, closing: str = "") -> None:
        """Read what stands in double quotes, or in a here-document without any."""
        text = self._text
        while self._at < end and text[self._at] != (closing or None):
            if text[self._at] == "\\" and text[self._at + 1 : self._at + 2] in set('"\\$`\n'):
                self._escaped(word)
            elif text[self._at] in "$`":
                self._dollar(word)
            elif closing:
                self._plain(word, PLAIN_WITHIN)
            else:
                self._keep(word, self._at + 1)

    def _ansi(self, word: Word) -> None:
        start = self._at
        self._at += 2
        while self._at < len(self._text) and self._text[self._at] != "'":
            if (found := ANSI.match(self._text, self._at)) is None:
                self._plain(word, PLAIN_QUOTED)
                continue
            for character in ansi_character(found):
                word.add(character, self._at)
            self._at = found.end()
        if self._at >= len(self._text):
            self._at = start
            raise self._open()
        self._at += 1

    def _dollar(self, word: Word) -> None:
        """Read a variable or a substitution: a known one is put in, others are remembered."""
        start = self._at
        if self._text[start] == "`" or self._text.startswith("$(", start):
            self._within(1 if self._text[start] == "`" else 2)
        elif found := VARIABLE.match(self._text, start):
            self._at = found.end()
            known = self._values.get(found["name"] or found["braced"] or "")
            if known is not None:
                word.characters += known.characters
                word.offsets += known.offsets
                word.unknown += known.unknown
                return
        else:
            self._keep(word, start + 1)
            return
        end = self._at = min(self._at, len(self._text))
        word.unknown.append(self._whole.place(start, end))
        for offset in range(start, end):
            word.add(self._text[offset], offset)

    def _within(self, signs: int) -> None:
        """Read the commands of a substitution, whose first signs open it."""
        if self._depth == MOST_NESTED:
            place = self._whole.place(self._at, self._at + signs)
            raise wrong("TS151", "this is nested deeper than any command", place)
        self._depth += 1
        self._at += signs
        self.script("`" if signs == 1 else ")")
        self._depth -= 1


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
