"""Completion, key by key: a statement of 2,000 characters is typed on, with TikSQL and litecli.

``keystrokes.py ROUNDS`` measures the completers of both, as a prompt calls them, in one process and
in turns; the times in microseconds come as JSON. Both know the same tables and columns. The first
round is thrown away.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from typing import TYPE_CHECKING

from litecli.sqlcompleter import SQLCompleter
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from tiksql.catalog import load
from tiksql.shell.completer import TikSQLCompleter
from tiksql.shell.completion import World

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer

BEGINNING = """\
SELECT v.id, v.username, v.region_code, v.like_count, round(v.view_count / 2.0, 1) AS half, c.text
FROM videos AS v
JOIN comments AS c ON c.video_id = v.id
WHERE v.create_date BETWEEN '2022-06-15' AND '2022-06-28'
"""
GROUP = "  AND (v.region_code IN ('US', 'CA') OR v.keyword = 'word {n}' OR v.like_count > {n}00)\n"
TYPED = """\
  AND v.region_code = 'US' AND length(v.video_description) > 20
ORDER BY v.create_time DESC, c.like_count LIMIT 100"""
LENGTH = 2_000


def statement() -> str:
    """Write the statement: everything but its last lines stands there before the first key."""
    text, number = BEGINNING, 1
    while len(text) + len(TYPED) < LENGTH:
        text, number = text + GROUP.format(n=number), number + 1
    return text + TYPED


def ours() -> TikSQLCompleter:
    """Make the completer of TikSQL's prompt."""
    return TikSQLCompleter(World())


def theirs() -> SQLCompleter:
    """Make litecli's, with the tables and columns of the catalog, as its refresher does it."""
    tables = load().tables.values()
    completer = SQLCompleter()
    completer.extend_schemata("main")
    completer.set_dbname("main")
    completer.extend_relations([(table.name,) for table in tables], kind="tables")
    columns = [(table.name, column) for table in tables for column in table.columns]
    completer.extend_columns(columns, kind="tables")
    return completer


def type_on(completer: Completer, text: str) -> tuple[list[float], int]:
    """Type the last lines; return the microseconds of each key, and how many completions came."""
    times, completions = [], 0
    event = CompleteEvent(text_inserted=True)
    for end in range(len(text) - len(TYPED) + 1, len(text) + 1):
        document = Document(text[:end])
        began = time.perf_counter()
        completions += len(list(completer.get_completions(document, event)))
        times.append(1e6 * (time.perf_counter() - began))
    return times, completions


def measure(rounds: int) -> dict[str, object]:
    """Measure both, in turns."""
    text = statement()
    completers: dict[str, Completer] = {"tiksql": ours(), "litecli": theirs()}
    times: dict[str, list[float]] = {name: [] for name in completers}
    counts = dict.fromkeys(completers, 0)
    for turn in range(rounds + 1):
        for name, completer in completers.items():
            found, counts[name] = type_on(completer, text)
            times[name] += found if turn else []
    version = importlib.metadata.version("litecli")
    return {"length": len(text), "keys": times, "completions": counts, "litecli": version}


if __name__ == "__main__":
    json.dump(measure(int(sys.argv[1])), sys.stdout)
