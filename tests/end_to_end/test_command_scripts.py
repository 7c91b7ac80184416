"""Where statements come from, where results go, and what stands between them."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from pathlib import Path

import pytest

FIRST = "SELECT id FROM videos WHERE keyword = 'love' AND create_date = '2024-03-01' LIMIT 1"
IMPOSSIBLE = "SELECT id FROM videos WHERE FALSE"
CONTRACT = """
SELECT id, like_count FROM videos
WHERE region_code IN ('US', 'CA') AND keyword = 'hello world'
  AND create_date BETWEEN '2022-06-15' AND '2022-06-28'
LIMIT 10;
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "a.tsql"
    path.write_text(IMPOSSIBLE)
    return path


class TestInput:
    def test_statements_come_from_the_command_line_a_file_or_standard_input(self, run, script):
        octets = IMPOSSIBLE.encode()
        assert run("--emulator", "-c", IMPOSSIBLE).out == "id\n"
        assert run("--emulator", "-f", script).out == "id\n"
        assert run("--emulator", "-f", "-", stdin=octets).out == "id\n"
        assert run("--emulator", stdin=octets).out == "id\n"

    def test_commands_and_files_run_in_the_order_written(self, run, script):
        outcome = run("--emulator", "-c", "SET page_size = 7", "-f", script, "-c", "SHOW SETTINGS")
        listed = csv.DictReader(io.StringIO(outcome.out.partition("\n\n")[2]))
        assert {"7", "session"} < set(
            next(r for r in listed if r["setting"] == "page_size").values()
        )

    def test_an_empty_script_is_no_mistake(self, run):
        assert (run("--emulator", stdin=b" -- nothing\n").status, run("--emulator").status) == (
            0,
            0,
        )

    def test_a_byte_order_mark_does_no_harm(self, run):
        assert run("--emulator", stdin=b"\xef\xbb\xbf" + IMPOSSIBLE.encode()).out == "id\n"

    @pytest.mark.parametrize(
        ("octets", "message", "line", "column"),
        [
            ("SELECT 1".encode("utf-16"), "<stdin> is UTF-16, not UTF-8", 1, 1),
            (b"SELECT id\nFROM \xe9", "<stdin> is not UTF-8 here", 2, 6),
        ],
    )
    def test_a_script_in_another_encoding_is_refused_at_its_place(
        self, run, octets, message, line, column
    ):
        outcome = run("--emulator", "--errors", "json", stdin=octets)
        error = json.loads(outcome.err)["error"]
        assert (outcome.status, error["code"], error["message"]) == (1, "TS100", message)
        assert (error["span"]["line"], error["span"]["column"]) == (line, column)

    def test_a_nul_is_refused_at_its_place(self, run):
        outcome = run("--emulator", "--errors", "json", stdin=b"SELECT \0 FROM videos")
        error = json.loads(outcome.err)["error"]
        assert (outcome.status, error["span"]["column"]) == (1, 8)

    def test_a_script_that_is_too_long_is_refused_at_once(self, run):
        outcome = run("--emulator", stdin=b"SELECT 1; " * 1_100_000)
        assert (outcome.status, outcome.out) == (1, "")
        assert outcome.err.startswith("error[TS119]")

    def test_a_file_that_is_missing_is_a_wrong_use(self, run, tmp_path):
        for path in (tmp_path / "none.tsql", tmp_path):
            outcome = run("--emulator", "--stats", "-f", path)
            error, stats = outcome.err.splitlines()
            assert outcome.status == 2
            assert error.startswith("error[TS607]")
            assert json.loads(stats)["complete"] is False


