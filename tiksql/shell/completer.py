"""The way of completion and highlighting into prompt_toolkit.

``TikSQLCompleter(world)`` is the completer of a ``PromptSession``, ``statement_lexer()`` its lexer;
``tiksql.shell.lines.is_complete`` decides what Enter does. A ``World`` says what there is: see
``tiksql.shell.completion``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.lexers import PygmentsLexer

from tiksql.highlighting import TikSQLLexer
from tiksql.shell.completion import complete

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document
    from prompt_toolkit.lexers import Lexer

    from tiksql.shell.completion import World


class TikSQLCompleter(Completer):
    """Offers what may stand at the cursor; an empty prompt is only completed when asked."""

    def __init__(self, world: World) -> None:
        self.world = world

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        """Yield the candidates, in the order in which the menu shows them."""
        if not document.text.strip() and not complete_event.completion_requested:
            return
        cursor = document.cursor_position
        for candidate in complete(document.text, cursor, self.world):
            yield Completion(
                candidate.text,
                start_position=candidate.start - cursor,
                display=candidate.display,
                display_meta=candidate.description,
            )


def statement_lexer() -> Lexer:
    """Make the lexer that colours what is typed."""
    return PygmentsLexer(TikSQLLexer)
