"""The words that have a meaning of their own.

A reserved word is a keyword everywhere; as a name it needs double quotes. Every other keyword of
the grammar is one only where the grammar waits for it, and an ordinary name elsewhere, so that
``date``, ``left``, ``first``, ``format``, ``rows``, ``day`` and ``desc`` can be columns.
"""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """Split a table of words."""
    return tuple(text.split())


RESERVED = frozenset(
    words("""
    AND AS BETWEEN CASE CAST CROSS CURRENT_DATE CURRENT_TIMESTAMP DISTINCT ELSE END EXCEPT EXISTS
    FALSE FROM GROUP HAVING ILIKE IN INNER INTERSECT IS JOIN LIKE LIMIT NOT NULL ON OR ORDER SELECT
    THEN TRUE UNION USING WHEN WHERE WITH
    """)
)

CONTEXTUAL = frozenset({"ALL", "CURRENT", "INTERVAL", "UNBOUNDED"})
"""Words that some place reads as a keyword although a name could stand there, too."""

STARTERS = words("SELECT WITH EXPLAIN CREATE REFRESH DROP SHOW DESCRIBE COPY SET RESET")
"""The words that a statement can start with."""
