"""What the scripts of all languages share: a plan as steps, and what is left to do after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tiksql.catalog import load
from tiksql.output.sanitize import visible
from tiksql.planning.ids import looked_again
from tiksql.planning.order import ROW
from tiksql.planning.requests import of_key
from tiksql.syntax import ast
from tiksql.syntax.printer import to_sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tiksql.catalog import Column
    from tiksql.planning.plan import Plan, Request, Scan


def base_of(plan: Plan) -> str:
    """Return the address of the server that a plan is for, without a path."""
    return next((s.first.base_url for s in plan.scans if s.first is not None), load().base_url)


def address(request: Request, base: str | None = None) -> str:
    """Return the address of a request with its fields, behind ``base`` instead of the plan's."""
    url = request.url if base is None else base + request.table.path
    return f"{url}?fields={','.join(request.fields)}" if request.fields else url


def dependent(scan: Scan) -> Request | None:
    """Make the request of a scan whose keys are another's rows, with 0 in the place of a key."""
    if scan.keys is None or scan.first is None or scan.key is None:
        return None
    return of_key(scan.first, scan.key, "0")


def keyless(scan: Scan) -> dict[str, Any]:
    """Return the body of a dependent scan's requests without the key."""
    request = dependent(scan)
    assert request is not None
    assert scan.key is not None
    return {name: value for name, value in request.body.items() if name != scan.key.key}


def second_look(scan: Scan) -> list[Request]:
    """List the requests to send if an id of a scan does not come: for all ids, as wide as can be.

    TikSQL narrows them to the ids that did not come, which a printed script cannot know.
    """
    return looked_again(scan, ())


def ids_of(scan: Scan) -> list[int]:
    """List the ids that a scan looks for again if they do not come."""
    return list(dict.fromkeys(id_ for look in scan.second for id_ in look.ids))


def filter_of(plan: Plan) -> str | None:
    """Print what DuckDB filters the records of the scans by; None where it filters nothing."""
    residuals = [to_sql(scan.residual) for scan in plan.scans if scan.residual is not None]
    if len(residuals) > 1:
        return " AND ".join(f"({each})" for each in residuals)
    return residuals[0] if residuals else None


def kept(plan: Plan) -> list[str]:
    """Say which collections a plan reads: no request brings their rows."""
    names = dict.fromkeys(table.collection for table in plan.stored)
    return [
        visible(f"{name} is a collection: its rows are in a study, not in the API")
        for name in names
    ]


def left_to_do(plan: Plan) -> list[str]:
    """Say what TikSQL does with the records after they came, a visible line for each step."""
    if plan.local is None or plan.local_text is None or copied(plan) is not None:
        return []
    lines = kept(plan)
    lines += [f"filter: {filtered}"] if (filtered := filter_of(plan)) is not None else []
    lines += [f"sort: {', '.join(plan.sort)}"] if plan.sort else []
    lines += [f"offset: {plan.offset} rows at the start left out"] if plan.offset else []
    lines += [f"limit: {plan.limit} rows of the result"] if plan.limit is not None else []
    return [visible(line) for line in (*lines, f"query: {plan.local_text}")]


def made_here(plan: Plan) -> list[str]:
    """Say which columns no answer has, because they are made from others or from the key."""
    lines = []
    for column in (column for scan in plan.scans for column in scan.columns):
        if column.derived is not None:
            lines.append(f"{column.name}, from {' and '.join(column.derived.sources)}")
        elif column.key and not column.is_field:
            lines.append(f"{column.name}, the key that was asked for")
    return list(dict.fromkeys(lines))


# --- results that need no DuckDB


def copied(plan: Plan) -> tuple[Scan, tuple[Column, ...]] | None:
    """Find the scan whose rows are the result, column by column, if there is one.

    That is the only scan of a plain statement, or the last of a chain of scans in which each
    asks for exactly the keys that the one before it gave.
    """
    if plan.local is None:
        return (plan.scans[0], plan.output) if plan.scans else None
    found = _of_keys(plan.local, {scan.name: scan for scan in plan.scans})
    if found is None or any(scan.residual is not None for scan in plan.scans):
        return None
    return found


def _of_keys(query: ast.Query, scans: dict[str, Scan]) -> tuple[Scan, tuple[Column, ...]] | None:
    """Match ``SELECT columns FROM scan WHERE key IN (the query that gives its keys)``."""
    match query:
        case ast.Query(
            common=(),
            order=order,
            limit=None,
            offset=None,
            body=ast.Select(
                distinct=False,
                group=(),
                having=None,
                source=ast.TableRef() as source,
                where=ast.InQuery(negated=False, operand=ast.Column() as key) as where,
                items=items,
            ),
        ) if all(map(_as_read, order)):
            scan = scans.get(source.parts[0].text)
        case _:
            return None
    if scan is None or scan.key is None or not _same(scan.keys, where.query):
        return None
    columns = tuple(_columns(items, scan))
    if key.parts[-1].text != scan.key.name or len(columns) != len(items):
        return None
    return (scan, columns) if given_by(where.query, scans) is not None else None


def _same(keys: ast.Query | None, query: ast.Query) -> bool:
    """Say whether keys are the rows of a query, in whatever order they are read."""
    return keys is not None and structs.replace(keys, order=()) == structs.replace(query, order=())


def _as_read(key: ast.SortKey) -> bool:
    """Say whether a sort key only keeps rows in the order in which they were read."""
    column = key.expression
    return isinstance(column, ast.Column) and column.parts[-1].text == ROW


def given_by(query: ast.Query, scans: dict[str, Scan]) -> tuple[Scan, Column] | None:
    """Find the scan and the column that a query for keys copies, if it does nothing else."""
    match query:
        case ast.Query(
            common=(),
            limit=None,
            offset=None,
            body=ast.Select(
                group=(), having=None, source=ast.TableRef() as source, where=where, items=(item,)
            ),
        ):
            scan = scans.get(source.parts[0].text)
        case _:
            return None
    if scan is None or scan.residual is not None:
        return None
    if where is not None and not _is_the_key(where, scan, scans):
        return None
    columns = tuple(_columns((item,), scan))
    return (scan, columns[0]) if columns else None


def _is_the_key(where: ast.Expression, scan: Scan, scans: dict[str, Scan]) -> bool:
    """Say whether a condition is met by every row of a scan, because its keys were made so."""
    return (
        isinstance(where, ast.InQuery)
        and not where.negated
        and _same(scan.keys, where.query)
        and given_by(where.query, scans) is not None
    )


def _columns(items: tuple[ast.Item | ast.Star, ...], scan: Scan) -> Iterator[Column]:
    columns = {column.name: column for column in scan.columns}
    for item in items:
        expression = None if isinstance(item, ast.Star) else item.expression
        if isinstance(expression, ast.Column) and expression.parts[0].text == scan.name:
            column = columns.get(expression.parts[-1].text)
            if column is not None and len(expression.parts) == 2:  # noqa: PLR2004 - scan and column
                yield column
