"""The whole corpus of hostile texts, through every way out that the program's own tables name.

What is tried is taken from these tables, and how it is judged from the ones below. A format, a
statement, a command or an option that somebody adds, and that nobody judges, fails here.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import shlex
import shutil
from importlib.resources import files
from io import StringIO

import duckdb
import openpyxl
import pytest
from faults import ways_out
from faults.hostile_server import FIRST_ID, READ, TEXTS, WHOLE, HostileServer
from faults.ways_out import Terminal, command, steering
from store.studies_world import Lab
from translate.r_text import check_shape, literals

from tiksql import cli
from tiksql.arguments import COMMANDS
from tiksql.console import Console
from tiksql.exporting.order import FORMATS as EXPORTED
from tiksql.exporting.order import OPTIONS, PERIODS, PROFILES
from tiksql.output.formats import FORMATS as SHOWN
from tiksql.reverse.readers import FORMS as READ_FROM
from tiksql.translate import ACCOUNTING, ALL_PAGES, FORMS

DAY = "keyword = 'x' AND create_date = '2024-03-01'"
NAME = re.sub("[\ud800-\udfff]", "", WHOLE)
"""A name as a statement can have it: half a pair is no text."""

WORD = NAME.replace("\0", "") + "\udc9b"
"""A word as a command line can have it; the last byte is no UTF-8."""


def name(text):
    return '"' + text.replace('"', '""') + '"'


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


COLUMNS = f"id, video_description AS {name(NAME)}, hashtag_names"
SELECT = f"SELECT {COLUMNS} FROM videos WHERE {DAY}"
HEADS = ["id", NAME, "hashtag_names"]
ROWS = [[str(FIRST_ID + number), text, [text, text]] for number, text in enumerate(READ)]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The working directory; whatever is written lies in it, and has a name that can be read."""
    folder = tmp_path / "outer" / "work"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    yield folder
    assert [path.name for path in tmp_path.iterdir()] == ["outer"]
    assert [path.name for path in folder.parent.iterdir()] == ["work"]
    assert [path.name for path in folder.rglob("*") if steering(path.name)] == []


@pytest.fixture
def server(monkeypatch):
    """The server of every command; its answers are hostile."""
    made = HostileServer(refused=lambda table, _: table == "users")
    monkeypatch.setattr("tiksql.backend.emulator", lambda **_: made.backend())
    return made


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """A study with a collection of a hostile name, with keys, columns and reasons like it."""
    path = tmp_path_factory.mktemp("study") / "study.db"
    made = HostileServer(refused=lambda table, _: table == "users")
    lab = Lab(made.backend(), path)
    lab(f"CREATE COLLECTION {name(NAME)} AS {SELECT}")
    few = "(SELECT username FROM videos WHERE " + DAY + " ORDER BY id LIMIT 12)"
    lab(f"CREATE COLLECTION refused AS SELECT * FROM users WHERE username IN {few}")
    assert len(lab(f"SELECT * FROM {name(NAME)}").rows) == len(TEXTS)
    return path.parent


@pytest.fixture
def study(collected, here):
    """A copy of it in the working directory."""
    shutil.copytree(collected, here, dirs_exist_ok=True)
    return here / "study.db"


# --- results --------------------------------------------------------------------------------------

READERS = {
    "csv": ways_out.from_csv,
    "tsv": ways_out.from_tsv,
    "json": ways_out.from_json,
    "jsonl": ways_out.from_jsonl,
}
LINES = {"table": len(ROWS) + 4, "markdown": len(ROWS) + 2}
"""A row is a line there, whatever is in it; behind a vertical bar a value has lines of its own."""


def judge_text(form, text):
    """Find in a text what was put into the result, or see that it is for reading alone."""
    if form in READERS:
        assert READERS[form](text) == (HEADS, ROWS)
        return
    assert steering(text, ways_out.NEVER) == []
    assert form == "vertical" or len(text.splitlines()) == LINES[form]
    if form == "markdown":
        assert not re.search("[<>]", text)
        assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in text.splitlines()} == {4}
    if form == "vertical":
        assert len(re.findall(r"^\*\*\* row \d+ \*\*\*$", text, re.MULTILINE)) == len(ROWS)


