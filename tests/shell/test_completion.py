"""What is offered at a cursor, written as a bar: first, somewhere, and not at all."""

from __future__ import annotations

import pytest
from completion_scene import WORLD, accepted, ask, texts

V = "SELECT id FROM videos"
W = f"{V} WHERE"
REMOTE = [c.name for c in WORLD.catalog.tables["videos"].columns.values() if c.filter]
NAMES = [c.name for c in WORLD.catalog.tables["videos"].selectable]


@pytest.mark.parametrize(
    ("text", "first", "never"),
    [
        # statements
        ("|", ["SELECT"], ["FROM", "videos", "AND"]),
        ("s|", ["select", "show", "set"], ["insert"]),
        ("SELECT 1; SH|", ["SHOW"], []),
        ("SEELCT|", ["SELECT"], []),
        ("SHOW |", ["TABLES", "SETTINGS", "QUOTA"], ["FOR"]),
        ("SHOW GAPS |", ["FOR"], []),
        ("SHOW PROVENANCE FOR h|", ["hello"], ["hashtag_names"]),
        ("EXPLAIN |", ["SELECT", "WITH", "(FORMAT", "ANALYZE"], []),
        ("EXPLAIN (FORMAT |", ["text", "json", "sql"], ["DATE"]),
        ("EXPLAIN (FORMAT p|", ["python", "'python-official'", "prose"], []),
        ("CREATE |", ["COLLECTION", "OR REPLACE COLLECTION"], []),
        ("CREATE OR REPLACE COLLECTION |", ["hello", '"My set"'], ["videos"]),
        ("REFRESH COLLECTION |", ["hello", '"My set"'], ["videos"]),
        ("DESCRIBE v|", ["videos"], []),
        ("COPY h|", ["hello"], []),
        ("COPY hello TO |", ["'data/", "'it''s here.csv'"], []),
        ("COPY hello TO 'o|", ["'out.csv'"], ["'data/"]),
        ("COPY hello TO 'o|'", ["'out.csv"], []),
        ("COPY hello TO 'x' (|", ["FORMAT", "HEADER"], []),
        ("COPY hello TO 'x' (FORMAT p|", ["parquet"], []),
        # settings
        ("SET max|", ["max_requests", "max_branches"], ["max("]),
        ("SET format |", ["=", "TO"], []),
        ("SET format = |", ["auto", "table"], ["videos", "ON"]),
        ("SET format = 'c|", ["'csv'"], []),
        ("SET timing TO |", ["on", "off"], []),
        ("SET page_size = |", ["100"], []),
        ("RESET |", ["max_requests"], []),
        # tables
        ("SELECT id FROM |", ["hello", '"My set"', "videos", "users"], ["DATE", "INTERVAL", "id"]),
        ("SELECT id FROM v|", ["videos"], ["view_count"]),
        ("SELECT id FROM vidoes|", ["videos"], []),
        ("SELECT id FROM vs|", ["videos"], []),
        ("SELECT id FROM videos JOIN c|", ["comments"], []),
        ("WITH best AS (SELECT id FROM videos) SELECT id FROM b|", ["best"], []),
        ("SELECT id FROM hello.|", ["observations"], []),
        # columns
        (f"SELECT | {V[10:]}", ["*", *NAMES[:3]], ["keyword", "hashtag_name", "NOT"]),
        ("SELECT li| FROM videos", ["like_count", "list("], ["LIKE"]),
        ("SELECT lc| FROM videos", ["like_count"], []),
        ("SELECT v.| FROM videos AS v", ["id"], ["v", "*", "count("]),
        ("SELECT c.te| FROM videos AS v JOIN comments AS c ON c.video_id = v.id", ["text"], []),
        ("SELECT te| FROM videos AS v JOIN comments AS c ON c.video_id = v.id", ["text"], []),
        ("SELECT i| FROM videos AS v JOIN comments AS c ON TRUE", ["v.id"], ["id"]),
        ("SELECT v.video_tag.| FROM videos AS v", ["type", "number"], []),
        ("SELECT video_tag.| FROM videos", ["type", "number"], []),
        ("SELECT | FROM hello", ["*", "id", "like_count"], ["region_code"]),
        ("SELECT | FROM (SELECT id AS n, username FROM videos) AS q", ["*", "n", "username"], []),
        ("WITH b AS (SELECT id AS n FROM videos) SELECT | FROM b", ["*", "n"], ["id"]),
        ("WITH b AS (SELECT | FROM users) SELECT 1", ["*", "username"], ["region_code"]),
        ("SELECT count(|) FROM users", ["*", "username"], ["id"]),
        ("SELECT id FROM videos WHERE id IN (SELECT vi| FROM comments)", ["video_id"], []),
        ('SELECT "lik|" FROM videos', ['"like_count'], []),
        ('SELECT "lik| FROM videos', ['"like_count"'], []),
        (f"{V} ORDER BY cr|", ["create_time", "create_date"], []),
        ("SELECT like_count AS n FROM videos ORDER BY |", ["n", "id"], ["keyword"]),
        ("SELECT view_c|", ["view_count"], []),
        ("SELECT id FROM videos AS v JOIN comments AS c USING (|", ["id"], ["text"]),
        # conditions
        (f"{W} |", REMOTE, []),
        (f"{W} l|", ["like_count"], []),
        (f"{W} regoin|", ["region_code"], []),
        (f"{W} NOT reg|", ["region_code"], []),
        (f"{W} region_code |", ["=", "IN ("], ["CONTAINS", "BETWEEN", "AND", "GROUP BY", ">"]),
        (f"{W} keyword |", ["=", "IN ("], ["LIKE", "IS NULL"]),
        (f"{W} view_count |", ["=", "IN (", "BETWEEN", ">="], ["LIKE", "CONTAINS"]),
        (f"{W} like_count |", ["=", "IN (", "BETWEEN"], ["LIKE"]),
        (f"{W} hashtag_names |", ["CONTAINS"], ["=", "LIKE"]),
        (f"{W} video_description |", ["="], ["CONTAINS"]),
        (f"{W} (region_code |", ["=", "IN ("], ["AND"]),
        (f"{W} is_stem_verified |", ["=", "IS NULL"], ["LIKE"]),
        ("SELECT username FROM users WHERE username |", ["=", "IN ("], []),
        (f"{W} region_code = 'US' |", ["AND", "OR", "GROUP BY"], ["LIKE", "BETWEEN", "FROM"]),
        (f"{W} id IN (1) |", ["AND", "OR"], []),
        (f"{W} view_count BETWEEN 1 |", ["AND"], ["OR", "GROUP BY"]),
        (f"{W} id IS |", ["NULL", "NOT NULL"], []),
        # values
        (f"{W} region_code = 'Ger|", ["'DE'"], ["'US'"]),
        (f"{W} region_code = 'Ger|'", ["'DE"], []),
        (f"{W} region_code = ger|", ["'DE'"], []),
        (f"{W} region_code = 'uk|", ["'GB'", "'UA'"], []),
        (f"{W} region_code IN ('US', 'can|", ["'CA'"], []),
        (f'{W} region_code IN ["US", "can|', ['"CA"'], []),
        (f"{W} region_code = 'Ger| AND keyword = 'x'", ["'DE'"], []),
        (f"{W} video_length = |", ["'SHORT'", "'MID'", "'LONG'", "'EXTRA_LONG'"], ["id"]),
        (f"{W} video_length IN ('SHORT', |", ["'SHORT'", "'MID'"], []),
        ("SELECT v.id FROM videos AS v WHERE v.video_length = 'ex|", ["'EXTRA_LONG'"], []),
        (f"{W} create_date >= |", ["CURRENT_DATE", "CURRENT_DATE - 7"], ["id"]),
        (f"{W} create_date BETWEEN '2026-01|", ["'2026-01-01'"], []),
        (f"{W} create_date = 'yest|", ["'2026-08-31'"], []),
        (f"{W} create_date = DATE '|", ["'2026-09-01'"], []),
        (f"{W} is_stem_verified = |", ["TRUE", "FALSE"], []),
        (f"{W} username = |", [":tag", ":since"], ["id", "CASE"]),
        (f"{W} username = :s|", [":since"], [":tag"]),
        (f"{V} LIMIT |", [":tag"], ["id"]),
        ("SELECT v.id FROM videos AS v JOIN comments AS c ON c.video_id = v.|", ["id"], []),
        # clauses
        (f"{V} |", ["WHERE"], ["AND", "LIKE", "ON", "SELECT"]),
        (f"{V} wh|", ["WHERE"], []),
        ("select id from videos wh|", ["where"], ["WHERE"]),
        (f"{V} WHRE|", ["WHERE"], []),
        (f"{V} GROUP |", ["BY"], []),
        (f"{V} LEFT |", ["JOIN", "OUTER JOIN"], []),
        (f"{V} ORDER BY id |", ["LIMIT", "OFFSET", "ASC", "DESC"], ["AND"]),
        ("SELECT id |", ["FROM"], ["AND", "LIKE"]),
        ("SELECT id FROM videos JOIN comments |", ["ON", "USING"], ["AND"]),
        (f"{V} UNION |", ["ALL", "SELECT", "DISTINCT"], ["FROM"]),
        ("SELECT CASE |", [], ["FROM"]),
        ("SELECT CASE WHEN is_stem_verified |", [], ["FROM"]),
        ("SELECT sum(id) OVER (|", ["ORDER BY", "PARTITION BY"], []),
        ("SELECT INTERVAL 3 d|", ["DAY", "DAYS"], []),
        ("SELECT CAST(id AS b|", ["BIGINT", "BOOLEAN"], []),
        ("SELECT CASE WHEN reg| FROM videos", ["region_code"], ["reply_count"]),
        ("SELECT round(avg(vie| FROM videos WHERE id = 1", ["view_count"], ["review_text"]),
        (f"{V} TABLESAMPLE |", ["("], []),
        (f"{W} username IN (|", [":tag", ":since", "SELECT"], []),
        (
            "SELECT 1 FROM videos WHERE EXISTS (SELECT 1 FROM users WHERE username = videos.|",
            ["video_description"],
            ["keyword"],
        ),
        # functions
        ("SELECT cou| FROM users", ["count("], []),
        ("SELECT cou|(1) FROM comments", ["count"], []),
        # behind a mistake
        ("SELECT , id FROM videos WHERE regi|", ["region_code"], []),
        ("SELECT id FROM videos AS v WHERE v.id == 3 ORD|", ["ORDER BY"], []),
    ],
)
def test_what_is_offered_first_and_what_never(text, first, never):
    offered = texts(text)
    assert offered[: len(first)] == first
    assert set(never) & set(offered) == set()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id AS |",
        "SELECT id AS f|",
        "SELECT id FROM videos AS v|",
        "WITH v|",
        "CREATE COLLECTION |",
        "CREATE COLLECTION v|",
        f"{W} keyword = '|",
        f"{W} keyword = 'reg|",
        f"{W} keyword IN ('a', 'reg|",
        f"{W} video_description LIKE '%reg|",
        "SELECT 'from |",
        "SELECT 1|",
        "SELECT 1.5|",
        "SELECT 1 -- sel|",
        "-- sel|",
        "SELECT 1 /* sel|",
        "/* sel|",
        "SELECT 'a'|",
        "SELECT id FROM videos|",
        "SELECT 1 \\|",
        "SELECT 1 ==|",
        "sel|ect 1",
        "|SELECT 1",
        "SELECT nothing_like_it|",
        "DELETE |",
        "INSERT INTO v|",
        "SELECT unknown.| FROM videos",
        'SELECT "|nothing" FROM videos',
        "\\save |",
        "\\d videos |",
        "\\nothing |",
    ],
)
def test_nothing_is_offered_where_only_somebodys_own_text_can_stand(text):
    assert texts(text) == []


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("\\d|", ["\\dt"]),
        (".d|", [".dt"]),
        (".|", [".?", ".d", ".dt", ".x", ".pager", ".format", ".i", ".save", ".run", ".set"]),
        ("SELECT 1;\n\\s|", ["\\save", "\\set"]),
        ("\\expalin|", ["\\explain"]),
        ("\\x |", ["on", "off", "auto"]),
        ("\\pager |", ["off", "auto"]),
        ("\\d use|", ["users"]),
        ("\\d hel|", ["hello"]),
        ("\\format j|", ["json", "jsonl"]),
        ("\\i mon|", ["monthly.tsql"]),
        ("\\i it's h|", ["it's here.csv"]),
        ("\\run |", ["weekly"]),
        ("\\run weekly s|", ["since="]),
        ("\\set t|", ["tag"]),
        ("\\explain SELECT id FROM us|", ["users"]),
    ],
)
def test_command_lines_are_completed(text, offered):
    assert texts(text)[: len(offered)] == offered


