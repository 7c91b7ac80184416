"""Spark reads an exported data set as it is, and answers translated queries as DuckDB does.

Runs where PySpark is installed (``make spark``).
"""

from __future__ import annotations

import json
import math
import os

import pytest

pyspark = pytest.importorskip("pyspark", reason="make spark installs it")

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.timeout(600),
]

WHERE = "region_code IN ('US', 'DE') AND create_date BETWEEN '2024-01-20' AND '2024-02-10'"

QUERIES = {
    "counts and sums by region": f"""
        SELECT region_code, count(*) AS n, sum(view_count) AS views, avg(like_count) AS likes,
               median(like_count) AS middle, count(DISTINCT username) AS accounts
        FROM videos WHERE {WHERE} GROUP BY region_code ORDER BY n DESC, region_code""",
    "weeks, hours and a filter": f"""
        SELECT date_trunc('week', create_time) AS week, hour(create_time) AS hour, count(*) AS n,
               count(*) FILTER (WHERE like_count > 100) AS liked
        FROM videos WHERE {WHERE} AND like_count > 10 GROUP BY 1, 2 ORDER BY 1, 2""",
    "shares, texts and missing values": f"""
        SELECT id, like_count / view_count AS share, comment_count % share_count AS left_over,
               lower(username) || ':' || region_code AS who, voice_to_text,
               coalesce(voice_to_text, '-') AS said
        FROM videos WHERE {WHERE} AND video_description LIKE '%a%'
        ORDER BY share DESC NULLS FIRST, id LIMIT 50""",
    "lists, structs and days": f"""
        SELECT id, len(hashtag_names) AS n, list_contains(hashtag_names, 'fyp') AS fyp,
               video_tag.type AS tag, create_date, CASE WHEN is_stem_verified THEN 1 ELSE 0 END AS s
        FROM videos WHERE {WHERE} AND hashtag_names CONTAINS 'fyp' ORDER BY id""",
    "windows, a subquery and HAVING": f"""
        SELECT username, n, best, rank() OVER (ORDER BY best DESC, username) AS place
        FROM (SELECT username, count(*) AS n, max(like_count) AS best
              FROM videos WHERE {WHERE} GROUP BY username HAVING count(*) > 1) AS accounts
        ORDER BY place""",
}

