"""``tiksql fmt`` moves tokens and comments, and changes none."""

from __future__ import annotations

from pathlib import Path

import pytest
import trees
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tiksql.errors import ParseError
from tiksql.source import Source
from tiksql.syntax.comments import COMMENT, gaps
from tiksql.syntax.format import formatted
from tiksql.syntax.layout import WIDTH
from tiksql.syntax.parser import parse, read
from tiksql.syntax.printer import to_sql

GOLDEN = Path(__file__).parent / "golden"
slow = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

COMMENTS = ["-- line's end", "/* block */", "/* two\n   lines */", "--", "/* -- */", "-- /* x"]
spaces = st.sampled_from(["", " ", "\n", "\n\n", "  ", "\t", " \n "])


def fmt(text):
    return formatted(Source(text))


def tokens(text):
    return [(t.kind, t.text if t.text.upper() != t.kind else t.kind) for t in read(Source(text))[1]]


def comments(text):
    """The comments of a text in order, without the blanks at their ends."""
    _, found = read(Source(text))
    starts = [0, *(t.end for t in found)]
    ends = [*(t.start for t in found), len(text)]
    return [
        match.group().rstrip()
        for start, end in zip(starts, ends, strict=True)
        for match in COMMENT.finditer(text[start:end])
    ]


@st.composite
def written(draw):
    """A script as somebody might write it: any spaces, any comments, anywhere between tokens."""
    text = to_sql(draw(trees.scripts))
    pieces, at = [], 0
    for token in read(Source(text))[1]:
        pieces.append(text[at : token.start] or draw(st.sampled_from(["", " "])))
        for _ in range(draw(st.sampled_from([0, 0, 0, 0, 0, 1, 1, 2, 3]))):
            comment = draw(st.sampled_from(COMMENTS))
            ended = "\n" if comment.startswith("--") else " "
            pieces += [" ", draw(spaces), comment, ended, draw(spaces)]
        pieces.append(text[token.start : token.end])
        at = token.end
    tail = draw(st.sampled_from(["", ";", "; -- end", "\n\n-- last\n", " /* x */", "\n/* x */\n"]))
    return "".join(pieces) + tail


def test_a_comment_that_stands_there_twice_keeps_its_blank_lines():
    once = fmt("\n\n/* a */  \n/* a */ SHOW TABLES")
    assert once == fmt(once) == "/* a */\n/* a */ SHOW TABLES\n"


@given(written())
@example("\n\n-- a\n/* b */ SHOW TABLES")
@slow
def test_formatting_twice_is_formatting_once(text):
    once = fmt(text)
    assert fmt(once) == once


@given(written())
@slow
def test_tokens_and_comments_are_those_that_were_there(text):
    after = fmt(text)
    assert tokens(after) == tokens(text)
    assert comments(after) == comments(text)
    assert parse(Source(after)) == parse(Source(text))


@given(written())
@slow
def test_no_line_ends_in_blanks_that_formatting_made(text):
    kept = set("".join(t for _, t in tokens(text)) + "".join(comments(text)))
    if not kept & {"\n", "\t", "\r"}:
        assert all(line == line.rstrip(" ") for line in fmt(text).split("\n"))


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.tsql")), ids=lambda path: path.stem)
def test_golden_layout(path):
    """Each file is its own expected output, also when it is written in one line."""
    text = path.read_text()
    assert fmt(text) == text
    if not comments(text):
        assert fmt(" ".join(text.split())) == text


def test_short_statements_are_kept_short():
    assert fmt("select id\nfrom videos\nwhere id = 1;") == "SELECT id FROM videos WHERE id = 1;\n"


def test_a_statement_that_fits_exactly_stays_on_its_line():
    start = "SELECT id FROM videos WHERE keyword = '"
    fits = f"{start}{'x' * (WIDTH - len(start) - 2)}';"
    assert fmt(fits) == f"{fits}\n"
    assert fmt(fits.replace("x';", "xx';")).count("\n") == 3