@pytest.mark.fault(
    "F64",
    "the whole corpus in records, column names and log_ids, in every form of results",
    "a terminal gets symbols, a file and a pipe the exact texts or symbols",
)
@pytest.mark.fault(
    "F65", "bidi overrides, joiners, tags and 1000 marks in every form", "none steers a terminal"
)
@pytest.mark.fault(
    "F66", "tabs, line ends and U+2028 in every form", "a row stays one row for its readers"
)
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("form", SHOWN)
def test_a_result_in_every_form(form, here):
    argv = ["--emulator", "--stats", "--format", form, "-c", SELECT]
    assert command(*argv).status == 0
    judge_text(form, command(*argv, on=StringIO).out)
    command(*argv, "-o", "out.txt")
    judge_text(form, (here / "out.txt").read_bytes().decode())


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("expanded", ["on", "off", "auto"])
def test_a_result_as_a_terminal_chooses(expanded):
    for sql in (SELECT, SELECT + " LIMIT 3", f"SELECT * FROM videos WHERE {DAY}"):
        done = command("--emulator", "-c", f"SET expanded = {expanded}; {sql}", colour=False)
        assert f"{len(ROWS)} records" in done.out


# --- exports --------------------------------------------------------------------------------------


def from_text(form):
    return lambda path: judge_text(form, path.read_bytes().decode())


def from_parquet(path):
    found = duckdb.sql(f"SELECT * FROM read_parquet('{path}')")
    assert found.columns == HEADS
    assert [[str(row[0]), *row[1:]] for row in found.fetchall()] == ROWS


