"""Every way out of the program, and what keeps texts from steering whoever reads there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TIKSQL = Path(__file__).parents[2] / "tiksql"
SINKS = {
    "auth.py": "words of ours, or Console.shown and visible",
    "cli.py": "render_text, render_json and render_bug; Console.shown",
    "console.py": "Console.shown",
    "doctor.py": "Console.shown",
    "delivery.py": "a writer of tiksql.output with Style.terminal; visible_lines for texts",
    "formatting.py": "Console.shown and visible",
    "script.py": "visible, or JSON of ASCII",
    "shell/reader.py": "the prompt, which is ours",
    "shell/repl.py": "render_bug",
    "shell/state.py": "visible_lines",
}
"""By module that writes to the streams of the command: what makes it safe."""


def writes_to_a_stream(node):
    """Find ``….stdout.write(…)`` and its like."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"write", "writelines"}
        and (getattr(node.func.value, "attr", None) or getattr(node.func.value, "id", ""))
        in {"stdout", "stderr"}
    )


@pytest.mark.fault(
    "F64",
    "a new way to a terminal, which nobody has thought about",
    "the list of all ways out is kept by a test, with what makes each safe",
)
def test_every_way_to_the_streams_of_the_command_is_known():
    found = {
        str(path.relative_to(TIKSQL))
        for path in TIKSQL.rglob("*.py")
        if path.relative_to(TIKSQL).parts[0] not in {"emulator", "translate"}
        for node in ast.walk(ast.parse(path.read_text()))
        if writes_to_a_stream(node)
    }
    assert found == SINKS.keys()
