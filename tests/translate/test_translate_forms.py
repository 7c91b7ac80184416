"""How a form is asked for, and what each form promises besides."""

from __future__ import annotations

import json
import re

import pytest
from r_text import calls, check_shape

from tiksql import backend
from tiksql.catalog import load
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax.parser import parse
from tiksql.translate import ALL_PAGES, FORMS
from tiksql.translate.methods import Account, to_methods, to_methods_latex, to_methods_long

DAYS = "create_date BETWEEN '2024-01-15' AND '2024-02-20'"
SQL = f"SELECT id, like_count FROM videos WHERE keyword = 'love' AND {DAYS} AND like_count > 5"
KEYS = {"username": "'joe1234567'", "shop_name": "'Hello World Store'"}
EVERY_TABLE = {
    table.name: (
        f"SELECT * FROM {table.name} WHERE {table.keys[0].name} = "
        + KEYS.get(table.keys[0].name, "7114435010179905604")
        if table.needs == "key"
        else f"SELECT * FROM {table.name} WHERE keyword = 'love' AND {DAYS}"
    )
    for table in load().tables.values()
}


def planned(sql):
    (query,) = parse(Source(sql)).statements
    made, _ = Session(backend.emulator(), DEFAULTS).plan(query)
    return made


@pytest.fixture
def translate(run):
    def translated(sql, form, *flags):
        outcome = run("translate", "--emulator", "--to", form, *flags, "-c", sql)
        assert (outcome.status, outcome.err) == (0, "")
        return outcome.out

    return translated


# --- both doors


