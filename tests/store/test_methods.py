"""A methods section over a collection has the numbers that its study counts, and no others."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
import zlib
from dataclasses import replace

import pytest
from end_to_end.scripted_server import page
from store.studies_world import Lab, emulated, scripted

from tiksql.errors import QuotaError, StudyError, TikSQLError
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


def ids(lab):
    """Read the ids of a study without the program."""
    found = sqlite3.connect(lab.path).execute("SELECT content FROM pages")
    bodies = [json.loads(zlib.decompress(content)) for (content,) in found]
    return {record["id"] for body in bodies for record in body["data"]["videos"]}


@pytest.mark.parametrize("refreshed", [False, True])
def test_its_numbers_are_those_of_the_study(lab, refreshed):
    lab(CREATE)
    if refreshed:
        lab("REFRESH COLLECTION c")
    said = text(lab)
    assert number(said, "took N requests") == counted(lab, "SELECT count(*) FROM requests")
    assert number(said, "returned N records") == counted(lab, "SELECT sum(records) FROM pages")
    assert number(said, "of which N rows") == len(lab("SELECT * FROM c").rows)
    assert number(said, "asked for again: N.") == int(refreshed)
    kept = len(ids(lab))
    assert number(said, "duplicates were removed: N ") == kept
    assert number(said, "kept once: N.") == counted(lab, "SELECT sum(records) FROM pages") - kept
    assert ("API): 0." in said) == refreshed
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


# --- records that come again, and records that do not

ONE_WINDOW = "region_code = 'US' AND create_date BETWEEN '2022-05-01' AND '2022-05-20'"
FEW = f"CREATE COLLECTION c AS SELECT id, like_count FROM videos WHERE {ONE_WINDOW}"


def in_turn(tmp_path, *found):
    """Return a lab whose n-th answer is a whole list with these ids, or an error."""

    def answer(n, _body):
        given = found[min(n, len(found)) - 1]
        return page(given, cursor=100, more=False) if isinstance(given, list) else given

    return scripted(tmp_path / "study.db", answer)


def test_what_came_again_is_counted_once_and_what_did_not_is_said(tmp_path):
    lab = in_turn(tmp_path, [1, 2, 3, 4, 4], [1, 2, 5])
    lab(FEW)
    lab("REFRESH COLLECTION c")
    said = text(lab)
    assert number(said, "returned N records") == 8
    assert number(said, "kept once: N.") == 3
    assert number(said, "duplicates were removed: N ") == 5
    assert number(said, r"left out by the API\): N\.") == 2
    assert number(said, "of which N rows") == 5


def why_not_returned(lab):
    return re.search(r"left out by the API\): \\\[N NOT RETURNED: ([^\]\\]+)", text(lab))[1]


def test_what_was_asked_for_once_has_nothing_to_compare(tmp_path):
    lab = in_turn(tmp_path, [1, 2])
    lab(FEW)
    assert why_not_returned(lab) == "it was asked for once"


def test_an_asking_that_is_not_whole_proves_nothing_gone(tmp_path):
    lab = in_turn(tmp_path, [1, 2], (401, "access_token_invalid"))
    lab(FEW)
    with pytest.raises(TikSQLError):
        lab("REFRESH COLLECTION c")
    assert why_not_returned(lab) == "the last asking lacks answers"


def test_a_limit_proves_nothing_gone(tmp_path):
    lab = in_turn(tmp_path, [1, 2], [3, 4])
    lab(f"{FEW} LIMIT 2")
    lab("REFRESH COLLECTION c")
    assert why_not_returned(lab) == "a limit or a sample leaves records out"


def test_days_that_move_with_the_clock_prove_nothing_gone(tmp_path):
    lab = in_turn(tmp_path, [1, 2], [2, 3])
    days = "region_code = 'US' AND create_date >= CURRENT_DATE - 5"
    lab(f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {days}")
    later = lab.server.now() + dt.timedelta(days=2)
    lab.server = replace(lab.server, now=lambda: later)
    lab("REFRESH COLLECTION c")
    assert why_not_returned(lab) == "the askings were not for the same"


def test_records_without_ids_are_not_told_apart(tmp_path):
    def answer(_n, _body):
        found = page([1, 2], cursor=100, more=False)
        return {**found, "videos": [{"like_count": 1}, *found["videos"]]}

    lab = scripted(tmp_path / "study.db", answer)
    lab(FEW)
    said = text(lab)
    assert "kept once: \\[N DUPLICATES: some videos came without id\\]" in said
    assert "\\[N UNIQUE RECORDS: some videos came without id\\]" in said


@pytest.mark.parametrize(
    ("table", "key", "reason"),
    [
        ("playlists", "playlist_id", "playlists come in parts"),
        ("shop_reviews", "product_id", "shop_reviews have no ids"),
    ],
)
def test_tables_whose_records_cannot_be_told_apart_are_not_counted(lab, table, key, reason):
    lab(f"CREATE COLLECTION c AS SELECT * FROM {table} WHERE {key} = 7300000000000000001")
    said = text(lab, "methods-long").replace("\\", "")
    assert f"[N DUPLICATES: {reason}]" in said
    assert f"[N NOT RETURNED: {reason}]" in said


def test_records_of_several_tables_are_told_apart_table_by_table_and_key_by_key(lab):
    lab(
        "CREATE COLLECTION c AS SELECT v.id, m.id AS comment"
        " FROM videos AS v JOIN comments AS m ON m.video_id = v.id"
        " WHERE v.region_code = 'US' AND v.create_date = '2022-05-01'"
    )
    found = sqlite3.connect(lab.path).execute(
        "SELECT content, endpoint, key FROM pages JOIN chains ON chains.id = chain"
    )
    records = [
        (table, key, record["id"])
        for content, table, key in found
        for record in json.loads(zlib.decompress(content))["data"][table]
    ]
    assert {table for table, *_ in records} == {"videos", "comments"}
    assert number(text(lab), "kept once: N.") == len(records) - len(set(records))


def test_where_the_hash_of_a_manifest_is_to_be_had_is_said(tmp_path):
    lab = in_turn(tmp_path, [1])
    lab(FEW)
    assert r"\[HASH OF THE MANIFEST: sha256 of NAME.manifest.json;" in text(lab)
