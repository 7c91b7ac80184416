"""Requests to statements: those that one statement can mean become one.

Windows of one query that follow each other become one range, keys of one table one list. The
places in the tree are those of the file, so that whatever planning finds wrong is shown there.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from msgspec import Struct

from tiksql.reverse.requests import Asked
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tiksql.catalog import Table
    from tiksql.reverse.conditions import Condition
    from tiksql.source import Span

DAY = dt.timedelta(days=1)
SIGNS = {"EQ": "=", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<="}
LONGEST, LARGEST = 31, 100
"""The most that the settings take: days of a window, records of a page."""
WINDOW, PAGE, EVERYTHING = "window_days", "page_size", "allow_full_scan"


class Statement(Struct, frozen=True):
    """A query, the settings under which it means the requests that it was made of, and these.

    Each setting may have any value of its range. ``limited`` says that the size of the one page
    became a LIMIT.
    """

    query: ast.Query
    settings: dict[str, range]
    asked: tuple[Asked, ...]
    limited: bool = False


def statements(asked: Iterable[Asked]) -> Iterator[Statement]:
    """Make the statements of some requests, in the order of the first request of each."""
    alike: dict[tuple[object, ...], list[Asked]] = {}
    for request in asked:
        alike.setdefault(request.like, []).append(request)
    for group in alike.values():
        if group[0].table.needs == "key":
            yield _lookup(group)
        else:
            for run in _runs(group):
                yield _search(run)


def _runs(group: list[Asked]) -> Iterator[list[Asked]]:
    """Sort windows and part them where one does not go on where the one before it ended.

    All windows of a run but its last are equally long, as a statement tiles its range.
    """
    run: list[Asked] = []
    for request in sorted(group, key=_start):
        if run and not _goes_on(run, request):
            yield run
            run = []
        run.append(request)
    yield run


def _start(request: Asked) -> dt.date:
    assert request.days is not None
    return request.days[0]


def _length(request: Asked) -> int:
    assert request.days is not None
    return (request.days[1] - request.days[0]).days + 1


def _goes_on(run: Sequence[Asked], request: Asked) -> bool:
    first, last = run[0], run[-1]
    assert last.days is not None
    follows = _start(request) == last.days[1] + DAY
    return follows and _length(last) == _length(first) >= _length(request)


# --- searches -------------------------------------------------------------------------------------


def _search(run: list[Asked]) -> Statement:
    first, last = run[0], run[-1]
    assert first.days is not None
    assert last.days is not None
    length = _length(first)
    settings = {WINDOW: range(length, (length if len(run) > 1 else LONGEST) + 1)}
    if length > LONGEST:  # days of the command line, which any windows may tile
        settings = {}
    days = (first.days[0], last.days[1])
    limited = len(run) == 1 and not (first.random or first.later)
    limit, sample = None, None
    size = first.size
    if first.random:
        most = first.table.paging.default_size
        sample = ast.Integer((size or most) * len(run))
    elif size is not None and limited and size < first.table.paging.max_size:
        limit = ast.Integer(size)
    elif size is not None:
        settings[PAGE] = range(size, size + 1)
    if all(c.column.filter and c.column.filter.match == "date" for c in _conditions(first)):
        settings[EVERYTHING] = range(1, 2)
    where = _together([*_groups(first), _between(first, days)], first.place)
    query = _select(first, where, limit, sample)
    return Statement(query, settings, tuple(run), limited=limit is not None)


def _conditions(request: Asked) -> list[Condition]:
    return [condition for group in request.groups.values() for condition in group]


def _groups(request: Asked) -> Iterator[ast.Expression]:
    for condition in request.groups["and"]:
        yield _predicate(condition)
    some = [_predicate(condition) for condition in request.groups["or"]]
    if some:
        yield some[0] if len(some) == 1 else ast.Or(tuple(some), span=request.place)
    for condition in request.groups["not"]:
        yield ast.Not(_predicate(condition), span=condition.span)


def _predicate(condition: Condition) -> ast.Expression:
    span = condition.span
    column = _column(condition.column.name, span)
    values = [_literal(condition.column.type, text, span) for text in condition.values]
    if condition.operation == "IN":
        return ast.In(column, tuple(values), span=span)
    sign = SIGNS[condition.operation]
    return ast.Comparison(sign, column, values[0], span=span)  # type: ignore[arg-type]  # a sign


def _literal(type_: str, text: str, span: Span) -> ast.Expression:
    if type_ in {"id", "integer"}:
        number = ast.Integer(abs(int(text)), span=span)
        return ast.Unary("-", number, span=span) if text.startswith("-") else number
    if type_ == "date":
        text = dt.datetime.strptime(text, "%Y%m%d").date().isoformat()  # noqa: DTZ007 - a day has no zone
    return ast.String(text, span=span)


def _between(request: Asked, days: tuple[dt.date, dt.date]) -> ast.Expression:
    dates = (c for c in request.table.columns.values() if c.filter and c.filter.match == "date")
    column = _column(next(dates).name, request.place)
    low, high = (ast.String(day.isoformat(), span=request.place) for day in days)
    return ast.Between(column, low, high, span=request.place)


# --- key tables -----------------------------------------------------------------------------------


def _lookup(group: list[Asked]) -> Statement:
    first = group[0]
    assert first.key is not None
    column = _column(first.key[0].name, first.place)
    named = {asked.key[1].text: asked.key[1] for asked in group if asked.key}
    values = [_literal(first.key[0].type, each.text, each.span) for each in named.values()]
    where: ast.Expression = ast.In(column, tuple(values), span=first.place)
    if len(values) == 1:
        where = ast.Comparison("=", column, values[0], span=first.place)
    settings = {}
    if first.size is not None:
        largest = first.size == first.table.paging.max_size
        settings[PAGE] = range(first.size, (LARGEST if largest else first.size) + 1)
    return Statement(_select(first, where), settings, tuple(group))


# --- what all have --------------------------------------------------------------------------------


def _column(name: str, span: Span) -> ast.Column:
    return ast.Column((ast.Name(name, span=span),), span=span)


def _together(parts: list[ast.Expression], span: Span) -> ast.Expression:
    return parts[0] if len(parts) == 1 else ast.And(tuple(parts), span=span)


def _select(
    request: Asked,
    where: ast.Expression,
    limit: ast.Integer | None = None,
    sample: ast.Integer | None = None,
) -> ast.Query:
    span = request.place
    select = ast.Select(_items(request), _from(request.table, span, sample), where, span=span)
    return ast.Query(select, limit=limit, span=span)


def _items(request: Asked) -> tuple[ast.Item | ast.Star, ...]:
    if request.columns is None:
        return (ast.Star(span=request.place),)
    return tuple(
        ast.Item(_column(each.text, each.span), span=each.span) for each in request.columns
    )


def _from(table: Table, span: Span, sample: ast.Integer | None) -> ast.TableRef:
    return ast.TableRef((ast.Name(table.name, span=span),), sample=sample, span=span)
