"""Tables that keep how far a fetch has come; a migration runs it. Times are epoch seconds."""

# ruff: noqa: E501 (statements read better whole)
from __future__ import annotations

PULLS: tuple[str, ...] = (
    "CREATE TABLE pull_run(connection TEXT PRIMARY KEY REFERENCES connection(name) ON DELETE CASCADE,"
    " kind TEXT NOT NULL CHECK(kind IN ('backfill','events')), since INTEGER NOT NULL, started INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    # what was created in [first, last), newest first; cursor: the last id stored, reached: when it was created
    "CREATE TABLE pull_slice(id INTEGER PRIMARY KEY, connection TEXT NOT NULL REFERENCES pull_run(connection) ON DELETE CASCADE,"
    " resource TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, cursor TEXT NOT NULL DEFAULT '', reached INTEGER NOT NULL,"
    " pages INTEGER NOT NULL DEFAULT 0, objects INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0) STRICT",
    "CREATE INDEX pull_slice_run ON pull_slice(connection, done)",
)
