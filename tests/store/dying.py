"""The program, which kills itself at a point: ``python dying.py POINT N`` and its arguments.

It dies when the point is passed for the N-th time, by SIGKILL, as no switch of the product could.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import wraps

from tiksql import cli, files
from tiksql.api import client
from tiksql.local import engine
from tiksql.store import chains, collections, schema, study


class Fate:
    def __init__(self, passes):
        self.left = passes

    def __call__(self):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def before(owner, name):
    return lambda fate: _wrap(owner, name, fate, lambda: None, lambda *_: True)


def after(owner, name, when=lambda *_: True):
    return lambda fate: _wrap(owner, name, lambda: None, fate, when)


def within(beginning):
    """Die inside the transaction, when a statement that begins so has been executed."""

    def begins(_, sql, *__):
        return sql.lstrip().startswith(beginning)

    def patch(fate):
        for name in ("execute", "rows"):
            after(study.Study, name, begins)(fate)

    return patch


def _wrap(owner, name, first, last, when):
    original = getattr(owner, name)

    @wraps(original)
    def wrapped(*args, **more):
        first()
        found = original(*args, **more)
        if when(*args):
            last()
        return found

    setattr(owner, name, wrapped)


def on_the_wire(event):
    """Die at an event of the connection; those of the token's request are passed over."""

    def patch(fate):
        original = client.Wire._request

        async def trace(name, _info):
            if name == event:
                fate()

        def request(self, url, content, token):
            made = original(self, url, content, token)
            if token:
                made.extensions["trace"] = trace
            return made

        client.Wire._request = request

    return patch


def migrating(statement):
    """Let this be a later version of the program, that dies at a statement of its migration."""

    def patch(fate):
        schema.VERSION, schema.MIGRATIONS[2] = 3, "CREATE TABLE later (x); DROP TABLE later"
        original = schema.migrate

        def migrate(connection, path, version):
            connection.set_trace_callback(lambda sql: fate() if statement in sql else None)
            original(connection, path, version)
            connection.set_trace_callback(None)

        schema.migrate = migrate

    return patch


POINTS = {
    "before intent": before(chains, "send"),
    "within intent": within("INSERT INTO requests"),
    "after intent": after(chains, "send"),
    "after send": on_the_wire("http11.send_request_body.complete"),
    "mid body": on_the_wire("http11.receive_response_body.started"),
    "before commit": before(chains, "keep"),
    "within commit": within("INSERT OR REPLACE INTO pages"),
    "after commit": after(chains, "keep"),
    "before done": before(chains, "mark"),
    "within plan": within("INSERT INTO chains"),
    "before finish": before(collections, "finish"),
    "within create": within("INSERT INTO collections"),
    "lock taken": within("INSERT OR REPLACE INTO collectors"),
    "lock left": within("DELETE FROM collectors"),
    "making rows": after(engine.Engine, "export"),
    "before drop": before(collections, "drop"),
    "within drop": within("DELETE FROM collections"),
    "within result": before(files.os, "fsync"),
    "making tables": before(schema, "create"),
    "before migration": migrating("wal_checkpoint"),
    "within migration": migrating("DROP TABLE later"),
}

if __name__ == "__main__":
    point, passes, *argv = sys.argv[1:]
    POINTS[point](Fate(int(passes)))
    sys.argv[1:] = argv
    cli.run()
