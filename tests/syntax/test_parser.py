"""What the parser reads, where it says things stand, and what it refuses to read."""

from __future__ import annotations

import stat
import subprocess
import sys
from decimal import Decimal
from inspect import isfunction
from pathlib import Path

import pytest
import trees
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lark import Lark

from tiksql.errors import ParseError
from tiksql.source import Source
from tiksql.spelling import distance, nearest
from tiksql.syntax import ast, cache, keywords, nesting, parser
from tiksql.syntax.codes import Code
from tiksql.syntax.parser import expected, parse
from tiksql.syntax.printer import to_sql

GETTING_STARTED = """
SELECT id, like_count FROM videos
WHERE region_code IN ('US', 'CA') AND keyword = 'hello world'
  AND create_date BETWEEN '2022-06-15' AND '2022-06-28'
LIMIT 10;
"""


def script(text):
    return parse(Source(text)).statements


def statement(text):
    (only,) = script(text)
    return only


def expression(text):
    return statement(f"SELECT {text}").body.items[0].expression


def refused(text):
    with pytest.raises(ParseError) as caught:
        parse(Source(text))
    return caught.value


def column(*parts):
    return ast.Column(tuple(map(ast.Name, parts)))


NAMES = """
like_count order_id note in_reply desc_x nothing isolated notes orders selected from_x asc_ both
date left replace filter first last format text type name day month year week hour minute second
days rows row range url desc asc all current unbounded interval timestamp offset by over nulls
show set copy drop create explain reset refresh tables settings collections gaps coverage quota
requests provenance collection analyze contains partition preceding following precision outer
tablesample to for value values key status language count größe _x x1 limit_ CASEs
"""

PIECES = """
SELECT FROM WHERE GROUP BY ORDER LIMIT AND OR NOT IN IS NULL ( ) [ ] , ; . * + - / % || :: = <> < >=
'a' "b" :p 1 2.5 id videos AS JOIN ON LEFT USING CASE WHEN THEN ELSE END CAST LIKE BETWEEN CONTAINS
UNION ALL EXCEPT WITH EXISTS DISTINCT INTERVAL DAY DATE OVER PARTITION ROWS EXPLAIN SHOW TABLES SET
COPY TO CREATE COLLECTION ' " /* ` “ == ! # 10x WHRE INSERT TOP RIGHT count( f(
"""


# --- the grammar ----------------------------------------------------------------------------------


def test_the_grammar_has_no_conflict_and_no_two_terminals_that_match_the_same():
    grammar = parser.read_grammar()
    options = {"lexer": "contextual", "strict": True, "keep_all_tokens": True}
    Lark(grammar, parser="lalr", start="script", postlex=parser._Kept(), **options)


def test_every_rule_has_a_function_and_every_function_a_rule():
    lark = parser.make_lark(parser.read_grammar())
    named = {rule.alias or rule.origin.name for rule in lark.rules}
    passing = {rule.origin.name for rule in lark.rules if rule.options.expand1 and not rule.alias}
    named = {name for name in named if not name.startswith("_")}
    built = set(parser.builders())
    assert named - built <= passing
    assert built - named <= {"place", "clause", "listed", "text_of", "check_chain"}


def test_every_reserved_word_is_a_keyword_of_the_grammar():
    lark = parser.make_lark(parser.read_grammar())
    terminals = {terminal.name for terminal in lark.terminals}
    assert terminals >= keywords.RESERVED | keywords.CONTEXTUAL | set(keywords.STARTERS)


# --- what is read ---------------------------------------------------------------------------------


def test_the_statement_of_the_getting_started_page_is_read():
    query = statement(GETTING_STARTED)
    assert query.limit == ast.Integer(10)
    where = query.body.where
    assert isinstance(where, ast.And)
    assert where.operands[0] == ast.In(column("region_code"), (ast.String("US"), ast.String("CA")))
    assert where.operands[1] == ast.Comparison("=", column("keyword"), ast.String("hello world"))
    assert isinstance(where.operands[2], ast.Between)


@pytest.mark.parametrize("name", NAMES.split())
def test_a_name_that_is_or_begins_with_a_keyword_is_a_name(name):
    folded = name.lower()
    query = statement(f"SELECT {name}, t.{name}, {name} AS {name} FROM {name} AS {name}")
    items = [item.expression for item in query.body.items]
    assert items == [column(folded), column("t", folded), column(folded)]
    assert query.body.source == ast.TableRef((ast.Name(folded),), ast.Name(folded))
    condition = statement(f"SELECT * FROM t WHERE {name} = 1 ORDER BY {name} DESC").body.where
    assert condition == ast.Comparison("=", column(folded), ast.Integer(1))


