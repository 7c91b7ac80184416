"""Texts that somebody wrote to steer terminals, through every path by which the prompt prints."""

from __future__ import annotations

import re

import pytest
from end_to_end.scripted_server import Server
from output.hostile import CORPUS

from tiksql.backend import Backend
from tiksql.output.sanitize import visible_lines

OURS = re.compile(r"\x1b\[[0-9;]*m|\r\x1b\[K")
SQL = "SELECT id, video_description FROM videos WHERE keyword = 'x' AND create_date = '2024-03-01'"


def steers(text):
    """Find the first line that holds more than text, once our own colours are taken away."""
    lines = OURS.sub("", text).split("\n")
    return next((line for line in lines if visible_lines(line) != line), None)


def hostile_page(*_):
    videos = [
        {
            "id": number,
            "video_description": text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
        }
        for number, text in enumerate(CORPUS.values(), 1)
    ]
    return {"videos": videos, "cursor": 100, "has_more": False, "search_id": "7"}


def typeable(text):
    """What a bracketed paste can bring: UTF-8 holds it, and it does not end the paste."""
    return not re.search("[\ud800-\udfff\r\n\x1b]", text) and len(text) < 400


@pytest.mark.fault(
    "F64", "every trick in the texts of records", "no form sends one of them to a terminal"
)
@pytest.mark.parametrize("form", ["table", "vertical", "csv", "tsv", "json", "jsonl", "markdown"])
def test_results_steer_nothing_in_any_form(on_a_terminal, form):
    backend = Server(hostile_page).backend()
    prompt = on_a_terminal(f"\\format {form}", f"{SQL};", "\\last", backend=backend)
    assert len(prompt.out) > 5000
    assert steers(prompt.out) is None
    assert steers(prompt.err) is None


@pytest.mark.fault(
    "F64", "every trick in a refusal of the API", "error, footer and note show symbols"
)
@pytest.mark.parametrize("name", CORPUS)
def test_what_the_api_says_steers_nothing(on_a_terminal, name):
    """The words of a refusal stand in the error, in the footer and in a note."""
    text = CORPUS[name]

    def answer(number, _body):
        if number == 1:
            return {**hostile_page(), "has_more": True}
        return 400, "invalid_params", text

    prompt = on_a_terminal(f"{SQL};", backend=Server(answer).backend())
    assert "INCOMPLETE" in prompt.out
    assert steers(prompt.out) is None
    assert steers(prompt.err) is None


@pytest.mark.fault(
    "F64", "every trick in what was typed", "history, settings and values show symbols"
)
@pytest.mark.parametrize("name", [name for name, text in CORPUS.items() if typeable(text)])
def test_what_was_typed_steers_nothing_when_it_is_shown_again(on_a_terminal, name):
    text = CORPUS[name]
    prompt = on_a_terminal(
        f"\x1b[200~SELECT nope, '{text}' FROM users;\x1b[201~",
        f"\x1b[200~\\set k x{text}\x1b[201~",
        "\\vars",
        "\\history",
        f"\x1b[200~\\nope{text}\x1b[201~",
        f"\x1b[200~\\d {text}\x1b[201~",
        f"\x1b[200~\\i {text}\x1b[201~",
        f"\x1b[200~\\run {text}\x1b[201~",
    )
    assert steers(prompt.out) is None
    assert steers(prompt.err) is None


@pytest.mark.fault("F64", "every trick in what the toolbar shows", "it shows symbols")
@pytest.mark.parametrize("name", CORPUS)
def test_the_toolbar_steers_nothing(on_a_terminal, name):
    made = Server(hostile_page).backend()
    backend = Backend(CORPUS[name], made.base_url, made.connect, made.now)
    prompt = on_a_terminal(backend=backend, study=CORPUS[name].replace("/", ""))
    assert steers(prompt.toolbar.text()) is None
    assert steers(prompt.console.stderr.getvalue()) is None