class TestValues:
    WHERE = "SELECT id FROM videos WHERE keyword IN (:k) AND create_date = :d LIMIT :n"

    def keywords(self, run, *values):
        outcome = run("translate", "--to", "json", "-c", self.WHERE, *values)
        assert outcome.status == 0, outcome.err
        (request,) = json.loads(outcome.out)["requests"]
        return request["body"]["query"]["and"][0]["field_values"]

    @pytest.mark.fault("F78", "a parameter x' OR 1=1 --", "it is the value that is sent")
    def test_a_value_is_bound_where_its_name_stands(self, run):
        values = ("-v", "k=x' OR 1=1 --", "-v", "d=2024-03-01", "-v", "n=5")
        assert self.keywords(run, *values) == ["x' OR 1=1 --"]

    def test_the_same_name_again_makes_a_list(self, run):
        values = ("-v", "k=a", "-v", "k=b=c", "-v", "K=d", "-v", "d=20240301", "-v", "n=5")
        assert self.keywords(run, *values) == ["a", "b=c", "d"]

    def test_a_file_gives_one_value_a_line(self, run, tmp_path):
        path = tmp_path / "words.txt"
        path.write_text("\ufeffone\r\n\n  two\u2028words \nthree\n", "utf-8")
        values = ("-v", f"k=@{path}", "-v", "k=@@four", "-v", "d=20240301", "-v", "n=5")
        assert self.keywords(run, *values) == ["one", "two\u2028words", "three", "@four"]

    def test_an_empty_file_is_an_empty_list(self, run, tmp_path):
        path = tmp_path / "words.txt"
        path.write_text("")
        outcome = run(
            "--emulator", "-c", self.WHERE, "-v", f"k=@{path}", "-v", "d=20240301", "-v", "n=5"
        )
        assert (outcome.status, outcome.out) == (0, "id\n")

    @pytest.mark.parametrize("value", ["tag", "=x", "a b=x", "1=x"])
    def test_a_value_without_a_name_is_a_wrong_use(self, run, value):
        outcome = run("--emulator", "-v", value, "-c", IMPOSSIBLE)
        assert outcome.status == 2
        assert outcome.err.startswith("error[TS604]")

    def test_a_missing_value_is_an_error_at_its_place(self, run):
        outcome = run("--emulator", "-c", self.WHERE, "-v", "k=a")
        assert outcome.status == 1
        assert "no value was given for :d, :n" in outcome.err


class TestOutput:
    @pytest.mark.parametrize(
        ("suffix", "start"),
        [
            (".csv", "id\n7"),
            (".tsv", "id\n7"),
            (".json", '[{"id":"7'),
            (".JSONL", '{"id":"7'),
            (".ndjson", '{"id":"7'),
            (".md", "| id"),
            (".txt", "+--"),
            (".dat", "id\n7"),
            ("", "id\n7"),
        ],
    )
    def test_a_file_gets_the_format_of_its_suffix(self, run, tmp_path, suffix, start):
        path = tmp_path / f"found{suffix}"
        outcome = run("--emulator", "-o", path, "-c", FIRST)
        assert (outcome.status, outcome.out) == (0, "")
        assert path.read_text().startswith(start)
        assert list(tmp_path.iterdir()) == [path]

    def test_the_named_format_wins_over_the_suffix(self, run, tmp_path):
        path = tmp_path / "found.csv"
        run("--emulator", "-o", path, "--format", "json", "-c", FIRST)
        assert json.loads(path.read_text())

    @pytest.mark.parametrize("suffix", [".parquet", ".xlsx"])
    def test_a_format_that_is_still_to_come_is_refused_before_anything_is_asked(
        self, run, tmp_path, suffix
    ):
        outcome = run("--emulator", "--stats", "-o", tmp_path / f"a{suffix}", "-c", FIRST)
        assert outcome.status == 2
        assert json.loads(outcome.err.splitlines()[-1])["requests"] == 0
        assert list(tmp_path.iterdir()) == []

    def test_a_failed_statement_leaves_an_older_file_as_it_was(self, run, tmp_path):
        path = tmp_path / "found.csv"
        path.write_text("old")
        assert run("--emulator", "--max-requests", 0, "-o", path, "-c", FIRST).status == 4
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_file_keeps_its_permissions_and_a_new_one_gets_the_usual(self, run, tmp_path):
        old, new = tmp_path / "old.csv", tmp_path / "new.csv"
        old.write_text("")
        old.chmod(0o600)
        for path in (old, new):
            run("--emulator", "-o", path, "-c", FIRST)
        mask = os.umask(0)
        os.umask(mask)
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (old, new)]
        assert modes == [0o600, 0o666 & ~mask]

    def test_a_file_is_replaced_and_not_written_over(self, run, tmp_path):
        path, same = tmp_path / "found.csv", tmp_path / "same.csv"
        path.write_text("old")
        same.hardlink_to(path)
        run("--emulator", "-o", path, "-c", IMPOSSIBLE)
        assert (path.read_text(), same.read_text()) == ("id\n", "old")

    def test_a_link_is_followed(self, run, tmp_path):
        target, link = tmp_path / "target.csv", tmp_path / "link.csv"
        target.write_text("")
        link.symlink_to(target)
        run("--emulator", "-o", link, "-c", IMPOSSIBLE)
        assert link.is_symlink()
        assert target.read_text() == "id\n"

    def test_a_device_is_written_to_and_stays_a_device(self, run):
        assert run("--emulator", "-o", os.devnull, "-c", IMPOSSIBLE).status == 0
        assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)

    @pytest.mark.parametrize("place", ["", "none/found.csv"])
    def test_a_place_that_cannot_be_written_is_found_before_anything_is_asked(
        self, run, tmp_path, place
    ):
        outcome = run("--emulator", "--stats", "-o", tmp_path / place, "-c", FIRST)
        error, stats = outcome.err.splitlines()
        assert outcome.status == 6
        assert error.startswith("error[TS701]")
        assert json.loads(stats)["requests"] == 0

    def test_a_file_takes_one_result(self, run, tmp_path):
        path = tmp_path / "found.csv"
        outcome = run("--emulator", "-o", path, "-c", f"{IMPOSSIBLE}; {IMPOSSIBLE}")
        assert outcome.status == 2
        assert "TS605" in outcome.err
        assert not path.exists()
        setting_up = run("--emulator", "-o", path, "-c", f"SET page_size = 5; {IMPOSSIBLE}")
        assert setting_up.status == 0
        assert path.read_text() == "id\n"

    def test_the_plan_of_a_statement_can_be_written_to_a_file(self, run, tmp_path):
        path = tmp_path / "plan.txt"
        run("--emulator", "-o", path, "-c", f"EXPLAIN {FIRST}")
        assert path.read_text().startswith("scan 1: videos\n")