def from_workbook(path):
    with path.open("rb") as stream:
        heads, *rows = openpyxl.load_workbook(stream)["rows"].iter_rows()
    cells = [cell for row in (heads, *rows) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}
    assert not any(cell.hyperlink or cell.data_type == "f" for cell in cells)
    assert all(cell.value is None for cell in cells if cell.data_type == "n")
    for row, (identity, text, _) in zip(rows, ROWS, strict=True):
        assert row[0].value == identity
        shown = re.sub(r"_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), row[1].value or "")
        # XML makes one line end of two, which is all that a workbook changes.
        assert shown.replace("\r\n", "\n") == text.replace("\r\n", "\n")


def for_excel(path):
    text = path.read_bytes().decode().removeprefix("\ufeff")
    fields = [field or "" for row in ways_out.strict_csv.read(text) for field in row]
    assert [field for field in fields if FORMULA(field)] == []
    assert len(fields) == 3 * (1 + len(ROWS))


FORMULA = re.compile(
    r"(?:^|[;,|\t\r\n])[\s\ufeff\u200b-\u200f\u2060\"]*[=+\-@\uff1d\uff0b\uff0d\uff20]"
).search
FILES = {
    ("csv", "data"): from_text("csv"),
    ("csv", "excel"): for_excel,
    ("tsv", "data"): from_text("tsv"),
    ("json", "data"): from_text("json"),
    ("jsonl", "data"): from_text("jsonl"),
    ("markdown", "data"): from_text("markdown"),
    ("parquet", "data"): from_parquet,
    ("xlsx", "data"): from_workbook,
}
"""By format and profile: what reads the file and compares it."""


def judge_beside(folder, stem):
    """Judge the manifest and the codebook of an export."""
    told = json.loads((folder / f"{stem}.manifest.json").read_text("utf-8"))
    assert [column["name"] for column in told["columns"]] == HEADS
    assert NAME.replace('"', '""') in told["statement"] or NAME in told["statement"]
    about = (folder / f"{stem}.codebook.md").read_text("utf-8")
    assert steering(about, ways_out.NEVER) == []
    assert not re.search("[<>]", about)
    assert len(re.findall(r"^\|", about, re.MULTILINE)) == len(HEADS) + 2


@pytest.mark.fault(
    "F67",
    "every formula of the corpus in every format and profile of COPY",
    "text in the spreadsheet profile and in a workbook, exact elsewhere; the manifest says which",
)
@pytest.mark.fault(
    "F69", "Markdown and HTML in names and values of an export", "its codebook shows them as text"
)
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(("form", "profile"), FILES)
def test_an_export_in_every_format(form, profile, study, here):
    options = f"FORMAT {form}, CODEBOOK" + f", PROFILE {profile}" * (profile != "data")
    done = command("--emulator", study, "-c", f"COPY {name(NAME)} TO 'out' ({options})")
    assert done.status == 0
    FILES[form, profile](here / "out")
    judge_beside(here, "out")
    told = json.loads((here / "out.manifest.json").read_bytes())
    assert told["export"]["profile"] == profile
    beside = {"out.manifest.json", "out.codebook.md", "study.db"}
    made = {path.name for path in here.iterdir()} - {"study.db.derived"}
    assert made == {"out", *beside}


@pytest.mark.fault(
    "F70", "ways up and steering in records of a partitioned export", "days alone name its folders"
)
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("period", PERIODS)
def test_no_text_names_a_part_of_an_export(period, here):
    sql = f"SELECT {COLUMNS}, create_time FROM videos WHERE {DAY}"
    assert command("--emulator", "-c", f"COPY ({sql}) TO 'p' (PARTITION_BY {period})").status == 0
    (folder,) = (here / "p").iterdir()
    assert re.fullmatch(rf"{period}=2024(-03)?(-01)?", folder.name)
    assert [path.name for path in folder.iterdir()] == ["part-0.parquet"]


@pytest.mark.fault(
    "F70", "every text of the corpus as the path of COPY", "refused, or a file of that plain name"
)
@pytest.mark.usefixtures("server", "here")
def test_a_hostile_path_is_refused_or_stays_here():
    paths = [re.sub("[\ud800-\udfff]", "", text) for text in (*TEXTS, NAME)]
    script = ";".join(f"COPY (SELECT 1) TO {quoted(path)} (FORMAT csv)" for path in paths)
    said = command("--emulator", "--on-error", "continue", "-c", script).err
    assert said.count("error[TS27") > len(paths) / 2


# --- translations ---------------------------------------------------------------------------------

SAYABLE = list(filter(str.strip, (re.sub("[\ud800-\udfff]", "", text) for text in TEXTS)))
KEYWORDS = f"keyword IN ({', '.join(map(quoted, SAYABLE))})"
QUERY = f"SELECT id, url FROM videos WHERE {KEYWORDS} AND create_date = '2024-03-01'"
LOCAL = QUERY + "".join(f" AND video_description <> {quoted(text)}" for text in SAYABLE)


def in_python(text):
    nodes = ast.walk(ast.parse(text))
    return [node.value for node in nodes if isinstance(node, ast.Constant)]


def in_r(text):
    check_shape(text)
    return literals(text)


def in_json(text):
    return list(ways_out.strings(json.loads(text)))


def in_sql(text):
    """Read a statement in the way that is not ours: by the marks around its texts."""
    return [found.replace("''", "'") for found in re.findall(r"'((?:[^']|'')*)'", text)]


TRANSLATED = {
    "json": in_json,
    "sql": in_sql,
    "curl": lambda text: list(ways_out.of_shell(text)),
    "http": lambda text: list(ways_out.of_requests(text)),
    "python": in_python,
    "python-official": in_python,
    "r": in_r,
    "spark": lambda text: list(ways_out.of_spark(text)),
}
"""What is read back from the forms that hold the texts exactly."""

FOR_PEOPLE = {"text", "prose", "markdown", "mermaid", "methods", "methods-long", "methods-latex",
              "methods-long-latex"}  # fmt: skip
EXACT = {"text", "sql"}
"""Forms that are SQL, or quote it: a pipe gets it character by character."""


@pytest.mark.fault(
    "F64", "the whole corpus in a statement, in every translation", "no form steers a terminal"
)
@pytest.mark.fault(
    "F69",
    "quotes and metacharacters of every language, in every translation",
    "scripts parse, and the texts in them are exact",
)
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("form", "pages"),
    [(form, ()) for form in FORMS] + [(form, ("--all-pages",)) for form in ALL_PAGES],
)
def test_a_statement_in_every_translation(form, pages):
    sayable = [text for text in SAYABLE if form != "r" or "\0" not in text]
    sql = LOCAL if form != "r" else without_nul(LOCAL)
    argv = ["translate", "--emulator", "--to", form, *pages, "-c", sql]
    explain = ["--emulator", "-c", f"EXPLAIN (FORMAT '{form}') {sql}"]
    assert command(*(argv if pages else explain)).status == 0
    made = command(*argv, on=StringIO).out
    for_people = form in FOR_PEOPLE
    assert form in EXACT or steering(made, ways_out.NEVER, marks=for_people) == []
    if form in TRANSLATED and not (form == "curl" and pages):
        assert set(sayable) - set(TRANSLATED[form](made)) == set()


