"""Names of a statement, looked up in the catalog, with the name that was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql.errors import ResolveError
from tiksql.planning.chunks import MOST_IN_A_LIST
from tiksql.spelling import nearest
from tiksql.syntax import ast
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sized

    from tiksql.catalog import Catalog, Column, Table
    from tiksql.source import Span


LONGEST = 60
"""Characters of an expression that are enough for the head of a column."""


def title(expression: ast.Expression) -> ast.Name | None:
    """Name a column of a result as its expression is written; None where it has a name."""
    if isinstance(expression, ast.Column):
        return None
    text = to_sql(expression)
    return ast.Name(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…", quoted=True)


def check_function(node: ast.Call, functions: Callable[[], Collection[str]]) -> None:
    """Raise ``ResolveError`` for a function that does not exist."""
    name = node.function.text.lower()
    known = functions()
    if name in known:
        return
    near = nearest(name, known)
    raise ResolveError(
        "TS203",
        f'unknown function "{node.function.text}"',
        span=node.function.span,
        hint=f'did you mean "{near}"?' if near else "the functions are those of DuckDB",
    )


def check_list(values: Sized, span: Span) -> None:
    """Raise ``ResolveError`` for a list that is too long for any request and any judge."""
    if len(values) > MOST_IN_A_LIST:
        raise ResolveError(
            "TS223",
            f"this list has {len(values):,} values, and {MOST_IN_A_LIST:,} are allowed",
            span=span,
            hint="ask in several statements, each with a part of the values",
        )


def table_of(catalog: Catalog, node: ast.TableRef, stored: Collection[str] = ()) -> Table:
    """Find the table that is named, or suggest the one that was probably meant.

    ``stored`` are names of collections, which may have been meant, too.
    """
    written = ".".join(part.text for part in node.parts)
    if found := catalog.table(written):
        return found
    names = [name for table in catalog.tables.values() for name in (table.name, *table.aliases)]
    near = nearest(written, [*names, *stored])
    raise ResolveError(
        "TS202",
        f'unknown table "{written}"',
        span=node.parts[0].span.to(node.parts[-1].span),
        hint=f'did you mean "{near}"?' if near else f"the tables are {', '.join(catalog.tables)}",
    )


def only_searched(column: Column, node: ast.Column) -> ResolveError:
    """Refuse a column that the API never returns, outside of the conditions that it judges."""
    hint = f"{column.instead} is what comes back" if column.instead else None
    return ResolveError(
        "TS207",
        f"{column.name} can only be searched by, in a WHERE: the API never returns it",
        span=node.span,
        hint=hint,
    )


def check_sample(table: Table, node: ast.TableRef) -> None:
    """Raise ``ResolveError`` for a sample of what the API does not draw from at random."""
    if node.sample is not None and table.needs == "key":
        raise ResolveError(
            "TS224",
            f"the API draws no random {table.name}",
            span=node.sample.span,
            hint="ORDER BY random() LIMIT … draws from the rows that came",
        )
