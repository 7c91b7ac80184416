"""What holds wherever the cursor is, in statements right and wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from completion_scene import WORLD
from hypothesis import given, settings
from hypothesis import strategies as st

from tiksql.errors import UsageError
from tiksql.local.functions import known
from tiksql.settings import checked
from tiksql.shell.completion import complete
from tiksql.shell.completion.keywords import terminals
from tiksql.shell.completion.words import COPY_OPTIONS, COPY_VALUES, FORMATS, FUNCTIONS, KEYWORDS
from tiksql.source import Source
from tiksql.syntax.parser import expected, language, parse
from tiksql.translate import LATER

ROOT = Path(__file__).parents[2]
MARK = re.compile(r"[ \t]*-- error: .*$", re.MULTILINE)
EXAMPLES = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("examples/*.tsql"))]
WRONG = [
    MARK.sub("", chunk)
    for path in sorted(ROOT.glob("tests/errors/*.tsql"))
    for chunk in path.read_text(encoding="utf-8").split("===\n")
]
TYPED = st.text(alphabet="SELECT id FROM videos WHERE x='\"-/*\\.;:(),[]1\n", max_size=60)


def prefixes(text):
    """Return a text as it looks at each key stroke, and some with the rest behind the cursor."""
    for end in range(len(text) + 1):
        yield text[:end], end
        if end % 8 == 0:
            yield text, end


@pytest.mark.parametrize("text", EXAMPLES)
def test_any_prefix_of_an_example_can_be_completed(text):
    for typed, cursor in prefixes(text):
        complete(typed, cursor, WORLD)


@pytest.mark.parametrize("number", range(12))
def test_any_prefix_of_a_wrong_statement_can_be_completed(number):
    for text in WRONG[number::12]:
        for typed, cursor in prefixes(text):
            complete(typed, cursor, WORLD)


@settings(deadline=None)
@given(TYPED | st.text(max_size=40), st.data())
def test_any_text_can_be_completed_anywhere(text, data):
    cursor = data.draw(st.integers(0, len(text)))
    found = complete(text, cursor, WORLD)
    assert len(found) <= 40
    assert all(0 <= candidate.start <= cursor for candidate in found)
    assert complete(text, cursor, WORLD) == found


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(EXAMPLES + WRONG), st.data())
def test_everything_that_is_offered_is_taken_by_the_parser_there(text, data):
    cursor = data.draw(st.integers(0, len(text)))
    for candidate in complete(text[:cursor], cursor, WORLD):
        before = text[: candidate.start]
        if expected(before) and not candidate.text.endswith("/"):
            assert expected(before + candidate.text), (before, candidate.text)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(EXAMPLES), st.data())
def test_nothing_is_offered_twice(text, data):
    cursor = data.draw(st.integers(0, len(text)))
    found = complete(text[:cursor], cursor, WORLD)
    assert len({candidate.text for candidate in found}) == len(found)


def test_the_word_that_an_example_goes_on_with_is_mostly_offered_from_its_first_letters():
    hits = total = 0
    for text in EXAMPLES:
        for match in re.finditer(r"(?<!['\w#:])[A-Za-z_]{4,}(?!['\w])", re.sub("--.*", "", text)):
            source = re.sub("--.*", "", text)
            cursor = match.start() + 2
            offered = [c.text.lower() for c in complete(source[:cursor], cursor, WORLD)]
            total += 1
            hits += any(word.startswith(match.group().lower()[:4]) for word in offered)
    assert hits / total > 0.9


def test_the_table_of_keywords_is_that_of_the_grammar():
    told = {kind for phrase in KEYWORDS for kind in terminals(phrase)} - {"LPAR"}
    assert told == language().lexer.keywords


def test_the_functions_that_are_offered_exist():
    assert set(FUNCTIONS) <= known()


def test_the_forms_of_explain_exist():
    assert set(LATER) | {"text", "json", "sql"} == set(FORMATS)


def test_the_options_of_copy_can_be_written():
    for name in COPY_OPTIONS:
        for value in ("", *COPY_VALUES.get(name.lower(), {})):
            parse(Source(f"COPY hello TO 'x' ({name} {value})"))


def test_the_values_of_settings_are_those_that_a_setting_takes():
    for setting in WORLD.settings.values():
        text = f"SET {setting.name} = "
        for candidate in complete(text, len(text), WORLD):
            try:
                checked(setting, candidate.text.strip("'"))
            except UsageError as error:
                pytest.fail(f"{setting.name}: {error.message}")
