"""How many cases a property is tried with: more of them in the long run of ``make soak``."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("TIKSQL_SOAK", "1"))


def cases(usual: int) -> int:
    """Return the number of cases of this run, for a number that ``make check`` has time for."""
    return usual * TIMES
