"""Terminals with a prompt in them."""

from __future__ import annotations

import pytest
from faults.canary import KEY, SECRET
from held_server import HeldServer
from screen import Screen


@pytest.fixture
def opened():
    """Open terminals; whatever happens, nothing is left running."""
    screens = []

    def begin(*argv, **more):
        screens.append(Screen(*argv, **more))
        return screens[-1]

    yield begin
    for screen in screens:
        screen.child.close(force=True)


@pytest.fixture
def prompt(opened):
    """Open a terminal with a prompt on the emulator, and wait until it stands there."""

    def begin(*argv, **more):
        return opened("--emulator", *argv, **more).ready()

    return begin


@pytest.fixture
def held(request):
    """Serve pages that wait; ``held.prompt(opened)`` is a prompt on them."""
    server = HeldServer(**getattr(request, "param", {}))
    yield server
    server.close()


@pytest.fixture
def on_held(opened, held):
    """Open a prompt on the server that keeps its pages."""

    def begin(*argv, **more):
        environ = {"TIKTOK_CLIENT_KEY": KEY, "TIKTOK_CLIENT_SECRET": SECRET}
        environ |= more.pop("environ", {})
        return opened("--base-url", held.url, *argv, environ=environ, **more).ready()

    return begin
