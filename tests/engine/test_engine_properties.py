"""Whatever tree there is, DuckDB can read what is printed of it, or a typed error says why not."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pytest
from engine_world import NOW, TYPES, engine, row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from soak import cases

from tiksql.errors import TikSQLError
from tiksql.local.relations import Bindings, Relation
from tiksql.local.sql import to_duckdb
from tiksql.source import Span
from tiksql.syntax import ast

sys.path.insert(0, str(Path(__file__).parents[1] / "syntax"))

import trees

SPAN = Span(3, 9)
RELATION = Relation("s1", tuple(TYPES))
NAMES = Bindings(
    NOW,
    lambda _: RELATION,
    lambda column: TYPES.get(column.parts[-1].text),
    frozenset({"username", "region_code"}),
)
UNLIMITED = settings(
    max_examples=cases(150), deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def asked():
    with engine([row(), row(1)], memory_limit="200MB") as made:
        yield made


def is_readable(text):
    try:
        return len(duckdb.extract_statements(text)) == 1
    except duckdb.ParserException:
        return False


@UNLIMITED
@given(expression=trees.expressions(3))
def test_every_expression_is_one_readable_statement_or_a_typed_error(expression):
    query = ast.Query(ast.Select((ast.Item(expression),)), span=SPAN)
    try:
        printed = to_duckdb(query, NAMES)
    except TikSQLError:
        return
    assert is_readable(printed.text), printed.text


@UNLIMITED
@given(query=trees.queries(2))
def test_every_query_is_checked_or_refused_at_a_place(asked, query):
    try:
        heads = asked.check(to_duckdb(ast.Query(query, span=SPAN), NAMES))
    except TikSQLError as error:
        refused = error
    else:
        assert heads
        return
    assert refused.span is not None
    assert 0 < len(refused.message) < 1000


COLUMNS = st.sampled_from(sorted(TYPES)).map(lambda name: ast.Column((ast.Name(name),)))
FUNCTIONS = ["count", "sum", "max", "lower", "length", "abs", "coalesce", "list_value", "any_value"]


def plausible(depth):
    """Build expressions that often make sense: columns that exist, functions that are there."""
    leaves = COLUMNS | trees.strings | trees.booleans | trees.nulls | trees.numbers
    leaves |= st.integers(0, 2**64).map(ast.Integer)
    if not depth:
        return leaves
    inner = plausible(depth - 1)
    return st.one_of(
        leaves,
        st.builds(ast.Binary, st.sampled_from(["+", "-", "*", "/", "%", "||"]), inner, inner),
        st.builds(ast.Comparison, st.sampled_from(["=", "<>", "<", ">="]), inner, inner),
        st.builds(ast.And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(ast.Not, inner),
        st.builds(ast.In, inner, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(ast.Cast, inner, trees.types),
        st.builds(
            ast.Call,
            st.sampled_from(FUNCTIONS).map(ast.Name),
            st.lists(inner, min_size=1, max_size=2).map(tuple),
        ),
    )


@UNLIMITED
@given(items=st.lists(plausible(2), min_size=1, max_size=3), where=st.none() | plausible(2))
def test_every_statement_ends_in_canonical_rows_or_a_typed_error(asked, items, where):
    source = ast.TableRef((ast.Name("videos"),))
    select = ast.Select(tuple(map(ast.Item, items)), source, where)
    try:
        query = to_duckdb(ast.Query(select, span=SPAN), NAMES)
        heads = asked.check(query)
        rows = [each for batch in asked.run(query) for each in batch]
    except TikSQLError:
        return
    for found in rows:
        assert len(found) == len(heads)
        for head, each in zip(heads, found, strict=True):
            assert each is None or type(each).__name__ in CANONICAL[head.type]


CANONICAL = {
    "id": {"int"},
    "integer": {"int"},
    "number": {"float"},
    "text": {"str"},
    "boolean": {"bool"},
    "timestamp": {"datetime"},
    "date": {"date"},
    "text[]": {"list"},
    "id[]": {"list"},
    "struct": {"dict"},
    "struct[]": {"list"},
    "json": {"list", "dict", "str", "int", "float", "bool"},
}
