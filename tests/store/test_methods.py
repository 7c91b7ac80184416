"""A methods section over a collection has the numbers that its study counts, and no others."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace

import pytest
from store.studies_world import Lab, emulated

from tiksql.errors import QuotaError, StudyError
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax.parser import parse

US = "region_code = 'US' AND create_date BETWEEN '2022-05-01' AND '2022-07-10'"
CREATE = f"CREATE COLLECTION c AS SELECT id, like_count FROM videos WHERE {US}"


@pytest.fixture
def lab(tmp_path):
    return Lab(emulated(), tmp_path / "study.db")


def text(lab, form="methods-long", sql="SELECT * FROM c"):
    session = Session(lab.server, DEFAULTS, study=lab.path)
    try:
        (statement,) = parse(Source(f"EXPLAIN (FORMAT '{form}') {sql}")).statements
        return session.execute(statement, {}).text
    finally:
        session.close()


def number(text, pattern):
    return int(re.search(pattern.replace("N", r"([\d,]+)"), text)[1].replace(",", ""))


def counted(lab, sql):
    return sqlite3.connect(lab.path).execute(sql).fetchone()[0]


@pytest.mark.parametrize("refreshed", [False, True])
def test_its_numbers_are_those_of_the_study(lab, refreshed):
    lab(CREATE)
    if refreshed:
        lab("REFRESH COLLECTION c")
    said = text(lab)
    assert number(said, "took N requests") == counted(lab, "SELECT count(*) FROM requests")
    assert number(said, "returned N records") == counted(lab, "SELECT sum(records) FROM pages")
    assert number(said, "of which N rows") == len(lab("SELECT * FROM c").rows)
    assert number(said, "measured again: N;") == int(refreshed)
    assert number(said, "Days with gaps: N.") == 0
    last = "SELECT sum(positions) FROM (SELECT max(CAST(cursor AS INTEGER)) AS positions"
    positions = counted(lab, f"{last} FROM pages GROUP BY chain, lap)")
    lacking = positions - counted(lab, "SELECT sum(records) FROM pages")
    assert number(said, "pages lacked: N.") == lacking > 0


def test_what_is_missing_is_said_in_the_short_text_too(lab):
    with pytest.raises(QuotaError):
        lab(CREATE, max_requests=2, concurrency=1)
    missing = sum((last - first).days + 1 for _, _, first, last, *_ in lab("SHOW GAPS FOR c").rows)
    assert number(text(lab, "methods"), "N of the days asked for are missing") == missing > 30


def test_synthetic_data_are_called_so(lab):
    lab(CREATE)
    assert text(lab, "methods").startswith("SYNTHETIC DATA")


def test_a_collection_of_synthetic_data_is_not_continued_with_the_real_api(lab):
    with pytest.raises(QuotaError):
        lab(CREATE, max_requests=1)
    real = Lab(replace(lab.server, name="open.tiktokapis.com"), lab.path)
    with pytest.raises(StudyError, match="was collected from emulator"):
        real(CREATE)


def test_without_a_study_nothing_is_counted(lab):
    said = text(lab, sql=f"SELECT id FROM videos WHERE {US}")
    assert "N REQUESTS" in said
    assert "SYNTHETIC" not in said
