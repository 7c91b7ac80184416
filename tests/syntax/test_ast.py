"""What every node of a syntax tree keeps to."""

from __future__ import annotations

import copy
import pickle

import msgspec
import pytest

from tiksql.source import Span
from tiksql.syntax import ast

NODES = [
    kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.Node)
]


@pytest.mark.parametrize("kind", NODES, ids=lambda kind: kind.__name__)
def test_every_kind_of_node_is_a_structure_without_room_for_more(kind):
    assert issubclass(kind, msgspec.Struct)
    assert "__dict__" not in dir(kind)


def test_a_node_never_changes():
    node = ast.Integer(5)
    with pytest.raises(AttributeError):
        node.value = 6
    with pytest.raises(AttributeError):
        del node.value
    assert node == ast.Integer(5)


def test_the_place_is_no_part_of_what_a_node_says():
    here, there = ast.Integer(5, span=Span(1, 2)), ast.Integer(5, span=Span(7, 8))
    assert here == there
    assert hash(here) == hash(there)
    assert here != ast.Integer(6, span=Span(1, 2))
    assert ast.Name("a") == ast.Name("a", quoted=True)
    assert ast.Integer(1) != ast.Boolean(value=True)
    assert repr(here) == "Integer(value=5)"


def test_a_node_can_be_copied_pickled_and_replaced():
    node = ast.Not(ast.Column((ast.Name("a", span=Span(3, 4)),)))
    for other in (copy.deepcopy(node), pickle.loads(pickle.dumps(node))):
        assert other == node
        assert other.operand.parts[0].span == Span(3, 4)
    assert msgspec.structs.replace(node, operand=ast.Null()) == ast.Not(ast.Null())
