"""What other dialects have and TikSQL does not, with what to use instead."""

from __future__ import annotations

from tiksql.syntax.keywords import words

_ROWS = "rows come from the API alone: CREATE COLLECTION name AS SELECT … keeps what a query finds"
_COLLECTION = "CREATE COLLECTION name AS SELECT … keeps rows, DROP COLLECTION name removes them"
_STUDY = "a study is opened by the command: tiksql study.db"
_SETTING = "SET name = value changes a setting, SHOW SETTINGS lists all"
_TRANSACTION = "leave it out: each page is kept as soon as it arrives"
_PROMPT = r"in the prompt, \? shows help and \q ends it"
_FILES = "COPY (SELECT …) TO 'file' writes a file"
_NOTHING = "leave it out: nothing of the kind is needed"

STATEMENTS = {
    "INSERT": _ROWS,
    "UPDATE": "REFRESH COLLECTION name asks the API again; rows are never edited",
    "DELETE": _COLLECTION,
    "MERGE": _ROWS,
    "UPSERT": _ROWS,
    "REPLACE": "CREATE OR REPLACE COLLECTION name AS SELECT …",
    "TRUNCATE": _COLLECTION,
    "ALTER": "CREATE OR REPLACE COLLECTION name AS SELECT … defines a collection anew",
    "RENAME": "CREATE COLLECTION new AS SELECT * FROM old",
    "ATTACH": _STUDY,
    "DETACH": _STUDY,
    "USE": _STUDY,
    "CONNECT": _STUDY,
    "PRAGMA": _SETTING,
    "BEGIN": _TRANSACTION,
    "START": _TRANSACTION,
    "COMMIT": _TRANSACTION,
    "ROLLBACK": _TRANSACTION,
    "SAVEPOINT": _TRANSACTION,
    "VACUUM": _NOTHING,
    "CHECKPOINT": _NOTHING,
    "REINDEX": _NOTHING,
    "GRANT": _NOTHING,
    "REVOKE": _NOTHING,
    "LOCK": _NOTHING,
    "ANALYZE": "EXPLAIN ANALYZE SELECT … runs a query and says what it took",
    "VALUES": "SELECT 1 AS a UNION ALL SELECT 2",
    "TABLE": "SELECT * FROM name",
    "FROM": "SELECT * FROM …",
    "WHERE": "SELECT * FROM … WHERE …",
    "CALL": "functions are called in a SELECT: SELECT f(x)",
    "EXEC": "functions are called in a SELECT: SELECT f(x)",
    "EXECUTE": "functions are called in a SELECT: SELECT f(x)",
    "PREPARE": "parameters are written :name and given when the statement runs",
    "IMPORT": _FILES,
    "EXPORT": _FILES,
    "LOAD": _FILES,
    "INSTALL": _NOTHING,
    "PIVOT": "sum(x) FILTER (WHERE …) makes a column for each case",
    "HELP": _PROMPT,
    "QUIT": _PROMPT,
    "EXIT": _PROMPT,
}
"""Statements, by their first word."""

OBJECTS = words("""
    TABLE VIEW INDEX SCHEMA DATABASE MACRO FUNCTION PROCEDURE TRIGGER SEQUENCE TYPE TEMP TEMPORARY
    MATERIALIZED UNIQUE EXTERNAL VIRTUAL SECRET USER ROLE EXTENSION
    """)
"""What other dialects create and drop."""

CLAUSES = {
    "RIGHT": "swap the tables and write LEFT JOIN",
    "FULL": "join two LEFT JOINs by UNION",
    "NATURAL": "name the columns: JOIN table USING (column)",
    "LATERAL": "write a subquery in FROM, or a JOIN",
    "SEMI": "write WHERE column IN (SELECT …)",
    "ANTI": "write WHERE column NOT IN (SELECT …)",
    "QUALIFY": "compute it in a subquery and judge it outside",
    "WINDOW": "write the window out: OVER (PARTITION BY …)",
    "FETCH": "write LIMIT 10",
    "TOP": "write LIMIT 10 at the end",
    "INTO": "write COPY (SELECT …) TO 'file', or CREATE COLLECTION name AS SELECT …",
    "RECURSIVE": "leave it out: a table of WITH cannot ask for itself",
    "RETURNING": "leave it out",
    "REGEXP": "write regexp_matches(x, 'pattern')",
    "RLIKE": "write regexp_matches(x, 'pattern')",
    "SIMILAR": "write regexp_matches(x, 'pattern')",
    "GLOB": "write LIKE, or regexp_matches(x, 'pattern')",
    "ESCAPE": "write regexp_matches(x, 'pattern')",
    "COLLATE": "write lower(x)",
    "ISNULL": "write IS NULL",
    "NOTNULL": "write IS NOT NULL",
    "DIV": "write floor(x / y)",
    "MOD": "write x % y",
    "XOR": "write <> between two conditions in brackets",
}
"""Clauses and operators, by their first word."""
