"""Parameters, bound to values before anything is resolved.

A value takes the place of its ``:name`` in the tree, never in the text, so that no value can
change what a statement says.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import structs

from tiksql.errors import ResolveError
from tiksql.planning.names import check_list
from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

Node = TypeVar("Node", bound=ast.Node)


def parameters(node: ast.Node) -> Iterator[ast.Parameter]:
    """Go through the parameters of a tree, in the order of the text."""
    if isinstance(node, ast.Parameter):
        yield node
    for child in children(node):
        yield from parameters(child)


def children(node: ast.Node) -> list[ast.Node]:
    """List the nodes directly below a node."""
    below: list[ast.Node] = []
    for value in node.says:
        if isinstance(value, ast.Node):
            below.append(value)
        elif isinstance(value, tuple):
            below += [part for part in value if isinstance(part, ast.Node)]
    return below


def bind(node: Node, values: Mapping[str, object]) -> Node:
    """Put values in the place of parameters; raise ``ResolveError`` where one is missing.

    ``values`` have names in lower case, as the case of a name does not count. A sequence is allowed
    as the only member of an ``IN`` list, and becomes its members.
    """
    wanted = {parameter.name: parameter for parameter in parameters(node)}
    missing = [name for name in wanted if name.lower() not in values]
    if missing:
        names = ", ".join(f":{name}" for name in missing)
        raise ResolveError(
            "TS210",
            f"no value was given for {names}",
            span=wanted[missing[0]].span,
            hint=f"give it with -v {missing[0]}=VALUE",
        )
    return _bound(node, values) if wanted else node


def _bound(node: Any, values: Mapping[str, object]) -> Any:
    if isinstance(node, ast.Parameter):
        return _literal(values[node.name.lower()], node)
    changes: dict[str, Any] = {}
    for name in node.__struct_fields__:
        old = getattr(node, name)
        if isinstance(old, ast.Node):
            changes[name] = _bound(old, values)
        elif isinstance(old, tuple):
            changes[name] = tuple(_members(node, old, values))
    return structs.replace(node, **changes)


def _members(parent: ast.Node, old: tuple[Any, ...], values: Mapping[str, object]) -> Iterator[Any]:
    for part in old:
        if isinstance(parent, ast.In) and isinstance(part, ast.Parameter):
            listed = _listed(values[part.name.lower()])
            check_list(listed, part.span)
            yield from (_literal(member, part) for member in listed)
        else:
            yield _bound(part, values) if isinstance(part, ast.Node) else part


def _listed(value: object) -> Collection[object]:
    return value if isinstance(value, list | tuple | set | frozenset) else [value]


def _literal(value: object, parameter: ast.Parameter) -> ast.Expression:
    span = parameter.span
    match value:
        case None:
            return ast.Null(span=span)
        case bool():
            return ast.Boolean(value, span=span)
        case int():
            number = ast.Integer(abs(value), span=span)
            return ast.Unary("-", number, span=span) if value < 0 else number
        case float() | Decimal():
            return _number(value, parameter)
        case str():
            return ast.String(value, span=span)
        case dt.datetime():
            return ast.TimestampText(_naive(value).isoformat(" "), span=span)
        case dt.date():
            return ast.DateText(value.isoformat(), span=span)
    raise ResolveError(
        "TS211",
        f":{parameter.name} was given {type(value).__name__}, which is no value of SQL",
        span=span,
        hint=f"a list goes into IN (:{parameter.name})",
    )


def _number(value: float | Decimal, parameter: ast.Parameter) -> ast.Expression:
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite():
        raise ResolveError("TS211", f":{parameter.name} is not a number", span=parameter.span)
    number = ast.Number(abs(exact), span=parameter.span)
    return ast.Unary("-", number, span=parameter.span) if exact < 0 else number


def _naive(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)