@pytest.mark.fault(
    "F69",
    "a collection of a hostile name with hostile columns, in every translation",
    "its methods text, its codebook and all other forms show symbols",
)
@pytest.mark.usefixtures("server")
def test_a_collection_in_every_translation(study):
    def explained(forms, on):
        asked = [f"EXPLAIN (FORMAT '{form}') SELECT id FROM {name(NAME)}" for form in forms]
        words = [word for sql in asked for word in ("-c", sql)]
        return command("--emulator", study, "--on-error", "continue", *words, on=on, colour=False)

    made = explained(set(FORMS) - EXACT, StringIO).out
    assert steering(made, ways_out.NEVER) == []
    assert made.count(f"{len(TEXTS)} r") >= len(ACCOUNTING)
    assert explained(EXACT, Terminal).out


BODY = {
    "query": {
        "and": [{"field_name": "keyword", "operation": "IN", "field_values": SAYABLE}],
        NAME: [{"field_name": NAME, "operation": NAME, "field_values": [NAME]}],
    },
    "start_date": NAME,
    "end_date": "20240301",
    NAME: NAME,
}
URL = "https://open.tiktokapis.com/v2/research/video/query/?fields=id"
BACK = {
    "json": lambda body, _: json.dumps(body),
    "helper": lambda body, _: json.dumps(body["query"]),
    "curl": lambda body, word: f"curl '{URL}' -d {shlex.quote(json.dumps(body))} -H {word}",
    "http": lambda body, word: f"POST {URL}\n{word}\n\n{without_variables(json.dumps(body))}\n",
}
"""By form: how a request is written in it, with a header."""


def without_variables(text):
    """Write JSON so that an editor finds no variable in it."""
    return text.replace("{{", r"{\u007b")


@pytest.mark.fault(
    "F64",
    "the whole corpus in requests of other programs, whole and as rubbish",
    "the statement holds the texts exactly, and what is said of them is symbols",
)
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("form", BACK)
def test_every_form_that_is_translated_back(form):
    sound = {"query": {"and": BODY["query"]["and"]}, "start_date": "20240301"}
    right = BACK[form]({**sound, "end_date": "20240301"}, "Accept:x")
    argv = ["translate", "--from", form, "-", "--emulator"]
    for text in (BACK[form](BODY, f"{NAME}:{NAME}"), NAME, right):
        for errors in ("text", "json"):
            command(*argv, "--errors", errors, stdin=text.encode())
    days = (
        ["--fields", "id", "--days", "20240301", "20240301"] if form in {"helper", "json"} else []
    )
    made = command(*argv, *days, stdin=right.encode(), on=StringIO)
    assert (made.status, set(SAYABLE) - set(in_sql(made.out))) == (0, set())


def without_nul(sql):
    """R has no NUL in texts, and its script says so instead of holding one."""
    return sql.replace("\0", "0")


# --- statements, commands, options ----------------------------------------------------------------

GRAMMAR = files("tiksql.grammar").joinpath("tiksql.lark").read_text("utf-8")


def rule(of):
    """Return the alternatives of a rule of the grammar."""
    body = re.search(rf"^\??{of}: (.*?)\n\n", GRAMMAR, re.MULTILINE | re.DOTALL)[1]
    return [re.sub(r"->.*", "", each).strip() for each in re.split(r"\n\s+\| ", body)]


def shows():
    """Write every SHOW that the grammar has, FOR one collection where it can be."""
    for each in rule("show"):
        words = re.search(r"\(([A-Z| ]+)\)", each)[1].split(" | ")
        whose = f" FOR {name(NAME)}" if each.endswith("FOR name") else ""
        yield from (f"SHOW {word}{whose}" for word in words)


@pytest.mark.fault(
    "F64",
    "hostile names, keys, reasons and log_ids in every SHOW and DESCRIBE",
    "a terminal gets symbols, a pipe the exact texts",
)
@pytest.mark.usefixtures("server")
def test_every_listing(study):
    listings = [*shows(), f"DESCRIBE {name(NAME)}", "DESCRIBE videos", "DESCRIBE refused"]
    words = [word for sql in listings for word in ("-c", sql)]
    for form in ("table", "vertical"):
        assert command("--emulator", study, "--format", form, *words).status == 0
    for sql in listings:
        made = command("--emulator", study, "-c", sql, on=StringIO)
        assert (made.status, "error" in made.err) == (0, False)
        assert len({len(row) for row in ways_out.strict_csv.read(made.out)}) == 1
    listed = command("--emulator", study, "-c", "SHOW COLLECTIONS", on=StringIO).out
    assert NAME in [row[0] for row in ways_out.strict_csv.read(listed)]