def test_a_word_is_a_keyword_only_where_the_whole_statement_waits_for_it():
    (option,) = statement("COPY t TO 'f' (profile desc)").options
    assert option.value == ast.Name("desc")
    assert statement("SET left = first").value == ast.Name("first")


@pytest.mark.parametrize("name", ["left", "replace", "date", "first", "filter", "contains", "day"])
def test_a_function_may_be_called_like_a_keyword(name):
    assert expression(f"{name}(x)") == ast.Call(ast.Name(name), (column("x"),))


@pytest.mark.parametrize("word", sorted(keywords.RESERVED))
def test_a_reserved_word_is_a_name_only_in_double_quotes(word):
    assert expression(f'"{word.lower()}"') == column(word.lower())
    refused(f"SELECT 1 AS {word}")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("7123456789012345678", ast.Integer(7123456789012345678)),
        ("1.50", ast.Number(Decimal("1.5"))),
        (".5e3", ast.Number(Decimal(500))),
        ("'it''s'", ast.String("it's")),
        ("''", ast.String("")),
        ('"a""b"', column('a"b')),
        ("TRUE", ast.Boolean(value=True)),
        (":Tag", ast.Parameter("Tag")),
        ("DATE '2024-01-31'", ast.DateText("2024-01-31")),
        ("TIMESTAMP 'x'", ast.TimestampText("x")),
        ("INTERVAL 7 DAYS", ast.Interval(ast.Integer(7), "day")),
        ("INTERVAL '1.5 hours'", ast.Interval(ast.Number(Decimal("1.5")), "hour")),
        ("INTERVAL '7' DAY", ast.Interval(ast.Integer(7), "day")),
        ("INTERVAL (a) MONTH", ast.Interval(column("a"), "month")),
        ("CURRENT_DATE", ast.Now("date")),
        ("current_timestamp()", ast.Now("timestamp")),
        ("x::decimal(18, 3)", ast.Cast(column("x"), ast.TypeName("DECIMAL(18,3)"))),
        ("x::int[]", ast.Cast(column("x"), ast.TypeName("INT[]"))),
        ("x[1]", ast.Subscript(column("x"), ast.Integer(1))),
        ("v.x[1].y", ast.Member(ast.Subscript(column("v", "x"), ast.Integer(1)), ast.Name("y"))),
        ("(x).y", ast.Member(column("x"), ast.Name("y"))),
        (
            "f(x).y.z",
            ast.Member(
                ast.Member(ast.Call(ast.Name("f"), (column("x"),)), ast.Name("y")), ast.Name("z")
            ),
        ),
        (
            "x[1].y[2]",
            ast.Subscript(
                ast.Member(ast.Subscript(column("x"), ast.Integer(1)), ast.Name("y")),
                ast.Integer(2),
            ),
        ),
        (
            "-x[1].date",
            ast.Unary(
                "-", ast.Member(ast.Subscript(column("x"), ast.Integer(1)), ast.Name("date"))
            ),
        ),
        ("v.video_tag.type", column("v", "video_tag", "type")),
        ("count(*)", ast.Call(ast.Name("count"), star=True)),
        ("x NOT CONTAINS 1", ast.Not(ast.Contains(column("x"), ast.Integer(1)))),
        ("a != b", ast.Comparison("<>", column("a"), column("b"))),
    ],
)
def test_values_are_read(text, tree):
    assert expression(text) == tree


@pytest.mark.parametrize(
    ("text", "bracketed"),
    [
        ("a OR b AND c", "a OR (b AND c)"),
        ("NOT a AND b", "(NOT a) AND b"),
        ("NOT a = b", "NOT (a = b)"),
        ("a = b IS NULL", "(a = b) IS NULL"),
        ("a IN (1) = b", "(a IN (1)) = b"),
        ("a || b + c", "a || (b + c)"),
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("-a * b", "(-a) * b"),
        ("-a::int", "-(a::int)"),
        ("a BETWEEN b AND c AND d", "(a BETWEEN b AND c) AND d"),
        ("a LIKE b || c", "a LIKE (b || c)"),
    ],
)
def test_operators_hold_together_as_in_postgresql(text, bracketed):
    assert expression(text) == expression(bracketed)


def test_and_or_are_flat_and_a_bracketed_part_stays_a_part():
    a, b, c = column("a"), column("b"), column("c")
    assert expression("a AND b AND c") == ast.And((a, b, c))
    assert expression("(a AND b) AND c") == ast.And((ast.And((a, b)), c))
    assert expression("a OR (b OR c)") == ast.Or((a, ast.Or((b, c))))


