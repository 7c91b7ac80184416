"""The tables of a study, their version, and how older ones are brought up to it.

  collections  a name, the statement that it is, and what was frozen when it was made
  runs         one asking of it: the first, and one for each REFRESH; those of plain statements
               belong to no collection
  chains       one first page as it was planned, with all that follows from it: a window of a
               branch, or a key; ``identity`` says which, within its run
  requests     every request, written down before it was sent, and then what came of it
  pages        every page as it came, compressed; ``lap`` counts the searches of its chain
  collectors   who is collecting just now
  seals        a checksum of every row of the others but collectors (``seals.py``)

A chain is ``planned``, ``done``, ``needless`` (behind a limit), ``refused`` (its key), ``split``
(into the chains whose ``parent`` it is) or a ``gap``. Times and days are ISO 8601 in UTC; nothing
in here is secret.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tiksql.store import seals

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

APPLICATION_ID = 0x54695351
"""``TiSQ``: what ``file`` and we know a study by."""

VERSION = 2

SEALED = 2
"""The version from which on rows are sealed."""

TABLES = """
CREATE TABLE IF NOT EXISTS collections (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    statement TEXT NOT NULL,
    options TEXT NOT NULL,
    columns TEXT NOT NULL,
    server TEXT NOT NULL,
    catalog TEXT NOT NULL,
    program TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY,
    collection INTEGER REFERENCES collections ON DELETE CASCADE,
    number INTEGER NOT NULL,
    moment TEXT NOT NULL,
    finished_at TEXT
);
CREATE INDEX IF NOT EXISTS runs_of_collections ON runs (collection, number);
CREATE TABLE IF NOT EXISTS chains (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    identity TEXT NOT NULL,
    place INTEGER NOT NULL,
    parent INTEGER,
    scan INTEGER NOT NULL,
    branch INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    key TEXT,
    first_day TEXT,
    last_day TEXT,
    url TEXT NOT NULL,
    fields TEXT NOT NULL,
    body TEXT NOT NULL,
    lap INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'planned',
    reason TEXT,
    changed_at TEXT NOT NULL,
    UNIQUE (run, identity)
);
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY,
    chain INTEGER REFERENCES chains ON DELETE SET NULL,
    collection TEXT,
    endpoint TEXT NOT NULL,
    first_day TEXT,
    last_day TEXT,
    key TEXT,
    pool TEXT NOT NULL,
    page INTEGER NOT NULL,
    body TEXT NOT NULL,
    again INTEGER NOT NULL,
    sent_at TEXT NOT NULL,
    came_at TEXT,
    outcome TEXT,
    status INTEGER,
    log_id TEXT,
    records INTEGER
);
CREATE INDEX IF NOT EXISTS requests_of_chains ON requests (chain);
CREATE TABLE IF NOT EXISTS pages (
    chain INTEGER NOT NULL REFERENCES chains ON DELETE CASCADE,
    lap INTEGER NOT NULL,
    number INTEGER NOT NULL,
    request INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    records INTEGER NOT NULL,
    cursor TEXT,
    has_more INTEGER,
    search_id TEXT,
    log_id TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (chain, lap, number)
);
CREATE TABLE IF NOT EXISTS collectors (
    run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    host TEXT NOT NULL,
    process INTEGER NOT NULL,
    started TEXT NOT NULL,
    since TEXT NOT NULL,
    seen_at TEXT NOT NULL
);
"""

MIGRATIONS = {1: seals.script(TABLES) + seals.filling(TABLES)}
"""By the version that it leaves: what brings a study up to the next one."""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables of a new study, all or none; another program may have been faster."""
    connection.executescript(
        f"BEGIN IMMEDIATE; {TABLES} {seals.script(TABLES)}"
        f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
    )


def migrate(connection: sqlite3.Connection, path: Path | None, version: int) -> None:
    """Bring an older study up to this version, with a copy of the old one beside it."""
    if path is not None:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy2(path, path.with_name(f"{path.name}.version{version}"))
    for step in range(version, VERSION):
        connection.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[step]}; PRAGMA user_version = {step + 1}; COMMIT;"
        )
