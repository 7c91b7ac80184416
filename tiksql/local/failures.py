"""What DuckDB says when something fails, as errors of this program at a place of the statement.

DuckDB gives its errors as JSON, with the stretch of its SQL that they are about. That stretch
leads back through the pieces of the query; without one, a name in the message does; without a
name, it is the whole query.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tiksql.errors import (
    EvaluationError,
    InterruptError,
    ResolveError,
    StudyError,
    TikSQLError,
)
from tiksql.local.wording import LONGEST, cleaned, in_words
from tiksql.spelling import nearest
from tiksql.words import Quoted

if TYPE_CHECKING:
    from tiksql.local.relations import LocalQuery, Piece

_RULES = (
    (r"must appear in the GROUP BY|used in an aggregate", "TS218"),
    (r"cannot contain|cannot be nested|not allowed in|is not an aggregate|without groups", "TS219"),
    (r"No function matches|best candidate|Cannot (compare|mix|concatenate|extract)", "TS205"),
    (r"type mismatch|explicit cast|with name .* does not exist", "TS205"),
)
_MISSING = (
    (r'does not have a column named "(.+?)"', "TS201", "column"),
    (r'Referenced table "(.+?)" not found', "TS202", "table"),
    (r"^Type with name (.+?) does not exist", "TS205", "type"),
    (r'[Ff]unction "(.+?)" is a table function', "TS203", "function"),
    (r'Could not find key "(.+?)" in struct', "TS205", "member"),
)
VALUES = {
    "Conversion": "a value cannot be converted",
    "Out of Range": "a value is out of range",
    "Invalid Input": "a value is not valid here",
}
"""By kind of error: what values do that fail. DuckDB quotes them, and they may be of records."""

_CANDIDATES = re.compile(r"(?:Candidate [A-Za-z]+:|Did you mean) ([^\n?]*)")
_IO = re.compile(r'could not .*?"(.+?)\\?".*?: ([^:"\\]+)', re.IGNORECASE)
"""A file that cannot be written or read: one made of a study, as no other is open to DuckDB."""
_WORD = re.compile(r"""["']([^"']+)["']""")


def failure(error: Exception, query: LocalQuery | None = None, shift: int = 0) -> TikSQLError:
    """Say what went wrong; ``shift`` counts what was sent before the text of the query."""
    report = _report(str(error))
    kind = str(report.get("exception_type", type(error).__name__))
    message = str(report.get("exception_message", ""))
    if kind.upper().startswith("INTERRUPT"):
        if "execution time" in message:
            return EvaluationError("TS543", "the local part of the statement took too long")
        return InterruptError("TS801", "interrupted")
    if kind.upper().replace(" ", "").startswith("OUTOFMEMORY"):
        return EvaluationError(
            "TS541",
            "the local part of the statement needs more memory than it may have",
            hint="select fewer columns or days, or sort and group less at once",
        )
    is_io = kind == "IO" or '"exception_type":"IO"' in message
    if is_io and (found := _IO.search(message)):
        return StudyError("TS720", cleaned(f"{found[1]} cannot be used: {found[2]}"))
    if query is None:
        return EvaluationError("TS544", cleaned(message or str(error)))
    return _placed(report, kind, query, shift)


def _report(text: str) -> dict[str, Any]:
    """Read the JSON behind the kind of error; some errors are plain text in spite of all."""
    brace = text.find("{")
    if brace >= 0:
        try:
            found = json.loads(text[brace:])
        except ValueError:
            found = None
        if isinstance(found, dict) and "exception_message" in found:
            return found
    kind, _, message = text.partition(": ")
    return {"exception_type": kind.removesuffix(" Error"), "exception_message": message or text}


def _placed(report: dict[str, Any], kind: str, query: LocalQuery, shift: int) -> TikSQLError:
    message = str(report["exception_message"])
    piece = _piece(report, query, shift)
    if kind == "Catalog" and "Function" in str(report.get("type")):
        return _unknown_function(report, piece)
    for pattern, code, what in _MISSING:
        if found := re.search(pattern, message):
            report = {**report, "name": found[1], "candidates": _bindings(message)}
            return _unknown_name(code, what, report, query.named(found[1], piece) or piece)
    if report.get("error_subtype") == "COLUMN_NOT_FOUND":
        return _unknown_name("TS201", "column", report, piece)
    if kind == "Catalog" and report.get("type") == "Table":
        return _unknown_name("TS202", "table", report, piece)
    if kind in VALUES:
        said = Quoted(VALUES[kind], f": {cleaned(message)}")
        return ResolveError("TS221", said, span=piece.span, hint=_run_hint(kind))
    code = next((code for pattern, code in _RULES if re.search(pattern, message)), "TS220")
    text, hint = in_words(report, code)
    return ResolveError(code, text, span=piece.span, hint=hint)


def _run_hint(kind: str) -> str | None:
    return "TRY(…) around an expression makes NULL of what fails" if kind == "Conversion" else None


def _piece(report: dict[str, Any], query: LocalQuery, shift: int) -> Piece:
    start, length = _location(report)
    whole = query.pieces[0]
    if start is None:
        words = _WORD.findall(str(report["exception_message"]))
        return next((p for w in words if (p := query.named(w, whole))), whole)
    data = query.text.encode()
    begin = len(data[: max(0, start - shift)].decode("utf-8", "ignore"))
    end = len(data[: max(0, start - shift + length)].decode("utf-8", "ignore"))
    piece = query.place(begin, end - begin)
    word = report.get("name")
    return (isinstance(word, str) and query.named(word, piece)) or piece


def _location(report: dict[str, Any]) -> tuple[int | None, int]:
    """Read ``[start, length]`` in bytes, or the mere start that older versions give."""
    try:
        start, length = json.loads(str(report.get("location", "")))
        return int(start), int(length)
    except ValueError:
        position = str(report.get("position", ""))
        return (int(position), 1) if position.isdigit() else (None, 0)


def _unknown_function(report: dict[str, Any], piece: Piece) -> ResolveError:
    name = str(report.get("name", ""))[:LONGEST]
    near = nearest(name, str(report.get("candidates", "")).split(","))
    return ResolveError(
        "TS203",
        f'unknown function "{name}"',
        span=piece.span,
        hint=f'did you mean "{near}"?' if near else "the functions are those of DuckDB",
    )


def _unknown_name(code: str, what: str, report: dict[str, Any], piece: Piece) -> ResolveError:
    name = str(report.get("name", ""))[:LONGEST]
    candidates = [word.strip('"').rpartition(".")[2] for word in _candidates(report)]
    near = nearest(name, candidates)
    return ResolveError(
        code,
        f'unknown {what} "{name}"',
        span=piece.span,
        hint=f'did you mean "{near}"?' if near else None,
    )


def _bindings(message: str) -> str:
    found = _CANDIDATES.search(message)
    return ",".join(_WORD.findall(found[1])) if found else ""


def _candidates(report: dict[str, Any]) -> list[str]:
    return str(report.get("candidates", "")).split(",")
