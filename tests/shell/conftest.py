"""Prompts to type at."""

from __future__ import annotations

import pytest
from prompt_driver import Prompt, Terminal


@pytest.fixture
def typed():
    """Type at a prompt; ``typed("SELECT 1;").out``."""

    def prompt(*lines, **more):
        return Prompt(**more).type(*lines)

    return prompt


@pytest.fixture
def on_a_terminal(typed):
    """Type at a prompt whose results and messages go to a terminal."""

    def prompt(*lines, **more):
        return typed(*lines, **{"settings": {}, "stream": Terminal, **more})

    return prompt