N, Q = name(NAME), quoted(NAME)
STATEMENTS = {
    "query": [f"SELECT {N} FROM videos", f"SELECT 1 AS {N}", f"SELECT id FROM {N}", NAME,
              f"SELECT {N}(1)", f"SELECT {N}.x", f"SELECT {Q}",
              f"SELECT CAST(video_description AS INTEGER) FROM videos WHERE {DAY}",
              f"SELECT id FROM videos WHERE region_code = {Q}",
              f"SELECT * FROM users WHERE username IN (SELECT username FROM videos WHERE {DAY})",
              f"SELECT id FROM videos WHERE hashtag_name = {quoted('#' + NAME)}"],
    "explain": [f"EXPLAIN (FORMAT {Q}) SELECT 1", f"EXPLAIN ANALYZE {SELECT}"],
    "create_collection": [f"CREATE COLLECTION {N} AS {SELECT}",
                          f"CREATE COLLECTION {N} AS SELECT 1",
                          f"CREATE COLLECTION {name(NAME + '/../x')} AS {SELECT}"],
    "refresh_collection": [f"REFRESH COLLECTION {N}"],
    "drop_collection": [f"DROP COLLECTION {N}"],
    "show": [f"SHOW GAPS FOR {N}", f"SHOW {N}"],
    "describe": [f"DESCRIBE {N}"],
    "copy": [f"COPY {N} TO {Q}", f"COPY {N} TO 'x.csv' ({N})", f"COPY {N} TO 'x' (FORMAT {N})",
             f"COPY {N} TO 'x.csv' (PROFILE {N})"],
    "set_setting": [f"SET {N} = 1", f"SET format = {Q}", f"SET null = {Q}; {SELECT}",
                    f"SET pager = {Q}; SHOW SETTINGS"],
    "reset_setting": [f"RESET {N}"],
}  # fmt: skip
"""Statements that fail and that do not, by the rules of the grammar, with the corpus in each."""


@pytest.mark.fault(
    "F64",
    "the whole corpus as name and as value, in every kind of statement",
    "errors, notes, footers and accounts steer nothing, as text and as JSON",
)
@pytest.mark.usefixtures("server", "here")
@pytest.mark.parametrize("errors", ["text", "json"])
def test_every_kind_of_statement(errors):
    argv = ["--emulator", "--stats", "--on-error", "continue", "--errors", errors]
    scripts = [word for sqls in STATEMENTS.values() for sql in sqls for word in ("-c", sql)]
    told = command(*argv, *scripts, colour=False).err.splitlines()
    assert json.loads(told[-1])["reason"]
    assert errors == "text" or all(map(json.loads, told))


EMULATED = ["--emulator"]
BY_COMMAND = {
    "": ([*EMULATED, "-c", "SELECT 1"], EMULATED),
    "translate": (["--to", "json", *EMULATED], EMULATED),
    "check": (EMULATED, EMULATED),
    "fmt": ([], []),
    "emulator": ([], ["--videos", "none"]),
    "schema": ([], []),
    "status": ([], []),
    "replay": (["--against", "."], []),
    "recover": (["gone.db"], []),
    "auth": ([], []),
    "doctor": (EMULATED, EMULATED),
}
"""By command: what goes before a file that is no file, and before an option that makes no sense."""


@pytest.mark.fault(
    "F64",
    "the whole corpus as file name and as value of every option of every command",
    "no message about it steers anything, and none is a bug",
)
@pytest.mark.usefixtures("server", "here")
@pytest.mark.parametrize("errors", ["text", "json"])
@pytest.mark.parametrize("of", BY_COMMAND)
def test_every_command_and_its_options(of, errors, capsys):
    before, around = BY_COMMAND[of]
    words = [of] if of else []
    command(*words, *before, WORD, "--errors", errors)
    command(*words, *before, WORD + ".db", "--errors", errors)
    for option in options_of(of):
        more = [] if option == "--base-url" else around
        command(*words, option, WORD, "--errors", errors, *more)
        command(*words, f"{option}={WORD}", *more, *["-c", "SELECT :x"] * (of in {"", "translate"}))
    caught = capsys.readouterr()
    assert steering(caught.out + caught.err, ways_out.NEVER) == []


def options_of(of):
    return ways_out.options(*([of] if of else []))


