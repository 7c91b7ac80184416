"""A server that keeps every page until it is told to let it go."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from faults.canary import TOKEN


class Quiet(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Expect that clients hang up."""


class HeldServer:
    """Answers searches with pages of one video; the n-th one waits for ``release(n)``."""

    def __init__(self, text="hello", free=0):
        self.text = text
        self.asked = 0
        self.faults = {}
        self._free = free
        self._changed = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.endswith("/oauth/token/"):
                    self._send(200, {"access_token": TOKEN, "expires_in": 7200})
                else:
                    self._send(*outer.answer())

            def _send(self, status, body):
                octets = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            def log_message(self, *_):
                """Say nothing."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self):
        with self._changed:
            self.asked += 1
            number = self.asked
            self._changed.wait_for(lambda: self._free >= number, timeout=60)
        if number in self.faults:
            status, code = self.faults[number]
            return status, {"data": {}, "error": {"code": code, "message": self.text, "log_id": ""}}
        video = {"id": 7300000000000000000 + number, "video_description": self.text}
        data = {"videos": [video], "cursor": 100 * number, "has_more": True, "search_id": "1"}
        return 200, {"data": data, "error": {"code": "ok", "message": "", "log_id": ""}}

    def release(self, number):
        """Let the first pages go."""
        with self._changed:
            self._free = number
            self._changed.notify_all()

    def close(self):
        self.release(10**9)
        self._server.shutdown()
        self._server.server_close()
