"""A server on a port that gives some pages and then keeps silent until it is woken."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from faults.canary import TOKEN

PAGES = 8
ID = 1_640_995_200 << 32


class SlowServer:
    """Has ``PAGES`` pages of one record each; ``asked`` are the cursors in their order."""

    def __init__(self, url, silent_after):
        self.url, self.silent_after = url, silent_after
        self.asked = []
        self.silent = threading.Event()
        self.awake = threading.Event()

    @property
    def requests(self):
        return len(self.asked)

    def answer(self, body):
        cursor = body.get("cursor", 0)
        self.asked.append(cursor)
        if len(self.asked) > self.silent_after and not self.awake.is_set():
            self.silent.set()
            self.awake.wait(60)
        more = cursor + 1 < PAGES
        data = {"videos": [{"id": ID + cursor, "username": "x"}], "cursor": cursor + 1}
        return {**data, "has_more": more, "search_id": "7"}


@contextmanager
def slow(silent_after):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if "oauth" in self.path:
                found = {"access_token": TOKEN, "expires_in": 7200}
            else:
                data = made.answer(json.loads(content))
                found = {"data": data, "error": {"code": "ok", "message": "", "log_id": "L"}}
            octets = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_):
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            """Whoever was killed does not read."""

    with Quiet(("127.0.0.1", 0), Handler) as server:
        made = SlowServer(f"http://127.0.0.1:{server.server_port}", silent_after)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield made
        finally:
            made.awake.set()
            server.shutdown()
            thread.join()
