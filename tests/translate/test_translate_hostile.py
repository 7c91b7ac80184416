"""Whatever a value holds, it stays a value in every form."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess

import pytest
from r_text import check_shape, literals
from translate_world import need_tools

from tiksql.cli import main
from tiksql.console import Console
from tiksql.translate import FORMS

HOSTILE = {
    "quotes": 'it\'s "quoted" \'\'\'three\'\'\' """three""" \\',
    "shell": "$(touch pwned) `touch pwned` ${IFS} ; rm -rf / & | > x <y !! ~ * ?",
    "markdown": "| a | b | `code` ``` ```` [link](http://x.y) ![i](j) *b* _i_ # h ~~s~~ www.x.y",
    "html": "<script>alert(1)</script> <b onclick=x> &amp; &#60; <!-- -->",
    "latex": "\\input{x} & % $x$ # _ { } ~ ^ \\end{flushleft} -- '' ``",
    "mermaid": '"] --> evil["x" ; end subgraph %%{init: {}}%% #quot; {{x}}',
    "templates": "{{token}} {{$processEnv HOME}} {0} {username} %s ${x} <% x %>",
    "lines": "one\ntwo\r\nthree\u2028four\x0bfive\x85six\n# @prompt x\n### new\nGET http://x.y",
    "controls": "\x1b[31mred\x1b[0m \x9b2J \x07 \x08 \u202eabc\u2066 \x00 nul",
    "emoji": "👩‍🔬 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ñ 漢字 \u0300\u0301 \U0001f600",
    "planes": "tag \U000e0067 private \U0010fffd \ue000 mark \ufeff",
    "jq": '"\\(env) | input_filename #',
    "long": "x" * 5000,
}
HARMLESS = "harmless"
MOVES = "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e\u2066]"
"""What moves a terminal, or reorders what it shows."""


def statement(text, table="videos"):
    quoted = text.replace("'", "''")
    if table == "users":
        return f"SELECT * FROM users WHERE username = '{quoted}'"
    return (
        f"SELECT id, url FROM videos WHERE keyword = '{quoted}' AND create_date = '2024-03-01'"
        f" AND video_description <> '{quoted}'"
    )


@pytest.fixture
def translated(run):
    def translate(text, form, *flags, table="videos"):
        outcome = run("translate", "--emulator", "--to", form, *flags, "-c", statement(text, table))
        assert (outcome.status, outcome.err) == (0, "")
        return outcome.out

    return translate


hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
tables = pytest.mark.parametrize("table", ["videos", "users"])
every_form = pytest.mark.parametrize(
    "form",
    [(form,) for form in FORMS if form not in {"sql", "text"}] + [("curl", "--all-pages")],
    ids=" ".join,
)


@pytest.mark.fault(
    "F64", "every trick in a statement that is translated", "no form holds one of them as it is"
)
@hostile
@tables
@every_form
def test_no_form_holds_a_character_that_moves_a_terminal(translated, form, table, text):
    made = translated(text, *form, table=table)
    assert re.findall(MOVES, made) == []


@hostile
@pytest.mark.parametrize("form", ["sql", "text"])
@pytest.mark.parametrize("argv", [["translate", "--to"], ["-c"]], ids=["translate", "explain"])
def test_a_terminal_is_shown_the_signs_that_a_pipe_is_given(argv, form, text):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    asked = statement(text)
    command = (
        [*argv, form, "-c", asked] if len(argv) > 1 else ["-c", f"EXPLAIN (FORMAT {form}) {asked}"]
    )
    console = Console(io.StringIO(), Terminal(), io.StringIO(), {"TERM": "xterm"})
    assert main([*command, "--emulator"], console) == 0
    assert re.findall(MOVES, console.stdout.getvalue()) == []
    assert console.stdout.getvalue()


@hostile
@tables
@pytest.mark.parametrize("form", ["python", "python-official"])
def test_a_script_of_python_differs_in_its_texts_only(translated, form, table, text):
    made, plain = (ast.parse(translated(t, form, table=table)) for t in (text, HARMLESS))
    assert text in texts(made)
    for tree in (made, plain):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node.value = ""
    assert ast.dump(made) == ast.dump(plain)


def texts(tree):
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]


@hostile
@tables
@pytest.mark.parametrize("flags", [(), ("--all-pages",)], ids=["first", "all"])
def test_a_shell_passes_the_text_on_and_runs_nothing_of_it(
    translated, tmp_path, flags, table, text
):
    need_tools()
    folder = tmp_path / "bin"
    folder.mkdir()
    fake = folder / "curl"
    fake.write_text(
        '#!/bin/bash\nfor last; do :; done\nprintf "%s" "$last" >"$PWD/body"\n'
        'printf \'{"error": {"code": "ok"}, "data": {"has_more": false}}\\n200\'\n'
    )
    fake.chmod(0o755)
    script = tmp_path / "script"
    script.write_text(translated(text, "curl", *flags, table=table))
    done = subprocess.run(
        ["bash", str(script)],
        cwd=tmp_path,
        env={"PATH": f"{folder}:/usr/bin:/bin", "TIKTOK_ACCESS_TOKEN": "t"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    sent = json.loads((tmp_path / "body").read_text())
    assert text in (sent.get("username"), *values(sent))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "body", "script"]
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", done.stdout + done.stderr)


def values(body):
    groups = body.get("query", {}).values()
    return [v for group in groups for condition in group for v in condition["field_values"]]


@hostile
@tables
def test_a_file_of_requests_has_as_many_as_before_and_the_text_in_its_body(translated, table, text):
    made = translated(text, "http", table=table)
    plain = translated(HARMLESS, "http", table=table)
    for start in ("###", "POST ", "Authorization:", "@", "# @"):
        assert lines(made, start) == lines(plain, start) or start == "###"
    assert len(lines(made, "###")) == len(lines(plain, "###"))
    (body,) = lines(made, '{"')
    assert text in (json.loads(body).get("username"), *values(json.loads(body)))
    assert "{{" not in body


def lines(text, start):
    return [line for line in text.split("\n") if line.startswith(start)]


@hostile
@tables
def test_a_script_of_r_is_well_formed_and_holds_the_text(translated, table, text):
    made = translated(text, "r", table=table)
    check_shape(made)
    if "\0" in text:
        assert 'stop("this text has a NUL' in made
    else:
        assert text in literals(made)


@pytest.mark.fault(
    "F69", "bars, links, HTML and code fences in a keyword", "the methods text shows them as text"
)
@hostile
@tables
@pytest.mark.parametrize("form", ["markdown", "methods", "methods-long"])
def test_markdown_shows_the_text_and_obeys_nothing_of_it(translated, form, table, text):
    made = translated(text, form, table=table)
    plain = translated(HARMLESS, form, table=table)
    outside, blocks = unfenced(made)
    assert len(blocks) == len(unfenced(plain)[1])
    assert len(lines(outside, "#")) == len(lines(unfenced(plain)[0], "#"))
    assert not re.search("[<>]", outside)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`\[\]*_]", outside)
    for row in lines(outside, "|"):
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 3
    assert "://" not in outside
    assert "www." not in outside


def unfenced(text):
    """Part Markdown into what stands outside of fences and the blocks within them."""
    outside, blocks, fence = [], [], ""
    for line in text.split("\n"):
        mark = re.match("`{3,}", line)
        if not fence and mark:
            fence = mark[0]
            blocks.append([])
        elif fence and re.fullmatch(f"`{{{len(fence)},}}", line.strip()):
            fence = ""
        elif fence:
            blocks[-1].append(line)
        else:
            outside.append(line)
    assert fence == ""
    return "\n".join(outside), blocks


COMMANDS = (
    r"\\text(?:backslash|asciitilde|asciicircum|less|greater|bar|quotedbl|asciigrave)\{\}"
    r"|\\[{}&%$#_]|\$\\rightarrow\$|-\{\}-|'\{\}'|\\paragraph\{[A-Za-z ]+\}"
    r"|\\subsection\*\{Appendix: the query\}|\\begin\{flushleft\}\\ttfamily\\footnotesize"
    r"|\\end\{flushleft\}|\\mbox\{\}~*|\\\\$|^% Needs.*$"
)


@pytest.mark.fault(
    "F69", "backslashes, braces and \\input in a keyword", "LaTeX shows them as text"
)
@hostile
@tables
@pytest.mark.parametrize("form", ["methods-latex", "methods-long-latex"])
def test_latex_has_no_sign_that_is_not_escaped(translated, form, table, text):
    made = translated(text, form, table=table)
    left = re.sub(COMMANDS, "", made, flags=re.MULTILINE)
    assert re.findall(r"[\\{}&%$#_~^<>|\"`]|--|''", left) == []
    plain = translated(HARMLESS, form, table=table)
    assert made.count("\\end{flushleft}") == plain.count("\\end{flushleft}")


@pytest.mark.fault(
    "F69", "brackets, quotes and arrows in a keyword", "the flow chart keeps its shape"
)
@hostile
@tables
def test_a_flow_chart_keeps_its_shape(translated, table, text):
    made, plain = (translated(t, "mermaid", table=table) for t in (text, HARMLESS))
    label = re.compile('"[^"]*"')
    assert label.sub('""', made) == label.sub('""', plain)
    for found in label.findall(made):
        assert re.fullmatch(r'"(?:[\w ,.:=()/…·-]|#\d+;)*"', found)


@hostile
@tables
def test_json_gives_the_text_back(translated, table, text):
    (request,) = json.loads(translated(text, "json", table=table))["requests"]
    assert text in (request["body"].get("username"), *values(request["body"]))