def test_double_quotes_make_texts_in_a_bracketed_list_and_nowhere_else():
    texts = ast.In(column("a"), (ast.String("US"), ast.String('x"')))
    assert expression('a IN ["US", "x"""]') == texts
    assert expression('a IN ("US")') == ast.In(column("a"), (column("US"),))


def test_queries_are_joined_as_in_sql():
    union = statement("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3").body
    assert union.operator == "union"
    assert union.right.operator == "intersect"
    left = statement("SELECT 1 EXCEPT SELECT 2 UNION ALL SELECT 3").body
    assert (left.operator, left.all, left.left.operator) == ("union", True, "except")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("SELECT a FROM t, u", "SELECT a FROM t CROSS JOIN u"),
        ("SELECT a FROM t INNER JOIN u ON x", "SELECT a FROM t JOIN u ON x"),
        ("SELECT a FROM t LEFT OUTER JOIN u USING (x)", "SELECT a FROM t LEFT JOIN u USING (x)"),
        (
            "SELECT a FROM t TABLESAMPLE (5 ROWS) AS v",
            "SELECT a FROM t AS v TABLESAMPLE (5 ROWS)",
        ),
        ("((SELECT 1))", "SELECT 1"),
        ("SELECT a IN ((SELECT 1))", "SELECT a IN (SELECT 1)"),
        ("SELECT 1 UNION DISTINCT SELECT 2", "SELECT 1 UNION SELECT 2"),
        ("DESC t", "DESCRIBE t"),
        ("SET a TO 1", "SET a = 1"),
        (
            "SELECT sum(x) OVER (ROWS 1 PRECEDING)",
            "SELECT sum(x) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
        ),
        ("COPY t TO 'f' WITH (header)", "COPY t TO 'f' (HEADER)"),
        ("EXPLAIN (FORMAT 'json') SELECT 1", "EXPLAIN (FORMAT json) SELECT 1"),
    ],
)
def test_two_spellings_say_the_same(text, same):
    assert statement(text) == statement(same)


def test_statements_are_separated_by_semicolons_and_empty_ones_are_skipped():
    assert script("") == script(" ;; -- nothing\n;/* at all */") == ()
    assert len(script(";SELECT 1;; SHOW TABLES;")) == 2
    assert len(script("SELECT 1; SHOW TABLES")) == 2


@pytest.mark.parametrize("text", ["SELECT\r\n1", "SELECT\r1", "SELECT\u00a01", "\ufeffSELECT 1"])
def test_every_kind_of_white_space_separates(text):
    assert statement(text) == statement("SELECT 1")


def test_a_comment_ends_with_its_line_whatever_ends_the_line():
    assert statement("SELECT a -- b\r, c") == statement("SELECT a, c")
    assert statement("SELECT a /* b\n * ** /* c */, d") == statement("SELECT a, d")


# --- places ---------------------------------------------------------------------------------------


def nodes(node):
    yield node
    for name in type(node).__slots__:
        value = getattr(node, name)
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, ast.Node):
                yield from nodes(child)


def test_a_span_is_the_text_of_its_node():
    source = Source("\ufeff  SELECT (a + b) * c AS d FROM t AS u WHERE x IN (1, 2) -- end\n;")
    query = parse(source).statements[0]
    item = query.body.items[0]
    assert source[query.span] == source.text[3:-9]
    assert source[item.span] == "(a + b) * c AS d"
    assert source[item.expression.span] == "(a + b) * c"
    assert source[item.expression.left.span] == "(a + b)"
    assert source[query.body.source.span] == "t AS u"
    assert source[query.body.where.span] == "x IN (1, 2)"


@given(trees.scripts)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_span_of_a_node_has_no_white_space_around_it_and_lies_in_that_of_its_parent(tree):
    source = Source(to_sql(tree))
    read = parse(source)
    for node in nodes(read):
        assert source[node.span] == source[node.span].strip() or '"' in source[node.span]
        assert node is read or node.span.end > node.span.start or isinstance(node, ast.Bound)
        for child in nodes(node):
            assert node.span.start <= child.span.start
            assert child.span.end <= node.span.end


@pytest.mark.parametrize("text", ["a", "a + 1", "f(a, b)", "CASE WHEN a THEN b END", "a IN (1)"])
def test_an_expression_reads_as_itself_at_its_span(text):
    source = Source(f"SELECT  {text}  FROM t")
    item = parse(source).statements[0].body.items[0]
    assert source[item.expression.span] == text