class TestSeveralResults:
    TWO = f"{IMPOSSIBLE}; SET page_size = 5; SELECT username FROM users WHERE FALSE"

    @pytest.mark.parametrize(
        ("form", "out"),
        [
            ("csv", "id\n\nusername\n"),
            ("tsv", "id\n\nusername\n"),
            ("json", "[]\n[]\n"),
            ("jsonl", ""),
        ],
    )
    def test_a_blank_line_parts_csv_and_one_line_an_array_is_json(self, run, form, out):
        assert run("--emulator", "--format", form, "-c", self.TWO).out == out

    @pytest.mark.parametrize("form", ["table", "vertical", "markdown"])
    def test_a_blank_line_parts_formats_made_for_reading(self, run, form):
        one = run("--emulator", "--format", form, "-c", FIRST).out
        assert run("--emulator", "--format", form, "-c", FIRST, "-c", FIRST).out == f"{one}\n{one}"

    def test_each_array_of_json_is_one_line(self, run):
        out = run("--emulator", "--format", "json", "-c", f"{FIRST}; {FIRST}").out
        assert [len(json.loads(line)) for line in out.splitlines()] == [1, 1]

    def test_stats_sum_up(self, run):
        outcome = run("--emulator", "--stats", "-c", f"{FIRST}; {FIRST}; {IMPOSSIBLE}")
        stats = json.loads(outcome.err)
        assert list(stats) == [
            "rows",
            "records",
            "requests",
            "retries",
            "complete",
            "reason",
            "elapsed_ms",
        ]
        assert (stats["rows"], stats["records"], stats["requests"]) == (2, 2, 2)
        assert (stats["complete"], stats["reason"]) == (True, None)

    def test_set_and_reset_print_nothing(self, run):
        assert run("--emulator", "-c", "SET page_size = 5; RESET page_size; RESET ALL").out == ""

    def test_an_error_stops_a_script_unless_it_shall_go_on(self, run):
        broken = f"{IMPOSSIBLE}; SELECT idd FROM videos; {IMPOSSIBLE}"
        stopped = run("--emulator", "-c", broken, "-c", IMPOSSIBLE)
        assert (stopped.status, stopped.out) == (1, "id\n")
        went_on = run("--emulator", "--on-error", "continue", "-c", broken, "-c", IMPOSSIBLE)
        assert (went_on.status, went_on.out) == (1, "id\n\nid\n\nid\n")
        by_setting = run("--emulator", "-c", f"SET on_error = continue; {broken}")
        assert (by_setting.status, by_setting.out) == (1, "id\n\nid\n")

    def test_the_first_failure_decides_the_status(self, run):
        script = f"SET max_requests = 0; {FIRST}; SELECT idd FROM videos"
        assert run("--emulator", "--on-error", "continue", "-c", script).status == 4


