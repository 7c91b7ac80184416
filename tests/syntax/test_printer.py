"""What is printed reads as the tree that it was printed from."""

from __future__ import annotations

import pytest
import trees
from hypothesis import HealthCheck, example, given, settings
from soak import cases

from tiksql.source import Source
from tiksql.syntax import ast
from tiksql.syntax.parser import parse
from tiksql.syntax.printer import to_sql
from tiksql.syntax.printing import PRINTERS

slow = settings(
    max_examples=cases(200), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def reread(node):
    return parse(Source(to_sql(node)))


def expression(text):
    (query,) = parse(Source(f"SELECT {text}")).statements
    return query.body.items[0].expression


def canonical(text):
    return to_sql(parse(Source(text)))


@given(trees.scripts)
@slow
def test_a_printed_script_reads_as_the_same_script(script):
    assert reread(script) == script


@given(trees.expressions(3))
@slow
@example(ast.Unary("-", ast.Unary("-", ast.Integer(1))))
@example(ast.And((ast.And((ast.Null(), ast.Null())), ast.Null())))
def test_a_printed_expression_reads_as_the_same_expression(tree):
    assert expression(to_sql(tree)) == tree


@given(trees.statements(1))
@slow
def test_printing_is_one_line_of_canonical_text(tree):
    text = to_sql(ast.Script((tree,)))
    assert canonical(text) == text


def test_every_node_has_a_printer():
    nodes = {
        kind
        for kind in vars(ast).values()
        if isinstance(kind, type) and issubclass(kind, ast.Node) and not kind.__subclasses__()
    }
    assert set(PRINTERS) == nodes


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ('select * from videos where a in ["US", "CA"]', "a IN ('US', 'CA')"),
        ("select (((a)))", "SELECT a"),
        ("select (a + b) + c", "a + b + c"),
        ("select a + (b + c)", "a + (b + c)"),
        ("select (a or b) and not (c and d)", "(a OR b) AND NOT (c AND d)"),
        ("select (a and b) and c", "(a AND b) AND c"),
        ("select (a = b) is null, (not a) is null", "a = b IS NULL, (NOT a) IS NULL"),
        ("select x::int", "CAST(x AS INT)"),
        ("select a != b", "a <> b"),
        ("select - -1", "- -1"),
        ("select 'it''s'", "'it''s'"),
        ('select "a", "B", "order", "a b"', 'a, "B", "order", "a b"'),
        ("set max_requests to 5", "SET max_requests = 5"),
        ("set allow_partial = on", "SET allow_partial = on"),
        ("copy x to 'f' (format csv, header)", "COPY x TO 'f' (FORMAT csv, HEADER)"),
        ("explain (format 'python-official') select 1", "(FORMAT 'python-official')"),
        ("((select 1))", "SELECT 1"),
        ("(select 1 limit 1) union select 2", "(SELECT 1 LIMIT 1) UNION SELECT 2"),
    ],
)
def test_the_canonical_text_has_upper_case_keywords_and_no_bracket_too_many(written, printed):
    assert printed in canonical(written)
