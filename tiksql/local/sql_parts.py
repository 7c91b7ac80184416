"""What all printers of DuckDB's SQL share: the table of them, names, texts and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from tiksql.syntax import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tiksql.local.relations import Bindings

Part: TypeAlias = str | ast.Node

N = TypeVar("N", bound=ast.Node)

PRINTERS: dict[type[ast.Node], Callable[[Any, Bindings], Iterable[Part]]] = {}


def prints(
    *kinds: type[N],
) -> Callable[[Callable[[N, Bindings], Iterable[Part]]], Callable[[N, Bindings], Iterable[Part]]]:
    """Enter the decorated function as the printer of some types of nodes."""

    def enter(
        printer: Callable[[N, Bindings], Iterable[Part]],
    ) -> Callable[[N, Bindings], Iterable[Part]]:
        PRINTERS.update(dict.fromkeys(kinds, printer))
        return printer

    return enter


def quoted(name: str) -> str:
    """Print a name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Print a text in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def joined(nodes: Iterable[ast.Node], between: str = ", ") -> Iterator[Part]:
    """Put a text between nodes."""
    for number, node in enumerate(nodes):
        if number:
            yield between
        yield node


def clause(before: str, node: ast.Node | None, after: str = "") -> Iterator[Part]:
    """Print a node between two texts, or nothing where there is none."""
    if node is not None:
        yield before
        yield node
        yield after


def clauses(before: str, nodes: Iterable[ast.Node]) -> Iterator[Part]:
    """Print nodes behind a text, or nothing where there are none."""
    for number, node in enumerate(nodes):
        yield ", " if number else before
        yield node