# --- limits ---------------------------------------------------------------------------------------

DEEP = {
    "brackets": ("(", "1", ")"),
    "NOT": ("NOT ", "a", ""),
    "signs": ("- ", "1", ""),
    "CASE": ("CASE WHEN a THEN ", "1", " END"),
    "calls": ("f(", "1", ")"),
    "sums": ("1 + ", "1", ""),
    "casts": ("", "x", "::int"),
    "subscripts": ("", "x", "[1]"),
    "IS NULL": ("", "x", " IS NULL"),
    "subqueries": ("(SELECT ", "1", ")"),
    "derived tables": ("(SELECT * FROM ", "(SELECT 1)", ")"),
    "unions": ("", "1", " UNION SELECT 1"),
    "IN": ("a IN (", "1", ")"),
    "joins": ("", "1 FROM a", " JOIN b ON c"),
    "AND in OR": ("a AND (b OR (", "c", "))"),
}


@pytest.mark.parametrize("levels", [10_000, 100_000])
@pytest.mark.parametrize("kind", DEEP)
@pytest.mark.fault(
    "F72",
    "10,000 and 100,000 levels of every construct that nests",
    "refused near the limit, without reading on",
)
def test_too_many_levels_are_refused_at_a_place_near_the_limit(kind, levels, monkeypatch):
    before, middle, after = DEEP[kind]
    text = f"SELECT {before * levels}{middle}{after * levels}"
    seen = []
    see = nesting.Nesting.see
    monkeypatch.setattr(
        nesting.Nesting, "see", lambda self, token, i: (seen.append(token), see(self, token, i))
    )
    error = refused(text[: nesting.MAX_LENGTH])
    assert error.code == Code.TOO_DEEP
    assert len(seen) < (20 * nesting.MAX_DEPTH if after or kind == "sums" else 2 * levels)
    assert error.span.end <= len(text)


def depth(node):
    levels, row = 0, [node]
    while row:
        levels, row = levels + 1, [child for parent in row for child in nesting._children(parent)]
    return levels


@pytest.mark.parametrize("kind", DEEP)
def test_a_tree_of_the_greatest_depth_can_be_printed_compared_and_hashed(kind):
    before, middle, after = DEEP[kind]
    for levels in range(nesting.MAX_DEPTH, 0, -1):
        text = f"SELECT {before * levels}{middle}{after * levels}"
        try:
            deepest = parse(Source(text))
            break
        except ParseError as error:
            assert error.code == Code.TOO_DEEP  # noqa: PT017 - the deepest is sought
    assert depth(deepest) <= nesting.MAX_DEPTH + 1
    assert parse(Source(text)) == deepest
    assert hash(parse(Source(text))) == hash(deepest)
    assert parse(Source(to_sql(deepest))) == deepest


@pytest.mark.parametrize("word", ["AND", "OR"])
@pytest.mark.fault("F72", "10,000 terms of AND and of OR", "read as one flat node")
def test_ten_thousand_flat_terms_are_read(word):
    text = f" {word} ".join(["a = 1"] * 10_000)
    assert len(expression(text).operands) == 10_000
    assert to_sql(statement(f"SELECT {text}")) == f"SELECT {text}"


def test_long_flat_lists_are_read():
    assert len(expression(f"a IN ({', '.join(['1'] * 20_000)})").values) == 20_000


def test_a_text_that_is_too_long_is_refused_at_once_behind_the_limit(monkeypatch):
    monkeypatch.setattr(parser, "language", lambda: pytest.fail("nothing needs to be read"))
    error = refused("x" * 10_000_000)
    assert error.code == Code.TOO_LONG
    assert error.span.start == nesting.MAX_LENGTH


@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "x" * 1_000_000,
        "SELECT '" + "x" * 1_000_000 + "'",
        "SELECT /*" + "*" * 10**6 + "/ 1",
    ],
)
@pytest.mark.fault("F74", "a name, a text and a comment of a megabyte", "read")
def test_one_long_token_is_read(text):
    assert len(script(text)) == 1


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.fault("F76", "200,001 quotes", "a short error at the first")
def test_an_odd_number_of_quotes_is_an_error_at_the_first(quote):
    error = refused(f"SELECT {quote * 200_001}")
    assert error.code in {Code.OPEN_STRING, Code.OPEN_NAME}
    assert (error.span.start, error.span.end) == (7, 8)
    assert len(error.message) < 200


