"""The queries of scripts in another form, one after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiksql.errors import UsageError
from tiksql.parameters import typed
from tiksql.planning.binding import bind
from tiksql.planning.trees import query_of
from tiksql.syntax import ast
from tiksql.translate import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiksql.session import Session
    from tiksql.source import Source


@dataclass(slots=True)
class Translation:
    """The translation of one command's scripts; ``note`` is told what has no translation."""

    session: Session
    target: str
    all_pages: bool
    note: Callable[[str], None]
    queries: int = 0

    def texts(self, source: Source, values: dict[str, object]) -> Iterator[str]:
        """Print the queries of a source, each with a line end; what only sets something is obeyed.

        The query of a collection that would be created or copied is translated, too.
        """
        from tiksql.syntax.parser import parse  # noqa: PLC0415 - lark only where there is a text

        statements = parse(source).statements
        bound = typed(source, values)
        for number, statement in enumerate(statements, 1):
            match statement:
                case ast.SetSetting() | ast.ResetSetting():
                    self.session.execute(statement, bound)
                case _ if isinstance(query := query_of(statement), ast.Query):
                    yield self._text(query, bound)
                case _:
                    self.note(f"statement {number} is no query, and was not translated")

    def _text(self, query: ast.Query, bound: dict[str, object]) -> str:
        self.queries += 1
        if self.queries > 1 and (self.target.lower() in PROGRAMS or self.all_pages):
            # What ends the first program, such as its limit, would end the second.
            raise UsageError(
                "TS605",
                f"a program in {self.target} is for one statement, and there are more",
                hint="translate one statement at a time",
            )
        query = bind(query, bound)
        text = self.session.translate(query, self.target, query.span, all_pages=self.all_pages)
        return text + "\n"
