"""Local SQL touches no file, network, environment, variable or setting, and ends in time."""

from __future__ import annotations

import os
import threading

import duckdb
import pytest
from engine_world import ask, engine, problem, row

from tiksql.errors import EvaluationError, InterruptError, TikSQLError
from tiksql.local.database import ALL, DatabaseError

leak = "a variable that SQL must not see"

FORBIDDEN = """
SELECT * FROM read_csv('{secret}')
SELECT * FROM read_text('{secret}')
SELECT * FROM read_blob('{secret}')
SELECT * FROM read_json_auto('{secret}')
SELECT * FROM read_parquet('{secret}')
SELECT * FROM parquet_metadata('{secret}')
SELECT * FROM read_duckdb('{secret}')
SELECT * FROM '{secret}'
SELECT * FROM "{secret}"
SELECT * FROM sniff_csv('{secret}')
SELECT * FROM glob('{folder}/*')
SELECT * FROM read_text('/proc/self/environ')
SELECT * FROM '/dev/stdin'
SELECT * FROM 'http://127.0.0.1:9/x.csv'
SELECT * FROM 'https://127.0.0.1:9/x.parquet'
SELECT * FROM 's3://bucket/x.parquet'
COPY (SELECT 1) TO '{folder}/out.csv'
COPY (SELECT 1) TO '{folder}/out.parquet' (FORMAT parquet)
COPY (SELECT 1) TO '/dev/stdout'
COPY s1 FROM '{secret}'
ATTACH '{folder}/other.db'
ATTACH '{folder}/other.sqlite' (TYPE sqlite)
EXPORT DATABASE '{folder}/all'
IMPORT DATABASE '{folder}/all'
INSTALL httpfs
INSTALL spatial FROM community
LOAD httpfs
LOAD '{folder}/evil.duckdb_extension'
FORCE INSTALL json
UPDATE EXTENSIONS
SET enable_external_access = true
SET lock_configuration = false
SET temp_directory = '{folder}'
SET memory_limit = '1TB'
SET secret_directory = '{folder}'
SET extension_directory = '{folder}'
SET allow_community_extensions = true
SET python_enable_replacements = true
SET python_scan_all_frames = true
SET allowed_paths = ['{secret}']
SET allowed_directories = ['{folder}']
SET enable_profiling = 'json'
SET profiling_output = '{folder}/profile.json'
SET log_query_path = '{folder}/log.txt'
SET http_proxy = 'http://127.0.0.1:9'
SET max_temp_directory_size = '1TB'
SET threads = 64
RESET enable_external_access
RESET lock_configuration
RESET memory_limit
PRAGMA enable_profiling
PRAGMA temp_directory = '{folder}'
CALL enable_logging(storage = 'file', storage_config = {{'path': '{folder}/logs'}})
CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')
CREATE PERSISTENT SECRET p (TYPE http, BEARER_TOKEN 'a')
SELECT getenv('HOME')
SELECT * FROM leak
SELECT * FROM frame
""".strip().splitlines()

UNREACHABLE = """
SELECT * FROM "{secret}"
SELECT * FROM leak
SELECT * FROM duckdb_settings
SELECT * FROM duckdb_secrets
SELECT * FROM duckdb_tables
SELECT * FROM information_schema.tables
SELECT * FROM sqlite_master
SELECT * FROM s1
SELECT getenv('HOME')
SELECT current_setting('home_directory')
SELECT getvariable('x')
SELECT read_text('{secret}')
SELECT glob('{folder}/*')
SELECT query('SELECT 1')
SELECT sleep_ms(60000)
SELECT pg_sleep(60)
SELECT write_log('x')
SELECT COLUMNS('.*') FROM videos
SELECT __internal_decompress_string(1)
SELECT nextval('s')
""".strip().splitlines()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.csv").write_text("a,b\n1,secret\n")
    monkeypatch.setenv("TIKSQL_CANARY", "canary")
    return tmp_path


def filled(text, folder):
    return text.format(secret=folder / "secret.csv", folder=folder)