def test_a_number_that_python_would_not_read_is_refused():
    assert refused(f"SELECT {'9' * 5000}").code == Code.NUMBER
    assert refused("SELECT 1e99999999999999999999").code == Code.NUMBER


def test_an_utf_16_file_read_as_utf_8_gets_a_hint():
    error = refused("SELECT 1".encode("utf-16-le").decode("utf-8"))
    assert error.code == Code.CHARACTER
    assert "UTF-16" in error.hint


# --- errors of every kind -------------------------------------------------------------------------


def assert_reads_or_refuses(text):
    try:
        tree = parse(Source(text))
    except ParseError as caught:
        error = caught
    else:
        assert parse(Source(to_sql(tree))) == tree
        return
    assert error.source.text == text
    assert 0 <= error.span.start <= error.span.end <= len(text)
    assert len(error.message) + len(error.hint or "") < 2048
    assert (error.message + (error.hint or "")).isprintable()


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
@example("\ud800 ' \x00")
@example("SELECT \u202e")
def test_any_text_is_read_or_refused_with_a_place(text):
    assert_reads_or_refuses(text)


@given(st.lists(st.sampled_from(PIECES.split()), max_size=14).map(" ".join))
@settings(max_examples=500, deadline=None)
def test_any_row_of_words_is_read_or_refused_with_a_place(text):
    assert_reads_or_refuses(text)


@given(trees.statements(2), st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_slip_in_a_statement_is_read_or_refused_with_a_place(tree, data):
    text = to_sql(tree)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    slip = data.draw(st.sampled_from(PIECES.split()) | st.text(max_size=3))
    assert_reads_or_refuses(text[:start] + slip + text[end:])


def test_an_error_knows_the_text_that_it_is_in():
    source = Source("SELCT", "a.tsql")
    with pytest.raises(ParseError) as caught:
        parse(source)
    assert caught.value.source is source


def test_excerpts_are_short_and_show_what_cannot_be_seen():
    error = refused("SELECT a b\x85" + "c" * 10_000)
    assert len(error.message) < 200
    error = refused("SELECT a FROM b c" + "d" * 10_000)
    assert len(error.message) < 200


# --- what can follow ------------------------------------------------------------------------------


def test_what_can_follow_a_text_is_known():
    assert {"SELECT", "SHOW", "$END"} <= expected("")
    assert "FROM" in expected("SELECT a ")
    assert "NAME" not in expected("SELECT a ")
    assert {"TABLES", "QUOTA"} <= expected("SHOW ")
    assert expected("SELCT ") == frozenset()


# --- the table ------------------------------------------------------------------------------------


def test_lark_is_imported_by_the_first_parse_and_not_before():
    code = (
        "import sys; from tiksql.syntax.parser import parse; from tiksql.source import Source;"
        "assert 'lark' not in sys.modules; parse(Source('SELECT 1')); assert 'lark' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_table_is_kept_in_a_directory_of_its_owner(tmp_path, monkeypatch):
    folder = tmp_path / "kept"
    monkeypatch.setenv(cache.VARIABLE, str(folder))
    parser.language.__wrapped__()
    assert stat.S_IMODE(folder.stat().st_mode) == cache.PRIVATE
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"junk\n\x80\x04", None])
def test_a_cache_that_cannot_be_read_or_written_does_not_matter(content, tmp_path, monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    path = cache.table_file(parser.read_grammar())
    if content is None:
        (tmp_path / "file").write_text("no directory")
        monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file"))
        assert cache.table_file("") is None
    else:
        Path(path).write_bytes(content)
    assert parser.language.__wrapped__().start is not None


def test_a_directory_of_somebody_else_holds_no_table(tmp_path, monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    monkeypatch.setattr(cache.os, "getuid", lambda: 4711)
    assert cache.table_file("") is None


# --- spelling -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("SELCT", "SELECT"),
        ("form", "FROM"),
        ("GRUOP", "GROUP"),
        ("xyz", None),
        ("", None),
        ("x" * 1000, None),
    ],
)
def test_the_nearest_word_is_found(word, meant):
    assert nearest(word, ["SELECT", "FROM", "GROUP", "WHERE"]) == meant


def test_among_equals_the_one_that_begins_alike_wins():
    assert nearest("like_coun", ["bike_count", "like_count"]) == "like_count"
    assert nearest("tabel", ["label", "table"]) == "table"


def test_neighbours_that_changed_places_are_one_slip():
    assert distance("from", "form") == 1
    assert distance("abc", "abc") == 0
    assert distance("abc", "") == 3


def test_modules_hold_functions_for_rules_only():
    assert all(isfunction(function) for function in parser.builders().values())
