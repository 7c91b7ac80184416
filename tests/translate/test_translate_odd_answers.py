"""Answers that the emulator does not give: odd texts, other spellings, numbers that do not fit."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from translate_world import World

ODD = (
    r'{"id": 7114435010179905604, "video_description": "nul \u0000, half \ud83d, \u001b[31m",'
    r' "region_code": "us", "create_time": 1656000000, "favourites_count": 3,'
    r' "video_tag": {"type": "AIGC", "more": 1},'
    r' "hashtag_info_list": [{"hashtag_id": 90071992547409931}]}'
)
PAGE = '{"data": {"videos": [%s], "cursor": 1, "has_more": %s%s}, "error": {"code": "ok"}}'
COLUMNS = "id, video_description, region_code, create_time, favorites_count"
WHERE = "WHERE keyword = 'x' AND create_date = '2022-06-23'"


@pytest.fixture
def serve(run, tmp_path):
    """Serve one body to every request, and keep what was asked; ``token`` is for the token."""
    running = []

    def begin(body):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                token = {"access_token": "t", "expires_in": 7200, "token_type": "Bearer"}
                text = json.dumps(token) if "oauth" in self.path else body
                world.requests += [] if "oauth" in self.path else [json.loads(asked)]
                self.send_response(200)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        running.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        world = World(run, f"http://127.0.0.1:{server.server_port}", "t", tmp_path)
        world.requests = []
        return world

    yield begin
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("target", ["python", "curl", "python-official"])
def test_odd_texts_and_spellings_become_the_same_rows(serve, target):
    odd = ODD.replace(r"half \ud83d, ", "") if target == "curl" else ODD
    world = serve(PAGE % (odd, "false", ', "search_id": "1"'))
    sql = f"SELECT {COLUMNS} FROM videos {WHERE}"
    expected, done = world.asked(sql), world.executed(sql, target)
    assert done.status == 0, done.err
    (row,) = done.rows
    half = row["video_description"]
    row["video_description"] = half.replace("\ud83d", "\ufffd")
    assert [row] == expected.rows
    assert row["region_code"] == "US"
    assert row["favorites_count"] == 3
    assert "\x1b" not in done.out


def test_half_a_character_which_jq_refuses_ends_a_shell_script_loudly(serve):
    done = serve(PAGE % (ODD, "false", "")).executed(f"SELECT id FROM videos {WHERE}", "curl")
    assert done.out == "" or done.status == 0
    assert done.status == 0 or "surrogate" in done.err


@pytest.mark.parametrize("target", ["python", "python-official"])
def test_odd_structures_pass_through_duckdb_as_they_do_in_tiksql(serve, target):
    world = serve(PAGE % (ODD, "false", ', "search_id": "1"'))
    sql = f"SELECT {COLUMNS}, video_tag, hashtag_info_list FROM videos {WHERE} ORDER BY like_count"
    assert world.executed(sql, target).rows == world.asked(sql).rows


def test_a_number_that_does_not_fit_is_an_error_and_not_a_null(serve):
    world = serve(PAGE % ('{"id": 18446744073709551000}', "false", ', "search_id": "1"'))
    done = world.executed(f"SELECT id FROM videos {WHERE} ORDER BY id", "python")
    assert (done.status, done.out) == (1, "")
    assert "18446744073709551000" in done.err


@pytest.mark.parametrize("target", ["python", "curl"])
def test_a_page_that_leads_back_to_itself_ends_a_script_with_an_error(serve, target):
    world = serve(PAGE % ('{"id": 1}', "true", ', "search_id": "1"'))
    done = world.executed(f"SELECT id FROM videos {WHERE}", target)
    assert done.status == 1
    assert "there is more" in done.err
    assert len(world.requests) == 2


@pytest.mark.parametrize("target", ["python", "curl"])
def test_an_answer_that_is_none_is_no_empty_result(serve, target):
    for body in ('{"data": {}, "error": {"code": "ok"}}', '{"error": {"code": "x"}}'):
        done = serve(body).executed(f"SELECT id FROM videos {WHERE}", target)
        assert (done.status, done.out) == (1, "")
        assert done.err
