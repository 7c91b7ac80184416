"""The line of progress of a collection that goes on counts what was there before."""

from __future__ import annotations

import pytest
from store.studies_world import Lab
from store.test_clocks import CREATE, SMALL
from store.truthful_api import DAYS, Api

from tiksql.errors import QuotaError
from tiksql.source import Source
from tiksql.syntax.parser import parse
from tiksql.watching import counts

WINDOWS = 3


@pytest.fixture
def lab(tmp_path):
    return Lab(Api([2] * DAYS).backend(), tmp_path / "study.db")


def watched(lab):
    """Collect, and give the windows that were said to be done at each page."""
    with lab.open(**SMALL) as run:
        session = run.__closure__[0].cell_contents
        stream = session.execute(parse(Source(CREATE)).statements[0], {})
        found = []
        for _ in stream.batches():
            now = counts(stream)
            found.append((now.windows_done, now.windows))
    return found


def test_a_collection_that_begins_has_no_window_done(lab):
    assert watched(lab) == [(done, WINDOWS) for done in (0, 0, 0, 1, 1, 1, 2, 2, 2)]


def test_a_collection_that_goes_on_counts_the_windows_that_were_done(lab):
    with pytest.raises(QuotaError):
        lab(CREATE, max_requests=4, **SMALL)
    assert watched(lab) == [(done, WINDOWS) for done in (1, 1, 1, 2, 2, 2)]


def test_a_collection_that_is_complete_shows_nothing_more_to_do(lab):
    lab(CREATE, **SMALL)
    assert watched(lab) == []