def test_everything_has_a_line_on_what_it_is():
    for text in (f"{W} |", f"{W} region_code |", f"{W} region_code = '|", "|", "SELECT id FROM |"):
        assert all(candidate.description for candidate in ask(text))


def test_a_condition_says_whether_the_api_judges_it():
    described = {candidate.text: candidate.description for candidate in ask(f"{W} |")}
    assert described["region_code"].startswith("= IN · country")
    assert described["like_count"] == "local · likes"
    assert described["create_time"].startswith("local, narrowed by create_date · ")
    signs = {candidate.text: candidate.description for candidate in ask(f"{W} region_code |")}
    assert signs["="] == "equal, judged by the API"
    assert signs["LIKE"].endswith(", local")


def test_what_the_api_judges_stands_before_everything_local():
    columns = [candidate for candidate in ask(f"{W} |") if "·" in candidate.description]
    local = [candidate.description.startswith("local") for candidate in columns]
    assert local == sorted(local)
    assert len(columns) > len(REMOTE)


def test_behind_a_dot_stands_the_same_as_without():
    alone = {c.text: c.description for c in ask(f"{W} |")}
    dotted = {c.text: c.description for c in ask("SELECT v.id FROM videos AS v WHERE v.|")}
    assert dotted.items() <= alone.items()
    assert "keyword" in dotted
    assert "keyword" not in texts("SELECT v.| FROM videos AS v")