@pytest.mark.parametrize("attack", FORBIDDEN)
@pytest.mark.fault(
    "F79",
    "SQL given to DuckDB itself that reads files, network, variables, or sets something",
    "every one is refused, and no file appears",
)
def test_even_raw_sql_reaches_nothing_outside(attack, folder):
    frame = [leak]  # what SELECT * FROM frame would find
    with engine([row()]) as asked, pytest.raises(DatabaseError) as raised:
        asked._ask(filled(attack, folder), rows=ALL)
    assert "canary" not in str(raised.value)
    assert frame == [leak]
    assert [path.name for path in folder.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize("attack", UNREACHABLE)
@pytest.mark.fault(
    "F79",
    "statements that name files, variables, settings, secrets, the clock or internals of DuckDB",
    "an error at the name, before anything runs",
)
def test_a_statement_names_only_its_own_tables_and_functions_of_rows(attack, folder):
    with engine([row()]) as asked:
        error, place = problem(asked, filled(attack, folder))
    assert error.code in {"TS202", "TS203", "TS220"}
    assert place
    assert [path.name for path in folder.iterdir()] == ["secret.csv"]


def test_the_names_of_a_with_are_tables_and_hide_nothing_else():
    with engine([row()]) as asked:
        assert ask(asked, "WITH s1 AS (SELECT 5 AS n) SELECT n FROM s1") == [(5,)]
        error, place = problem(asked, "WITH x AS (SELECT 1) SELECT * FROM y")
        assert (error.code, place) == ("TS202", "y")


@pytest.mark.fault(
    "F79",
    "a table of Python called as a variable of the program",
    "it is no table: DuckDB runs in another process",
)
def test_variables_of_python_are_no_tables():
    rel = duckdb.sql("SELECT 'leak' AS word")
    with engine([row()]) as asked, pytest.raises(DatabaseError):
        asked._ask("SELECT * FROM rel")
    rel.close()


def test_an_engine_leaves_no_file_when_it_sorts_and_groups(folder):
    with engine(map(row, range(5000))) as asked:
        ask(asked, "SELECT DISTINCT username FROM videos ORDER BY username DESC")
    assert [path.name for path in folder.iterdir()] == ["secret.csv"]


def test_two_engines_share_nothing():
    with engine([row()]) as one, engine() as other:
        assert ask(one, "SELECT count(*) FROM videos") == [(1,)]
        assert ask(other, "SELECT count(*) FROM videos") == [(0,)]


CROSS = "FROM videos AS a, videos AS b, videos AS c, videos AS d, videos AS e"


@pytest.mark.parametrize(
    "bomb",
    [
        f"SELECT list(hash(a.id, b.id)) {CROSS}",
        f"SELECT count(DISTINCT hash(a.id, b.id, c.id)) {CROSS}",
        f"SELECT a.id, b.id, c.id {CROSS} ORDER BY hash(a.id, b.id, c.id)",
        f"SELECT string_agg(a.username || b.username, ',') {CROSS}",
        f"SELECT row_number() OVER (ORDER BY hash(a.id, b.id, c.id)) {CROSS}",
    ],
)
@pytest.mark.fault(
    "F80", "lists, sorts and groups of 300 to the fifth rows", "out of memory, in a typed error"
)
def test_a_statement_that_needs_too_much_memory_ends_in_a_typed_error(bomb):
    with engine(map(row, range(300)), memory_limit="60MB") as asked:
        error, _ = problem(asked, bomb)
    assert isinstance(error, EvaluationError)
    assert error.code == "TS541"
    assert len(str(error)) < 200


def test_too_many_rows_for_the_memory_end_in_a_typed_error():
    def load_much():
        for _ in range(100):
            rows = [row(n, video_description=os.urandom(800).hex()) for n in range(1000)]
            asked.load("s1", rows)

    with engine(memory_limit="20MB") as asked, pytest.raises(EvaluationError) as raised:
        load_much()
    assert raised.value.code == "TS541"


@pytest.mark.parametrize(
    "bomb",
    [
        "SELECT repeat('x', 2000000000)",
        "SELECT len(generate_series(1, 1000000000))",
        "SELECT len(range(100000000000))",
        "SELECT lpad('x', 2000000000, 'y')",
        "SELECT rpad('x', 2000000000, 'y')",
    ],
)
@pytest.mark.fault(
    "F80", "repeat, range, lpad with a number of thousands of millions", "refused at the number"
)
def test_a_value_of_gigabytes_is_refused_before_it_is_built(bomb):
    with engine() as asked:
        error, place = problem(asked, bomb)
    assert error.code == "TS222"
    assert place.isdigit()


def test_a_long_statement_can_be_interrupted():
    with engine(map(row, range(2000))) as asked:
        timer = threading.Timer(0.3, asked.interrupt)
        timer.start()
        with pytest.raises(InterruptError):
            ask(asked, f"SELECT count(*) {CROSS} WHERE hash(a.id, b.id, c.id, d.id, e.id) = 7")
        timer.join()


def test_interrupting_an_engine_that_is_gone_does_nothing():
    with engine() as asked:
        pass
    asked.interrupt()


def test_a_statement_may_be_given_a_time():
    with engine(map(row, range(2000)), max_seconds=1) as asked:
        error, _ = problem(asked, f"SELECT count(*) {CROSS} WHERE hash(a.id, b.id, c.id, d.id) = 7")
    assert (type(error), error.code) == (EvaluationError, "TS543")


def test_depth_ends_in_an_answer_or_a_typed_error():
    with engine([row()]) as asked:
        for before, after in [("(", ")"), ("NOT (", ")"), ("(SELECT ", ")"), ("abs(", ")")]:
            inner = "TRUE" if "NOT" in before else "1"
            text = f"SELECT {before * 150}{inner}{after * 150}"
            try:
                found = ask(asked, text)
            except TikSQLError as error:
                found = error.code
            assert found in ([(1,)], [(True,)], "TS120", "TS220")


@pytest.mark.parametrize("word", ["AND", "OR"])
@pytest.mark.fault(
    "F72", "10,000 conditions of AND, OR and IN, flat and mixed, for DuckDB", "judged"
)
def test_ten_thousand_conditions_are_judged(word):
    other = {"AND": "OR", "OR": "AND"}[word]
    flat = f" {word} ".join(f"id <> {n}" for n in range(10_000))
    mixed = f" {word} ".join(f"(id <> {n} {other} like_count <> -{n})" for n in range(1, 5001))
    listed = ", ".join(map(str, range(10_000)))
    with engine(map(row, range(10))) as asked:
        for terms in (flat, mixed, f"like_count IN ({listed})"):
            assert ask(asked, f"SELECT count(*) FROM videos WHERE {terms}") == [(10,)]
