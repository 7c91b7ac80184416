"""Statements that are too deep, too long, unreadable, impossible, or meant to harm."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from output.hostile import CORPUS, encodable
from soak import cases

from tiksql.errors import ParseError
from tiksql.planning.binding import bind
from tiksql.source import Source
from tiksql.syntax import ast
from tiksql.syntax.parser import parse

DAY = "create_date = '2026-03-01'"
WHERE = f"keyword = 'a' AND {DAY}"
PATIENCE = 60
"""Seconds that a case may take on a machine that is busy with something else."""


@pytest.fixture
def asked(run, tmp_path):
    """Plan a script that lies in a file; return its outcome, which is soon there."""

    def command(script, *argv):
        path = tmp_path / "script.tsql"
        path.write_bytes(script if isinstance(script, bytes) else script.encode())
        began = time.monotonic()
        outcome = run("--emulator", "--dry-run", "--errors", "json", *argv, "-f", path)
        assert time.monotonic() - began < PATIENCE
        return outcome

    return command


def error_of(outcome):
    """Return the one short error of an outcome."""
    assert (outcome.out, outcome.err.count("\n")) == ("", 1)
    error = json.loads(outcome.err)["error"]
    assert len(error["message"]) + len(error["hint"] or "") < 1024
    return error


DEEP = {
    "brackets": ("(", "1 = 1", ")"),
    "NOT": ("NOT ", "is_stem_verified", ""),
    "CASE": ("CASE WHEN id > 1 THEN ", "1", " END = 1"),
    "subqueries": ("id IN (SELECT video_id FROM comments WHERE ", "id = 1", ")"),
    "calls": ("abs(", "1", ")"),
}


@pytest.mark.fault(
    "F72",
    "10,000 levels of brackets, NOT, CASE, calls and subqueries",
    "one error at the place where it gets too deep",
)
@pytest.mark.parametrize("kind", DEEP)
def test_ten_thousand_levels_are_refused_at_a_place(asked, kind):
    before, middle, after = DEEP[kind]
    start = f"SELECT id FROM videos WHERE {WHERE} AND "
    error = error_of(asked(f"{start}{before * 10_000}{middle}{after * 10_000}"))
    assert error["code"] == "TS120"
    assert len(start) < error["span"]["start"] < len(start) + 600 * len(before)


@pytest.mark.fault("F72", "10,000 terms of OR", "planned and checked like any other statement")
def test_ten_thousand_flat_terms_are_planned(asked):
    flat = " OR ".join(f"like_count <> -{n}" for n in range(1, 10_001))
    outcome = asked(f"SELECT id FROM videos WHERE {WHERE} AND ({flat})")
    assert (outcome.status, outcome.err) == (0, "")
    assert "1 request at least" in outcome.out


@pytest.mark.fault(
    "F73",
    "IN with 100, 1,001 and 10,000 values",
    "cut into requests of a thousand values, and the cost is shown",
)
@pytest.mark.parametrize(("values", "requests"), [(100, 1), (1_001, 2), (10_000, 10)])
def test_a_list_is_cut_into_requests_and_the_cost_is_shown(asked, values, requests):
    listed = ", ".join(f"'{n}'" for n in range(values))
    outcome = asked(
        f"SELECT id FROM videos WHERE keyword IN ({listed}) AND {DAY}", "--max-requests", 9
    )
    many = "request" if requests == 1 else "requests"
    assert f"{requests} {many} at least" in outcome.out


@pytest.mark.fault(
    "F73",
    "IN with a million values, written out and from a file",
    "an error that names the limit, at the list",
)
def test_a_million_values_are_refused_with_the_limit(asked, tmp_path):
    listed = ",".join(f"'{n}'" for n in range(1_000_000))
    assert error_of(asked(f"SELECT id FROM videos WHERE keyword IN ({listed})"))["code"] == "TS119"
    (tmp_path / "list").write_text("\n".join(map(str, range(1_000_000))))
    script = f"SELECT id FROM videos WHERE keyword IN (:list) AND {DAY}"
    error = error_of(asked(script, "-v", f"list=@{tmp_path / 'list'}"))
    assert (error["code"], script[error["span"]["start"] :][:5]) == ("TS223", ":list")
    assert error["message"] == "this list has 1,000,000 values, and 100,000 are allowed"


@pytest.mark.fault(
    "F74",
    "a script of 10 MB, and one that never ends",
    "refused after 4 MB, with the limit and a way out",
)
@pytest.mark.parametrize("script", ["ten megabytes", "without end"])
def test_a_script_that_is_too_long_is_refused_and_not_read_to_its_end(run, tmp_path, script):
    path = Path("/dev/zero")
    if script == "ten megabytes":
        path = tmp_path / "script.tsql"
        path.write_bytes(b"SELECT 1; " * 1_000_000)
    error = error_of(run("--emulator", "--errors", "json", "-f", path))
    assert (error["code"], error["span"]["start"]) == ("TS119", 2**20)
    assert "1,048,576" in error["message"]


def test_a_list_that_never_ends_is_refused(run):
    outcome = run("--emulator", "--errors", "json", "-v", "k=@/dev/zero", "-c", "SELECT :k")
    assert (outcome.status, error_of(outcome)["code"]) == (2, "TS641")


MEGABYTE = "x" * 1_000_000


@pytest.mark.fault(
    "F74",
    "a name and a text of a megabyte, where they belong and where they do not",
    "planned, or an error of less than a kilobyte",
)
@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (f"SELECT {MEGABYTE} FROM videos WHERE {WHERE}", "TS201"),
        (f"SELECT id FROM {MEGABYTE} WHERE {WHERE}", "TS202"),
        (f"SELECT {MEGABYTE}(id) FROM videos WHERE {WHERE}", "TS203"),
        (f"SELECT id FROM videos WHERE {WHERE} AND region_code = '{MEGABYTE}'", "TS206"),
        (f"SELECT id FROM videos WHERE keyword = 'a' AND create_date = '{MEGABYTE}'", "TS213"),
        (f"SELECT '{MEGABYTE}' '{MEGABYTE[:9]}'", "TS104"),
        (f"SET {MEGABYTE} = 1", "TS204"),
        (f"SELECT {MEGABYTE} SELECT", "TS115"),
    ],
)
def test_an_error_about_a_megabyte_is_short(run, sql, code):
    error = error_of(run("--emulator", "--errors", "json", "-c", sql))
    assert error["span"]["end"] <= len(sql)
    assert error["code"] == code


def test_a_text_of_a_megabyte_is_a_text(run):
    outcome = run("--emulator", "--format", "csv", "-c", f"SELECT '{MEGABYTE}' AS a")
    assert outcome.out == f"a\n{MEGABYTE}\n"


@pytest.mark.fault(
    "F75",
    "a byte order mark, other blanks, line ends of Windows and of old Macintoshes",
    "read like any other script",
)
@pytest.mark.parametrize(
    "octets",
    [
        b"\xef\xbb\xbfSELECT 1 AS a, 2 AS b;",
        "SELECT\u00a01 AS\u2003a, 2 AS b".encode(),
        b"SELECT 1 AS a,\r\n2 AS b;\r\n",
        b"SELECT 1 AS a, -- one\r2 AS b;\r",
    ],
)
def test_what_editors_leave_in_a_script_does_no_harm(run, octets):
    outcome = run("--emulator", stdin=octets)
    assert (outcome.status, outcome.out, outcome.err) == (0, "a,b\n1,2\n", "")


@pytest.mark.fault(
    "F75",
    "NUL, U+FEFF inside, typographic quotes, Latin-1, UTF-16 with and without a mark",
    "an error at the place, which says what to write or how to save",
)
@pytest.mark.parametrize(
    ("octets", "column", "words"),
    [
        (b"SELECT \x00 1", 8, "U+0000"),
        ("SELECT \ufeff 1".encode(), 8, "U+FEFF"),
        ("SELECT \u200b 1".encode(), 8, "U+200B"),
        ("SELECT \u201ca\u201d".encode(), 8, "use ' around texts"),
        ("SELECT \u2018a\u2019".encode(), 8, "use ' around texts"),
        (b"SELECT '\xe9'", 9, "save the script as UTF-8"),
        ("SELECT 1".encode("utf-16"), 1, "is UTF-16, not UTF-8"),
        ("SELECT 1".encode("utf-16-le"), 2, "save it as UTF-8"),
    ],
)
def test_what_only_looks_right_is_shown_at_its_place(asked, octets, column, words):
    error = error_of(asked(octets))
    assert error["span"]["column"] == column
    assert words in f"{error['message']} {error['hint']}"


@pytest.mark.fault(
    "F76",
    "a text, a name and a comment that never end, 200,001 quotes",
    "one short error at the opening sign",
)
@pytest.mark.parametrize(("sign", "code"), [("'", "TS107"), ('"', "TS108"), ("/*", "TS109")])
@pytest.mark.parametrize("more", ["", "x" * 500_000, "'" * 200_000, "SELECT 1;\n" * 50_000])
def test_what_never_ends_is_an_error_at_its_beginning(asked, sign, code, more):
    more = more.replace("'", sign) if len(sign) == 1 else more
    error = error_of(asked(f"SELECT id,\n  {sign}{more}"))
    assert (error["code"], error["span"]["line"], error["span"]["column"]) == (code, 2, 3)
    assert error["span"]["end"] - error["span"]["start"] == len(sign)


@pytest.mark.fault(
    "F77",
    "days that do not exist, a range that ends before it starts, numbers that no column holds",
    "an error at the place before anything is sent",
)
@pytest.mark.parametrize(
    ("sql", "code", "place"),
    [
        ("create_date = 99999999", "TS213", "99999999"),
        ("create_date = '20230231'", "TS213", "'20230231'"),
        ("create_date = '10000-01-01'", "TS213", "'10000-01-01'"),
        ("create_date BETWEEN '2026-03-01' AND '2026-01-01'", "TS303", "'2026-03-01' AND '2026-0"),
        (f"{DAY} AND like_count > 1e308 * 1e308", "TS205", "1e308 * 1e308"),
        (f"{DAY} AND like_count > 1e99999999999999999999", "TS121", "1e99999999999999999999"),
        (f"{DAY} LIMIT 1.5", "TS216", "1.5"),
        (f"{DAY} LIMIT -1", "TS216", "-1"),
        (f"{DAY} AND regexp_matches(username, '(')", "TS221", "SELECT"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(run, sql, code, place):
    text = f"SELECT id FROM videos WHERE keyword = 'a' AND {sql}"
    error = error_of(run("--emulator", "--errors", "json", "-c", text))
    assert (error["code"], text[error["span"]["start"] :][: len(place)]) == (code, place)


@pytest.mark.fault(
    "F77",
    "ten years of days, a LIMIT and OFFSET beyond 64 bits",
    "planned, with the cost shown",
)
def test_what_is_only_much_is_planned_with_its_cost(asked):
    years = "create_date BETWEEN '2016-03-02' AND '2026-03-01'"
    plan = asked(f"SELECT id FROM videos WHERE keyword = 'a' AND {years} LIMIT {10**22}").out
    assert "122 windows" in plan
    plan = asked(f"SELECT id FROM videos WHERE keyword = 'a' AND {years}").out
    assert "122 requests at least" in plan
    assert asked(f"SELECT id FROM videos WHERE {WHERE} LIMIT 5 OFFSET {10**22}").status == 0


@pytest.mark.fault(
    "F77",
    "patterns that take exponential time elsewhere, over long texts",
    "judged at once",
)
@pytest.mark.parametrize(
    "condition",
    [
        "regexp_matches(repeat('a', 50000), '^(a+)+$b')",
        "regexp_matches(repeat('a', 5000), '" + "a?" * 400 + "a" * 400 + "c')",
        f"repeat('a', 20000) LIKE '{'%a' * 500}b'",
    ],
)
def test_no_pattern_is_a_catastrophe(run, condition):
    began = time.monotonic()
    outcome = run("--emulator", "--timeout", PATIENCE, "-c", f"SELECT {condition} AS found")
    assert time.monotonic() - began < PATIENCE
    assert (outcome.status, outcome.out) == (0, "found\nfalse\n")


@pytest.mark.fault(
    "F77",
    "sums beyond 64 and 128 bits, casts that fail, division by zero",
    "a typed error at the place, or NULL where the language says so",
)
@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("9223372036854775807 + 1", "TS221"),
        (f"{2**127 - 1}::HUGEINT + 1::HUGEINT", "TS221"),
        (f"CAST({10**60} AS BIGINT)", "TS221"),
        ("1 / 0", ""),
        ("1e308 * 10", ""),
    ],
)
def test_numbers_that_outgrow_their_type_are_no_wrong_number(run, expression, found):
    outcome = run("--emulator", "--errors", "json", "-c", f"SELECT {expression} AS a")
    if outcome.status:
        assert error_of(outcome)["code"] == found
    else:
        assert outcome.out == f"a\n{found}\n"


# --- parameters -----------------------------------------------------------------------------------

INJECTIONS = [
    *("x' OR 1=1 --", "'; DROP COLLECTION c; --", '" OR ""="', "1) UNION SELECT 1 --", "\\', 1"),
    *("*/ SELECT 1 /*", "$$x$$", "%s{0}:k", "NULL", "\n;\n", *filter(encodable, CORPUS.values())),
]


@pytest.mark.fault(
    "F78",
    "parameters that are SQL, and hostile texts, in a request and in local SQL",
    "each is the value, to the letter, and nothing else",
)
@pytest.mark.parametrize("form", ["sent", "local"])
def test_a_parameter_is_its_value_to_the_letter(run, form):
    values = [text for text in INJECTIONS if text and len(text) < 10_000]
    given_ = [part for n, text in enumerate(values) for part in ("-v", f"p{n}={_at(text)}")]
    if form == "sent":
        names = ", ".join(f":p{n}" for n in range(len(values)))
        sql = f"SELECT id FROM videos WHERE keyword IN ({names}) AND {DAY}"
        plan = json.loads(run("translate", "--to", "json", *given_, "-c", sql).out)
        sent = plan["requests"][0]["body"]["query"]["and"]
        assert [one["field_name"] for one in sent] == ["keyword"]
        assert sorted(sent[0]["field_values"]) == sorted(set(values))
    else:
        sql = "SELECT " + ", ".join(f":p{n} AS a{n}" for n in range(len(values)))
        (row,) = json.loads(run("--emulator", "--format", "json", *given_, "-c", sql).out)
        assert list(row.values()) == values


def _at(text):
    return f"@{text}" if text.startswith("@") else text


SCRIPT = "SELECT :k FROM videos WHERE keyword = :k AND username IN (:k) LIMIT 3"


@given(st.text(max_size=30) | st.lists(st.sampled_from(INJECTIONS[:10])).map("".join))
@settings(max_examples=cases(100), deadline=None)
def test_binding_changes_no_node_but_the_parameters(text):
    bound = bind(parse(Source(SCRIPT)).statements[0], {"k": text})
    expected = parse(Source(SCRIPT.replace(":k", "'x'"))).statements[0]
    stack = [(bound, expected)]
    while stack:
        one, other = stack.pop()
        assert type(one) is type(other)
        if isinstance(one, ast.String):
            assert one.value == text
        stack += zip(_children(one), _children(other), strict=True)


def _children(node):
    for value in node.says:
        parts = value if isinstance(value, tuple) else (value,)
        yield from (part for part in parts if isinstance(part, ast.Node))


# --- scripts --------------------------------------------------------------------------------------


@pytest.mark.fault(
    "F81",
    "a script that asks for itself, is missing, is a directory",
    "scripts cannot include scripts; what is no file is an error, what can be read is read",
)
def test_a_script_cannot_include_a_script_and_has_to_be_readable(run, tmp_path):
    script = tmp_path / "self.tsql"
    script.write_text(f"SELECT 1;\n\\i {script}\n")
    outcome = run("--emulator", "--errors", "json", "-f", script)
    assert (error_of(outcome)["code"], outcome.status) == ("TS114", 1)
    for nothing in (tmp_path / "none.tsql", tmp_path):
        assert run("--emulator", "-f", nothing).status == 2


MALICIOUS = {
    "a shell": ("\\! touch owned\nSELECT 1", "TS114"),
    "an editor": ("\\e\nSELECT 1", "TS114"),
    "a pager": ("\\pager touch owned\nSELECT 1", "TS114"),
    "a pager by setting": ("SET pager = 'touch owned'", "TS229"),
    "the home": ("COPY (SELECT 1 AS a) TO '~/.bashrc'", "TS273"),
    "the absolute home": ("COPY (SELECT 1 AS a) TO '{home}/.bashrc' (OVERWRITE)", "TS271"),
    "upwards": ("COPY (SELECT 1 AS a) TO '../home/.bashrc' (OVERWRITE)", "TS271"),
    "a link": ("COPY (SELECT 1 AS a) TO 'link/.bashrc' (OVERWRITE)", "TS271"),
    "outside by setting": ("SET allow_outside = on", "TS204"),
    "another server": ("SET base_url = 'https://evil.example'", "TS204"),
    "a file": ("SELECT * FROM '{home}/.bashrc'", "TS101"),
    "a file by function": ("SELECT * FROM read_text('{home}/.bashrc')", "TS101"),
    "a variable": ("SELECT getenv('HOME') AS a", "TS203"),
    "a setting of the engine": ("SET enable_external_access = on", "TS204"),
    "another database": ("ATTACH '{home}/a.db'", "TS116"),
}


@pytest.mark.fault(
    "F82",
    "a script from somewhere that runs programs, writes to the home, leaves the directory",
    "refused before anything runs, and no file is made or changed",
)
@pytest.mark.parametrize(("sql", "code"), MALICIOUS.values(), ids=list(MALICIOUS))
def test_a_script_that_means_harm_does_none(run, tmp_path, monkeypatch, sql, code):
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    (home / ".bashrc").write_text("precious")
    (work / "link").symlink_to(home)
    monkeypatch.chdir(work)
    monkeypatch.setenv("HOME", str(home))
    script = work / "found.tsql"
    script.write_text(sql.format(home=home) + ";\n")
    outcome = run("--emulator", "--errors", "json", "-f", script)
    assert (error_of(outcome)["code"], outcome.status) == (code, 1)
    assert sorted(each.name for each in work.iterdir()) == ["found.tsql", "link"]
    assert [(each.name, each.read_text()) for each in home.iterdir()] == [(".bashrc", "precious")]


@pytest.mark.fault(
    "F82",
    "a script whose one statement would take thousands of requests",
    "it ends at the cap of a hundred requests, with the exit status for that",
)
def test_a_script_spends_no_more_than_the_cap(run):
    years = "create_date BETWEEN '2016-03-02' AND '2026-03-01'"
    script = f"SELECT count(*) AS n FROM videos WHERE keyword = 'zq' AND {years}".encode()
    outcome = run("--emulator", "--stats", stdin=script)
    assert json.loads(outcome.err.splitlines()[-1])["requests"] <= 100
    assert (outcome.status, outcome.out) == (4, "")


def test_the_depth_of_a_statement_is_refused_by_type():
    with pytest.raises(ParseError):
        parse(Source(f"SELECT {'(' * 501}1"))
