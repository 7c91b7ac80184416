"""Secrets in what people paste: found by how they are written, and hidden before anything is shown.

The text that errors are shown in has the same length as the file, so that places stay right.
"""

from __future__ import annotations

import re

HIDDEN = "*"

_NAMES = (
    r"client[_-]?secret|client[_-]?key|(?:access|refresh|id|bearer|auth|tiktok\w*)[_-]?token"
    r"|token|api[_-]?key|x-api-key|password|secret|oauth2-bearer"
)
_SIGN = r"\\?[\"']?(?:\\?[ \t])*(?:[:=]|%3[aAdD])(?:\\?[ \t])*(?:\$(?=[\"']))?\\?[\"']?"
_VALUE = r"[^\s\"'\\&,;}\])]+"

_PATTERNS = (
    re.compile(
        rf"(?i)authorization{_SIGN}(?:(?:bearer|basic|token)(?:\\?[ \t]|%20|\+)+)?"
        rf"(?P<value>{_VALUE})"
    ),
    re.compile(rf"(?i)\bbearer(?:\\?[ \t]|%20|\+)+\\?[\"']?(?P<value>{_VALUE})"),
    re.compile(rf"(?i)(?<![A-Za-z0-9])(?:{_NAMES}){_SIGN}(?P<value>{_VALUE})"),
    re.compile(
        r"(?i)--?(?:oauth2-bearer|proxy-user|user|u|b|cookie)(?:=|\s+|(?=['\"]))\$?[\"']?"
        r"(?P<value>[^\s\"']+)"
    ),
    re.compile(
        r"(?i)(?<![A-Za-z0-9-])(?:set-)?cookie(?:\\?[ \t])*:(?:\\?[ \t])*(?P<value>[^\"'\r\n]+)"
    ),
    re.compile(r"://(?P<value>[^/\s\"'@]{1,200}:[^/\s\"'@]{1,200})@"),
    re.compile(r"(?<![A-Za-z0-9])(?P<value>(?:clt|act|rft)\.[A-Za-z0-9._!*-]{6,})"),
)
_PLACEHOLDER = re.compile(
    r"\$\{?\w*\}?|\{\{?[^{}]*\}?\}?|<[^<>]*>|%\w+%|\$\(.*|\*+|null|true|false|[\[{(].*"
)
"""What stands where a secret would: a variable, or a word that asks for one."""


def hidden(text: str) -> list[tuple[int, int]]:
    """Find everything in a text that looks like a secret, by start and end."""
    return sorted(
        {
            match.span("value")
            for pattern in _PATTERNS
            for match in pattern.finditer(text)
            if not _PLACEHOLDER.fullmatch(match["value"])
        }
    )