class TestTranslate:
    def test_the_json_of_a_plan_is_the_contract(self, run):
        expected = {
            "statement": "SELECT id, like_count FROM videos WHERE region_code IN ('US', 'CA') "
            "AND keyword = 'hello world' "
            "AND create_date BETWEEN '2022-06-15' AND '2022-06-28' LIMIT 10",
            "requests": [
                {
                    "method": "POST",
                    "url": "https://open.tiktokapis.com/v2/research/video/query/",
                    "fields": ["id", "like_count"],
                    "body": {
                        "query": {
                            "and": [
                                {
                                    "operation": "IN",
                                    "field_name": "region_code",
                                    "field_values": ["US", "CA"],
                                },
                                {
                                    "operation": "EQ",
                                    "field_name": "keyword",
                                    "field_values": ["hello world"],
                                },
                            ]
                        },
                        "start_date": "20220615",
                        "end_date": "20220628",
                        "max_count": 10,
                    },
                    "window": ["2022-06-15", "2022-06-28"],
                    "branch": 1,
                    "table": "videos",
                    "scan": 1,
                    "depends_on": None,
                }
            ],
            "local": {"filter": None, "sort": [], "limit": 10, "reasons": [], "query": None},
            "cost": {"requests_at_least": 1, "pool": "research"},
            "notes": ["the documentation says that content from Canada (CA) is not available"],
        }
        by_command = run("translate", "--to", "json", "-c", CONTRACT)
        by_statement = run("--emulator", "-c", f"EXPLAIN (FORMAT json) {CONTRACT}")
        assert json.loads(by_command.out) == expected
        assert by_statement.out == by_command.out
        assert list(json.loads(by_command.out)) == list(expected)

    def test_a_request_by_key_has_no_window(self, run):
        out = run(
            "translate", "--to", "json", "-c", "SELECT * FROM users WHERE username IN ('a', 'b')"
        ).out
        requests = json.loads(out)["requests"]
        assert [(r["body"], r["window"]) for r in requests] == [
            ({"username": "a"}, None),
            ({"username": "b"}, None),
        ]

    def test_the_sql_of_a_plan_is_canonical_and_plans_alike(self, run, tmp_path):
        path = tmp_path / "a.tsql"
        path.write_text(CONTRACT)
        once = run("translate", path, "--to", "sql")
        assert once.out.startswith("SELECT id, like_count FROM videos WHERE ")
        assert run("translate", "--to", "sql", stdin=once.out.encode()).out == once.out

    def test_a_plan_needs_no_credentials_and_is_the_same_with_a_dry_run(self, run):
        assert (
            run("translate", "--to", "text", "-c", FIRST).out == run("--dry-run", "-c", FIRST).out
        )

    @pytest.mark.parametrize(("form", "code"), [("jsn", "TS217"), ("sprak", "TS217")])
    def test_a_form_that_there_is_not_says_which_there_are(self, run, form, code):
        outcome = run("translate", "--to", form, "-c", FIRST)
        assert (outcome.status, outcome.out) == (1, "")
        assert code in outcome.err
        statement = run("--emulator", "-c", f"EXPLAIN (FORMAT '{form}') {FIRST}")
        assert statement.status == 1
        assert code in statement.err

    def test_a_failed_translation_writes_no_file(self, run, tmp_path):
        path = tmp_path / "plan.json"
        assert (
            run("translate", "--to", "json", "-o", path, "-c", "SELECT idd FROM videos").status == 1
        )
        assert not path.exists()
        assert run("translate", "--to", "json", "-o", path, "-c", FIRST).status == 0
        assert json.loads(path.read_text())["local"]["limit"] == 1