def test_the_right_side_of_a_left_join_is_local_in_where_and_not_in_on():
    joined = "SELECT 1 FROM comments AS c LEFT JOIN videos AS v ON v.id = c.video_id"
    (where,) = ask(f"{joined} WHERE v.region|")
    (on,) = ask(f"{joined} AND v.region|")
    assert where.description == "local · country in which the account was registered"
    assert on.description.startswith("= IN · ")
    assert ask(f"{joined} WHERE v.region_code |")[0].description == "equal, local"
    assert ask(f"{joined} AND v.region_code |")[0].description == "equal, judged by the API"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "(" * 900 + "x|",
        "SELECT * FROM (" * 400 + "SELECT id FROM videos WHERE x|",
        "WITH " + ", ".join(f"t{n} AS (SELECT * FROM t{n - 1})" for n in range(300)) + " SELECT |",
        "SELECT id FROM videos AS v0"
        + "".join(f" JOIN videos AS v{n} ON x" for n in range(600))
        + " WHERE |",
        "SELECT id FROM videos WHERE " + "id = 1 AND " * 3000 + "|",
        "SELECT '" + "x" * 100_000 + "|",
        '"|',
    ],
    ids=["brackets", "queries", "tables", "joins", "conditions", "a text", "a quote"],
)
def test_however_deep_or_long_a_statement_is_it_can_be_completed(text):
    assert len(texts(text)) <= 40


