"""What all printers share: the table of them, names, texts and lists.

A printer is a function for one type of node, entered in the table by ``@prints``. A printer of an
operand takes at most three calls for a level of the tree, so that the deepest tree that the
parser gives can be printed within Python's limit of calls.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from tiksql.syntax import ast
from tiksql.syntax.keywords import CONTEXTUAL, RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

N = TypeVar("N", bound=ast.Node)

PRINTERS: dict[type[ast.Node], Callable[[Any], str]] = {}

_PLAIN_NAME = re.compile(r"[^\W\d]\w*")


def prints(kind: type[N]) -> Callable[[Callable[[N], str]], Callable[[N], str]]:
    """Enter the decorated function as the printer of a type of node."""

    def enter(printer: Callable[[N], str]) -> Callable[[N], str]:
        PRINTERS[kind] = printer
        return printer

    return enter


def to_sql(node: ast.Node) -> str:
    """Print any piece of syntax as canonical SQL: one line, and no semicolon at the end."""
    return PRINTERS[type(node)](node)


def listed(nodes: Iterable[ast.Node]) -> str:
    """Print nodes with commas between them."""
    return ", ".join([PRINTERS[type(node)](node) for node in nodes])


@prints(ast.Name)
def quoted(name: ast.Name) -> str:
    """Print a name, in double quotes where it would read as something else."""
    text, upper = name.text, name.text.upper()
    plain = _PLAIN_NAME.fullmatch(text) and text == text.lower()
    if plain and upper not in RESERVED and upper not in CONTEXTUAL:
        return text
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Print a text in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def alias(name: ast.Name | None) -> str:
    """Print AS and a name, if there is one."""
    return f" AS {quoted(name)}" if name else ""