EXPRESSIONS = [
    *("abs(like_count - 50)", "floor(like_count / 7)", "ceil(like_count / 7)", "-like_count"),
    *("round(like_count / 7, 2)", "sign(like_count - 3)", "greatest(like_count, 5, NULL)"),
    *("least(like_count, comment_count)", "nullif(like_count, 0)", "ifnull(voice_to_text, 'x')"),
    *("length(video_description)", "len(video_description)", "length(hashtag_names)"),
    *("trim('  ' || username || ' ')", "ltrim(' a ')", "rtrim(' a ')", "upper(username)"),
    *("contains(video_description, 'a')", "starts_with(username, 'a')", "1 / 0", "5 % 0"),
    *("like_count / share_count", "like_count % share_count", "like_count * 0.1", "0.1 + 0.2"),
    *("year(create_time)", "month(create_time)", "day(create_date)", "minute(create_time)"),
    *("date_trunc('month', create_time)", "date_trunc('day', create_time)"),
    *("CAST(create_time AS DATE)", "CAST(like_count AS DOUBLE)", "like_count BETWEEN 3 AND 9"),
    *("create_time > TIMESTAMP '2024-02-01 12:00:00'", "create_date = DATE '2024-02-01'"),
    *("video_description LIKE '%\\_%'", "video_description LIKE 'a%'", "username ILIKE 'A%'"),
    *("'back\\slash'", "'it''s'", "'#' || region_code", "voice_to_text || 'x'"),
    *("if(like_count > 5, 'many', 'few')", "like_count IN (1, 2, 3)", "voice_to_text IS NULL"),
    *("lag(id) OVER (ORDER BY id)", "lead(id, 2) OVER (ORDER BY id)"),
    *("sum(like_count) OVER (ORDER BY id)", "dense_rank() OVER (ORDER BY like_count)"),
    *("row_number() OVER (PARTITION BY region_code ORDER BY id DESC)", "video_tag.number"),
    "first_value(id) OVER (PARTITION BY region_code ORDER BY id)",
    "last_value(voice_to_text) OVER (PARTITION BY region_code ORDER BY voice_to_text, id)",
    "CASE region_code WHEN 'US' THEN 'here' ELSE NULL END",
]
AGGREGATES = ["stddev(like_count)", "stddev_samp(like_count)", "var_samp(view_count)"]
AGGREGATES += ["min(username)", "max(create_time)", "sum(like_count / 3)", "count(voice_to_text)"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module")
def spark(folder):
    """A Spark in this computer alone."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.memory": "1g",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    builder = pyspark.sql.SparkSession.builder.master("local[1]").appName("tiksql")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def videos(run, spark, folder, monkeypatch):
    """The data set that COPY writes, as Spark's table ``videos``."""
    monkeypatch.chdir(folder)
    if not (folder / "videos").exists():
        copy = f"COPY (SELECT * FROM videos WHERE {WHERE}) TO 'videos' (PARTITION_BY month)"
        assert run("--emulator", "-c", copy).status == 0
        spark.read.parquet(str(folder / "videos")).createOrReplaceTempView("videos")
    return folder / "videos"


def here(run, sql):
    outcome = run("--emulator", "--format", "json", "--max-requests", "1000", "-c", sql)
    assert outcome.status == 0, outcome.err
    return [list(row.values()) for row in json.loads(outcome.out)]


def there(run, spark, sql):
    translated = run("translate", "--to", "spark", "-c", sql)
    assert translated.status == 0, translated.err
    found = spark.sql(translated.out.strip().removesuffix(";")).collect()
    return [[plain(value) for value in row] for row in found]


def plain(value):
    """Write a value of Spark's as our JSON has it."""
    if hasattr(value, "isoformat"):
        return value.isoformat() + ("Z" if hasattr(value, "hour") else "")
    return value


def same(one, other):
    """Compare values, ids as texts and doubles by their first 12 digits."""
    if isinstance(one, str) and isinstance(other, int) and not isinstance(other, bool):
        return one == str(other)
    if one is None or other is None or isinstance(one, str | bool | list):
        return one == other
    return math.isclose(float(one), float(other), rel_tol=1e-12, abs_tol=1e-12)


def check_same(ours, theirs):
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert all(map(same, one, other)), (one, other)


@pytest.mark.usefixtures("videos")
def test_spark_reads_every_row_and_every_digit_of_the_data_set(run, spark):
    sql = f"SELECT id, username, create_time, like_count FROM videos WHERE {WHERE}"
    found = spark.sql("SELECT id, username, create_time, like_count FROM videos").collect()
    ours = sorted(here(run, sql))
    assert len(ours) > 200
    check_same(ours, sorted([plain(v) for v in row] for row in found))
    types = dict(spark.table("videos").dtypes)
    assert types["id"] == "bigint"
    assert types["create_time"] == "timestamp"
    assert types["hashtag_names"] == "array<string>"
    assert types["video_tag"].startswith("struct<type:string")
    assert spark.sql("SELECT count(DISTINCT month) FROM videos").collect()[0][0] == 2


@pytest.mark.usefixtures("videos")
@pytest.mark.parametrize("sql", QUERIES.values(), ids=QUERIES)
def test_a_query_has_the_same_answer_in_spark(run, spark, sql):
    ours = here(run, sql)
    assert ours
    check_same(ours, there(run, spark, sql))


@pytest.mark.usefixtures("videos")
def test_every_expression_that_may_pass_means_the_same_in_spark(run, spark):
    items = ", ".join(f"{e} AS e{n}" for n, e in enumerate(EXPRESSIONS))
    sql = f"SELECT id, {items} FROM videos WHERE {WHERE} ORDER BY id"
    ours, theirs = here(run, sql), there(run, spark, sql)
    assert len(ours) == len(theirs) > 200
    for number, expression in enumerate(EXPRESSIONS, 1):
        pairs = [(a[number], b[number]) for a, b in zip(ours, theirs, strict=True)]
        different = [pair for pair in pairs if not same(*pair)]
        assert different == [], expression


@pytest.mark.usefixtures("videos")
def test_every_aggregate_that_may_pass_means_the_same_in_spark(run, spark):
    items = ", ".join(f"{e} AS e{n}" for n, e in enumerate(AGGREGATES))
    for group in ("region_code", "username"):
        sql = f"SELECT {group}, {items} FROM videos WHERE {WHERE} GROUP BY 1 ORDER BY 1"
        check_same(here(run, sql), there(run, spark, sql))
