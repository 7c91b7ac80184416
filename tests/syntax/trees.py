"""Random syntax trees, of every type of node, as the parser would give them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from msgspec.structs import replace

from tiksql.syntax import ast, parser

DEPTH = 3

WORDS = "id like_count order_id note in_reply desc_x nothing name text größe _x x1"

KEYWORDS = sorted(parser.language().lexer.keywords)

words = st.sampled_from([*WORDS.split(), *map(str.lower, KEYWORDS)])
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
names = st.builds(ast.Name, words | st.text(min_size=1, max_size=4))
strings = st.builds(ast.String, texts)
integers = st.builds(ast.Integer, st.integers(0, 10**20))
numbers = st.builds(
    ast.Number,
    st.decimals(0, 10**9, allow_nan=False, allow_infinity=False)
    | st.builds(Decimal, st.sampled_from(["1E+5", "0E-7", "1.5E-3", "7", "0.10"])),
)
booleans = st.builds(ast.Boolean, st.booleans())
nulls = st.just(ast.Null())
parameters = st.builds(ast.Parameter, st.sampled_from(["k", "List", "_p1", "select"]))
units = st.sampled_from(["year", "month", "week", "day", "hour", "minute", "second"])
types = st.builds(
    ast.TypeName,
    st.sampled_from(
        ["BIGINT", "VARCHAR[]", "DECIMAL(18,3)", "DOUBLE PRECISION", "DATE", "INT[3][]"]
    ),
)
columns = st.builds(ast.Column, st.lists(names, min_size=1, max_size=3).map(tuple))
leaves = st.one_of(
    columns,
    integers,
    numbers,
    strings,
    booleans,
    nulls,
    parameters,
    st.builds(ast.DateText, texts),
    st.builds(ast.TimestampText, texts),
    st.builds(ast.Now, st.sampled_from(["date", "timestamp"])),
)


def some(strategy, least=1, most=3):
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


def maybe(strategy):
    return st.none() | strategy


# --- expressions ----------------------------------------------------------------------------------


def expressions(depth=DEPTH):
    if depth == 0:
        return leaves
    inner = st.deferred(lambda: expressions(depth - 1))
    return st.one_of(
        leaves,
        st.builds(ast.Interval, inner, units),
        st.builds(ast.Unary, st.sampled_from("+-"), inner),
        st.builds(ast.Binary, st.sampled_from(["+", "-", "*", "/", "%", "||"]), inner, inner),
        st.builds(ast.Comparison, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), inner, inner),
        st.builds(ast.And, some(inner, 2)),
        st.builds(ast.Or, some(inner, 2)),
        st.builds(ast.Not, inner),
        st.builds(ast.In, inner, some(inner), st.booleans()).map(_as_read),
        st.builds(ast.InQuery, inner, queries(depth - 1), st.booleans()),
        st.builds(ast.Between, inner, inner, inner, st.booleans()),
        st.builds(ast.Like, inner, inner, st.booleans(), st.booleans()),
        st.builds(ast.IsNull, inner, st.booleans()),
        st.builds(ast.Contains, inner, inner),
        st.builds(ast.Case, maybe(inner), some(st.builds(ast.When, inner, inner)), maybe(inner)),
        st.builds(ast.Cast, inner, types),
        calls(depth - 1),
        st.builds(ast.Exists, queries(depth - 1)),
        st.builds(ast.Scalar, queries(depth - 1)),
        st.builds(ast.Subscript, inner, inner),
        st.builds(ast.Member, inner, names),
    )


def _as_read(node):
    if len(node.values) > 1 or not isinstance(node.values[0], ast.Scalar):
        return node
    return ast.InQuery(node.operand, node.values[0].query, node.negated)


def calls(depth):
    inner = expressions(depth)
    keys = st.deferred(lambda: some(sort_keys(depth), 0, 2))
    over = st.builds(ast.Over, some(inner, 0, 2), keys, maybe(frames(depth)))
    star = st.builds(
        ast.Call, names, star=st.just(value=True), filter=maybe(inner), over=maybe(over)
    )
    plain = st.builds(ast.Call, names, filter=maybe(inner), over=maybe(over))
    return st.one_of(
        star,
        plain,
        st.builds(
            ast.Call,
            names,
            some(inner),
            distinct=st.booleans(),
            order=keys,
            filter=maybe(inner),
            over=maybe(over),
        ),
    )


def sort_keys(depth):
    return st.builds(ast.SortKey, expressions(depth), st.booleans(), maybe(st.booleans()))


def frames(depth):
    near = st.builds(
        ast.Bound, st.sampled_from(["preceding", "following"]), expressions(depth)
    ) | st.builds(ast.Bound, st.just("current row"))
    first = near | st.builds(ast.Bound, st.just("unbounded preceding"))
    last = near | st.builds(ast.Bound, st.just("unbounded following"))
    return st.builds(ast.Frame, st.sampled_from(["rows", "range"]), first, last)


# --- queries --------------------------------------------------------------------------------------


def queries(depth=DEPTH):
    """Build queries; one in brackets without anything around it is never a node of its own."""
    wrapped = queries_around(depth, bodies(depth))
    if depth == 0:
        return wrapped
    nested = st.builds(
        ast.Query, dressed(depth - 1), st.just(()), limit=st.builds(ast.Integer, st.integers(0, 9))
    )
    return wrapped | nested


def queries_around(depth, body):
    inner = expressions(max(0, depth - 1))
    common = st.just(())
    if depth > 0:
        table = st.builds(ast.CommonTable, names, st.deferred(lambda: queries(depth - 1)))
        common = some(table, 0, 1)
    keys = some(sort_keys(max(0, depth - 1)), 0, 2)
    return st.builds(ast.Query, body, keys, maybe(inner), maybe(inner), common)


def dressed(depth):
    """Build queries with something around their body, as those in brackets must have."""
    return queries_around(depth, selects(depth)).map(_dress)


def _dress(query):
    bare = not (query.order or query.limit or query.offset or query.common)
    return replace(query, limit=ast.Integer(1)) if bare else query


def bodies(depth):
    if depth == 0:
        return selects(depth)
    part = st.deferred(lambda: bodies(depth - 1)) | dressed(depth - 1)
    operators = st.sampled_from(["union", "except", "intersect"])
    return selects(depth) | st.builds(ast.Compound, operators, part, part, all=st.booleans())


def selects(depth):
    inner = expressions(max(0, depth - 1))
    items = st.builds(ast.Star, maybe(names)) | st.builds(ast.Item, inner, maybe(names))
    return st.builds(
        ast.Select,
        some(items),
        maybe(sources(depth)),
        maybe(inner),
        some(inner, 0, 2),
        maybe(inner),
        st.booleans(),
    )


def sources(depth):
    sample = maybe(integers | parameters)
    tables = st.builds(ast.TableRef, some(names, 1, 2), maybe(names), sample)
    if depth == 0:
        return tables
    inner = expressions(depth - 1)
    derived = st.builds(ast.Derived, st.deferred(lambda: queries(depth - 1)), maybe(names))
    right = tables | derived
    left = st.deferred(lambda: sources(depth - 1))
    kinds = st.sampled_from(["inner", "left"])
    return st.one_of(
        tables,
        derived,
        st.builds(ast.Join, left, st.just("cross"), right),
        st.builds(ast.Join, left, kinds, right, on=inner),
        st.builds(ast.Join, left, kinds, right, using=some(names)),
    )


# --- statements -----------------------------------------------------------------------------------

signed = st.builds(ast.Integer, st.integers(-(10**20), 10**20)) | st.builds(
    ast.Number, st.decimals(-1000, 1000, allow_nan=False, allow_infinity=False)
)
setting_values = st.one_of(names, strings, signed, booleans, nulls)
option_values = st.one_of(names, strings, booleans, st.builds(ast.Integer, st.integers(-9, 9)))


def statements(depth=DEPTH):
    asked = queries(depth)
    plain = ["tables", "settings", "collections", "gaps", "coverage", "requests", "quota"]
    return st.one_of(
        asked,
        st.builds(ast.Explain, asked, st.booleans(), maybe(names)),
        st.builds(ast.CreateCollection, names, asked, st.booleans()),
        st.builds(ast.RefreshCollection, names),
        st.builds(ast.DropCollection, names),
        st.builds(ast.Show, st.sampled_from(plain)),
        st.builds(ast.Show, st.sampled_from(["gaps", "coverage", "provenance"]), names),
        st.builds(ast.Describe, names),
        st.builds(
            ast.Copy,
            asked | names,
            strings | parameters,
            some(st.builds(ast.CopyOption, names, maybe(option_values)), 0, 2),
        ),
        st.builds(ast.SetSetting, names, setting_values),
        st.builds(ast.ResetSetting, maybe(names)),
    )


scripts = st.builds(ast.Script, st.lists(statements(2), max_size=2).map(tuple))
