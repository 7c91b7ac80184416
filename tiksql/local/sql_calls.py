"""Calls of functions as DuckDB's SQL: its own, but for those that are no matter of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.errors import ResolveError
from tiksql.local.sql_parts import clauses, joined
from tiksql.planning.trees import nodes
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiksql.local.relations import Bindings
    from tiksql.local.sql_parts import Part

MOMENTS = frozenset(
    {
        "now",
        "current_timestamp",
        "current_localtimestamp",
        "get_current_timestamp",
        "localtimestamp",
        "transaction_timestamp",
        "statement_timestamp",
    }
)
DAYS = frozenset({"today", "current_date"})
FORBIDDEN = frozenset(
    {
        *("current_localtime", "get_current_time", "sleep_ms", "pg_sleep", "write_log"),
        *("current_setting", "getvariable", "getenv", "current_query", "query", "query_table"),
        *("nextval", "currval", "setval", "setseed", "columns"),
    }
)
"""Functions that read the clock, the settings or the statement, wait, or leave a trace."""

REPEATING = frozenset(
    {"repeat", "lpad", "rpad", "generate_series", "range", "list_resize", "array_resize", "bar"}
)
MAX_REPEATS = 10_000_000
"""Beyond it DuckDB builds gigabytes in one step, which neither its limits nor Ctrl-C stop."""

SYNTAX = frozenset({"coalesce", "grouping"})
"""What DuckDB's grammar takes for itself; in quotes these would be functions it does not have."""


def printed_call(node: ast.Call, bindings: Bindings) -> Iterable[Part]:
    """Print a call without its FILTER and OVER; refuse functions that have no place here."""
    name = node.function.text.lower()
    if name in FORBIDDEN or name.startswith("__"):
        raise ResolveError(
            "TS203",
            f'the function "{node.function.text}" is not available',
            span=node.function.span,
            hint="functions see rows, and nothing of the machine or of the engine",
        )
    if name in REPEATING:
        _check_repeats(node)
    if not node.arguments and not node.star and name in MOMENTS | DAYS:
        return (ast.Now("date" if name in DAYS else "timestamp", span=node.span),)
    if name == "age" and len(node.arguments) == 1:
        today = ast.DateText(bindings.now.date().isoformat())
        return ("age(CAST(", today, " AS TIMESTAMP), ", node.arguments[0], ")")
    return (name if name in SYNTAX else node.function, "(", *_arguments(node), ")")


def _arguments(node: ast.Call) -> Iterator[Part]:
    yield "*" if node.star else ("DISTINCT " if node.distinct else "")
    yield from joined(node.arguments)
    yield from clauses(" ORDER BY ", node.order)


def _check_repeats(node: ast.Call) -> None:
    for argument in node.arguments:
        if isinstance(argument, ast.Integer) and argument.value > MAX_REPEATS:
            raise ResolveError(
                "TS222",
                f"{node.function.text} goes up to {MAX_REPEATS:,} here",
                span=argument.span,
            )


def check_over(node: ast.Over) -> None:
    """Refuse a window function within a window, also in a query there, as DuckDB does."""
    for inner in nodes(node):
        if isinstance(inner, ast.Call) and inner.over:
            raise ResolveError(
                "TS219",
                "a window function cannot stand within OVER",
                span=inner.span,
                hint="give it a name in a query in FROM, and use that",
            )