@pytest.mark.parametrize("form", FORMS)
def test_explain_prints_what_the_command_prints(run, translate, form):
    name = f"'{form}'" if "-" in form else form
    explained = run("--emulator", "-c", f"EXPLAIN (FORMAT {name}) {SQL}")
    assert (explained.status, explained.err) == (0, "")
    assert explained.out == translate(SQL, form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", EVERY_TABLE)
def test_every_form_prints_every_table(translate, form, table):
    assert translate(EVERY_TABLE[table], form).strip()


@pytest.mark.parametrize("table", EVERY_TABLE)
def test_a_shell_script_follows_every_table(translate, table):
    assert "follow 1 " in translate(EVERY_TABLE[table], "curl", "--all-pages")


@pytest.mark.parametrize(
    ("written", "meant"), [("pyhton", "python"), ("marmaid", "mermaid"), ("'methods-lonG '", "")]
)
def test_an_unknown_form_is_named_with_the_nearest(run, written, meant):
    outcome = run("translate", "--emulator", "--to", written, "-c", SQL)
    assert outcome.status == 1
    assert f'unknown form "{written}"' in outcome.err
    assert f'did you mean "{meant}"' in outcome.err or not meant


@pytest.mark.parametrize("form", sorted(set(FORMS) - set(ALL_PAGES)))
def test_what_shows_first_pages_only_refuses_all_pages(run, form):
    outcome = run("translate", "--emulator", "--to", form, "--all-pages", "-c", SQL)
    assert (outcome.status, outcome.out) == (1, "")
    assert f"{form} shows first pages only" in outcome.err


def test_python_follows_pages_whether_told_to_or_not(translate):
    assert translate(SQL, "python") == translate(SQL, "python", "--all-pages")


def test_a_translation_is_written_to_a_file(run, translate, tmp_path):
    target = tmp_path / "query.py"
    outcome = run("translate", "--emulator", "--to", "python", "-o", target, "-c", SQL)
    assert (outcome.status, outcome.out) == (0, "")
    assert target.read_text() == translate(SQL, "python")


def test_a_parameter_is_in_its_place_in_every_form(run):
    sql = "SELECT id FROM videos WHERE keyword = :word AND create_date = '2024-03-01'"
    for form in ("sql", "curl", "python", "r", "prose", "http"):
        outcome = run("translate", "--emulator", "--to", form, "-v", "word=flood", "-c", sql)
        assert "flood" in outcome.out
        assert ":word" not in outcome.out


@pytest.mark.parametrize("flags", [("python",), ("python-official",), ("curl", "--all-pages")])
def test_a_program_is_for_one_statement(run, translate, flags):
    outcome = run("translate", "--emulator", "--to", *flags, "-c", f"{SQL}; {SQL}")
    assert (outcome.status, outcome.out) == (2, translate(SQL, *flags))
    assert "for one statement, and there are more" in outcome.err


def test_other_forms_take_several_statements_and_name_those_that_are_no_queries(run):
    sql = f"{SQL}; SHOW TABLES; {SQL}"
    outcome = run("translate", "--emulator", "--to", "curl", "-c", sql)
    assert outcome.status == 0
    assert outcome.out.count("# SELECT id") == 2
    assert outcome.err == "note: statement 2 is no query, and was not translated\n"


@pytest.mark.parametrize("form", FORMS)
def test_a_collection_is_named_where_a_form_cannot_have_its_rows(run, tmp_path, form):
    study = tmp_path / "study.db"
    made = "CREATE COLLECTION cats AS SELECT id, username FROM videos"
    name = f"'{form}'" if "-" in form else form
    asked = "SELECT c.id, u.display_name FROM cats AS c JOIN users AS u ON u.username = c.username"
    script = f"{made} WHERE keyword = 'love' AND {DAYS}; EXPLAIN (FORMAT {name}) {asked}"
    outcome = run("--emulator", study, "-c", script)
    assert outcome.status == 0
    assert "cats" in outcome.out
    if form not in {"text", "json", "sql"}:
        assert "cats is a collection" in outcome.out.replace("\n", " ")
    if form.startswith("python"):
        assert "rows_of" not in outcome.out


# --- json


def test_the_json_contract_has_these_keys_and_no_others(translate):
    document = json.loads(translate(SQL, "json"))
    assert list(document) == ["statement", "requests", "local", "cost", "notes"]
    assert list(document["local"]) == ["filter", "sort", "limit", "reasons", "query"]
    assert list(document["cost"]) == ["requests_at_least", "pool"]
    windows = [request["window"] for request in document["requests"]]
    assert windows == [["2024-02-14", "2024-02-20"], ["2024-01-15", "2024-02-13"]]
    for request in document["requests"]:
        assert list(request) == [
            *("method", "url", "fields", "body", "window", "branch"),
            *("table", "scan", "depends_on"),
        ]
        assert request["url"] == "https://open.tiktokapis.com/v2/research/video/query/"
        assert (request["method"], request["fields"]) == ("POST", ["id", "like_count"])


def test_a_request_in_json_that_waits_for_keys_says_for_whose(translate):
    sql = f"SELECT text FROM comments WHERE video_id IN (SELECT id FROM videos WHERE {DAYS}"
    first, second = json.loads(translate(sql + " AND keyword = 'x')", "json"))["requests"][-2:]
    assert first["depends_on"] is None
    assert second["depends_on"] == first["scan"]
    assert second["body"]["video_id"] == {"$keys_of": first["scan"]}


# --- R


SIGNATURES = {
    "query": [],
    "query_and": ["field_name", "operation", "field_values"],
    "query_or": ["field_name", "operation", "field_values"],
    "query_not": ["field_name", "operation", "field_values"],
    "tt_search_api": ["start_date", "end_date", "fields", "is_random", "max_pages"],
    "tt_user_info_api": ["fields"],
    "tt_comments_api": ["fields", "max_pages"],
    "tt_user_liked_videos_api": ["fields", "max_pages"],
    "tt_user_reposted_api": ["fields", "max_pages"],
    "tt_user_pinned_videos_api": ["fields"],
    "tt_user_follower_api": ["max_pages"],
    "tt_user_following_api": ["max_pages"],
    "tt_playlist_api": [],
}
"""Arguments that a script may name: github.com/JBGruber/traktok, reference/*.md, December 2025."""
OF_R = {"library", "stop", "warning", "c", "unique", "lapply", "function", "head", "tail"}
OF_R |= {"dplyr::bind_rows", "character"}


TWO = f"SELECT id FROM videos WHERE keyword = 'a' AND {DAYS} ORDER BY id LIMIT 2"
OF_EVERY_SHAPE = [
    *EVERY_TABLE.values(),
    f"SELECT id FROM videos WHERE (keyword = 'a' OR region_code = 'DE') AND {DAYS} LIMIT 3",
    f"SELECT id FROM videos TABLESAMPLE (9 ROWS) WHERE NOT region_code = 'DE' AND {DAYS}",
    f"SELECT text FROM comments WHERE video_id IN ({TWO})",
]


@pytest.mark.parametrize("sql", OF_EVERY_SHAPE)
def test_r_calls_what_traktok_documents_with_the_arguments_that_it_has(translate, sql):
    script = translate(sql, "r")
    check_shape(script)
    for name, arguments in calls(script):
        if name not in OF_R:
            assert set(arguments) <= set(SIGNATURES[name])


@pytest.mark.parametrize("table", ["shops", "shop_products", "shop_reviews"])
def test_r_stops_before_anything_where_traktok_has_no_function(translate, table):
    script = translate(EVERY_TABLE[table], "r")
    first = script[script.index("library(traktok)\n") + len("library(traktok)\n") :]
    assert first.startswith(f'stop("traktok has no function for {table}')


# --- methods


def test_without_an_account_no_number_is_invented():
    made = planned(SQL)
    stated = re.findall(
        r"[\d,]*\d", to_methods(made) + to_methods_long(made).partition("### App")[0]
    )
    from_the_plan = {"15", "2024", "20", "37", "2", "5", "100"}
    from_the_catalog = {"2026", "09", "01", "0", "1", "48", "10", "1,000", "100,000"}
    assert set(stated) <= from_the_plan | from_the_catalog
    assert r"\[N RECORDS\]" in to_methods(made)
    assert "[N RECORDS]" in to_methods_latex(made)


def test_an_account_supplies_its_numbers_and_leaves_the_rest_open():
    account = Account(began="1 May 2026", requests=1234, records=98_765, duplicates=65)
    text = to_methods_long(planned(SQL), account)
    assert "from 1 May 2026 to \\[LAST DAY OF COLLECTION\\] and took 1,234 requests" in text
    assert "98,765 records" in text
    assert "after duplicates were removed: 98,700" in text
    assert "\\[N ROWS\\] rows were kept" in text


def test_a_methods_text_owns_up_to_a_limit():
    made = planned(f"SELECT id FROM videos WHERE keyword = 'love' AND {DAYS} LIMIT 10")
    assert "no sample" in to_methods_long(made)


# --- prose


def test_prose_says_what_is_asked_when_where_it_is_judged_and_what_it_costs(translate):
    text = " ".join(translate(SQL, "prose").split())
    assert "from 15 January 2024 to 20 February 2024 (37 days of UTC" in text
    assert "a word or phrase of the caption (keyword) is “love”" in text
    assert "TikSQL keeps those of which: like_count > 5." in text
    assert "costs at least 2 requests of the 1,000" in text
