"""The corpus of hostile texts through the prompt and through Python: whatever is said or drawn."""

from __future__ import annotations

import io
import re
import traceback
import warnings

import pytest
from faults.hostile_server import READ, WHOLE, HostileServer
from faults.ways_out import NEVER, OURS, Terminal, steering
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import to_plain_text
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output
from shell.prompt_driver import Hands, Keys
from store.studies_world import Lab

from tiksql.arguments import Arguments
from tiksql.connection import Connection
from tiksql.console import Console
from tiksql.errors import TikSQLError
from tiksql.script import Run
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.shell.commands import COMMANDS
from tiksql.shell.completer import TikSQLCompleter
from tiksql.shell.history import path as history
from tiksql.shell.late import world_of
from tiksql.shell.repl import repl
from tiksql.shell.toolbar import Toolbar

NAME = re.sub("[\ud800-\udfff]", "", WHOLE)
QUOTED = '"' + NAME.replace('"', '""') + '"'
SELECT = (
    f"SELECT id, video_description AS {QUOTED} FROM videos"
    " WHERE keyword = 'x' AND create_date = '2024-03-01'"
)


class Typed:
    """Lines that somebody types where nothing is drawn."""

    can_edit = False

    def __init__(self, *lines):
        self.lines, self.before = list(lines), []

    def read(self, _draft=None):
        if not self.lines:
            raise EOFError
        self.before.append(self.lines.pop(0))
        return self.before[-1]

    def agrees(self, question):
        assert steering(question, NEVER) == []
        return True

    def entries(self):
        return self.before


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def job(here):
    """A prompt's run on a terminal, in a study with a hostile collection."""
    server = HostileServer(refused=lambda table, _: table == "users")
    Lab(server.backend(), here / "study.db")(f"CREATE COLLECTION {QUOTED} AS {SELECT}")
    session = Session(server.backend(), DEFAULTS, study=here / "study.db")
    console = Console(io.StringIO(), Terminal(), Terminal(), {"TERM": "dumb", "NO_COLOR": "1"})
    yield Run(session, console, Arguments(study=f"{WHOLE}.db"), {})
    session.close()


def said(job):
    return job.console.stdout.getvalue() + job.console.stderr.getvalue()


ARGUMENTS = (
    "",
    NAME,
    f"'{NAME}",
    "a\0b",
    "~no-such-user/x",
    "x\x1b]0;owned\x07 y=\u202e",
    "k @a\0b",
    f"k @{NAME}",
)


@pytest.mark.fault(
    "F64",
    "the whole corpus behind every command of the prompt",
    "what it says of it is symbols, and none is a bug",
)
def test_every_command_of_the_prompt(job):
    toolbar = Toolbar(job.session, NAME.replace("/", ""))
    repl(job, Typed(f"{SELECT};", f"\\set k {NAME}"), toolbar)
    for name in COMMANDS:
        lines = [f"\\{name} {argument}" for argument in ARGUMENTS]
        repl(job, Typed(*lines, "\\o"), toolbar)
        assert "this is a bug" not in said(job), name
        assert steering(said(job), NEVER) == [], name
    assert steering(toolbar.text(), NEVER) == []


BEGUN = ("SELECT * FROM ", f"SELECT  FROM {QUOTED}", "SELECT :", "COPY (SELECT 1) TO '",
         "DROP COLLECTION ", "SHOW GAPS FOR ", 'DESCRIBE "', "\\i ", "\\d ", "\\set ",
         "\\run ")  # fmt: skip


@pytest.mark.fault(
    "F64",
    "hostile names of collections, columns and files, and values, in the menu of completions",
    "every line of the menu shows symbols",
)
def test_every_completion(job, here):
    job.values = {"k": NAME, "l": list(READ)}
    for number, text in enumerate(READ):
        name = f"f{number} {text}".replace("/", "").replace("\0", "")
        (here / name[:60]).write_text("")
    repl(job, Typed("\\save mine", f"SELECT {NAME}"), Toolbar(job.session))
    stored = job.session.scope().stored.items()
    known = {name: tuple(column.name for column in table.columns) for name, table in stored}
    completer = TikSQLCompleter(world_of(job, lambda: known))
    shown = ""
    for text in BEGUN:
        cursor = len("SELECT ") if text.startswith("SELECT  ") else len(text)
        found = completer.get_completions(Document(text, cursor), CompleteEvent(text_inserted=True))
        shown += "\n".join(to_plain_text(each.display) + each.display_meta_text for each in found)
    assert steering(shown, NEVER) == []
    assert "owned" in shown
    assert "f1 ␛]0;owned" in shown


SCREEN = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]|\r|\x1b\[6n|\x08")
"""What the editor itself sends: it moves within its own lines, and sets no title."""


@pytest.mark.fault(
    "F64",
    "the whole corpus pasted into the prompt, kept in the history and suggested from it",
    "what is drawn holds nothing of it, and no title is set",
)
def test_everything_that_is_drawn(job):
    drawn = io.StringIO()
    typed = re.sub("\x1b|\r", "", NAME)
    lines = [
        f"\x1b[200~SELECT nope, '{typed.replace(chr(39), '')}';\x1b[201~",
        Keys("SELECT nope, "),
        Keys("\x05"),
        Keys("\x03"),
        "\\q",
    ]
    output = Vt100_Output(drawn, lambda: Size(rows=40, columns=100), term="xterm-256color")
    with create_pipe_input() as keys, create_app_session(keys, output):
        toolbar = Toolbar(job.session, NAME.replace("/", ""))
        repl(job, Hands(job, toolbar, keys, lines), toolbar)
    assert "owned" in drawn.getvalue()
    assert not re.search("\x1b[^\\[]|\x9b|\x9d|\x07", drawn.getvalue())
    left = re.sub(
        "[\U000e0000-\U000e0fff\ufe00-\ufe0f\u200d]", "", SCREEN.sub("", drawn.getvalue())
    )
    assert steering(left, NEVER, marks=False) == []
    kept = history().read_text("ascii")
    assert steering(kept, NEVER) == []
    assert steering(said(job), OURS) == []


@pytest.mark.fault(
    "F64",
    "the whole corpus in records, names and refusals of statements from Python",
    "errors, warnings and results show symbols, and hold the exact texts",
)
def test_everything_that_python_shows():
    server = HostileServer(refused=lambda table, _: table == "users")
    db = Connection(Session(server.backend(), DEFAULTS, warnings.warn))
    result = db.execute(SELECT)
    assert [row[1] for row in result] == list(READ)
    assert result.columns[1] == NAME
    assert steering(repr(result), NEVER) == []
    wrong = (
        f"SELECT {QUOTED} FROM videos",
        SELECT.replace("id,", "CAST(video_description AS INTEGER) AS n,"),
        "SELECT * FROM users WHERE username = 'x' UNION SELECT * FROM users WHERE username = 'y'",
        f"SELECT id FROM {QUOTED}",
    )
    for sql in wrong:
        try:
            db.execute(sql)
        except TikSQLError as error:
            shown = "".join(traceback.format_exception_only(error))
            assert steering(shown, NEVER) == []
    server.refused = lambda _table, _number: True
    with pytest.raises(TikSQLError) as raised:
        db.execute(SELECT)
    assert steering(str(raised.value), NEVER) == []
    db.close()
