"""What a methods section says of a collection: its definition, and the numbers of its study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiksql import accounts
from tiksql.store import collections
from tiksql.syntax import ast
from tiksql.tallies import tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiksql.planning.plan import Plan, StoredTable
    from tiksql.stream import Stream
    from tiksql.studies import Studies
    from tiksql.translate.methods import Account


def story(
    studies: Studies, table: StoredTable, run: Callable[[ast.Query], Stream]
) -> tuple[Plan, Account]:
    """Return the plan that a collection was asked with last, and what the study counts of it.

    ``run`` answers a query over collections.
    """
    found = collections.find(studies.study, table.collection)
    assert found
    newest = collections.runs(studies.study, found)[0]
    made, judge = studies.definitions.asked(found, newest.moment)
    judge.engine.close()
    star = ast.Item(ast.Call(ast.Name("count"), star=True))
    source = ast.TableRef((ast.Name(found.name, quoted=True),))
    counted = run(ast.Query(ast.Select((star,), source)))
    (row,) = (row for rows in counted.batches() for row in rows)
    told = tally(studies.study, found, made)
    return made, accounts.methods(studies.study, found, int(str(row[0])), told)
