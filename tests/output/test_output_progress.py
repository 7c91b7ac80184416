import io
import os
import pty
import termios
import threading

import pytest
from wcwidth import wcswidth

from tiksql.output.progress import Counts, Progress, describe, terminal_width


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def progress(stream, clock, width=80, term="xterm"):
    return Progress(stream, clock, {"TERM": term}, lambda: width)


def test_it_says_how_far_a_statement_is():
    counts = Counts(pages=12, records=1184, requests=13, retries=1, windows_done=3, windows=10)
    assert describe(counts, 75.9, "waiting for the quota") == (
        "waiting for the quota"
        " · 3/10 windows · 12 pages · 1,184 records · 13 requests · 1 retry · 1 min 15 s"
    )
    assert describe(Counts(1, 1, 1), 3725) == "1 page · 1 record · 1 request · 1 h 02 min"


def test_it_redraws_at_most_ten_times_a_second(clock):
    stream = Terminal()
    line = progress(stream, clock)
    for step in range(1000):
        clock.now = 100 + step / 1000
        line.show(Counts(pages=step))
    assert 9 <= stream.getvalue().count("\r") <= 10


def test_it_is_erased_once_and_can_be_drawn_again(clock):
    stream = Terminal()
    line = progress(stream, clock)
    line.show(Counts())
    line.clear()
    line.clear()
    assert stream.getvalue().endswith("\r\x1b[K")
    assert stream.getvalue().count("\x1b[K") == 2
    line.show(Counts(pages=5))
    assert stream.getvalue().endswith("5 pages · 0 records · 0 requests · 0 s")


@pytest.mark.parametrize(("stream", "term"), [(io.StringIO(), "xterm"), (Terminal(), "dumb")])
def test_nothing_is_drawn_where_nothing_can_be_redrawn(stream, term, clock):
    line = progress(stream, clock, term=term)
    line.show(Counts())
    line.clear()
    assert stream.getvalue() == ""


@pytest.mark.parametrize("width", [0, 1, 5, 20, 80])
def test_it_is_never_wider_than_the_terminal(width, clock):
    stream = Terminal()
    progress(stream, clock, width).show(Counts(records=10**9), "日本語" * 40)
    assert wcswidth(stream.getvalue().removeprefix("\r\x1b[K")) <= max(width - 1, 0)


@pytest.mark.fault("F64", "escapes in a note beside the progress line", "it shows symbols")
def test_a_note_cannot_steer_the_terminal(clock):
    stream = Terminal()
    progress(stream, clock).show(Counts(), "\x1b[2J\u202e\n")
    assert stream.getvalue().startswith("\r\x1b[K␛[2J\\u202e⏎ · ")


def test_a_stream_without_a_terminal_is_taken_for_80_cells():
    assert terminal_width(Terminal()) == 80


def test_a_terminal_is_asked_for_its_cells():
    main, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, 123))
    with os.fdopen(follower, "w") as stream, os.fdopen(main, "rb"):
        assert terminal_width(stream) == 123


def ticked(stream, clock, seen):
    """Let a line tick until ``seen`` holds of what was drawn."""
    line = progress(stream, clock)
    drawn = threading.Event()

    def state():
        clock.now += 1
        if seen(stream.getvalue()):
            drawn.set()
        return Counts(pages=3), ""

    with line.ticking(state):
        assert drawn.wait(30)
    return line


def test_it_goes_on_while_nothing_comes_and_is_gone_at_the_end(clock, monkeypatch):
    monkeypatch.setattr("tiksql.output.progress.REDRAW_SECONDS", 0.001)
    stream = Terminal()
    ticked(stream, clock, lambda text: text.count("3 pages") > 2)
    assert stream.getvalue().endswith("\r\x1b[K")


@pytest.mark.parametrize(("erased", "left"), [(True, False), (False, True)])
def test_it_is_held_while_somebody_else_writes(clock, monkeypatch, erased, left):
    monkeypatch.setattr("tiksql.output.progress.REDRAW_SECONDS", 0.001)
    stream = Terminal()
    line = progress(stream, clock)
    line.show(Counts(pages=3))
    with line.held(erased=erased):
        assert stream.getvalue().endswith(" s") is left
        before = stream.getvalue()
        over = threading.Event()
        threading.Timer(0.02, over.set).start()
        line._tick(over, lambda: (Counts(pages=4), ""))
        assert stream.getvalue() == before


def test_a_stream_that_is_no_terminal_starts_no_thread(clock):
    before = threading.active_count()
    with progress(io.StringIO(), clock).ticking(lambda: (Counts(), "")):
        assert threading.active_count() == before
