"""What completion says of the API is what the planner does."""

from __future__ import annotations

import pytest
from completion_scene import WORLD, ask, texts
from planning.planning_scene import planned

from tiksql.shell.completion.words import OPERATORS

VALUES = {
    "id": "7",
    "integer": "7",
    "text": "'x'",
    "boolean": "TRUE",
    "timestamp": "TIMESTAMP '2024-01-02 03:04:05'",
    "date": "'2024-01-02'",
    "text[]": "'x'",
}
ENUMERATED = {"region": "'US'", "video_length": "'SHORT'"}
JANUARY = "keyword = 'k' AND create_date BETWEEN '2024-01-01' AND '2024-01-30'"
BEHIND = {"BETWEEN": " {0} AND {0}", "IN (": " {0})", "NOT IN (": " {0})"}
BEHIND |= {"IS NULL": "", "IS NOT NULL": ""}
COLUMNS = [
    (table, column)
    for table in WORLD.catalog.tables.values()
    for column in table.columns.values()
    if not column.key or len(table.keys) == 1  # a statement names one key
]


def begun(table, column):
    """Write a statement up to a second condition, on a column that is not the key of the first."""
    keys = [key for key in table.keys if key is not column]
    first = f"{keys[0].name} = {VALUES[keys[0].type]}" if keys else JANUARY
    if table.keys and not keys:
        return f"SELECT 1 AS one FROM {table.name} WHERE "
    return f"SELECT 1 AS one FROM {table.name} WHERE {first} AND "


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda part: part.name)
def test_an_operator_is_judged_where_its_line_says(table, column):
    before = begun(table, column) + column.name
    value = ENUMERATED.get(column.values) or VALUES.get(column.type, "1")
    offered = [c for c in ask(f"{before} |") if c.text in OPERATORS]
    assert offered
    for candidate in offered:
        remote = candidate.description.endswith("judged by the API")
        if column.key and not remote:
            continue  # it gives no key, so that nothing could be asked
        plan = planned(
            f"{before} {candidate.text}" + BEHIND.get(candidate.text, " {0}").format(value)
        )
        assert any(scan.residual for scan in plan.scans) is not remote, candidate


def test_every_day_that_is_offered_can_be_searched():
    before = "SELECT id FROM videos WHERE keyword = 'k' AND create_date = "
    days = [text for text in texts(f"{before}|") if text[0] in "'C"]
    assert len(days) > 8
    for day in days:
        assert planned(before + day).requests
