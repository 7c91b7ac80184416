"""Answers that are none, or not whole: what the command then says, and what it counts."""

from __future__ import annotations

import json

import pytest
from faults.faulty_emulator import DAY, WEEK

from tiksql.emulator.faults import Fault

SEARCH = f"videos WHERE {WEEK}"
PAGES = f"SET page_size = 2; SELECT id FROM {SEARCH}"


@pytest.fixture
def truth(faulty):
    """The rows of a week where nothing goes wrong; four pages of two bring them."""
    answer = faulty.having()(PAGES)
    assert (answer.status, answer.stats["requests"]) == (0, 4)
    return answer.lines


def survives(faulty, truth, *faults, requests=5, said=""):
    """Let faults meet a search that is whole in the end, with every request counted."""
    answer = faulty.having(*faults)(PAGES)
    assert (answer.status, answer.lines) == (0, truth), answer
    assert answer.stats["complete"]
    assert answer.stats["requests"] == requests == faulty.emulator.api_requests
    assert answer.stats["retries"] == requests - 4
    assert sum(faulty.emulator.faults.met.values()) > 0
    assert answer.said == said


def ends(faulty, *faults, status, code, requests, sql=None):
    """Let faults end a statement with an error before its first row."""
    answer = faulty.having(*faults)(sql or f"SELECT id FROM videos WHERE {DAY}")
    assert (answer.status, answer.out) == (status, ""), answer
    assert f"error[{code}]" in answer.said
    assert answer.stats["requests"] == requests == faulty.emulator.api_requests
    assert not answer.stats["complete"]
    assert "Traceback" not in answer.said
    assert not any(ord(c) < 32 and c != "\n" for c in answer.said)
    return answer.said


@pytest.mark.fault(
    "F03", "429 with a web page, or with no body, at one request", "waited, asked again, whole"
)
@pytest.mark.parametrize("fault", ["html 429 at 2", "empty-body 429 at 2"])
def test_a_refusal_for_haste_need_not_be_json(faulty, truth, fault):
    faulty.waits.clear()
    survives(faulty, truth, fault)
    assert faulty.waits == [2.0]


@pytest.mark.fault("F04", "500 internal_error at one request", "asked again, whole, no word of it")
@pytest.mark.parametrize("at", [1, 2, 4])
def test_one_internal_error_is_asked_again(faulty, truth, at):
    survives(faulty, truth, f"500 at {at}")
    assert faulty.ledger == 4 + faulty.counted, "the truth before it was counted as well"


@pytest.mark.fault(
    "F05",
    "500 for two days of a week for ever, in a collection",
    "split into days; the others are whole, SHOW GAPS names the two, exit 5; later they are filled",
)
def test_days_that_always_fail_are_gaps_and_all_others_are_there(faulty):
    create = f"CREATE COLLECTION c AS SELECT id, create_time FROM videos WHERE {WEEK}"
    count = "SELECT id FROM c ORDER BY id"
    whole = faulty.having()(f"SELECT id FROM videos WHERE {WEEK} ORDER BY id").lines
    faulty.having("500 between 20240302 and 20240303").in_study()
    before = faulty.ledger
    made = faulty(create)
    assert made.status == 5
    assert not made.stats["complete"]
    assert made.stats["requests"] == faulty.counted == faulty.ledger - before
    gaps = [line.split(",")[2:4] for line in faulty("SHOW GAPS FOR c").lines]
    assert sorted(gaps) == [["2024-03-02"] * 2, ["2024-03-03"] * 2]
    kept = faulty("--allow-partial", count)
    assert kept.status == 5
    assert "INCOMPLETE" in kept.said
    lost = {"20240302", "20240303"}
    assert 0 < len(kept.lines) < len(whole)
    study = faulty.study
    faulty.having()
    faulty.study = study
    assert faulty(create).status == 0
    assert faulty(count).lines == whole
    assert {b["start_date"] for b in bodies(faulty)} == lost, "only the gaps are asked for"


def bodies(faulty):
    return [json.loads(entry.body) for entry in faulty.emulator.log]


@pytest.mark.fault("F07", "502 with a web page, at one request and for ever", "asked again; TS511")
def test_a_gateways_page_is_asked_again_and_shown_in_short(faulty, truth):
    survives(faulty, truth, "html 502 at 3")
    said = ends(faulty, "html 503", status=3, code="TS511", requests=4)
    assert "HTTP 503" in said
    assert "<!DOCTYPE html>" in said
    assert max(map(len, said.splitlines())) < 300


@pytest.mark.fault("F09", "an answer that comes byte by byte", "ended after its seconds, TS511")
@pytest.mark.fault("F09", "an answer that comes late, with --timeout", "ended in time, exit 3")
@pytest.mark.parametrize("fault", ["drip 0.05", "delay 60"])
def test_an_answer_that_drips_or_never_comes_has_an_end(faulty, fault):
    faulty.line = {"answer_seconds": 0.05}
    said = ends(faulty, fault, status=3, code="TS511", requests=4)
    assert "no whole answer within 0.05 seconds, tried 4 times" in said


@pytest.mark.fault(
    "F10", "a reset in the middle of a body, once and for ever", "asked again; TS511"
)
def test_a_reset_is_asked_again_and_counted(faulty, truth):
    survives(faulty, truth, "reset at 2")
    before = faulty.ledger
    ends(faulty, "reset", status=3, code="TS511", requests=4)
    assert faulty.ledger - before == faulty.counted == 4