def test_a_menu_never_floods():
    every = [f"{W} region_code = '|", f"{W} region_code = |", "SELECT e| FROM videos"]
    assert max(len(texts(text)) for text in every) == 40


def test_a_region_is_shown_with_its_country():
    (germany,) = [c for c in ask(f"{W} region_code = 'germany|") if c.text == "'DE'"]
    assert (germany.display, germany.description) == ("DE", "Germany")


def test_candidates_replace_the_word_from_its_quote_on():
    assert accepted(f"{W} region_code = 'ger|") == f"{W} region_code = 'DE'|"
    assert accepted(f"{W} region_code = 'ger|' LIMIT 1") == f"{W} region_code = 'DE|' LIMIT 1"
    assert accepted("SELECT lik| FROM videos") == "SELECT like_count| FROM videos"
    assert accepted("COPY hello TO 'it|") == "COPY hello TO 'it''s here.csv'|"
    assert accepted("\\explain SELECT id FROM us|") == "\\explain SELECT id FROM users|"


def test_what_a_file_or_a_value_holds_cannot_move_the_terminal():
    world = WORLD.__class__(
        files=lambda _: ["\x1b]0;gone\x07.csv"], parameters=lambda: {"p": "\x1b[2J\n"}
    )
    shown = [*ask("COPY hello TO '|", world), *ask("SELECT :|", world)]
    assert shown
    for candidate in shown:
        assert (candidate.display + candidate.description).isprintable()
