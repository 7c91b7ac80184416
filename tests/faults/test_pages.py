"""Pages and records that are wrong: every row once, no loop, no quiet loss, exact ids."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
from faults.faulty_emulator import WEEK

from tiksql.collecting import EARLY as EARLY_REMARK

SQL = f"SELECT id FROM videos WHERE {WEEK}"
PAGES = f"SET page_size = 2; {SQL}"
CREATE = f"SET page_size = 2; CREATE COLLECTION c AS {SQL}"


@pytest.fixture
def truth(faulty):
    """The rows of a week where nothing goes wrong; four pages of two bring them."""
    return faulty.having()(PAGES).lines


def whole(faulty, truth, *faults, requests=4, sql=PAGES):
    """Let faults meet a search that brings all rows once, and return what was said."""
    answer = faulty.having(*faults)(sql)
    assert (answer.status, answer.lines) == (0, truth), answer
    assert answer.stats["requests"] == requests == faulty.emulator.api_requests
    return answer.said


# --- searches


@pytest.mark.fault(
    "F28", "the search_id is refused twice, right after it was given", "waited; whole"
)
def test_a_search_id_that_is_refused_at_first_is_tried_again(faulty, truth):
    faulty.waits.clear()
    whole(faulty, truth, "search-lost at 2-3", requests=6)
    assert faulty.waits == [5.0, 10.0]


@pytest.mark.fault(
    "F29", "the search_id of a page has expired", "the window is searched anew, once; all rows once"
)
def test_a_lost_search_begins_anew(faulty, truth):
    said = whole(faulty, truth, "search-lost at 3-6", requests=2 + 4 + 4)
    assert "the API lost it, and it was asked again from its start" in said


@pytest.mark.fault(
    "F29",
    "a collection stops at its cap; an hour later the search_id has expired",
    "all rows once, the repeated requests in --stats and the ledger",
)
def test_a_search_that_expires_during_a_pause_loses_nothing(faulty, truth):
    faulty.having("search-ttl 600").in_study()
    stopped = faulty("--max-requests", "2", CREATE)
    assert (stopped.status, stopped.stats["requests"]) == (4, 2)
    faulty.clock += 3600
    before = faulty.ledger
    again = faulty(CREATE)
    assert again.status == 0
    assert again.stats["requests"] == 4 + 4, "four refusals, and the whole search"
    assert faulty.ledger - before == 8
    assert faulty.counted == 10
    rows = faulty("SELECT id FROM c").lines
    assert sorted(rows) == sorted(truth)
    assert faulty(CREATE).stats["requests"] == 0


@pytest.mark.fault(
    "F29", "every search_id is refused for ever", "two searches, then incomplete, exit 5"
)
def test_a_search_that_is_always_lost_ends(faulty):
    answer = faulty.having("search-lost")(PAGES)
    assert (answer.status, len(answer.lines)) == (5, 2)
    assert "no longer knows the search" in answer.stats["reason"]
    assert answer.stats["requests"] == 2 * (1 + 4) == faulty.counted


@pytest.mark.fault("F30", "another search_id comes with the third page", "searched anew, and said")
def test_another_search_id_begins_the_search_anew(faulty, truth):
    said = whole(faulty, truth, "search-changed at 3", requests=3 + 4)
    assert "the API lost it, and it was asked again from its start" in said


@pytest.mark.fault("F30", "every page has another search_id", "no loop, incomplete, exit 5")
def test_a_search_id_that_always_changes_is_no_loop(faulty):
    answer = faulty.having("search-changed")("--allow-partial", PAGES)
    assert answer.status == 5
    assert "is of another one" in answer.stats["reason"]
    assert answer.stats["requests"] == 2 + 2 == faulty.counted


# --- paging


@pytest.mark.fault(
    "F31", "an empty page that says that there is more", "read on; no row is invented"
)
def test_an_empty_page_is_not_the_end(faulty, truth):
    answer = faulty.having("empty-page at 2")(PAGES)
    assert (answer.status, answer.lines) == (0, truth[:2] + truth[4:])
    assert answer.stats["requests"] == 4


@pytest.mark.fault("F31", "empty pages without end", "five are read, then incomplete, exit 5")
def test_empty_pages_without_end_have_one(faulty):
    sql = "SET page_size = 1; SELECT id FROM videos WHERE keyword = 'love' AND create_date"
    answer = faulty.having("empty-page from 2")(
        "--allow-partial", f"{sql} BETWEEN '2024-03-01' AND '2024-03-30'"
    )
    assert (answer.status, len(answer.lines)) == (5, 1)
    assert "6 pages in a row were empty" in answer.stats["reason"]
    assert answer.stats["requests"] == 7 == faulty.counted


CURSORS = ["stuck", "gone", "null", "0", "-1", "1", '"soon"', "1e30", "9" * 26]


@pytest.mark.fault(
    "F32",
    "a cursor that is the same, missing, null, 0, negative, smaller, text, huge",
    "at most two requests more, incomplete with exit 5; in a collection a gap",
)
@pytest.mark.parametrize("cursor", [c for c in CURSORS if c != "1e30"])
def test_a_cursor_that_leads_nowhere_is_no_loop(faulty, truth, cursor):
    answer = faulty.having(f"cursor {cursor} at 2")("--allow-partial", PAGES)
    assert (answer.status, answer.lines) == (5, truth[:4]), answer
    assert not answer.stats["complete"]
    assert "gives no way to it: after page 2" in answer.stats["reason"]
    assert answer.stats["requests"] == 2 == faulty.counted
    assert "INCOMPLETE" in answer.said


@pytest.mark.fault("F32", "a cursor that never moves, in a collection", "gaps by day; exit 5")
def test_a_cursor_that_never_moves_is_a_gap_of_a_collection(faulty):
    made = faulty.having("cursor stuck").in_study()(CREATE)
    assert made.status == 5
    assert made.stats["requests"] == faulty.counted <= 26
    gaps = faulty("SHOW GAPS FOR c").lines
    assert len(gaps) == 7
    assert all("gives no way to it" in gap for gap in gaps)


@pytest.mark.fault("F33", "has_more is missing", "full pages are followed, and a note says so")
def test_pages_that_do_not_say_whether_there_is_more_are_noted(faulty, truth):
    said = whole(faulty, truth, "has-more gone")
    assert "did not say whether there is more" in said


MONTH = "region_code = 'US' AND create_date BETWEEN '2024-03-01' AND '2024-03-30'"
EARLY = "searches that ended on a full page, long before the first day of 2024-03-01 to 2024-03-30"


@pytest.mark.fault(
    "F33",
    "has_more is false on a full page, with weeks of the window left",
    "accepted, and marked in the notes and the manifest",
)
def test_an_end_that_comes_too_early_is_marked(faulty, tmp_path):
    sql = f"SELECT id FROM videos WHERE {MONTH}"
    assert EARLY not in faulty.having()(sql).said
    assert EARLY in faulty.having("has-more false at 1")(sql).said
    again = faulty.having("has-more false at 1")
    copied = again("--allow-outside", f"COPY ({sql}) TO '{tmp_path / 'a.csv'}'")
    (note,) = json.loads((tmp_path / "a.csv.manifest.json").read_bytes())["notes"]
    assert (copied.status, EARLY in note) == (0, True)


@pytest.mark.fault(
    "F33",
    "has_more is false on the first page of a collection, which is full",
    "a note, and a remark beside the window for as long as there is the collection",
)
def test_an_end_that_comes_too_early_stays_marked_in_a_collection(faulty):
    faulty.having("has-more false at 1").in_study()
    made = faulty(f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {MONTH}")
    assert (made.status, EARLY in made.said) == (0, True)
    ((state, reason),) = rows(faulty("SHOW COVERAGE FOR c"), "state", "reason")
    assert (state, reason) == ("complete", EARLY_REMARK)
    again = faulty("REFRESH COLLECTION c")
    assert (again.status, EARLY in again.said) == (0, False)
    assert rows(faulty("SHOW COVERAGE FOR c"), "state", "reason") == [("complete", "")]


def rows(answer, *columns):
    return [tuple(each[c] for c in columns) for each in csv.DictReader(io.StringIO(answer.out))]


@pytest.mark.fault("F34", "pages with one record in place of two", "read on by the cursor")
def test_a_short_page_is_not_the_end(faulty, truth):
    answer = faulty.having("short-page 1")(PAGES)
    assert (answer.status, answer.lines) == (0, truth[::2])
    assert answer.stats["requests"] == 4


@pytest.mark.fault("F35", "pages twice as long as asked for", "all kept, and a note says so")
def test_a_page_that_is_too_long_is_kept_and_noted(faulty, truth):
    said = whole(faulty, truth, "long-page 2", requests=2)
    assert "more records than were asked for, all kept: 2" in said


# --- records


@pytest.mark.fault("F36", "records twice on a page, and again on the next", "one row each")
def test_records_that_come_twice_are_one_row(faulty, truth):
    whole(faulty, truth, "duplicates 2", "overlap 2 from 2")
    answer = faulty.having("duplicates 1", "overlap 2 from 2")(
        PAGES.replace("SELECT", "EXPLAIN ANALYZE SELECT")
    )
    assert f"{4 + 2 * 3} duplicates" in answer.out


@pytest.mark.fault(
    "F36",
    "a record again on the next page, with more likes",
    "one row in a collection, as it came first",
)
def test_records_with_other_contents_are_one_row(faulty, truth):
    create = CREATE.replace("SELECT id", "SELECT id, like_count")
    first = faulty.having()(PAGES.replace("SELECT id", "SELECT like_count")).lines
    faulty.having("overlap 1 from 2").in_study()
    assert faulty(create).status == 0
    assert faulty("SELECT count(*), count(DISTINCT id) FROM c").lines == [
        f"{len(truth)},{len(truth)}"
    ]
    assert faulty("SELECT like_count FROM c ORDER BY id DESC").lines == first


@pytest.mark.fault("F37", "records in rising order", "no row lost; nothing ends early")
def test_disorder_loses_nothing(faulty, truth):
    answer = faulty.having("unsorted")(PAGES)
    assert (answer.status, sorted(answer.lines)) == (0, sorted(truth))
    first = f"{PAGES} ORDER BY id DESC LIMIT 3"
    assert faulty.having("unsorted")(first).lines == truth[:3]


@pytest.mark.fault("F37", "an id of a day that was not asked for", "kept, and a note says so")
def test_an_id_of_another_day_is_kept_and_noted(faulty, truth):
    answer = faulty.having("outside 40 at 1")(PAGES)
    assert (answer.status, len(answer.lines)) == (0, len(truth))
    note = "ids of other days than was asked, all kept: 1"
    assert note in answer.said
    assert note in faulty.having("outside 40 at 1").in_study()(CREATE).said


@pytest.mark.fault("F38", "ids as text, and above 2^63", "exact in CSV and JSON")
@pytest.mark.parametrize(("form", "more"), [("text", 0), ("high", 2**63)])
def test_ids_are_exact(faulty, truth, form, more):
    expected = [str(int(number) | more) for number in truth]
    assert faulty.having(f"ids {form}")(PAGES).lines == expected
    found = json.loads(faulty("--format", "json", PAGES).out)
    assert [str(each["id"]) for each in found] == expected


@pytest.mark.fault("F38", "ids as text, in a collection", "the same numbers")
def test_ids_that_are_text_are_numbers_in_a_collection(faulty, truth):
    faulty.having("ids text").in_study()
    assert faulty(CREATE).status == 0
    assert sorted(faulty("SELECT id FROM c").lines) == sorted(truth)


@pytest.mark.fault("F38", "ids above 2^63, in local SQL", "TS542 names the id, no other number")
def test_ids_that_the_local_half_cannot_hold_are_an_error(faulty, truth):
    local = f"SET page_size = 2; SELECT max(id) FROM videos WHERE {WEEK}"
    assert faulty.having("ids text")(local).lines == [max(truth, key=int)]
    answer = faulty.having("ids high")(local)
    assert (answer.status, answer.out) == (1, "")
    assert "error[TS542]: id holds 1656" in answer.said


@pytest.mark.fault("F38", "ids rounded, negative, above 2^64", "TS517, never a row")
@pytest.mark.parametrize(
    ("form", "why"),
    [("float", "as a rounded number"), ("negative", "below zero"), ("huge", "more than 64 bits")],
)
def test_an_id_that_is_none_is_an_error_and_never_a_row(faulty, form, why):
    answer = faulty.having(f"ids {form}")(PAGES)
    assert (answer.status, answer.out) == (3, "")
    assert "error[TS517]" in answer.said
    assert why in answer.said
    faulty.in_study()
    faulty(CREATE)
    kept = faulty("SELECT id FROM c")
    assert (kept.status != 0, kept.lines) == (True, [])


@pytest.mark.fault("F38", "every id is 0", "no record is taken for another")
def test_records_without_a_number_are_not_one_record(faulty, truth):
    assert faulty.having("ids zero")(PAGES).lines == ["0"] * len(truth)


@pytest.mark.fault("F39", "video_id in place of id, favourites_count", "the canonical column")
def test_names_that_vary_are_one_column(faulty, truth):
    whole(faulty, truth, "rename id video_id")
    likes = PAGES.replace("SELECT id", "SELECT favorites_count")
    expected = faulty.having()(likes).lines
    assert faulty.having("rename favorites_count favourites_count")(likes).lines == expected


@pytest.mark.fault("F39", "a list under a name that nobody knows", "TS511, never an empty result")
def test_a_list_under_an_unknown_name_is_no_empty_page(faulty):
    answer = faulty.having("rename videos clips")(PAGES)
    assert (answer.status, answer.out) == (3, "")
    assert "it has no videos, but a list 'clips'" in answer.said


@pytest.mark.fault(
    "F40", "a new field, a missing one, a list in place of a text", "NULL, and a note"
)
def test_fields_may_be_new_missing_or_of_another_type(faulty, truth):
    faults = ["field mood [1]", "field like_count gone", "field username [1, 2]"]
    sql = PAGES.replace("SELECT id", "SELECT id, like_count, username")
    answer = faulty.having(*faults)(sql)
    assert answer.lines == [f"{number},," for number in truth]
    assert "7 values of username did not have the documented type and are NULL" in answer.said
    assert faulty.having("field username 12")(sql).lines[0].endswith(",12")


@pytest.mark.fault("F41", "texts with NUL, half a pair, escapes, line ends", "valid UTF-8, no loss")
def test_hostile_texts_are_whole_in_files_and_harmless_in_tables(faulty):
    sql = f"SELECT username FROM videos WHERE {WEEK}"
    plain = next(csv.reader(io.StringIO(faulty.having()(sql).out.partition("\n")[2])))[0]
    found = json.loads(faulty.having("hostile")("--format", "json", sql).out)[0]["username"]
    assert found.startswith(f"{plain}\x1b]52;c;aGk=\x07")
    assert found.endswith("=HYPERLINK(1)|\ufffd\r\n'); DROP"), "half a pair is no character"
    assert "\x00" in found
    table = faulty("--format", "table", sql).out
    assert not any(c in table for c in "\x1b\x07\x9b\u202e\u2028\x00\r")


@pytest.mark.fault("F42", "counts that are negative, above 2^31, above 2^63", "exact, also in sums")
@pytest.mark.parametrize("count", [-1, 2**31, 2**62, 2**63, 10**30])
def test_counts_are_exact_whatever_their_size(faulty, truth, count):
    sql = PAGES.replace("SELECT id", "SELECT view_count")
    found = faulty.having(f"field view_count {count}")(sql)
    assert (found.status, set(found.lines)) == (0, {str(count)})
    local = PAGES.replace("SELECT id", "SELECT sum(view_count)")
    total = faulty(local)
    assert total.lines == [str(count * len(truth))] or total.status != 0, "exact, or an error"
    assert "Traceback" not in total.said


@pytest.mark.fault("F42", "counts with a fraction", "NULL, and a note")
def test_a_broken_count_is_null_and_noted(faulty, truth):
    answer = faulty.having("field view_count 1.5")(PAGES.replace("SELECT id", "SELECT view_count"))
    assert f"{len(truth)} values of view_count did not have the documented type" in answer.said


@pytest.mark.fault(
    "F43", "creation times of 0, below, in milliseconds, after 9999", "as sent, or NULL and a note"
)
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("0", "1970-01-01T00:00:00Z"),
        ("-5", "1969-12-31T23:59:55Z"),
        ("1709251200000", ""),
        ("253402300800", ""),
        ("-99999999999999", ""),
    ],
)
def test_a_time_that_cannot_be_is_null_and_noted(faulty, truth, sent, shown):
    sql = PAGES.replace("SELECT id", "SELECT id, create_time")
    answer = faulty.having(f"field create_time {sent}")(sql)
    assert answer.status == 0
    assert answer.lines == [f"{number},{shown}" for number in truth]
    noted = "values of create_time did not have the documented type and are NULL" in answer.said
    assert noted == (shown == "")


# --- time


@pytest.mark.fault(
    "F44", "a server that leaves out the end date", "a note when no last day has rows"
)
def test_an_exclusive_end_is_noticed(faulty):
    sql = (
        "SET window_days = 3; SELECT id FROM videos WHERE region_code = 'US' "
        "AND create_date BETWEEN '2024-03-01' AND '2024-03-12'"
    )
    note = "no record is of the last day of any window"
    assert note not in faulty.having()(sql).said
    assert note in faulty.having("exclusive")(sql).said
    made = sql.replace("SELECT", "CREATE COLLECTION c AS SELECT")
    assert note not in faulty.having().in_study()(made).said
    assert note in faulty.having("exclusive").in_study()(f"DROP COLLECTION c; {made}").said


@pytest.mark.fault(
    "F44",
    "a server that leaves out the end date, and one that does not, with SET extra_day = on",
    "the same rows from both, none of another day, live and in a collection",
)
@pytest.mark.parametrize("faults", [["exclusive"], []], ids=["leaves it out", "does not"])
def test_a_day_more_closes_the_hole(faulty, faults):
    sql = (
        "SELECT id FROM videos WHERE region_code = 'US' "
        "AND create_date BETWEEN '2024-03-01' AND '2024-03-12'"
    )
    truth = faulty.having()(sql).lines
    more = "SET extra_day = on; SET window_days = 3"
    found = faulty.having(*faults)(f"{more}; {sql}")
    assert (sorted(found.lines), found.status) == (sorted(truth), 0)
    assert "one day more than is wanted" in found.said
    assert faulty.in_study()(f"{more}; CREATE COLLECTION c AS {sql}").status == 0
    assert sorted(faulty("SELECT id FROM c").lines) == sorted(truth)


@pytest.mark.fault("F46", "a range that ends today, explained", "records can still arrive, it says")
@pytest.mark.parametrize(("ago", "noted"), [(0, 1), (5, 0)])
def test_an_explained_range_that_is_not_settled_says_so(faulty, ago, noted):
    day = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=ago)
    sql = f"EXPLAIN SELECT id FROM videos WHERE keyword = 'love' AND create_date = '{day}'"
    assert faulty.having()(sql).out.count("records can still arrive") == noted


@pytest.mark.fault(
    "F46", "videos that appear two days late", "new rows and observations on REFRESH"
)
def test_late_videos_come_with_a_refresh(faulty):
    late = "keyword = 'love' AND create_date BETWEEN '2026-08-25' AND '2026-09-01'"
    create = f"CREATE COLLECTION c AS SELECT id FROM videos WHERE {late}"
    faulty.having("lag 48 at 1").in_study()
    assert faulty(create).status == 0
    early = faulty("SELECT id FROM c").lines
    assert faulty("REFRESH COLLECTION c").status == 0
    refreshed = faulty("SELECT id FROM c").lines
    assert set(early) < set(refreshed)
    assert faulty("SELECT count(*) FROM c.observations").lines == [str(len(early) + len(refreshed))]


@pytest.mark.fault("F27", "a colleague has used 998 of the quota", "stops at the third, rows kept")
def test_a_colleague_leaves_two_requests(faulty, truth):
    faulty.having("spent 998").in_study()
    stopped = faulty(CREATE)
    assert stopped.status == 4
    assert "error[TS532]" in stopped.said
    assert faulty.counted == 2
    kept = faulty("--allow-partial", "SELECT id FROM c")
    assert (kept.status, sorted(kept.lines)) == (5, sorted(truth[:4]))
