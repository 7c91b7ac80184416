"""Plain servers on loopback, with or without TLS, that remember who asked them for what."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = {
    "data": {"videos": [{"id": 7, "like_count": 1}], "cursor": 1, "has_more": False},
    "error": {"code": "ok", "message": "", "log_id": "L"},
}
TOKEN = {"access_token": "clt.canary-token", "expires_in": 7200}


class Handler(BaseHTTPRequestHandler):
    """Answers with what ``server.answer(path)`` says: status, headers, body."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.path, dict(self.headers), body))
        status, headers, content = self.server.answer(self.path)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_CONNECT = do_POST  # noqa: N815 - how the standard library calls it

    def log_message(self, *_):
        """Keep standard error free."""


def as_the_api_does(path):
    """Answer with a token, or with a page of one video."""
    return 200, {}, json.dumps(TOKEN if "/oauth/" in path else PAGE).encode()


class Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Mind nobody who hangs up, which is what a distrustful client does."""


@contextmanager
def serving(answer=as_the_api_does, tls=None):
    """Serve on a free port; ``.seen`` are the requests, ``.host`` is where."""
    server = Quiet(("127.0.0.1", 0), Handler)
    server.answer, server.seen = answer, []
    server.host = f"127.0.0.1:{server.server_address[1]}"
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
