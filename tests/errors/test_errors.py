"""Every mistake of ``*.tsql`` beside this file is found where its script says so.

Chunks are separated by a line of ``===``. The line where the error has to begin ends with

    -- error: CODE at `text of the span` words of the message or of the hint

``at`` and the words may be left out. Case counts. A chunk without such a line has no error. The
mark itself is taken off before the chunk is checked. Every query is resolved, planned and checked
by DuckDB, on 1 September 2026.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from planning.planning_scene import checked

from tiksql.errors import LanguageError
from tiksql.source import Source
from tiksql.syntax import ast
from tiksql.syntax.parser import parse

MARK = re.compile(
    r"[ \t]*-- error: (?P<code>TS\d+)(?: at `(?P<at>.*?)`)?(?: (?P<words>.*))?$", re.MULTILINE
)


class Chunk(NamedTuple):
    """One text, with the error that it is expected to raise."""

    source: Source
    line: int
    mark: re.Match[str] | None


def check(source):
    """Do with a text what has to find the mistakes, before anything is asked."""
    try:
        for statement in parse(source).statements:
            query = getattr(statement, "query", statement)
            if isinstance(query, ast.Query):
                checked(query)
    except LanguageError as error:
        error.source = error.source or source
        raise


def chunks():
    for path in sorted(Path(__file__).parent.glob("*.tsql")):
        start = 1
        for text in path.read_text(encoding="utf-8").split("===\n"):
            mark = MARK.search(text)
            line = text[: mark.start()].count("\n") + 1 if mark else 0
            source = Source(MARK.sub("", text), path.name)
            yield pytest.param(Chunk(source, line, mark), id=f"{path.stem}:{start}")
            start += text.count("\n") + 1


@pytest.mark.parametrize("chunk", list(chunks()))
def test_the_error_is_found_on_the_line_that_causes_it(chunk):
    if chunk.mark is None:
        check(chunk.source)
        return
    with pytest.raises(LanguageError) as caught:
        check(chunk.source)
    error = caught.value
    said = f"{error.message} | {error.hint}"
    assert (error.code, chunk.source.line_and_column(error.span.start)[0]) == (
        chunk.mark["code"],
        chunk.line,
    ), said
    assert error.source is chunk.source
    assert (chunk.mark["words"] or "") in said
    if chunk.mark["at"] is not None:
        assert chunk.source[error.span] == chunk.mark["at"], said


def test_every_chunk_has_at_most_one_mark():
    for param in chunks():
        assert "-- error:" not in param.values[0].source.text