SCRIPT = f"""\
-- @param tag text
/* {NAME.replace("*/", "")} */
SELECT {N}, :tag, {Q} FROM videos;
SELECT id AS {N} FROM videos WHERE {DAY} AND video_description <> {Q};
"""


@pytest.mark.fault(
    "F64", "the whole corpus in scripts, studies and manifests", "what is said of them is symbols"
)
@pytest.mark.usefixtures("server")
def test_every_command_on_files_with_hostile_texts(study, here):
    odd = here / "odd␛.tsql"
    odd.write_text(SCRIPT, "utf-8")
    script = odd.read_bytes()
    for said in ("text", "json"):
        command("check", "--emulator", odd, "--errors", said)
        command("fmt", "-", "--errors", said, stdin=script)
        command("fmt", "--check", odd, "--errors", said)
        command("--emulator", "-f", odd, "--errors", said, "--on-error", "continue")
    form = command("fmt", "-", stdin=script, on=StringIO)
    assert (form.status, form.out.count(N), form.out.count(Q)) == (0, 2, 2)
    for argv in (["status", study], ["doctor", "--emulator", study], ["schema"]):
        assert command(*argv).status == 0
        assert command(*argv, "--json").status == 0
        json.loads(command(*argv, "--json", on=StringIO).out)
    assert command("recover", study, "new.db").status == 0
    told = json.loads(command("recover", study, "newer.db", "--json", on=StringIO).out)
    assert told["study"] == str(study)
    command("--emulator", study, "-c", f"COPY {name(NAME)} TO 'out.csv'")
    for more in ([], ["--json"]):
        assert command("replay", "out.csv.manifest.json", "--against", ".", *more).status == 0
    told = json.loads(command("status", study, "--json", on=StringIO).out)
    assert NAME in [each["name"] for each in told["collections"]]


@pytest.mark.fault(
    "F64", "a bug whose message is the whole corpus", "its traceback is shown, with symbols in it"
)
def test_a_bug_is_shown_as_what_it_is(monkeypatch):
    def broken(*_):
        raise RuntimeError(WHOLE)

    monkeypatch.setattr("tiksql.cli.parse_status", broken)
    console = Console(StringIO(), Terminal(), Terminal(), {})
    assert cli.main(["status", "x"], console) == 70
    shown = console.stderr.getvalue()
    assert "RuntimeError: a␛[2J" in shown
    assert steering(shown, ways_out.NEVER) == []


@pytest.mark.fault(
    "F64",
    "hostile names of folders, and an account of that name in the file of credentials",
    "auth and doctor show symbols",
)
def test_where_credentials_are_kept(tmp_path, monkeypatch):
    folder = tmp_path / "f\x1b]0;owned\x07\x9b\u202e\u3164"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    said = command("auth", "login", "--file", stdin=b"a-key-of-mine\na-secret-of-mine\n")
    assert "f␛]0;owned␇" in said.err
    kept = folder / "tiksql" / "credentials.json"
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"account": NAME}), "ascii")
    for argv in (["auth", "status"], ["doctor", "--emulator"], ["auth", "logout"]):
        assert command(*argv).status == 0


# --- nothing is missing ---------------------------------------------------------------------------


def dispatched():
    """Read the commands that the program tells apart."""
    cases = [
        n for n in ast.walk(ast.parse(inspect.getsource(cli))) if isinstance(n, ast.MatchSequence)
    ]
    return {case.patterns[0].value.value for case in cases}


@pytest.mark.fault(
    "F64",
    "a format, translation, statement, command or option of COPY that no test here judges",
    "this test fails until it is judged",
)
@pytest.mark.parametrize(
    ("judged", "known"),
    [
        ([*READERS, *LINES, "vertical"], SHOWN),
        ({form for form, _ in FILES}, EXPORTED),
        ({profile for _, profile in FILES}, PROFILES),
        ([*TRANSLATED, *FOR_PEOPLE], FORMS),
        (BACK, READ_FROM),
        (STATEMENTS, rule("statement")),
        ([of for of in BY_COMMAND if of], COMMANDS),
        (COMMANDS, dispatched()),
        ({"format", "header", "overwrite", "codebook", "partition_by", "profile"}, OPTIONS),
    ],
    ids=[
        "results",
        "exports",
        "profiles",
        "translations",
        "back",
        "statements",
        "commands",
        "words",
        "copy",
    ],
)
def test_every_way_out_is_judged(judged, known):
    assert sorted(judged) == sorted(known)
