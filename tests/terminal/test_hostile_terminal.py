"""A screen and its title, unharmed by texts that were written to harm them."""

from __future__ import annotations

import pytest
from output.hostile import CORPUS

SQL = "SELECT video_description FROM videos WHERE keyword='x' AND create_date='2024-03-01'"
TEXT = "".join(
    CORPUS[name]
    for name in (
        "osc 0 sets the title",
        "osc 8 hides a link",
        "osc 52 fills the clipboard",
        "csi clears the screen",
        "c1 csi",
        "bell and backspace",
        "carriage return overwrites",
        "bidi override",
        "family",
    )
)
STEERING = ("\x1b]", "\x1bP", "\x9b", "\x07", "\u202e", "\x1b[2J\x1b[1;1H", "owned\x07")


def unharmed(screen):
    assert screen.title == ""
    assert not [one for one in STEERING if one in screen.raw]
    assert screen.text.startswith("TikSQL on ")


@pytest.mark.fault(
    "F64",
    "a description that sets the title, clears the screen and fills the clipboard",
    "a real terminal keeps its title and its screen",
)
@pytest.mark.parametrize("held", [{"text": TEXT, "free": 1}], indirect=True)
@pytest.mark.parametrize("form", ["table", "vertical", "csv", "json"])
def test_a_result_leaves_screen_and_title_alone(on_held, form):
    screen = on_held(lines=50).send(f"\\format {form}\r").until("format is").ready()
    screen.send(f"{SQL} LIMIT 1;\r").until("owned").until("last: 1 request").ready()
    unharmed(screen)


@pytest.mark.fault(
    "F64",
    "the same as the words of an error of the API",
    "a real terminal keeps its title and its screen",
)
@pytest.mark.parametrize("held", [{"text": TEXT, "free": 2}], indirect=True)
def test_an_error_and_a_footer_leave_screen_and_title_alone(on_held, held):
    held.faults = {1: (400, "invalid_params"), 3: (400, "invalid_params")}
    held.release(3)
    screen = on_held("--concurrency", "1", lines=50)
    screen.send(f"{SQL};\r").until("error[TS521]").ready()
    screen.send(f"{SQL};\r").until("INCOMPLETE").ready()
    unharmed(screen)


@pytest.mark.fault(
    "F64", "the same pasted into the prompt", "menu, ghost text and line show symbols"
)
def test_the_menu_the_ghost_and_the_line_itself_leave_screen_and_title_alone(prompt):
    typed = TEXT.replace("\x1b", "").replace("\r", "")
    screen = prompt(lines=50).send(f"\x1b[200~\\set k {typed}\x1b[201~\r").ready()
    screen.send("SELECT :").until(":k").until("owned").send("\x03").ready()
    screen.send("\\set").until(lambda s: s.at_the_cursor == "tiksql> \\set").send("\x03").ready()
    unharmed(screen)