CUTS = ["cut", "cut 0", "short-body", "gzip cut", "gzip damaged", "charset utf-16"]


@pytest.mark.fault(
    "F11",
    "a cut body, with right and wrong length; bad gzip; another charset",
    "asked again, whole",
)
@pytest.mark.parametrize("fault", CUTS)
def test_a_damaged_body_is_asked_again(faulty, truth, fault):
    survives(faulty, truth, f"{fault} at 3")


@pytest.mark.fault("F11", "each of these for ever", "TS511 after four tries, all counted")
@pytest.mark.parametrize("fault", CUTS)
def test_bodies_that_are_always_damaged_end_in_one_error(faulty, fault):
    ends(faulty, fault, status=3, code="TS511", requests=4)
    assert faulty.ledger == faulty.counted == 4


@pytest.mark.fault("F12", "a log-in page with status 200", "TS519 names it, after two tries")
def test_a_log_in_page_is_named(faulty):
    said = ends(faulty, "html", status=3, code="TS519", requests=2)
    assert "a web page, not JSON" in said
    assert "a proxy or a login page" in said


GOOD = '"error":{"code":"ok","message":"","log_id":"x"}'
NOTHING = [
    "null",
    "[]",
    '""',
    "{}",
    "{OK}",
    '{"data":null,OK}',
    '{"data":[],OK}',
    '{"data":{"videos":[],"has_more":false}}',
    '{"data":{"videos":[],"has_more":false},"error":null}',
    '{"data":{"videos":[{"id":NaN}],"has_more":false},OK}',
    '{"data":{"videos":[{"id":1}],"videos":[],"has_more":false},OK}',
    '{"data":{"videos":[],"cursor":' + "9" * 5000 + ',"has_more":false},OK}',
    '{"data":{"videos":' + "[" * 100_000 + "]" * 100_000 + ',"has_more":false},OK}',
    "\ufeff" + '{"data":{"videos":[],"has_more":false},OK}',
]


@pytest.mark.fault(
    "F13",
    "null, [], no data, no error, NaN, double keys, 5,000 digits, 100,000 levels, a BOM",
    "each TS511 after four tries, never a traceback or an empty result",
)
@pytest.mark.parametrize("text", NOTHING, ids=range(len(NOTHING)))
def test_json_that_is_no_answer_is_one_error(faulty, text):
    ends(faulty, Fault("body", text.replace("OK", GOOD)), status=3, code="TS511", requests=4)


@pytest.mark.fault("F13", "an error code that nobody knows", "TS515 shows it")
def test_an_unknown_code_is_shown(faulty):
    said = ends(faulty, "418 out_of_tea Nothing left", status=3, code="TS515", requests=1)
    assert "out_of_tea" in said
    assert "Nothing left" in said


@pytest.mark.fault("F14", "status 200 with internal_error", "asked again, whole, no word of it")
@pytest.mark.fault(
    "F14",
    "status 500 with the code ok and records, at one page and at all, in a collection, too",
    "the records count, nothing is asked again, and one note says how many pages that were",
)
def test_of_status_and_code_the_code_counts(faulty, truth):
    survives(faulty, truth, "200 internal_error at 2")
    survives(faulty, truth, "500 ok at 2", requests=4, said=disputed(1))
    survives(faulty, truth, "500 ok", requests=4, said=disputed(4))
    made = faulty.having("500 ok").in_study()(f"CREATE COLLECTION c AS SELECT id FROM {SEARCH}")
    assert (made.status, made.stats["retries"]) == (0, 0)
    assert {line.split(",")[-3] for line in faulty("SHOW REQUESTS").lines} == {"500"}
    assert made.said.splitlines().count(disputed(made.stats["requests"])) == 1
    again = faulty("SELECT count(*) FROM c")
    assert (again.lines, again.said) == ([str(len(truth))], ""), "what was kept is in no dispute"


def disputed(pages):
    return f"note: pages with the code ok that came with status 500, all kept: {pages}"


@pytest.mark.fault("F15", "a body of 60 MB, and 60 kB that unpack to 60 MB", "TS517 at 50 MB")
@pytest.mark.parametrize("fault", ["huge 60", "bomb 60"])
def test_a_body_without_end_is_not_read_to_its_end(faulty, fault):
    ends(faulty, fault, status=3, code="TS517", requests=1)


@pytest.mark.fault("F20", "a log_id with line ends and escapes", "one clean line in the error")
def test_a_log_id_cannot_steer_the_terminal(faulty):
    said = ends(faulty, "log-id", "400 invalid_params No", status=1, code="TS521", requests=1)
    assert len([line for line in said.splitlines() if "log_id" in line]) == 1


@pytest.mark.fault("F20", "a refusal in words with escapes", "one clean line in the error")
def test_the_words_of_a_refusal_cannot_steer_the_terminal(faulty):
    fault = Fault("status", "400 invalid_params \x1b]52;c;aGk=\x07\x9b2J\u202egnp\r\nok")
    said = ends(faulty, fault, status=1, code="TS521", requests=1)
    assert "\u202e" not in said
    assert "\x9b" not in said