@pytest.mark.parametrize(
    ("written", "laid_out"),
    [
        ("select -1, - -1, a-1, -a*-b", "SELECT -1, - -1, a - 1, -a * -b\n"),
        ("select x :: int [1], tags [1]", "SELECT x::int[1], tags[1]\n"),
        ("select (1).a, 0 .a, 1. .a", "SELECT (1).a, 0 .a, 1. .a\n"),
        ("select count ( * ) , left (x,2)", "SELECT count(*), left(x, 2)\n"),
        ('select "Order" , date from t', 'SELECT "Order", date FROM t\n'),
        ("select date '2024-01-31', date(x)", "SELECT DATE '2024-01-31', date(x)\n"),
        ("set allow_partial=on", "SET allow_partial = on\n"),
        ('select a!=1 and b in ["US"]', 'SELECT a != 1 AND b IN ["US"]\n'),
        ("select 1;;select 2", "SELECT 1;\n;\nSELECT 2\n"),
        ("", ""),
        ("-- only\n\n\n\n-- comments", "-- only\n\n-- comments\n"),
    ],
)
def test_spaces_stand_where_they_are_usual(written, laid_out):
    assert fmt(written) == laid_out


def test_comments_stay_in_their_places():
    text = """\
-- Before the statement.
-- @param tag text default 'cats' what to look for

SELECT id,  -- behind a column
       username
/* before a clause */
FROM videos
WHERE /* within */ hashtag_name = :tag  -- behind a condition
  AND create_date = '2024-01-01'
-- on its own
LIMIT 10;  -- behind the statement

/* between
   statements */
SELECT 1;
-- at the end
"""
    assert fmt(text) == text


def test_windows_line_ends_stay():
    text = "-- one\r\nSELECT 1;\r\n\r\nSELECT 'a\r\nb';\r\n"
    assert fmt(text) == text


def test_a_mistake_is_an_error_at_its_place():
    with pytest.raises(ParseError) as caught:
        fmt("SELECT 1;\nSELCT 2;")
    assert caught.value.source.line_and_column(caught.value.span.start) == (2, 1)


def test_ten_thousand_values_and_conditions_are_laid_out():
    values = ", ".join(f"'{n}'" for n in range(10_000))
    terms = " OR ".join(f"a = {n}" for n in range(10_000))
    text = f"SELECT id FROM t WHERE a IN ({values}) OR {terms}"
    once = fmt(text)
    assert tokens(once) == tokens(text)
    assert max(map(len, once.split("\n"))) <= WIDTH


@pytest.mark.parametrize("depth", [10, 450])
def test_deep_brackets_are_laid_out(depth):
    text = f"SELECT {'(' * depth}1{')' * depth}"
    assert tokens(fmt(text)) == tokens(text)


def test_gaps_are_one_more_than_tokens():
    text = "SELECT /* a */ 1"
    found = list(gaps(text, read(Source(text))[1]))
    assert [gap.within for gap in found] == [(), ("/* a */",), ()]


# --- the command ----------------------------------------------------------------------------------


def test_files_are_laid_out_in_place(run, tmp_path):
    script = tmp_path / "a.tsql"
    script.write_text("select 1;")
    outcome = run("fmt", script)
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err == f"formatted {script}\n"
    assert script.read_text() == "SELECT 1;\n"
    assert run("fmt", script).err == ""


def test_check_names_what_would_change_and_writes_nothing(run, tmp_path):
    good, bad = tmp_path / "good.tsql", tmp_path / "bad.tsql"
    good.write_text("SELECT 1;\n")
    bad.write_text("select 1;")
    outcome = run("fmt", "--check", good, bad)
    assert (outcome.status, outcome.out) == (1, f"{bad}\n")
    assert bad.read_text() == "select 1;"
    assert run("fmt", "--check", good).status == 0


def test_standard_input_goes_to_standard_output(run):
    outcome = run("fmt", "-", stdin=b"select 1")
    assert (outcome.status, outcome.out, outcome.err) == (0, "SELECT 1\n", "")
    assert run("fmt", "--check", "-", stdin=b"select 1").out == "<stdin>\n"


def test_a_file_with_a_mistake_is_left_alone_and_the_others_are_done(run, tmp_path):
    wrong, right = tmp_path / "wrong.tsql", tmp_path / "right.tsql"
    wrong.write_text("select 1;\nselct 2;\n")
    right.write_text("select 1;\n")
    outcome = run("fmt", wrong, right)
    assert outcome.status == 1
    assert f"{wrong}:2:1" in outcome.err
    assert wrong.read_text() == "select 1;\nselct 2;\n"
    assert right.read_text() == "SELECT 1;\n"


def test_a_missing_file_is_a_wrong_usage(run, tmp_path):
    outcome = run("fmt", tmp_path / "none.tsql")
    assert outcome.status == 2
    assert "TS607" in outcome.err


def test_permissions_stay(run, tmp_path):
    script = tmp_path / "a.tsql"
    script.write_text("select 1;")
    script.chmod(0o640)
    run("fmt", script)
    assert script.stat().st_mode & 0o777 == 0o640
