"""Whatever is written, there is an answer or one typed error at a place, in bounded time."""

from __future__ import annotations

import os
import random
import time

import pytest
from faults.fuzzed_statements import generated, mutated
from soak import cases

from tiksql import backend
from tiksql.errors import EvaluationError, LanguageError, TikSQLError
from tiksql.output.problems import render_json, render_text
from tiksql.planning.binding import bind
from tiksql.planning.trees import query_of
from tiksql.session import Session
from tiksql.settings import DEFAULTS
from tiksql.source import Source
from tiksql.syntax import ast
from tiksql.syntax.format import formatted
from tiksql.syntax.parser import parse
from tiksql.syntax.printer import to_sql
from tiksql.translate import FORMS

SECONDS = 60
"""What the longest case may take on a machine that is busy with something else."""
VALUES = {"k": "a", "list": ["US", "CA"]}
AT_A_TIME = 10
FIRST = int(os.environ.get("TIKSQL_SEED", "0"))


def treated(text, form):
    """Do with a text what can be done before the first request; return the errors."""
    source, errors = Source(text), []
    for treat in (_formatted, lambda source: _run(source, form)):
        try:
            treat(source)
        except TikSQLError as error:
            error.source = error.source or source
            errors.append(error)
    return errors


def _formatted(source):
    laid_out = formatted(source)
    assert formatted(Source(laid_out)) == laid_out


def _run(source, form):
    script = parse(source)
    assert parse(Source(to_sql(script))) == script
    session = Session(backend.emulator(), DEFAULTS)
    try:
        for statement in script.statements:
            query = query_of(statement)
            if isinstance(query, ast.Query):
                bound = bind(query, VALUES)
                for target in ("text", form):
                    session.translate(bound, target, bound.span)
            session.execute(statement, VALUES)
    finally:
        session.close()


def check(seed):
    chance = random.Random(seed)
    text = (generated if seed % 2 else mutated)(chance)
    began = time.monotonic()
    for error in treated(text, chance.choice(sorted(FORMS))):
        if isinstance(error, LanguageError):
            assert 0 <= error.span.start <= error.span.end <= len(error.source.text)
            assert error.source.text == text
        assert not isinstance(error, EvaluationError), error.message
        assert len(error.message) < 1024
        assert len(render_text(error)) < 16_384
        assert render_json(error).count("\n") == 0
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("first", range(FIRST, FIRST + cases(200), AT_A_TIME))
def test_any_statement_is_answered_or_refused_at_a_place(first):
    for seed in range(first, first + AT_A_TIME):
        try:
            check(seed)
        except Exception as wrong:
            wrong.add_note(f"TIKSQL_SEED={seed} pytest -n0 {__file__} -k '[{seed}]'")
            raise
